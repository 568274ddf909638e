"""Timesheets, check-ins and corrections as the tables of the reports. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from attendance.core.corrections import Correction
from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet
from attendance.core.report_table import ERASED_NAME, Column, ColumnKind, Row
from attendance.core.types import CheckIn, Direction, Person

_DURATION, _INSTANT, _COUNT = ColumnKind.DURATION, ColumnKind.INSTANT, ColumnKind.COUNT
_PERSON = (Column("code"), Column("name"), Column("department"))


def _clock(key: str, *, is_printed: bool = True) -> Column:
    return Column(key, _INSTANT, clock_of="day", is_printed=is_printed)


EVENT_COLUMNS = (
    Column("event_id", is_printed=False),
    *_PERSON,
    Column("direction", vocabulary="direction"),
    Column("local_time", _INSTANT),
    Column("utc_time", is_printed=False),
    Column("source"),
    Column("similarity", ColumnKind.DECIMAL, decimals=3),
    Column("made_by"),
)
"""Columns of the event report.

event_id: unique text. code, name, department: of the person; "", "(erased)" and "" after an erasure. direction:
a word of ``Direction``. local_time: what the clock at the door showed, ISO 8601 with offset. utc_time: the same
instant, ISO 8601 with "Z". source: door or camera. similarity: cosine with three decimals, empty for entries by hand.
made_by: "kiosk" or who entered it.
"""

DAILY_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *_PERSON,
    Column("shift"),
    Column("status", vocabulary="status"),
    _clock("planned_in", is_printed=False),
    _clock("planned_out", is_printed=False),
    _clock("first_in"),
    _clock("last_out"),
    Column("presence", _DURATION, is_printed=False),
    Column("break", _DURATION),
    Column("worked", _DURATION),
    Column("paid", _DURATION),
    Column("scheduled", _DURATION, is_printed=False),
    Column("balance", _DURATION, is_signed=True),
    Column("overtime", _DURATION),
    Column("late_by", _DURATION),
    Column("early_by", _DURATION),
    Column("leave_kind", vocabulary="leave", is_printed=False),
    Column("note"),
    Column("flags", vocabulary="flag"),
)
LATE_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *_PERSON,
    Column("shift"),
    _clock("planned_in"),
    _clock("first_in"),
    Column("late_by", _DURATION, is_summed=True),
    _clock("planned_out"),
    _clock("last_out"),
    Column("early_by", _DURATION, is_summed=True),
)
INCOMPLETE_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *_PERSON,
    Column("shift"),
    Column("missing", vocabulary="missing"),
    _clock("planned_in"),
    _clock("first_in"),
    _clock("last_out"),
    _clock("planned_out"),
    Column("flags", vocabulary="flag"),
)
CORRECTION_COLUMNS = (
    Column("requested", _INSTANT),
    *_PERSON,
    Column("kind", vocabulary="correction"),
    Column("state", vocabulary="state"),
    Column("event_id", is_printed=False),
    Column("old_time", _INSTANT),
    Column("old_direction", vocabulary="direction"),
    Column("new_time", _INSTANT),
    Column("new_direction", vocabulary="direction"),
    Column("new_code", is_printed=False),
    Column("first_day", ColumnKind.DATE),
    Column("last_day", ColumnKind.DATE),
    Column("leave_kind", vocabulary="leave"),
    Column("leave_half", is_printed=False),
    Column("reason"),
    Column("requested_by"),
    Column("decided_by"),
    Column("decided", _INSTANT, is_printed=False),
    Column("correction_id", is_printed=False),
)
# What stands on a line of its own in the report of a day already.
_SHOWN_ELSEWHERE = {Flag.LATE, Flag.LEFT_EARLY, Flag.AUTO_BREAK, Flag.STILL_IN}


def event_rows(events: Iterable[tuple[CheckIn, Person | None]]) -> Iterator[Row]:
    """Yield the rows of the event report in bounded memory; times carry the offset that the door had."""
    for event, person in events:
        code, name, department = (person.code, person.name, person.department) if person else ("", ERASED_NAME, "")
        yield (
            event.event_id,
            code,
            name,
            department,
            event.direction.value,
            event.at_utc.astimezone(timezone(timedelta(seconds=event.utc_offset_s))),
            event.at_utc.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            event.source,
            None if event.similarity is None else round(event.similarity, 3),
            event.made_by,
        )


def daily_rows(sheets: Sequence[tuple[Person, Timesheet]]) -> list[Row]:
    """Return one row for each person and day, by day, department and name."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            sheet.status.value,
            sheet.planned_in_utc,
            sheet.planned_out_utc,
            sheet.first_in_utc,
            sheet.last_out_utc,
            sheet.presence_s,
            sheet.break_s,
            sheet.worked_s,
            sheet.paid_s,
            sheet.scheduled_s,
            sheet.balance_s,
            sheet.overtime_s,
            sheet.late_by_s,
            sheet.early_by_s,
            sheet.leave_kind,
            sheet.title,
            _flag_text(sheet.flags),
        )
        for person, sheet in by_day(sheets)
    ]


def late_rows(sheets: Sequence[tuple[Person, Timesheet]]) -> list[Row]:
    """Return the days on which somebody came late or left early."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            sheet.planned_in_utc,
            sheet.first_in_utc,
            sheet.late_by_s or None,
            sheet.planned_out_utc,
            sheet.last_out_utc,
            sheet.early_by_s or None,
        )
        for person, sheet in by_day(sheets)
        if sheet.late_by_s or sheet.early_by_s
    ]


def incomplete_rows(sheets: Sequence[tuple[Person, Timesheet]]) -> list[Row]:
    """Return the days on which an arrival or departure is missing."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            ";".join(f.value for f in (Flag.MISSING_IN, Flag.MISSING_OUT, Flag.DOUBLE_OUT) if f in sheet.flags),
            sheet.planned_in_utc,
            sheet.first_in_utc,
            sheet.last_out_utc,
            sheet.planned_out_utc,
            _flag_text(sheet.flags - {Flag.MISSING_IN, Flag.MISSING_OUT, Flag.DOUBLE_OUT}),
        )
        for person, sheet in by_day(sheets)
        if sheet.is_incomplete
    ]


def correction_rows(
    corrections: Iterable[Correction], people: Mapping[int, Person], events: Mapping[str, CheckIn]
) -> list[Row]:
    """Return one row for each correction, in the given order.

    Args:
        corrections: in any state.
        people: by id; who is missing was erased.
        events: the check-ins that corrections name, by id.
    """
    found: list[Row] = []
    for one in corrections:
        person = people.get(one.person_id) if one.person_id is not None else None
        new = people.get(one.new_person_id) if one.new_person_id is not None else None
        event = events.get(one.event_id) if one.event_id else None
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
                one.requested_by,
                one.decided_by,
                one.decided_utc,
                one.correction_id,
            )
        )
    return found


def frappe_rows(events: Iterable[tuple[Person, datetime, Direction, str]]) -> list[Row]:
    """Return what Frappe HR imports as Employee Checkin: a break is an OUT and an IN there.

    Args:
        events: person, instant on the clock of the site, direction and door, oldest first.
    """
    return [
        (
            person.code,
            local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds"),
            "IN" if direction in {Direction.IN, Direction.BREAK_END} else "OUT",
            door,
        )
        for person, local, direction, door in events
    ]


def by_day(sheets: Iterable[tuple[Person, Timesheet]]) -> list[tuple[Person, Timesheet]]:
    """Return the sheets by day, department and name, without days before and after the time at the company."""
    kept = [pair for pair in sheets if pair[1].status is not DayStatus.NOT_EMPLOYED or pair[1].event_ids]
    return sorted(kept, key=lambda pair: (pair[1].day, pair[0].department, pair[0].name, pair[0].code))


def _flag_text(flags: Iterable[Flag]) -> str:
    return ";".join(sorted(flag.value for flag in flags if flag not in _SHOWN_ELSEWHERE))
