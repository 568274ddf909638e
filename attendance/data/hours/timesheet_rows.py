"""A kept timesheet as a row of the table ``timesheet_day``, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from attendance.core.hours.records import DayNumbers, KeptNumbers, KeptSheet, numbers_of
from attendance.core.hours.rules import DayKind
from attendance.core.hours.spans import instant_of, seconds_of
from attendance.core.hours.timesheet import DayStatus, Flag, OvertimeSlice, Timesheet
from attendance.data.storage_errors import DamagedValue
from attendance.data.stored.instants import read_instant, stored_instant
from attendance.errors import Reason

_NUMBERS = (
    "person_id, day, status, scheduled_s, presence_s, worked_s, break_s, paid_s, overtime_s, late_by_s, early_by_s, "
    "leave_share, leave_kind, kind, overtime"
)
NUMBER_COLUMNS = f"fingerprint, made_utc, {_NUMBERS}"
"""What ``kept_numbers`` reads."""
ALL_COLUMNS = f"{NUMBER_COLUMNS}, body"
"""What ``kept_sheet`` reads and ``values_of`` gives, in this order."""
BODY_PLACE = len(NUMBER_COLUMNS.split(", "))
"""Where the body stands among ``ALL_COLUMNS``."""

_INSTANTS = ("planned_in_utc", "planned_out_utc", "first_in_utc", "last_out_utc")
_SECONDS = ("auto_break_s", "paid_break_s")
_TEXTS = ("shift", "title")
_IDS = ("event_ids", "ignored_event_ids", "correction_ids")

# One run of the service makes thousands of days at the same moment.
_made_at = lru_cache(maxsize=256)(read_instant)


def values_of(kept: KeptSheet) -> tuple[object, ...]:
    """Return the values of ``ALL_COLUMNS``, of the types that they are read back with."""
    sheet = kept.sheet
    numbers = numbers_of(sheet)
    numbers = numbers._replace(leave_share=float(numbers.leave_share))
    body: dict[str, object] = {name: getattr(sheet, name) for name in (*_SECONDS, *_TEXTS, *_IDS)}
    body |= {name: None if (at := getattr(sheet, name)) is None else seconds_of(at) for name in _INSTANTS}
    # Most of it is empty on most days.
    small = {name: value for name, value in body.items() if value not in (None, 0, "", ())}
    if sheet.flags:
        small["flags"] = sorted(flag.value for flag in sheet.flags)
    overtime = json.dumps(numbers.overtime) if numbers.overtime else ""
    made = stored_instant(kept.made_utc)
    return kept.fingerprint, made, *numbers[:-1], overtime, json.dumps(small, ensure_ascii=False)


def kept_numbers(row: Sequence[Any]) -> KeptNumbers:
    """Return the numbers of a row of ``NUMBER_COLUMNS``.

    Raises:
        DamagedValue: not what ``values_of`` wrote.
    """
    try:
        overtime = tuple((name, rate, seconds) for name, rate, seconds in json.loads(row[16])) if row[16] else ()
        return KeptNumbers(row[0], _made_at(row[1]), DayNumbers._make((*row[2:16], overtime)))
    except (ValueError, TypeError) as err:
        raise DamagedValue(Reason("a kept timesheet is not what this program wrote")) from err


def kept_sheet(row: Sequence[Any]) -> KeptSheet:
    """Return the timesheet of a row of ``ALL_COLUMNS``.

    Raises:
        DamagedValue: not what ``values_of`` wrote.
    """
    fingerprint, made_utc, numbers = kept_numbers(row)
    try:
        body = json.loads(row[17])
        rest: dict[str, Any] = {name: instant_of(body[name]) for name in _INSTANTS if name in body}
        rest |= {name: body[name] for name in (*_SECONDS, *_TEXTS) if name in body}
        rest |= {name: tuple(body[name]) for name in _IDS if name in body}
        sheet = Timesheet(
            person_id=numbers.person_id,
            day=date.fromisoformat(numbers.day),
            kind=DayKind(numbers.kind),
            status=DayStatus(numbers.status),
            scheduled_s=numbers.scheduled_s,
            presence_s=numbers.presence_s,
            worked_s=numbers.worked_s,
            break_s=numbers.break_s,
            paid_s=numbers.paid_s,
            late_by_s=numbers.late_by_s,
            early_by_s=numbers.early_by_s,
            overtime_s=numbers.overtime_s,
            overtime=tuple(OvertimeSlice(*piece) for piece in numbers.overtime),
            leave_share=numbers.leave_share,
            leave_kind=numbers.leave_kind,
            flags=frozenset(Flag(text) for text in body.get("flags", ())),
            **rest,
        )
    except (ValueError, TypeError, AttributeError, OverflowError) as err:
        raise DamagedValue(Reason("a kept timesheet is not what this program wrote")) from err
    return KeptSheet(fingerprint, made_utc, sheet)
