"""What the door has to know of one person: recent events as corrections leave them, the plan, and today's hours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from attendance.core.corrections import Correction
from attendance.core.hours.events import DoorEvent, effective_events, leave_of
from attendance.core.hours.next_step import DoorNote, NextStep, StepKind
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.records import WorkerRecord
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.spans import instant_of, seconds_of
from attendance.core.types import CheckIn, Direction
from attendance.errors import AttendanceError

_log = logging.getLogger(__name__)

RECENT = timedelta(days=6)
"""Events looked at first: a weekend, and the longest visit and shift around it."""
LONG_AGO = timedelta(days=60)
"""Looked at when there are none: somebody back from a holiday is asked about the last day before it."""
_AHEAD = timedelta(days=2)  # events that a wrong clock put into the future


class DoorRecords(Protocol):
    """The part of ``HoursRecords`` that the door needs. Raises StorageError."""

    def events(
        self, person_ids: Collection[int], start_utc: datetime, end_utc: datetime
    ) -> tuple[list[CheckIn], list[Correction]]:
        """Return check-ins of these people at start <= instant < end, and every correction that concerns them."""

    def workers(self, person_ids: Collection[int] | None = None) -> list[WorkerRecord]:
        """Return what is known of these people."""


PlanSource = Callable[[], tuple[WorkPlan, HoursRules]]
"""The plan and the rules in force; asked at every sighting, so it must be cheap."""


@dataclass(frozen=True, slots=True)
class DoorPast:
    """What is known of one person at one sighting.

    Attributes:
        events: of the last days, corrections applied.
        plan: with the leave that corrections book.
    """

    worker: Worker
    events: tuple[DoorEvent, ...]
    plan: WorkPlan
    rules: HoursRules


class DoorHours:
    """Reads what the rules of hours need for one sighting. Safe from any thread.

    Args:
        records: check-ins and corrections.
        zone: of the site.
        plan: see ``PlanSource``; when it fails, the last good one is used, so that a wrong plan closes no door.
    """

    def __init__(self, records: DoorRecords, zone: ZoneInfo, plan: PlanSource) -> None:
        self._records = records
        self._zone = zone
        self._plan = plan
        self._good: tuple[WorkPlan, HoursRules] = (WorkPlan(), HoursRules())

    @property
    def zone(self) -> ZoneInfo:
        """Zone of the site."""
        return self._zone

    def rules(self) -> HoursRules:
        """Return the rules in force."""
        return self._in_force()[1]

    def past(self, person_id: int, at_utc: datetime, unsaved: Sequence[CheckIn] = ()) -> DoorPast:
        """Read what is known of one person.

        Args:
            person_id: who was recognised.
            at_utc: aware instant of the sighting.
            unsaved: events of the person that may not be in the records yet; they count like those that are.

        Raises:
            StorageError: the records cannot be read.
        """
        plan, rules = self._in_force()
        record = next(iter(self._records.workers([person_id])), None)
        first_utc = None if record is None else record.first_event_utc
        has_older = first_utc is not None and first_utc < at_utc - RECENT
        for reach in (RECENT, LONG_AGO) if has_older else (RECENT,):
            check_ins, corrections = self._records.events([person_id], at_utc - reach, at_utc + _AHEAD)
            events = effective_events([*check_ins, *unsaved], corrections)
            own = tuple(e for e in events if e.person_id == person_id)
            if any(not e.is_void for e in own):
                break
        leave = tuple(one for one in leave_of(corrections) if one.person_id == person_id)
        if leave:
            plan = replace(plan, leave=(*plan.leave, *leave))
        worker = Worker(person_id, department="" if record is None else record.department)
        return DoorPast(worker, own, plan, rules)

    def note(self, past: DoorPast, step: NextStep, at_utc: datetime) -> DoorNote:
        """Work out what the card of a sighting says; a new event counts already.

        Args:
            past: what is known of the person.
            step: what the sighting means.
            at_utc: of the sighting.
        """
        events, is_new = past.events, step.kind is StepKind.NEW
        if is_new:
            events = (*events, DoorEvent("", past.worker.person_id, at_utc, step.direction))
        today = at_utc.astimezone(self._zone).date()
        days = (today - timedelta(days=1), today)
        sheets = timesheets(past.worker, *days, events, past.plan, past.rules, self._zone, at_utc)
        # A night shift is a day of yesterday.
        sheet = next((s for s in sheets if "" in s.event_ids), sheets[-1])
        is_first = is_new and step.direction is Direction.IN and sheet.first_in_utc == instant_of(seconds_of(at_utc))
        return DoorNote(sheet.worked_s, sheet.late_by_s if is_first else 0, step.missing, step.choices)

    def _in_force(self) -> tuple[WorkPlan, HoursRules]:
        try:
            self._good = self._plan()
        except AttendanceError as err:
            _log.warning("the plan cannot be used, the door goes on with the last good one: %s", err)
        return self._good
