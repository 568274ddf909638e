"""Notices recognition that never comes back from a picture."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attendance.services.door.listener import RecognitionHung

_log = logging.getLogger(__name__)

HUNG_AFTER_S = 10.0
"""No picture takes so long."""
FIRST_WITHIN_S = 60.0
"""But the first one may: a GPU compiles or chooses its kernels then."""
_LOOK_EVERY_S = 0.5


class HangWatch:
    """Watches one thread from another.

    Args:
        monotonic: seconds.
        on_hung: told once, in the watch's thread.
    """

    def __init__(self, monotonic: Callable[[], float], on_hung: Callable[[RecognitionHung], None]) -> None:
        self._monotonic = monotonic
        self._on_hung = on_hung
        self._busy_since_s: float | None = None
        self._has_finished_one = False

    @contextmanager
    def work(self) -> Iterator[None]:
        """Mark the work on one picture, in the watched thread."""
        self._busy_since_s = self._monotonic()
        try:
            yield
        finally:
            self._busy_since_s = None
            self._has_finished_one = True

    def start(self, stop: threading.Event, watched: threading.Thread) -> None:
        """Watch until ``stop`` is set, the watched thread has ended or hangs; in a thread of its own."""
        thread = threading.Thread(target=self._watch, args=(stop, watched), name="recognition-watchdog", daemon=True)
        thread.start()

    def _watch(self, stop: threading.Event, watched: threading.Thread) -> None:
        while not stop.wait(_LOOK_EVERY_S) and watched.is_alive():
            since_s = self._busy_since_s
            limit_s = HUNG_AFTER_S if self._has_finished_one else FIRST_WITHIN_S
            is_late = since_s is not None and self._monotonic() - since_s > limit_s
            if is_late and since_s == self._busy_since_s:  # this thread may have slept itself
                error = RecognitionHung(f"recognition has worked on one picture for {limit_s:.0f} s")
                _log.error("%s", error)
                self._on_hung(error)
                return
