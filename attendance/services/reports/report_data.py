"""What reports are made of, limited to the days and people of one request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from attendance.core.corrections import Correction
from attendance.core.hours.events import effective_events
from attendance.core.hours.records import HoursTotals
from attendance.core.hours.sheets import MAX_DAYS
from attendance.core.hours.timesheet import Timesheet
from attendance.core.hours.totals import totals_of_sheets
from attendance.core.ports.door import CheckInLog, EventRow
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.core.types import CheckIn, Direction, Person
from attendance.errors import Reason
from attendance.errors.reports import ReportRangeError


class TimesheetSource(Protocol):
    """Where the hours come from."""

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterable[tuple[Person, Timesheet]]:
        """Return one timesheet for each person and day; None and "" mean everybody."""

    def totals(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterable[tuple[Person, HoursTotals]]:
        """Return the same days of each person added up; faster than the timesheets."""


@dataclass(frozen=True, slots=True)
class ReportSources:
    """Where reports come from.

    Attributes:
        hours: timesheets.
        check_ins: the log.
        corrections: of the log.
        roster: who there is.
        zone: of the site.
    """

    hours: TimesheetSource
    check_ins: CheckInLog
    corrections: Corrections
    roster: Roster
    zone: ZoneInfo


@dataclass(frozen=True)
class ReportData:
    """What one report is made of. Everything is read when it is asked for.

    Attributes:
        sources: where from.
        first: first day.
        last: last day, included.
        department: only this one, "" for all.
        person: only this one, None for all.
        pay_codes: number of a kind of pay by its name, for payroll programs.

    Raises:
        ReportRangeError: first day after the last, more than ten years, or outside the calendar.
    """

    sources: ReportSources
    first: date
    last: date
    department: str = ""
    person: Person | None = None
    pay_codes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self._instants

    @property
    def zone(self) -> ZoneInfo:
        """Of the site."""
        return self.sources.zone

    @property
    def is_of_everybody(self) -> bool:
        """No department and no person was asked for."""
        return self.person is None and not self.department

    @cached_property
    def sheets(self) -> list[tuple[Person, Timesheet]]:
        """Timesheets of the people, one for each day."""
        hours = self.sources.hours
        return list(hours.timesheets(self.first, self.last, people=self._asked, department=self.department))

    def totals(self) -> list[tuple[Person, HoursTotals]]:
        """Return the same days of each person added up; from the timesheets where they were read already."""
        if "sheets" in vars(self):
            return list(totals_of_sheets(self.first, self.last, self.sheets))
        hours = self.sources.hours
        return list(hours.totals(self.first, self.last, people=self._asked, department=self.department))

    @cached_property
    def people(self) -> dict[int, Person]:
        """Everybody who is in the roster, by id."""
        return {one.id: one for one in self.sources.roster.list_people()}

    def check_ins(self) -> Iterator[tuple[CheckIn, Person | None]]:
        """Yield the check-ins as they were made, oldest first; nobody stands for somebody who was erased."""
        return ((event, one) for event, one in self.sources.check_ins.between(*self._instants) if self._keeps(one))

    def plain_check_ins(self) -> Iterator[EventRow]:
        """Yield the check-ins of everybody, whoever was asked for, as plain rows."""
        return self.sources.check_ins.rows_between(*self._instants)

    def effective(self) -> Iterator[tuple[Person, datetime, Direction, str]]:
        """Yield person, local time, direction and door of what counts once corrections are read along, oldest first."""
        start_utc, end_utc = self._instants
        # A correction may move an event into the range from a day or two outside it.
        margin = timedelta(days=2)
        check_ins = [event for event, _ in self.sources.check_ins.between(start_utc - margin, end_utc + margin)]
        changes = self.sources.corrections.for_range(
            start_utc - margin, end_utc + margin, first_day=self.first, last_day=self.last
        )
        doors = {event.event_id: event.source for event in check_ins}
        for event in effective_events(check_ins, changes):
            who = self.people.get(event.person_id) if event.person_id is not None else None
            if event.is_void or who is None or not start_utc <= event.at_utc < end_utc or not self._keeps(who):
                continue
            yield who, event.at_utc.astimezone(self.zone), event.direction, doors.get(event.event_id, "")

    def corrections(self) -> list[tuple[Correction, CheckIn | None]]:
        """Return the corrections in any state, each with the check-in that it names."""
        found = self.sources.corrections.for_range(*self._instants, first_day=self.first, last_day=self.last)
        return [
            (one, self.sources.check_ins.get(one.event_id) if one.event_id else None)
            for one in found
            if self._keeps(self.people.get(one.person_id) if one.person_id is not None else None)
        ]

    @property
    def _asked(self) -> list[int] | None:
        return [self.person.id] if self.person else None

    def _keeps(self, one: Person | None) -> bool:
        if self.person is not None and (one is None or one.id != self.person.id):
            return False
        return not self.department or (one is not None and one.department == self.department)

    @cached_property
    def _instants(self) -> tuple[datetime, datetime]:
        """The first instant of the first day and of the day after the last, in UTC."""
        first, last = self.first, self.last
        if first > last:
            raise ReportRangeError(start=first, end=last, reason=Reason("the first day is after the last"))
        if (last - first).days >= MAX_DAYS:
            raise ReportRangeError(start=first, end=last, reason=Reason("more than 10 years"))
        try:
            # Where the clocks change at midnight, fold=0 gives the earlier midnight, or the moment of the jump.
            midnights = [
                datetime.combine(day, time.min, self.zone).astimezone(UTC) for day in (first, last + timedelta(days=1))
            ]
            _ = midnights[0] - timedelta(days=8), midnights[1] + timedelta(days=8)
        except OverflowError as err:
            raise ReportRangeError(start=first, end=last, reason=Reason("outside the calendar")) from err
        return midnights[0], midnights[1]
