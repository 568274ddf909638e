"""Time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests and replays can set it."""

    def now_utc(self) -> datetime:
        """Return the aware UTC instant."""

    def mono_s(self) -> float:
        """Return monotonic seconds."""
