"""A door without a camera: visits and their queue on a log that knows neither corrections nor departments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from attendance.core.corrections import Correction
from attendance.core.hours.plan import WorkPlan
from attendance.core.hours.records import WorkerRecord
from attendance.core.hours.rules import HoursRules
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInLog, UnsavedRecord
from attendance.core.types import CheckIn
from attendance.services.door.check_in_queue import MAX_PENDING, RETRY_AFTER_S, CheckInQueue
from attendance.services.door.hours import DoorHours
from attendance.services.door.visits import Visits


class NewestEvents:
    """Records for DoorHours: the newest event of each person in a log, whenever it was."""

    def __init__(self, log: CheckInLog) -> None:
        self._log = log

    def events(
        self, person_ids: Collection[int], start_utc: datetime, end_utc: datetime
    ) -> tuple[list[CheckIn], list[Correction]]:
        found = (self._log.last_for_person(person_id) for person_id in person_ids)
        return [event for event in found if event is not None], []

    def workers(self, person_ids: Collection[int] | None = None) -> list[WorkerRecord]:
        return []


@dataclass(frozen=True)
class DoorParts:
    visits: Visits
    queue: CheckInQueue


def make_door(
    log: CheckInLog,
    clock: Clock,
    *,
    zone: ZoneInfo,
    cool_down_s: int = 300,
    max_shift_h: int = 15,
    source: str = "door",
    model_id: str = "fake:1",
    retry_after_s: float = RETRY_AFTER_S,
    max_pending: int = MAX_PENDING,
    record: UnsavedRecord | None = None,
) -> DoorParts:
    rules = HoursRules(max_shift_min=max_shift_h * 60, cool_down_s=cool_down_s)
    queue = CheckInQueue(log, clock, record=record, retry_after_s=retry_after_s, max_pending=max_pending)
    hours = DoorHours(NewestEvents(log), zone, lambda: (WorkPlan(), rules))
    return DoorParts(Visits(hours, queue, clock, source=source, model_id=model_id), queue)
