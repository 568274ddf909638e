"""What the service of hours reads and keeps: stored plans, what is known of people, worked-out days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from attendance.core.hours.timesheet import Timesheet
from attendance.core.who import Who


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """One saved version of the plan; the newest counts.

    Attributes:
        version: grows with every save.
        text: TOML or JSON as it was given.
        saved_by: the name that whoever saved it gave.
        saved_utc: aware UTC instant.
        account: who saved it; "" before accounts were written down.
    """

    version: int
    text: str
    saved_by: str
    saved_utc: datetime
    account: str = ""

    @property
    def saver(self) -> Who:
        """Who saved it."""
        return Who(self.account, self.saved_by)


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """What the roster and the log say about when somebody worked here. All instants are aware UTC.

    Attributes:
        created_utc: when the person was enrolled.
        first_event_utc: of the oldest check-in, None without any.
        deactivated_utc: None while the person is active.
    """

    person_id: int
    code: str
    department: str
    created_utc: datetime
    first_event_utc: datetime | None
    deactivated_utc: datetime | None


@dataclass(frozen=True, slots=True)
class Revisions:
    """What changes whenever check-ins or corrections are added. Rows of both are never changed or removed.

    Attributes:
        events: per person and day (UTC, "YYYY-MM-DD") the number of check-ins and the id of the last one stored.
        corrections: per person the number and the last id of the steps of all corrections that may concern them.
    """

    events: Mapping[int, Mapping[str, tuple[int, int]]]
    corrections: Mapping[int, tuple[int, int]]


class DayNumbers(NamedTuple):
    """The numbers of one timesheet; see ``Timesheet`` for each. ``overtime`` is (name, rate, seconds) each."""

    person_id: int
    day: str
    status: str
    scheduled_s: int
    presence_s: int
    worked_s: int
    break_s: int
    paid_s: int
    overtime_s: int
    late_by_s: int
    early_by_s: int
    leave_share: float
    leave_kind: str
    kind: str
    overtime: tuple[tuple[str, float, int], ...]


class KeptSheet(NamedTuple):
    """A timesheet that no longer changes with time.

    Attributes:
        fingerprint: of everything it was worked out from.
        made_utc: when; it says nothing about an earlier "now".
    """

    fingerprint: bytes
    made_utc: datetime
    sheet: Timesheet


class KeptNumbers(NamedTuple):
    """The numbers of a kept timesheet; the first two are those of ``KeptSheet``."""

    fingerprint: bytes
    made_utc: datetime
    numbers: DayNumbers


def numbers_of(sheet: Timesheet) -> DayNumbers:
    """Return the numbers of a timesheet."""
    return DayNumbers(
        person_id=sheet.person_id,
        day=sheet.day.isoformat(),
        status=sheet.status.value,
        scheduled_s=sheet.scheduled_s,
        presence_s=sheet.presence_s,
        worked_s=sheet.worked_s,
        break_s=sheet.break_s,
        paid_s=sheet.paid_s,
        overtime_s=sheet.overtime_s,
        late_by_s=sheet.late_by_s,
        early_by_s=sheet.early_by_s,
        leave_share=sheet.leave_share,
        leave_kind=sheet.leave_kind,
        kind=sheet.kind.value,
        overtime=tuple((piece.name, piece.rate, piece.seconds) for piece in sheet.overtime),
    )


@dataclass(frozen=True, slots=True)
class HoursTotals:
    """One person's days of a period, added up. Durations are whole seconds.

    Attributes:
        first_day: first day of the period.
        last_day: last one, included.
        days: number of days by the value of ``DayStatus``; statuses without a day are left out.
        days_scheduled: days to work, less the leave on them; half days count 0.5.
        late_days: days with a late arrival.
        early_days: days left early.
        leave_days: days of leave by kind; half days count 0.5.
        overtime: seconds by (name, rate).
    """

    first_day: date
    last_day: date
    days: Mapping[str, int]
    days_scheduled: float
    scheduled_s: int
    presence_s: int
    worked_s: int
    break_s: int
    paid_s: int
    overtime_s: int
    late_by_s: int
    early_by_s: int
    late_days: int
    early_days: int
    leave_days: Mapping[str, float]
    overtime: Mapping[tuple[str, float], int]

    @property
    def balance_s(self) -> int:
        """Paid minus scheduled seconds; negative when time is owed."""
        return self.paid_s - self.scheduled_s
