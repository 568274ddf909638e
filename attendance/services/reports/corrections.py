"""The report of corrections of check-ins and of leave."""

from __future__ import annotations

from attendance.core.report_table import ERASED_NAME, Column, ColumnKind, Row
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.report_data import ReportData

_COLUMNS = (
    Column("requested", ColumnKind.INSTANT),
    *PERSON_COLUMNS,
    Column("kind", vocabulary="correction"),
    Column("state", vocabulary="state"),
    Column("event_id", is_printed=False),
    Column("old_time", ColumnKind.INSTANT),
    Column("old_direction", vocabulary="direction"),
    Column("new_time", ColumnKind.INSTANT),
    Column("new_direction", vocabulary="direction"),
    Column("new_code", is_printed=False),
    Column("first_day", ColumnKind.DATE),
    Column("last_day", ColumnKind.DATE),
    Column("leave_kind", vocabulary="leave"),
    Column("leave_half", is_printed=False),
    Column("reason", vocabulary="reason"),
    Column("requested_by"),
    Column("decided_by"),
    Column("decided", ColumnKind.INSTANT, is_printed=False),
    Column("correction_id", is_printed=False),
)


def _rows(data: ReportData) -> list[Row]:
    """Return one row for each correction, in any state; nobody stands for somebody who was erased."""
    found: list[Row] = []
    for one, event in data.corrections():
        person = data.people.get(one.person_id) if one.person_id is not None else None
        new = data.people.get(one.new_person_id) if one.new_person_id is not None else None
        found.append(
            (
                one.requested_utc,
                person.code if person else "",
                person.name if person else ERASED_NAME,
                person.department if person else "",
                one.kind.value,
                one.state.value,
                one.event_id or "",
                event.at_utc if event else None,
                event.direction.value if event else "",
                one.at_utc,
                one.direction.value if one.direction else "",
                new.code if new else "",
                one.first_day,
                one.last_day,
                one.leave_kind,
                "half" if one.leave_half else "",
                one.reason,
                one.asked.shown,
                one.decided.shown,
                one.decided_utc,
                one.correction_id,
            )
        )
    return found


CORRECTIONS = ReportKind(name="corrections", columns=_COLUMNS, rows=_rows)
