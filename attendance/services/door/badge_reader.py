"""Finds badges in the pictures of the door's camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from attendance.core.types import Frame, ImageBgr

ReadCodes = Callable[[ImageBgr], Sequence[str]]
"""(H, W, 3) uint8 BGR -> texts of the QR codes in it."""

WANTED_EVERY_S = 0.15
"""While somebody is asked for a badge: held into the picture, it is seen at once."""
WAITING_EVERY_S = 0.75
"""While nobody asked; a look costs some 5 to 10 ms (docs/results/other-way-in.md)."""
_GONE_AFTER_S = 3.0


class BadgeReader:
    """Looks at a picture now and then; a badge is told once while it stays in the picture. Belongs to one thread.

    Args:
        read: finds codes in a picture.
        is_badge: which of the codes to tell of while nobody asked for a badge; the others may be anybody's.
    """

    def __init__(self, read: ReadCodes, *, is_badge: Callable[[str], bool]) -> None:
        self._read = read
        self._is_badge = is_badge
        self._looked_at_s = -math.inf
        self._seen_at_s: dict[str, float] = {}
        self._was_wanted = False

    def look(self, frame: Frame, *, is_wanted: bool) -> list[str]:
        """Return the texts of badges that came into the picture.

        Args:
            frame: frames must come in the order of their mono_s.
            is_wanted: somebody is asked for a badge: look more often, and tell of foreign codes as well.
        """
        now_s = frame.mono_s
        if is_wanted and not self._was_wanted:
            self._seen_at_s.clear()  # a badge that is held already is told of again
        self._was_wanted = is_wanted
        if now_s - self._looked_at_s < (WANTED_EVERY_S if is_wanted else WAITING_EVERY_S):
            return []
        self._looked_at_s = now_s
        self._seen_at_s = {text: at_s for text, at_s in self._seen_at_s.items() if now_s - at_s < _GONE_AFTER_S}
        found = [text for text in self._read(frame.image_bgr) if is_wanted or self._is_badge(text)]
        new = [text for text in dict.fromkeys(found) if text not in self._seen_at_s]
        self._seen_at_s.update(dict.fromkeys(found, now_s))
        return new
