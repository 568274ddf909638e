"""How long transitions take, which is no time at all when the system asks for reduced motion."""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache

from PySide6.QtWidgets import QApplication, QStyle

# The design sheet allows at most 200 ms.
_TRANSITION_MS = 180


def motion_ms() -> int:
    """Return the length of transitions in milliseconds; 0 when the system asks for reduced motion."""
    is_wanted = QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
    return _TRANSITION_MS if is_wanted and _system_shows_motion() else 0


@lru_cache(maxsize=1)
def _system_shows_motion() -> bool:
    """Ask Windows for "Show animations"; elsewhere the style already follows the desktop's setting."""
    if sys.platform == "win32":
        shown = ctypes.c_int(1)
        get_client_area_animation = 0x1042  # SPI_GETCLIENTAREAANIMATION, winuser.h
        ctypes.windll.user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(shown), 0)
        return bool(shown.value)
    return True
