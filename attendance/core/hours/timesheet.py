"""One timesheet per person and business day, and what may be remarkable about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from attendance.core.hours.rules import DayKind


class Flag(StrEnum):
    """Something about a day that somebody may want to look at."""

    LATE = "late"
    LEFT_EARLY = "left_early"
    MISSING_OUT = "missing_out"
    """Somebody came and nobody knows when they left; this visit counts no hours."""
    MISSING_IN = "missing_in"
    """Somebody left and nobody knows when they came."""
    DOUBLE_IN = "double_in"
    """Came twice without leaving; the first counts."""
    DOUBLE_OUT = "double_out"
    """Left twice without coming; the first counts."""
    STRAY_BREAK = "stray_break"
    """A break button that does not fit."""
    BREAK_NOT_ENDED = "break_not_ended"
    """The break was taken to last until the next arrival or departure."""
    BREAK_SHORT = "break_short"
    """Less break was checked than the shift asks for."""
    BREAK_LONG = "break_long"
    """More break was checked than is paid."""
    AUTO_BREAK = "auto_break"
    """A break was deducted that nobody checked."""
    PART_MISSED = "part_missed"
    """Nobody was there in one part of a split shift."""
    OUTSIDE_WINDOW = "outside_window"
    """A check-in at a time at which the shift does not accept any."""
    WORKED_ON_FREE_DAY = "worked_on_free_day"
    """Weekend or free day of the roster, holiday or closing day."""
    WORKED_ON_LEAVE = "worked_on_leave"
    UNPLANNED_WORK = "unplanned_work"
    """Nothing says when this person works."""
    NOT_EMPLOYED = "not_employed"
    """A check-in before the first or after the last day at the company."""
    DEACTIVATED = "deactivated"
    """The person was deactivated while at work."""
    STILL_IN = "still_in"
    """The visit is going on; its hours are those until now."""
    PROVISIONAL = "provisional"
    """A correction counts that nobody approved yet."""
    CORRECTED = "corrected"
    """An approved correction counts."""
    CLOCK_SUSPECT = "clock_suspect"
    """The clock of the door jumped around one of the check-ins."""
    CLOCK_CHANGE = "clock_change"
    """Summer time begins or ends: the day has 23 or 25 hours."""
    FUTURE_EVENT = "future_event"
    """A check-in lies in the future; it does not count yet."""
    CONFLICTING_COPY = "conflicting_copy"
    """The same check-in came twice with different contents; the earlier one counts."""


class DayStatus(StrEnum):
    """How a day ended, for a calendar of the month."""

    PRESENT = "present"
    HALF_DAY = "half_day"
    ABSENT = "absent"
    INCOMPLETE = "incomplete"
    """A check-in or check-out is missing: to be answered and confirmed."""
    STILL_IN = "still_in"
    EXPECTED = "expected"
    """The day is not over and nobody came yet."""
    LEAVE = "leave"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    REST_DAY = "rest_day"
    UNPLANNED = "unplanned"
    NOT_EMPLOYED = "not_employed"


INCOMPLETE_FLAGS = frozenset({Flag.MISSING_OUT, Flag.MISSING_IN, Flag.DOUBLE_OUT})
"""A day with one of these is INCOMPLETE."""


@dataclass(frozen=True, slots=True)
class OvertimeSlice:
    """Overtime of one day at one rate.

    Attributes:
        name: of the level.
        rate: factor on the hourly pay.
        seconds: at least 1.
    """

    name: str
    rate: float
    seconds: int


@dataclass(frozen=True, slots=True)
class Timesheet:
    """One person on one business day. All durations are whole seconds, all instants aware UTC.

    Attributes:
        shift: name of the shift, "" without.
        title: name of the holiday or closing day.
        scheduled_s: planned paid time; half of it on a half day of leave, 0 on leave, holidays and free days.
        planned_in_utc: start of the shift, None without fixed times.
        planned_out_utc: its end.
        first_in_utc: first arrival, also of a visit without an end.
        last_out_utc: last departure that ended a visit.
        presence_s: time between arrivals and departures, breaks included.
        worked_s: presence without breaks, and without time that the shift does not pay; never rounded.
            worked_s + break_s is at most presence_s.
        break_s: checked and deducted breaks.
        auto_break_s: the part of break_s that was deducted.
        paid_break_s: the part of break_s that is paid.
        paid_s: worked_s + paid_break_s, after rounding; overtime included.
        late_by_s: from the planned start to the arrival, 0 within the grace; over all parts of the shift.
        early_by_s: from the departure to the planned end, likewise.
        overtime_s: sum of ``overtime``, part of paid_s.
        leave_share: 0, 0.5 or 1.
        event_ids: every event of the day by time, also those that do not count.
        ignored_event_ids: those of them that do not count: repeated ones, void ones, ones from the future.
        correction_ids: corrections of these events.
    """

    person_id: int
    day: date
    kind: DayKind
    status: DayStatus
    shift: str = ""
    title: str = ""
    scheduled_s: int = 0
    planned_in_utc: datetime | None = None
    planned_out_utc: datetime | None = None
    first_in_utc: datetime | None = None
    last_out_utc: datetime | None = None
    presence_s: int = 0
    worked_s: int = 0
    break_s: int = 0
    auto_break_s: int = 0
    paid_break_s: int = 0
    paid_s: int = 0
    late_by_s: int = 0
    early_by_s: int = 0
    overtime_s: int = 0
    overtime: tuple[OvertimeSlice, ...] = ()
    leave_share: float = 0.0
    leave_kind: str = ""
    flags: frozenset[Flag] = frozenset()
    event_ids: tuple[str, ...] = ()
    ignored_event_ids: tuple[str, ...] = ()
    correction_ids: tuple[str, ...] = ()

    @property
    def is_incomplete(self) -> bool:
        """True when an arrival or a departure is missing."""
        return bool(self.flags & INCOMPLETE_FLAGS)

    @property
    def balance_s(self) -> int:
        """Paid minus scheduled seconds; negative when time is owed."""
        return self.paid_s - self.scheduled_s
