"""The computer's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Port ``Clock`` on the operating system's clocks."""

    def now_utc(self) -> datetime:
        """Return the aware UTC instant."""
        return datetime.now(UTC)

    def mono_s(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()
