"""Storage in memory: roster, check-ins and settings."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from attendance.core.ports.door import EventRow
from attendance.core.types import CheckIn, FloatArray, ImageBgr, Person, Template
from attendance.errors.people import DuplicateCode, UnknownPerson
from attendance.errors.storage import DiskFull, StorageError
from tests.fakes import EMBEDDING_SIZE, MODEL_ID, WAIT_S, identity_vector


class InMemoryRoster:
    """Roster in lists (port Roster).

    Attributes:
        failure: raised by every method while set.
        loads: number of load_templates() calls.
        events_of: number of kept attendance rows that erase() reports, by person id.
    """

    def __init__(self) -> None:
        self.failure: StorageError | None = None
        self.loads = 0
        self.events_of: dict[int, int] = {}
        self._lock = threading.RLock()
        self._people: dict[int, Person] = {}
        self._templates: list[Template] = []
        self._ids = itertools.count(1)
        self._version = 0

    def add(self, name: str, *identities: int, language: str = "") -> Person:
        """Enrol a person with one template for each identity (test shortcut); the code is the lower-case name."""
        rows: list[tuple[FloatArray, ImageBgr | None]] = [(identity_vector(i), None) for i in identities]
        return self.enrol(code=name.lower(), name=name, language=language, templates=rows, model_id=MODEL_ID)

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        with self._checked():
            people = [self._counted(p) for p in self._people.values() if include_inactive or p.is_active]
        return sorted(people, key=lambda p: p.name)

    def get_by_code(self, code: str) -> Person:
        with self._checked():
            for person in self._people.values():
                if person.code == code:
                    return self._counted(person)
        raise UnknownPerson(person_code=code)

    def get(self, person_id: int) -> Person | None:
        with self._checked():
            person = self._people.get(person_id)
            return None if person is None else self._counted(person)

    def enrol(
        self,
        *,
        code: str,
        name: str,
        department: str = "",
        language: str = "",
        templates: Sequence[tuple[FloatArray, ImageBgr | None]],
        model_id: str,
        beside: Mapping[str, FloatArray] | None = None,
    ) -> Person:
        with self._checked():
            person = next((p for p in self._people.values() if p.code == code), None)
            if person is not None and person.name != name:
                raise DuplicateCode(person_code=code, other_name=person.name)
            if person is None:
                person = Person(next(self._ids), code, name, department, language=language)
                self._people[person.id] = person
            for embedding, crop in templates:
                self._templates.append(Template(person.id, model_id, embedding, crop, next(self._ids)))
            for other, rows in (beside or {}).items():
                self._templates += [Template(person.id, other, row, None, next(self._ids)) for row in rows]
            self._version += 1
            return self._counted(person)

    def update(
        self,
        code: str,
        *,
        name: str | None = None,
        department: str | None = None,
        language: str | None = None,
        is_active: bool | None = None,
        may_train: bool | None = None,
    ) -> Person:
        with self._checked():
            old = self.get_by_code(code)
            new = replace(
                old,
                name=old.name if name is None else name,
                department=old.department if department is None else department,
                language=old.language if language is None else language,
                is_active=old.is_active if is_active is None else is_active,
                may_train=old.may_train if may_train is None else may_train,
            )
            self._people[old.id] = new
            self._version += 1
            return new

    def erase(self, code: str) -> tuple[int, int, int]:
        with self._checked():
            person = self.get_by_code(code)
            del self._people[person.id]
            self._templates = [t for t in self._templates if t.person_id != person.id]
            self._version += 1
            return person.template_count, person.crop_count, self.events_of.get(person.id, 0)

    def load_templates(
        self, model_id: str, *, active_only: bool = True, on_damaged: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[int]]:
        with self._checked():
            self.loads += 1
            kept = [
                t
                for t in self._templates
                if t.model_id == model_id and (self._people[t.person_id].is_active or not active_only)
            ]
        if not kept:
            return np.zeros((0, EMBEDDING_SIZE), dtype=np.float32), []
        return np.stack([t.embedding for t in kept]).astype(np.float32), [t.person_id for t in kept]

    def change_token(self) -> str:
        with self._checked():
            return str(self._version)

    def iter_crops(self, person_id: int | None = None) -> Iterator[tuple[int, ImageBgr]]:
        with self._checked():
            kept = [(t.person_id, t.crop_bgr) for t in self._templates if person_id in (None, t.person_id)]
        for person_id, crop in kept:
            if crop is not None:
                yield person_id, crop

    def iter_training_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        for person_id, crop in self.iter_crops():
            person = self.get(person_id)
            if person is not None and person.is_active and person.may_train:
                yield person, crop

    def people_without_templates(self, model_id: str) -> list[Person]:
        with self._checked():
            known = {t.person_id for t in self._templates if t.model_id == model_id}
            return [self._counted(p) for p in self._people.values() if p.id not in known]

    def _checked(self) -> threading.RLock:
        if self.failure is not None:
            raise self.failure
        return self._lock

    def _counted(self, person: Person) -> Person:
        own = [t for t in self._templates if t.person_id == person.id]
        crops = sum(t.crop_bgr is not None for t in own)
        return replace(person, template_count=len(own), crop_count=crops)


class InMemoryCheckInLog:
    """Append-only log in a list (port CheckInLog).

    Futures resolve at once, in the calling thread, unless ``is_held``.

    Attributes:
        events: the saved rows, oldest first.
        attempts: the event_id of every append(), also of failed ones.
        is_held: True keeps futures open until ``release_held()``.
    """

    def __init__(self, *, fail_times: int = 0, roster: InMemoryRoster | None = None) -> None:
        self.events: list[CheckIn] = []
        self.attempts: list[str] = []
        self.is_held = False
        self.read_failure: StorageError | None = None
        self._failure: StorageError = DiskFull(path="attendance.db")
        self._fail_times = fail_times
        self._roster = roster
        self._held: list[tuple[CheckIn, Future[CheckIn]]] = []
        self._changed = threading.Condition(threading.RLock())

    def fail(self, times: int, error: StorageError | None = None) -> None:
        """Let the next ``times`` appends fail; 0 heals the disk."""
        with self._changed:
            self._fail_times = times
            self._failure = error or self._failure

    def release_held(self) -> None:
        """Resolve the open futures and hold no more."""
        with self._changed:
            self.is_held = False
            held, self._held = self._held, []
        for event, future in held:
            self._resolve(event, future)

    def wait_for(self, predicate: Callable[[InMemoryCheckInLog], bool], timeout_s: float = WAIT_S) -> bool:
        """Wait until the predicate holds; it is looked at after every append."""
        with self._changed:
            return self._changed.wait_for(lambda: predicate(self), timeout_s)

    def append(self, event: CheckIn) -> Future[CheckIn]:
        future: Future[CheckIn] = Future()
        with self._changed:
            self.attempts.append(event.event_id)
            is_held = self.is_held
            if is_held:
                self._held.append((event, future))
            self._changed.notify_all()
        if not is_held:
            self._resolve(event, future)
        return future

    def last_for_person(self, person_id: int) -> CheckIn | None:
        if self.read_failure is not None:
            raise self.read_failure
        with self._changed:
            own = [e for e in self.events if e.person_id == person_id]
        return max(own, key=lambda e: e.at_utc, default=None)

    def get(self, event_id: str) -> CheckIn | None:
        return next((event for event in self.events if event.event_id == event_id), None)

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        with self._changed:
            rows = sorted((e for e in self.events if start_utc <= e.at_utc < end_utc), key=lambda e: e.at_utc)
        for event in rows:
            person = None
            if self._roster is not None and event.person_id is not None:
                person = self._roster.get(event.person_id)
            yield event, person

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        for event, person in self.between(start_utc, end_utc):
            at_us = (event.at_utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            about = (person.code, person.name, person.department) if person else (None, None, None)
            way, seen = event.direction.value, event.similarity
            yield EventRow(
                event.event_id, at_us, event.utc_offset_s, way, seen, event.source, event.made_by, *about, event.method
            )

    def count(self) -> int:
        with self._changed:
            return len(self.events)

    def _resolve(self, event: CheckIn, future: Future[CheckIn]) -> None:
        with self._changed:
            error = self._failure if self._fail_times > 0 else None
            self._fail_times = max(0, self._fail_times - 1)
            if error is None and event.event_id not in {e.event_id for e in self.events}:
                self.events.append(event)
            self._changed.notify_all()
        if error is None:
            future.set_result(event)
        else:
            future.set_exception(error)


class InMemorySettings:
    """Site settings in a dictionary (port SettingsStore)."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def get(self, key: str, default: str) -> str:
        return self.values.get(key, default)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value
