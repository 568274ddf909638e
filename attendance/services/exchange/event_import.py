"""Check-ins that another program recorded: read, judged row by row, stored in batches."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from attendance.core.csv_cells import unguard
from attendance.core.data_file import BadRow, TableLine
from attendance.core.person_text import CodeBook, clean_text
from attendance.core.ports.clock import Clock
from attendance.core.ports.people import Roster
from attendance.core.site_time import read_site_time
from attendance.core.types import CheckIn, Direction
from attendance.errors import Reason, Refusal

NEEDED_COLUMNS = ("code", "direction")
TIME_COLUMNS = ("utc_time", "at", "local_time")
"""The first of these that a row has counts."""
OPTIONAL_COLUMNS = (*TIME_COLUMNS, "event_id", "source", "similarity", "made_by")
NAMESPACE = uuid.UUID("5f2f6c0e-6d0b-5c0f-9f0a-0d6a3a4b7c11")
"""Of the ids that are made for rows without one; fixed for ever, so that a second import finds them again."""
IMPORTED_BY = "import"
_BATCH = 500
_MAX_ID = 36
_MAX_TEXT = 200
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class EventStore(Protocol):
    """Where the events go. Raises StorageError."""

    def append_all(self, events: Sequence[CheckIn]) -> int:
        """Store events in one transaction; returns the number of new ones."""

    def known_ids(self, event_ids: Sequence[str]) -> set[str]:
        """Return those ids that are there already."""


@dataclass(slots=True)
class ImportOutcome:
    """What became of the rows.

    Attributes:
        rows: all that were read.
        added: new events, or what would be new in a dry run.
        known: rows whose event id was there already, in the log or earlier in the file.
        bad: rows that were left out.
    """

    rows: int = 0
    added: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)


class EventImport:
    """Imports check-ins.

    Args:
        store: the log.
        roster: who is known.
        clock: says what lies in the future.
        zone: of times without an offset.
    """

    def __init__(self, store: EventStore, roster: Roster, clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._zone = zone

    def run(self, rows: Iterable[TableLine], *, dry_run: bool = False) -> ImportOutcome:
        """Store the good rows, some hundreds in a transaction; rows with a known event id change nothing.

        Args:
            rows: with the columns "code", "direction" and one of ``TIME_COLUMNS``; the other
                ``OPTIONAL_COLUMNS`` may be there.
            dry_run: only say what would happen.

        Raises:
            StorageError: the database failed; whole batches may be stored, and a repeated import adds the rest.
        """
        people = {person.code: person.id for person in self._roster.list_people()}
        codes = CodeBook(people)
        latest = self._clock.now_utc()
        outcome = ImportOutcome()
        seen: set[str] = set()
        batch: dict[str, CheckIn] = {}
        for row in rows:
            outcome.rows += 1
            try:
                event = self._event(row.values, people, codes, latest)
            except Refusal as err:
                outcome.bad.append(BadRow(Reason("line {line}", line=row.line), err.reason))
                continue
            if event.event_id in seen:
                outcome.known += 1
                continue
            seen.add(event.event_id)
            batch[event.event_id] = event
            if len(batch) >= _BATCH:
                self._store_batch(batch, outcome, dry_run)
                batch = {}
        self._store_batch(batch, outcome, dry_run)
        return outcome

    def _store_batch(self, batch: Mapping[str, CheckIn], outcome: ImportOutcome, dry_run: bool) -> None:
        if not batch:
            return
        known = self._store.known_ids(list(batch))
        new = [event for event_id, event in batch.items() if event_id not in known]
        added = len(new) if dry_run or not new else self._store.append_all(new)
        outcome.added += added
        outcome.known += len(batch) - added

    def _event(
        self, values: Mapping[str, str], people: Mapping[str, int], codes: CodeBook, latest: datetime
    ) -> CheckIn:
        cells = {name: unguard(text.strip()).replace("\0", "") for name, text in values.items()}
        code = clean_text(cells.get("code", ""))
        if not code:
            raise Refusal(Reason("no code of a person"))
        if code not in people:
            raise Refusal(codes.nobody(code))
        at_utc = self._instant(cells)
        if at_utc > latest:
            raise Refusal(Reason("the time is in the future"))
        if at_utc < _EARLIEST:
            raise Refusal(Reason("the time is before 1990"))
        try:
            direction = Direction(cells.get("direction", "").lower())
        except ValueError:
            raise Refusal(Reason("the direction is not one of {names}", names=[*Direction])) from None
        source, made_by = cells.get("source") or IMPORTED_BY, cells.get("made_by") or IMPORTED_BY
        event_id = cells.get("event_id", "")
        if not event_id:
            named = "|".join((source, code, at_utc.isoformat(timespec="microseconds"), direction.value))
            event_id = str(uuid.uuid5(NAMESPACE, named))
        if len(event_id) > _MAX_ID or not event_id.isprintable() or max(len(source), len(made_by)) > _MAX_TEXT:
            raise Refusal(
                Reason(
                    "the event id is longer than {most} or a text longer than {most_text} characters",
                    most=_MAX_ID,
                    most_text=_MAX_TEXT,
                )
            )
        return CheckIn(
            event_id=event_id,
            person_id=people[code],
            at_utc=at_utc,
            utc_offset_s=self._offset_s(cells, at_utc),
            direction=direction,
            similarity=_similarity(cells.get("similarity", "")),
            margin=None,
            source=source,
            model_id="",
            made_by=made_by,
        )

    def _instant(self, cells: Mapping[str, str]) -> datetime:
        text = next((cells[name] for name in TIME_COLUMNS if cells.get(name)), "")
        if not text:
            raise Refusal(Reason("no time"))
        return read_site_time(text, self._zone)

    def _offset_s(self, cells: Mapping[str, str], at_utc: datetime) -> int:
        """Return what the clock at the door was off UTC: as ``local_time`` says, else as the site's zone has it."""
        try:
            shown = datetime.fromisoformat(cells.get("local_time", "")).utcoffset()
        except ValueError:
            shown = None
        offset = shown if shown is not None else at_utc.astimezone(self._zone).utcoffset()
        return int((offset or timedelta()).total_seconds())


def _similarity(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise Refusal(Reason("{text} is not a similarity", text=repr(text[:40]))) from None
    if not -1.0 <= value <= 1.0:
        raise Refusal(Reason("a similarity lies from -1 to 1"))
    return value
