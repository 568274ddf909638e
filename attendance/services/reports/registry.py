"""Every report there is: the one list that commands, windows, schedules and tests read."""

from __future__ import annotations

from collections.abc import Mapping

from attendance.services.reports.corrections import CORRECTIONS
from attendance.services.reports.daily import DAILY
from attendance.services.reports.events import EVENTS
from attendance.services.reports.incomplete import INCOMPLETE
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.late import LATE
from attendance.services.reports.monthly import MONTHLY
from attendance.services.reports.payroll import PAYROLL

KINDS: tuple[ReportKind, ...] = (EVENTS, DAILY, MONTHLY, PAYROLL, LATE, INCOMPLETE, CORRECTIONS)
"""In the order in which they are offered."""
KIND_BY_NAME: Mapping[str, ReportKind] = {kind.name: kind for kind in KINDS}
PRESETS: tuple[str, ...] = tuple(dict.fromkeys(name for kind in KINDS for name in kind.preset_names))
"""Names of the presets of all kinds."""
