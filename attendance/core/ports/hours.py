"""Plans, corrections and what timesheets are worked out from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from attendance.core.corrections import Correction, CorrectionState, DisputedCrop
from attendance.core.hours.records import KeptNumbers, KeptSheet, Revisions, StoredPlan, WorkerRecord
from attendance.core.types import CheckIn, ImageBgr
from attendance.core.who import Who


class Corrections(Protocol):
    """Corrections of the check-in log. Rows are only added. Safe from any thread; raises StorageError."""

    def request(self, correction: Correction) -> Correction:
        """Store a new correction in its state, REQUESTED, PROVISIONAL or APPROVED; return it as stored.

        Raises:
            CorrectionRefused: the person or the event does not exist, or the id is taken.
        """

    def decide(self, correction_id: str, state: CorrectionState, *, who: Who, at_utc: datetime) -> Correction:
        """Approve or reject a correction; an approved one may still be rejected, a rejected one stays so.

        Raises:
            CorrectionRefused: unknown, or decided like that before.
        """

    def by_id(self, correction_id: str) -> Correction | None:
        """Return one correction as it stands now."""

    def for_event(self, event_id: str) -> list[Correction]:
        """Return the corrections of one event, oldest first, in any state."""

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        """Return what concerns some time, oldest first, in any state.

        Args:
            start_utc: corrections of events that were, or are now, at start <= instant < end.
            end_utc: see above.
            first_day: leave that overlaps these days, both included.
            last_day: see above.
        """

    def all_open(self) -> list[Correction]:
        """Return the corrections that wait for a decision, REQUESTED or PROVISIONAL, oldest first."""


class DisputedCrops(Protocol):
    """Faces of check-ins that people took back, kept with consent. Raises StorageError."""

    def add(
        self,
        person_id: int,
        crop_bgr: ImageBgr,
        *,
        similarity: float | None,
        at_utc: datetime,
        model_id: str,
        shown_person_id: int | None = None,
    ) -> None:
        """Keep one crop until one of the two people is erased.

        Args:
            person_id: whom the face was taken for.
            crop_bgr: (112, 112, 3) uint8 BGR.
            similarity: cosine of the wrong match.
            at_utc: aware UTC instant of the event.
            model_id: recognizer that was wrong.
            shown_person_id: who it really is, None when nobody knows.
        """

    def iter(self) -> Iterator[DisputedCrop]:
        """Yield every kept crop, oldest first, in bounded memory."""

    def count(self) -> int:
        """Return their number."""


class WorkPlans(Protocol):
    """Versions of the plan that says who works when. Raises StorageError."""

    def current(self) -> StoredPlan | None:
        """Return the version in force, None while there is none."""

    def save(self, text: str, by: str) -> StoredPlan:
        """Store a new version, in force at once; older ones are kept.

        Args:
            text: TOML or JSON that was checked before.
            by: the name that whoever saves it gives, 1 to 200 characters; the account is noted beside it.
        """

    def versions(self) -> list[StoredPlan]:
        """Return all versions, newest first."""


class HoursRecords(Protocol):
    """What hours are worked out from, and the days that were. Safe from any thread; raises StorageError."""

    def workers(self, person_ids: Collection[int] | None = None) -> list[WorkerRecord]:
        """Return what is known of these people, of everybody without ``person_ids``, by id."""

    def revisions(self, start_utc: datetime, end_utc: datetime, person_ids: Collection[int] | None = None) -> Revisions:
        """Return what changes with every check-in at start <= at_utc < end and with every correction."""

    def events(
        self, person_ids: Collection[int], start_utc: datetime, end_utc: datetime
    ) -> tuple[list[CheckIn], list[Correction]]:
        """Return what ``effective_events`` needs to know the events of these people at start <= instant < end.

        That is their check-ins then, all corrections that may concern these people, and the check-ins, also of other
        people and times, that these corrections are about.
        """

    def kept_sheets(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptSheet]:
        """Return the kept days of these people, both days included, in any order."""

    def kept_numbers(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptNumbers]:
        """Return the numbers of the same days."""

    def keep(self, sheets: Sequence[KeptSheet]) -> None:
        """Keep days, in place of older versions of them."""
