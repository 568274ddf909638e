"""Check-ins that another program recorded: read, judged row by row, kept, and decided about like corrections."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from attendance.core.csv_cells import unguard
from attendance.core.data_file import BadRow, TableLine
from attendance.core.event_imports import EventImport, ImportedEvent, ImportState, made_event_id
from attendance.core.person_text import CodeBook, clean_text
from attendance.core.ports.clock import Clock
from attendance.core.ports.people import Roster
from attendance.core.site_time import read_site_time
from attendance.core.types import Direction
from attendance.core.who import Who
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import ImportRefused

NEEDED_COLUMNS = ("code", "direction")
TIME_COLUMNS = ("utc_time", "at", "local_time")
"""The first of these that a row has counts."""
OPTIONAL_COLUMNS = (*TIME_COLUMNS, "event_id", "source", "similarity", "made_by")
_FORMER_NAMESPACE = uuid.UUID("5f2f6c0e-6d0b-5c0f-9f0a-0d6a3a4b7c11")
"""Of the ids that earlier versions made for rows without one."""
_FORMER_SOURCE = "import"
_BATCH = 500
_MAX_ID = 36
_ID = re.compile(r"[A-Za-z0-9._-]+")
"""No blank and no colon: neither is it taken for a correction nor does it break a line."""
_MAX_TEXT = 200
_MAX_NAME = 255
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class EventStore(Protocol):
    """Where imported check-ins are kept. Raises StorageError."""

    def all(self, state: ImportState | None = None) -> list[EventImport]:
        """Return every import, or those in one state, oldest first."""

    def by_id(self, import_id: str) -> EventImport | None:
        """Return one import as it stands now."""

    def known_ids(self, event_ids: Collection[str]) -> set[str]:
        """Return those ids that are in the log, wait for it, or are taken."""

    def person_keys(self, person_ids: Collection[int]) -> dict[int, bytes]:
        """Return for each person the secret of ``made_event_id``."""

    def add(
        self, events: Sequence[ImportedEvent], *, file_name: str, sha256: str, who: Who, at_utc: datetime
    ) -> EventImport:
        """Keep the check-ins of a file, REQUESTED."""

    def decide(self, import_id: str, state: ImportState, *, who: Who, at_utc: datetime) -> EventImport:
        """Approve or reject an import, for good."""

    def store_approved(self, *, who: Who, at_utc: datetime) -> int:
        """Put the check-ins of every approved import into the log."""


@dataclass(slots=True)
class ImportOutcome:
    """What became of the rows.

    Attributes:
        rows: all that were read.
        added: new events, or what would be new in a dry run; with the two-person rule they wait.
        known: rows whose event id was there already: in the log, waiting, or earlier in the file.
        bad: rows that were left out.
        import_id: of the import, "" when nothing was new.
        is_waiting: somebody else has to approve it first.
    """

    rows: int = 0
    added: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)
    import_id: str = ""
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A good row; ``former_id`` is the id that an earlier version made for it, "" where the file gives one."""

    event: ImportedEvent
    former_id: str


class EventImports:
    """Imports check-ins and decides about them. Safe from any thread.

    With the two-person rule a file waits until somebody else approves it (``Who.may_be``); without, it counts at once.
    What a file says of source, similarity and maker is kept and never becomes the log's.

    Args:
        store: where they are kept.
        roster: who is known.
        clock: says what lies in the future.
        zone: of times without an offset.
        account: the computer's account that imports or decides.
        two_person_rule: whoever imports a file cannot approve it.
    """

    def __init__(
        self, store: EventStore, roster: Roster, clock: Clock, zone: ZoneInfo, *, account: str, two_person_rule: bool
    ) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._zone = zone
        self._account = account
        self._two_person_rule = two_person_rule

    def run(
        self, rows: Iterable[TableLine], *, file_name: str, sha256: str, by: str = "", dry_run: bool = False
    ) -> ImportOutcome:
        """Keep the good rows, all or none of them; rows with a known event id change nothing.

        Args:
            rows: with the columns "code", "direction" and one of ``TIME_COLUMNS``; the other
                ``OPTIONAL_COLUMNS`` may be there.
            file_name: without its folder.
            sha256: of the file, 64 hexadecimal digits.
            by: a name beside the account.
            dry_run: only say what would happen.

        Raises:
            ImportRefused: the name is too long.
            StorageError: the database failed.
        """
        who = self._who(by)
        outcome = ImportOutcome()
        new = self._new_events(rows, outcome)
        outcome.added = len(new)
        if dry_run or not new:
            return outcome
        now = self._clock.now_utc()
        made = self._store.add(new, file_name=file_name[-_MAX_NAME:], sha256=sha256, who=who, at_utc=now)
        outcome.import_id, outcome.is_waiting = made.import_id, self._two_person_rule
        if not self._two_person_rule:
            self._decide(made.import_id, ImportState.APPROVED, who)
        return outcome

    # --- deciding ------------------------------------------------------------------------------------

    def waiting(self) -> list[EventImport]:
        """Return the imports that wait for a decision, oldest first."""
        return self._store.all(ImportState.REQUESTED)

    def approve(self, import_id: str, *, by: str = "") -> EventImport:
        """Let the check-ins of an import count.

        Raises:
            ImportRefused: unknown, decided before, or whoever decides may be who imported it and the two-person rule
                is on.
        """
        who = self._who(by)
        found = self._store.by_id(import_id)
        if found is None:
            raise ImportRefused(detail=Reason("there is no import {name}", name=import_id))
        if self._two_person_rule and found.asked.may_be(who):
            raise ImportRefused(detail=Reason("whoever imported it cannot approve it"))
        return self._decide(import_id, ImportState.APPROVED, who)

    def reject(self, import_id: str, *, by: str = "") -> EventImport:
        """Let the check-ins of an import not count, for good.

        Raises:
            ImportRefused: unknown, or decided before.
        """
        return self._decide(import_id, ImportState.REJECTED, self._who(by))

    def may_have_imported(self, one: EventImport, by: str = "") -> bool:
        """Return whether whoever uses this service may be the one who imported a file."""
        return one.asked.may_be(self._who(by))

    def finish(self) -> int:
        """Put into the log what was approved and not stored before the program was ended; returns its number."""
        return self._store.store_approved(who=self._who(""), at_utc=self._clock.now_utc())

    def _decide(self, import_id: str, state: ImportState, who: Who) -> EventImport:
        now = self._clock.now_utc()
        made = self._store.decide(import_id, state, who=who, at_utc=now)
        if state is ImportState.APPROVED:
            self._store.store_approved(who=who, at_utc=now)
        return self._store.by_id(import_id) or made

    def _who(self, by: str) -> Who:
        name = " ".join(by.split())
        if len(name) > _MAX_TEXT:
            raise ImportRefused(detail=Reason("longer than {count} characters", count=_MAX_TEXT))
        return Who(self._account, name)

    # --- rows ----------------------------------------------------------------------------------------

    def _new_events(self, rows: Iterable[TableLine], outcome: ImportOutcome) -> list[ImportedEvent]:
        people = {person.code: person.id for person in self._roster.list_people()}
        keys = self._store.person_keys(people.values())
        codes = CodeBook(people)
        latest = self._clock.now_utc()
        new: list[ImportedEvent] = []
        seen: set[str] = set()
        batch: list[_Row] = []
        for row in rows:
            outcome.rows += 1
            try:
                good = self._row(row.values, people, keys, codes, latest)
            except Refusal as err:
                outcome.bad.append(BadRow(Reason("line {line}", line=row.line), err.reason))
                continue
            if good.event.event_id in seen:
                outcome.known += 1
                continue
            seen.add(good.event.event_id)
            batch.append(good)
            if len(batch) >= _BATCH:
                new += self._unknown(batch, outcome)
                batch = []
        return new + self._unknown(batch, outcome)

    def _unknown(self, batch: Sequence[_Row], outcome: ImportOutcome) -> list[ImportedEvent]:
        ids = [one for row in batch for one in (row.event.event_id, row.former_id) if one]
        known = self._store.known_ids(ids) if ids else set()
        new = [row.event for row in batch if not {row.event.event_id, row.former_id} & known]
        outcome.known += len(batch) - len(new)
        return new

    def _row(
        self,
        values: Mapping[str, str],
        people: Mapping[str, int],
        keys: Mapping[int, bytes],
        codes: CodeBook,
        latest: datetime,
    ) -> _Row:
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
        source, made_by = clean_text(cells.get("source", "")), clean_text(cells.get("made_by", ""))
        given, former_id = cells.get("event_id", ""), ""
        if len(given) > _MAX_ID or max(len(source), len(made_by)) > _MAX_TEXT:
            raise Refusal(
                Reason(
                    "the event id is longer than {most} or a text longer than {most_text} characters",
                    most=_MAX_ID,
                    most_text=_MAX_TEXT,
                )
            )
        if given and not _ID.fullmatch(given):
            raise Refusal(Reason("an event id has only letters, digits, dots, dashes and underscores"))
        if not given:
            named = (cells.get("source") or _FORMER_SOURCE, code, at_utc.isoformat(timespec="microseconds"), direction)
            former_id = str(uuid.uuid5(_FORMER_NAMESPACE, "|".join(named)))
        person_id = people[code]
        event = ImportedEvent(
            event_id=given or made_event_id(keys[person_id], source=source, at_utc=at_utc, direction=direction),
            person_id=person_id,
            at_utc=at_utc,
            utc_offset_s=self._offset_s(cells, at_utc),
            direction=direction,
            claimed_source=source,
            claimed_similarity=_similarity(cells.get("similarity", "")),
            claimed_made_by=made_by,
        )
        return _Row(event, former_id)

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
