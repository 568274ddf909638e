"""Starts recognition again by itself, but not for ever."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QObject, QTimer, Signal

MOST = 5
"""Restarts within a minute; then people are sent to reception for as long."""
PERIOD_S = 60.0


class Restarts(QObject):
    """Counts the restarts of a minute.

    Signals:
        due: after a minute of rest another start may be tried.
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._made_at_s: deque[float] = deque(maxlen=MOST)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.due)

    def may_start(self) -> bool:
        """Return whether another start is allowed now; it counts as made."""
        now_s = time.monotonic()
        if len(self._made_at_s) == MOST and now_s - self._made_at_s[0] < PERIOD_S:
            return False
        self._made_at_s.append(now_s)
        return True

    def wait(self) -> None:
        """Signal ``due`` in a minute."""
        self._later.start(round(PERIOD_S * 1000))

    def cancel(self) -> None:
        """Somebody starts it by hand, or the window closes."""
        self._later.stop()
