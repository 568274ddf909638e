"""Days of a calendar as holidays or closing days of the plan, or as leave of people. Repeating it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.data_file import BadRow, CalendarDays
from attendance.core.hours.records import StoredPlan
from attendance.core.person_text import CodeBook, clean_text
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.errors import AttendanceError, Reason
from attendance.services.hours.corrections import CorrectionService
from attendance.services.hours.plan import plan_tables

IMPORTED_BY = "calendar"
_AFTER_CODE = (":", " - ", " – ")
_AFTER_UID = "-_@:/."
_MAX_REASON = 500


class StoredPlans(Protocol):
    """Reads and stores the plan of the site."""

    def stored_plan(self) -> StoredPlan | None:
        """Return the plan in force."""

    def save_plan(self, text: str, by: str) -> StoredPlan:
        """Check and store a plan."""


@dataclass(slots=True)
class CalendarOutcome:
    """What became of the days: those that are new, the number of known ones, and what was left out."""

    added: list[CalendarDays] = field(default_factory=list)
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


def import_holidays(
    days: Iterable[CalendarDays], plans: StoredPlans, *, by: str, dry_run: bool = False
) -> CalendarOutcome:
    """Add holidays to the plan; a day that has a name keeps it.

    Raises:
        HoursRulesInvalid: the stored plan is not usable.
        StorageError: the database failed.
    """
    tables = _tables(plans)
    holidays = dict(tables.get("holidays", {}))
    outcome = CalendarOutcome()
    for one in _whole(days, outcome):
        day = one.first_day
        while day <= one.last_day:
            if day.isoformat() in holidays:
                outcome.unchanged += 1
            else:
                holidays[day.isoformat()] = one.summary
                outcome.added.append(replace(one, first_day=day, last_day=day))
            day += timedelta(days=1)
    _save(plans, {**tables, "holidays": holidays}, outcome, by, dry_run)
    return outcome


def import_closings(
    days: Iterable[CalendarDays], plans: StoredPlans, *, by: str, dry_run: bool = False
) -> CalendarOutcome:
    """Add closing days of the whole site to the plan; the arguments and errors are those of ``import_holidays``."""
    tables = _tables(plans)
    closings = list(tables.get("closings", []))
    known = {
        (str(one["first_day"]), str(one.get("last_day", one["first_day"])), one.get("name", "")) for one in closings
    }
    outcome = CalendarOutcome()
    for one in _whole(days, outcome):
        key = (one.first_day.isoformat(), one.last_day.isoformat(), one.summary)
        if key in known:
            outcome.unchanged += 1
            continue
        known.add(key)
        closings.append(dict(zip(("first_day", "last_day", "name"), key, strict=True)))
        outcome.added.append(one)
    _save(plans, {**tables, "closings": closings}, outcome, by, dry_run)
    return outcome


class LeaveImport:
    """Books leave of a calendar as corrections.

    Args:
        service: makes the corrections.
        corrections: those that are there.
        roster: who is known.
    """

    def __init__(self, service: CorrectionService, corrections: Corrections, roster: Roster) -> None:
        self._service = service
        self._corrections = corrections
        self._roster = roster

    def run(self, days: Iterable[CalendarDays], *, kind: str, by: str, dry_run: bool = False) -> CalendarOutcome:
        """Book each entry for the one person it names.

        A person is found by an address of the attendees that is the code or has it before the "@", else by a title
        that begins with "CODE:" or "CODE - ", else by an id (UID) that begins with the code and one of ``-_@:/.``.
        Letter case counts except in addresses; a code that is only almost somebody's is a bad row that names both.

        Args:
            days: what the calendar holds.
            kind: kind of leave.
            by: who asks.
            dry_run: only say what would happen.

        Raises:
            StorageError: the database failed.
        """
        people = _People({person.code: person.id for person in self._roster.list_people()})
        outcome = CalendarOutcome()
        for one in days:
            person_id = people.named_by(one)
            if isinstance(person_id, Reason):
                outcome.bad.append(BadRow(f"{one.summary} {one.first_day}", person_id))
                continue
            booked = self._booked(person_id, one)
            if any(_is_same(other, one, by) for other in booked):
                outcome.unchanged += 1
                continue
            overlap = next((other for other in booked if other.state is not CorrectionState.REJECTED), None)
            if overlap is not None and not (one.is_half and overlap.leave_half):
                detail = Reason(
                    "leave is booked from {first} to {last} already", first=overlap.first_day, last=overlap.last_day
                )
                outcome.bad.append(BadRow(f"{one.summary} {one.first_day}", detail))
                continue
            try:
                if not dry_run:
                    self._book(person_id, one, kind, by)
            except AttendanceError as err:
                outcome.bad.append(BadRow(f"{one.summary} {one.first_day}", err.as_reasons[0]))
                continue
            outcome.added.append(one)
        return outcome

    def _booked(self, person_id: int, one: CalendarDays) -> list[Correction]:
        never = datetime(1970, 1, 2, tzinfo=UTC)  # no event is wanted, only the leave of the days
        found = self._corrections.for_range(never, never, first_day=one.first_day, last_day=one.last_day)
        return [other for other in found if other.kind is CorrectionKind.LEAVE and other.person_id == person_id]

    def _book(self, person_id: int, one: CalendarDays, kind: str, by: str) -> None:
        self._service.leave(
            person_id,
            one.first_day,
            one.last_day,
            leave_kind=kind,
            half=one.is_half,
            reason=f"calendar: {one.summary}"[:_MAX_REASON],
            by=by,
        )


def _is_same(other: Correction, one: CalendarDays, by: str) -> bool:
    """One that was booked, or that somebody rejected after an earlier import: it is not asked for twice."""
    days = (other.first_day, other.last_day, other.leave_half) == (one.first_day, one.last_day, one.is_half)
    return days and (other.state is not CorrectionState.REJECTED or other.requested_by == by)


class _People:
    """Finds the one person whom a calendar entry names."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = ids
        self._codes = CodeBook(ids)
        self._folded: dict[str, set[int]] = {}
        for code, person_id in ids.items():
            self._folded.setdefault(code.casefold(), set()).add(person_id)

    def named_by(self, one: CalendarDays) -> int | Reason:
        """Return the id of the person an entry is about, or why there is none."""
        # Letter case means nothing in an address.
        texts = {email for email in one.emails} | {email.partition("@")[0] for email in one.emails}
        found = {person_id for text in texts for person_id in self._folded.get(text.casefold(), ())}
        if len(found) > 1:
            return Reason("its attendees are several people of the roster")
        if found:
            return found.pop()
        for separator in _AFTER_CODE:
            code, separated, _ = one.summary.partition(separator)
            code = clean_text(code)
            if separated and code in self._ids:
                return self._ids[code]
            if separated and self._codes.almost(code):
                return self._codes.nobody(code)
        return self._by_uid(one.uid, sorted(texts))

    def _by_uid(self, uid: str, addresses: Iterable[str]) -> int | Reason:
        beginnings = [uid[:place] for place, character in enumerate(uid) if character in _AFTER_UID]
        for code in reversed(beginnings):  # the longest first
            if code in self._ids:
                return self._ids[code]
        for code in map(clean_text, (*reversed(beginnings), *addresses)):
            if self._codes.almost(code):
                return self._codes.nobody(code)
        return Reason("no attendee, title or id names anybody of the roster")


def _whole(days: Iterable[CalendarDays], outcome: CalendarOutcome) -> Iterable[CalendarDays]:
    for one in days:
        if one.is_half:
            outcome.bad.append(BadRow(f"{one.summary} {one.first_day}", Reason("it is only a part of a day")))
        else:
            yield one


def _tables(plans: StoredPlans) -> dict[str, Any]:
    stored = plans.stored_plan()
    return plan_tables(stored.text) if stored is not None else {}


def _save(plans: StoredPlans, tables: dict[str, Any], outcome: CalendarOutcome, by: str, dry_run: bool) -> None:
    if outcome.added and not dry_run:
        plans.save_plan(json.dumps(tables, ensure_ascii=False, indent=1, default=_as_text), by)


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
