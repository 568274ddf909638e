"""People, templates and crops in the database (port Roster)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from attendance.core.person_text import clean_text
from attendance.core.types import FloatArray, ImageBgr, Person
from attendance.data.audit.entries import add_person_entry, forget_person
from attendance.data.database import Database
from attendance.data.event_import_repository import forget_imported
from attendance.data.keys import sealed_values
from attendance.data.keys.encryption import Cipher
from attendance.data.pending_work import ERASE, note_work
from attendance.data.roster.code_index import CodeIndex
from attendance.data.roster.crop_rows import iter_opened_crops
from attendance.data.roster.rows import checked_code, checked_name, count_change, person_row, read_people, revision
from attendance.data.schema import CheckInRow, CropRow, PersonRow, TemplateRow
from attendance.data.storage_errors import translated
from attendance.errors.people import DuplicateCode


class SqlRoster:
    """The roster in one database.

    Args:
        database: opened database.
        cipher: seals templates and crops.
        keep_crops: asked at each enrolment whether crops are stored.
    """

    def __init__(self, database: Database, cipher: Cipher, *, keep_crops: Callable[[], bool]) -> None:
        self._database = database
        self._cipher = cipher
        self._keep_crops = keep_crops
        self._codes = CodeIndex()

    # --- reading -------------------------------------------------------------------------------------

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        """Return all people by name, then code."""
        with self._database.read() as session:
            people = read_people(session)
        return sorted(
            (person for person in people if include_inactive or person.is_active),
            key=lambda person: (person.name.casefold(), person.code),
        )

    def get_by_code(self, code: str) -> Person:
        """Return one person.

        Raises:
            UnknownPerson: nobody has this code.
        """
        with self._database.read() as session:
            return read_people(session, person_row(session, code).id)[0]

    def get(self, person_id: int) -> Person | None:
        """Return one person by id, None when erased."""
        with self._database.read() as session:
            return next(iter(read_people(session, person_id)), None)

    def load_templates(
        self, model_id: str, *, active_only: bool = True, on_damaged: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[int]]:
        """Return (N, D) float32 unit rows, oldest first, and the person id of each row; (0, 0) when there are none.

        Args:
            model_id: of the recognizer.
            active_only: leave out those of people who are not active.
            on_damaged: gets the person id of each template that is damaged or was moved to another person.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a template is damaged or was moved to another person, and there is no ``on_damaged``.
        """
        query = (
            select(TemplateRow.person_id, TemplateRow.dim, TemplateRow.sealed)
            .where(TemplateRow.model_id == model_id)
            .order_by(TemplateRow.id)
        )
        if active_only:
            query = query.join(PersonRow, PersonRow.id == TemplateRow.person_id).where(PersonRow.is_active)
        with self._database.read() as session:
            sealed_values.check_key(session, self._cipher, self._database.path)
            rows = [(person_id, dim, sealed) for person_id, dim, sealed in session.execute(query)]
        with translated(self._database.path):
            return sealed_values.open_embeddings(self._cipher, rows, model_id=model_id, on_damaged=on_damaged)

    def people_without_templates(self, model_id: str) -> list[Person]:
        """Return everybody, active or not, by name, whom this recognizer does not know."""
        with self._database.read() as session:
            known = set(session.scalars(select(TemplateRow.person_id).where(TemplateRow.model_id == model_id)))
        return [person for person in self.list_people() if person.id not in known]

    def change_token(self) -> str:
        """Return a text that changes whenever people or templates change, in any process. Cheap."""
        with self._database.read() as session:
            return revision(session)

    def iter_crops(self, person_id: int | None = None) -> Iterator[tuple[int, ImageBgr]]:
        """Yield (person id, (112, 112, 3) BGR crop) of every kept crop, oldest first, in bounded memory.

        Args:
            person_id: of one person only; None for everybody.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a crop is damaged or was moved to another person.
        """
        query = select(CropRow.id, CropRow.person_id, CropRow.sealed)
        if person_id is not None:
            query = query.where(CropRow.person_id == person_id)
        for _, owner, crop in iter_opened_crops(self._database, self._cipher, query):
            yield owner, crop

    def iter_training_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        """Yield the person and each kept (112, 112, 3) BGR crop, oldest first, of active people who agreed to training.

        Whoever withdraws the consent, is deactivated or erased meanwhile is left out from the next batch on.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a crop is damaged or was moved to another person.
        """
        query = select(CropRow.id, CropRow.person_id, CropRow.sealed)
        query = query.join(PersonRow, PersonRow.id == CropRow.person_id)
        query = query.where(PersonRow.is_active, PersonRow.may_train)
        people: dict[int, Person] = {}
        for _, person_id, crop in iter_opened_crops(self._database, self._cipher, query):
            person = people.get(person_id) or self.get(person_id)
            if person is not None:
                people[person_id] = person
                yield person, crop

    # --- writing -------------------------------------------------------------------------------------

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
        """Create the person, or add templates to the one with this code and name, in one transaction.

        A department or language that is given replaces that of a known person.

        Args:
            code: stored and compared as ``clean_text`` makes it, like the name.
            name: likewise.
            department: "" leaves a known person's as it is.
            language: likewise.
            templates: pairs of (D,) float32 unit vector and the (112, 112, 3) uint8 BGR crop it came from.
            model_id: recognizer of the vectors.
            beside: (N, D) vectors of the same crops by the model id of other recognizers.

        Raises:
            DuplicateCode: the code belongs to somebody with another name.
            AlmostSameCode: the code is new and written almost like that of somebody else.
            EnrolmentError: code or name is empty or too long.
            KeyUnavailable: the database was encrypted with another key.
            ValueError: an embedding is not a unit vector (a bug).
        """
        code, name = checked_code(code), checked_name(name)
        others = beside or {}
        for embedding in (*(one for one, _ in templates), *(row for rows in others.values() for row in rows)):
            sealed_values.check_embedding(embedding)
        is_keeping = self._keep_crops()

        def write(session: Session) -> Person:
            sealed_values.claim_key(session, self._cipher, self._database.path)
            row = session.scalar(select(PersonRow).where(PersonRow.code == code))
            is_new = row is None
            if row is None:
                self._codes.check_new(session, code)
                row = PersonRow(
                    code=code, name=name, department="", language="", is_active=True, created_utc=datetime.now(UTC)
                )
                session.add(row)
            elif row.name != name:
                raise DuplicateCode(person_code=code, other_name=row.name)
            row.department = clean_text(department) or row.department
            row.language = language or row.language
            session.flush()  # gives a new person the id that its ciphertexts are bound to
            for index, (embedding, crop) in enumerate(templates):
                crop_id = self._add_crop(session, row.id, crop) if crop is not None and is_keeping else None
                self._add_template(session, row.id, embedding, model_id, crop_id)
                for other, rows in others.items():
                    self._add_template(session, row.id, rows[index], other, crop_id)
            action = "person.enrolled" if is_new else "person.extended"
            add_person_entry(session, row.id, action, templates=len(templates), model_id=model_id)
            count_change(session)
            if is_new:
                self._codes.note_added(session, code)
            return read_people(session, row.id)[0]

        return self._database.write(write)

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
        """Change the given fields.

        Raises:
            UnknownPerson: nobody has this code.
            EnrolmentError: the name is empty or too long.
        """
        given: dict[str, object] = {
            "name": None if name is None else checked_name(name),
            "department": None if department is None else clean_text(department),
            "language": language,
            "is_active": is_active,
            "may_train": may_train,
        }

        def write(session: Session) -> Person:
            row = person_row(session, code)
            changed = sorted(field for field, value in given.items() if value not in (None, getattr(row, field)))
            for field in changed:
                setattr(row, field, given[field])
            if "is_active" in changed:
                row.deactivated_utc = None if is_active else datetime.now(UTC)
            session.flush()
            if changed:
                switches = {field: given[field] for field in changed if isinstance(given[field], bool)}
                add_person_entry(session, row.id, "person.updated", changed=changed, **switches)
            count_change(session)
            return read_people(session, row.id)[0]

        return self._database.write(write)

    def erase(self, code: str) -> tuple[int, int, int]:
        """Remove name, templates and crops for good; attendance rows stay without any link to the person.

        The removal is committed first, with a note of what it leaves to do: the file is rewritten without the deleted
        bytes and copies of earlier upgrades are removed, now or, should that fail or be cut short, at the next start.

        Returns:
            Numbers of removed templates, removed crops and kept attendance rows.

        Raises:
            UnknownPerson: nobody has this code.
        """

        def write(session: Session) -> tuple[int, int, int]:
            person_id = person_row(session, code).id
            counts = tuple(
                session.scalar(select(func.count()).select_from(table).where(table.person_id == person_id)) or 0
                for table in (TemplateRow, CropRow, CheckInRow)
            )
            kept = dict(zip(("templates", "crops", "check_ins"), counts, strict=True))
            add_person_entry(session, person_id, "person.erased", **kept)
            forget_person(session, person_id)
            forget_imported(session, person_id)
            session.execute(update(CheckInRow).where(CheckInRow.person_id == person_id).values(person_id=None))
            for table in (TemplateRow, CropRow):
                session.execute(delete(table).where(table.person_id == person_id))
            session.execute(delete(PersonRow).where(PersonRow.id == person_id))
            note_work(session, ERASE)
            count_change(session)
            return counts[0], counts[1], counts[2]

        counts = self._database.write(write)
        self._database.finish_pending()
        return counts

    def _add_crop(self, session: Session, person_id: int, crop: ImageBgr) -> int:
        row = CropRow(person_id=person_id, sealed=sealed_values.seal_crop(self._cipher, crop, person_id=person_id))
        session.add(row)
        session.flush()
        return row.id

    def _add_template(
        self, session: Session, person_id: int, embedding: FloatArray, model_id: str, crop_id: int | None
    ) -> None:
        sealed = sealed_values.seal_embedding(self._cipher, embedding, person_id=person_id, model_id=model_id)
        session.execute(
            insert(TemplateRow).values(
                person_id=person_id,
                crop_id=crop_id,
                model_id=model_id,
                dim=len(embedding),
                dtype=sealed_values.DTYPE,
                sealed=sealed,
            )
        )
