"""The adapters of the storage ports, in one place for the composition root."""

from __future__ import annotations

from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.roster_repository import SqlRoster
from attendance.data.settings_repository import SqlSettings

__all__ = ["SqlCheckInLog", "SqlRoster", "SqlSettings"]
