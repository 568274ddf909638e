"""Which recognizer is in use, and the templates of several of them side by side (port Recognizers)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from attendance.core.ports.settings import (
    ACTIVE_PACK_SETTING,
    CANDIDATE_MODEL_SETTING,
    CANDIDATE_PACK_SETTING,
    PREVIOUS_PACK_SETTING,
)
from attendance.core.recognition.unknown_people import would_not_know
from attendance.core.types import ImageBgr, Person, RecognizerChoice, Template
from attendance.data.audit.entries import add_entry
from attendance.data.database import Database
from attendance.data.keys import sealed_values
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.crop_rows import iter_opened_crops
from attendance.data.roster.rows import count_change, read_people
from attendance.data.schema import CropRow, PersonRow, SettingRow, ShadowProbeRow, TemplateRow
from attendance.data.settings_repository import put_setting
from attendance.errors import Reason
from attendance.errors.models import SwitchRefused

# "<pack>:<digits>" -> "<pack>".
_pack_of_template = func.substr(TemplateRow.model_id, 1, func.instr(TemplateRow.model_id, ":") - 1)


class SqlRecognizers:
    """The recognizers of one database.

    Args:
        database: opened database.
        cipher: seals templates and opens crops.
        default_pack: pack in use while the database names none.
    """

    def __init__(self, database: Database, cipher: Cipher, *, default_pack: str) -> None:
        self._database = database
        self._cipher = cipher
        self._default_pack = default_pack

    # --- reading -------------------------------------------------------------------------------------

    def choice(self) -> RecognizerChoice:
        """Return which packs play which part, all of one moment."""
        with self._database.read() as session:
            return self._choice(session)

    def count_crops_without(self, model_id: str) -> int:
        """Return the number of kept crops that this recognizer has not embedded."""
        with self._database.read() as session:
            return _count_crops_without(session, model_id)

    def iter_crops_without(self, model_id: str) -> Iterator[tuple[int, int, ImageBgr]]:
        """Yield (crop id, person id, (112, 112, 3) BGR crop) of these, oldest first, in bounded memory.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a crop is damaged or was moved to another person.
        """
        query = select(CropRow.id, CropRow.person_id, CropRow.sealed).where(~_has_template(model_id))
        return iter_opened_crops(self._database, self._cipher, query)

    def unknown_to(self, model_id: str, *, known_to_pack: str | None = None) -> list[Person]:
        """Return the active people, by name, who have templates, but none of this recognizer.

        Args:
            model_id: the recognizer.
            known_to_pack: count only templates of this pack, not of any.
        """
        with self._database.read() as session:
            return _unknown_to(session, model_id, known_to_pack)

    def has_templates_without_crops(self) -> bool:
        """Tell whether anybody's template could not be made again."""
        with self._database.read() as session:
            return bool(session.scalar(select(exists().where(TemplateRow.crop_id.is_(None)))))

    def models_of(self, pack_id: str) -> list[str]:
        """Return the recognizers (model ids) of this pack name that templates are of, the newest templates first."""
        query = select(TemplateRow.model_id).where(_pack_of_template == pack_id).group_by(TemplateRow.model_id)
        with self._database.read() as session:
            return list(session.scalars(query.order_by(func.max(TemplateRow.id).desc())))

    # --- writing -------------------------------------------------------------------------------------

    def set_candidate(self, pack_id: str) -> None:
        """Name the candidate; another one before it is discarded in the same transaction.

        Raises:
            SwitchRefused: the pack is in use.
        """

        def write(session: Session) -> None:
            choice = self._choice(session)
            if pack_id == choice.active:
                raise SwitchRefused(reason=Reason("{name} is in use already", name=pack_id))
            if choice.candidate != pack_id:
                self._forget_candidate(session, choice)
                put_setting(session, CANDIDATE_PACK_SETTING, pack_id)

        self._database.write(write)

    def add_templates(self, templates: Sequence[Template], *, candidate: str | None = None) -> bool:
        """Add templates of kept crops in one transaction.

        Those are left out whose crop is gone or has a template of the same recognizer already.

        Args:
            templates: with their crop ids, all of one recognizer.
            candidate: pack that must still be the candidate; None for the recognizer in use, whose galleries are told
                of the change.

        Returns:
            False, and nothing is added, when it is not the candidate any more.

        Raises:
            KeyUnavailable: the database was encrypted with another key.
            ValueError: an embedding is not a unit vector, or the templates are of several recognizers (a bug).
        """
        if len({template.model_id for template in templates}) > 1:
            raise ValueError("templates of several recognizers")
        rows = {template.crop_id: self._row(template) for template in templates}

        def write(session: Session) -> bool:
            sealed_values.claim_key(session, self._cipher, self._database.path)
            if candidate is not None and self._choice(session).candidate != candidate:
                return False
            if not templates:
                return True
            query = select(CropRow.id).where(CropRow.id.in_(rows), ~_has_template(templates[0].model_id))
            if missing := session.scalars(query).all():
                session.execute(insert(TemplateRow), [rows[crop_id] for crop_id in missing])
                if candidate is None:
                    count_change(session)
            return True

        return self._database.write(write)

    def mark_prepared(self, pack_id: str, model_id: str) -> bool:
        """Note that every kept crop has a template of the candidate; False when it is not the candidate any more."""

        def write(session: Session) -> bool:
            if self._choice(session).candidate != pack_id:
                return False
            put_setting(session, CANDIDATE_MODEL_SETTING, model_id)
            # The pack may have got another recognizer since it was prepared before.
            session.execute(delete(ShadowProbeRow).where(ShadowProbeRow.new_model_id != model_id))
            count_change(session)  # once, and not with each batch: every kiosk reads its gallery anew
            return True

        return self._database.write(write)

    def promote(self, pack_id: str, model_id: str, *, force: bool = False, overruled: Sequence[str] = ()) -> bool:
        """Put the candidate in use, in one transaction; the pack before it becomes the previous one.

        Templates of kept crops that belong to neither of the two are removed, and so are the shadow probes. Templates
        without a crop cannot be made again and stay.

        Args:
            pack_id: the candidate.
            model_id: its recognizer.
            force: also when somebody would not be known any more.
            overruled: what spoke against it, for the audit log.

        Returns:
            False, and nothing is changed, while it lacks a kept crop: one was enrolled after the preparation.

        Raises:
            SwitchRefused: it is not the candidate, or without ``force`` somebody would not be known any more.
        """

        def write(session: Session) -> bool:
            choice = self._choice(session)
            if choice.candidate != pack_id:
                raise SwitchRefused(reason=Reason("{name} is not the candidate any more", name=pack_id))
            if _count_crops_without(session, model_id):
                return False
            lost = _unknown_to(session, model_id, choice.active)
            if lost and not force:
                raise SwitchRefused(reason=would_not_know(pack_id, lost))
            put_setting(session, ACTIVE_PACK_SETTING, pack_id)
            put_setting(session, PREVIOUS_PACK_SETTING, choice.active)
            _clear_candidate(session)
            add_entry(
                session,
                action="recognizer.promoted",
                subject=pack_id,
                data={"recognizer": model_id, "before": choice.active, "overruled": [*overruled], "unknown": len(lost)},
            )
            is_other = _pack_of_template.not_in([pack_id, choice.active])
            session.execute(delete(TemplateRow).where(TemplateRow.crop_id.is_not(None), is_other))
            count_change(session)
            return True

        return self._database.write(write)

    def discard(self) -> None:
        """Forget the candidate, its shadow probes and its templates, in one transaction; harmless without one."""
        self._database.write(lambda session: self._forget_candidate(session, self._choice(session)))

    def rollback(self, expected: str) -> None:
        """Put the previous pack in use, in one transaction; then there is no previous one any more.

        The templates of the pack that was in use stay until another one is promoted.

        Raises:
            SwitchRefused: the previous pack is not the expected one.
        """

        def write(session: Session) -> None:
            choice = self._choice(session)
            if choice.previous != expected:
                raise SwitchRefused(reason=Reason("{name} is not the recognizer before the one in use", name=expected))
            put_setting(session, ACTIVE_PACK_SETTING, expected)
            put_setting(session, PREVIOUS_PACK_SETTING, "")
            add_entry(session, action="recognizer.rolled_back", subject=expected, data={"before": choice.active})
            if choice.candidate == expected:
                _clear_candidate(session)
            session.execute(delete(ShadowProbeRow))  # comparisons with what is not in use any more
            count_change(session)

        self._database.write(write)

    def stay_with(self, model_id: str, kept_model_id: str, pack_id: str, *, expected: str) -> None:
        """Give the templates of one recognizer another model id and put its pack in use, in one transaction.

        Args:
            model_id: as the templates have it.
            kept_model_id: of the same recognizer under the name of the kept pack.
            pack_id: the kept pack.
            expected: pack that must still be in use; nothing is changed when it is not.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a template is damaged.
        """

        def write(session: Session) -> None:
            if self._choice(session).active != expected:
                return
            sealed_values.check_key(session, self._cipher, self._database.path)
            query = select(TemplateRow).where(TemplateRow.model_id == model_id)
            for row in session.scalars(query):
                sealed = [(row.person_id, row.dim, row.sealed)]
                (embedding,), _ = sealed_values.open_embeddings(self._cipher, sealed, model_id=model_id)
                row.model_id = kept_model_id  # a template is sealed for its recognizer
                row.sealed = sealed_values.seal_embedding(
                    self._cipher, embedding, person_id=row.person_id, model_id=kept_model_id
                )
            put_setting(session, ACTIVE_PACK_SETTING, pack_id)
            count_change(session)

        self._database.write(write)

    def retire_older(self, pack_id: str, model_id: str) -> None:
        """Remove templates of kept crops that an earlier recognizer of the same pack name made."""
        older = delete(TemplateRow).where(
            TemplateRow.crop_id.is_not(None), _pack_of_template == pack_id, TemplateRow.model_id != model_id
        )
        self._database.write(lambda session: session.execute(older))

    def _choice(self, session: Session) -> RecognizerChoice:
        rows = session.execute(select(SettingRow.key, SettingRow.value).where(SettingRow.key.in_(_SETTINGS)))
        found: dict[str, str] = {key: value for key, value in rows if value}
        return RecognizerChoice(
            found.get(ACTIVE_PACK_SETTING, self._default_pack),
            found.get(CANDIDATE_PACK_SETTING),
            found.get(CANDIDATE_MODEL_SETTING),
            found.get(PREVIOUS_PACK_SETTING),
        )

    def _forget_candidate(self, session: Session, choice: RecognizerChoice) -> None:
        if choice.candidate is None:
            return
        if choice.candidate != choice.previous:
            own = delete(TemplateRow).where(TemplateRow.crop_id.is_not(None), _pack_of_template == choice.candidate)
            session.execute(own)
        _clear_candidate(session)
        count_change(session)

    def _row(self, template: Template) -> dict[str, object]:
        if template.crop_id is None:
            raise ValueError("a template without a crop is enrolled, not added")
        sealed_values.check_embedding(template.embedding)
        return {
            "person_id": template.person_id,
            "crop_id": template.crop_id,
            "model_id": template.model_id,
            "dim": len(template.embedding),
            "dtype": sealed_values.DTYPE,
            "sealed": sealed_values.seal_embedding(
                self._cipher, template.embedding, person_id=template.person_id, model_id=template.model_id
            ),
        }


_SETTINGS = (ACTIVE_PACK_SETTING, PREVIOUS_PACK_SETTING, CANDIDATE_PACK_SETTING, CANDIDATE_MODEL_SETTING)


def _has_template(model_id: str) -> ColumnElement[bool]:
    return exists().where(TemplateRow.crop_id == CropRow.id, TemplateRow.model_id == model_id)


def _count_crops_without(session: Session, model_id: str) -> int:
    return session.scalar(select(func.count()).select_from(CropRow).where(~_has_template(model_id))) or 0


def _unknown_to(session: Session, model_id: str, known_to_pack: str | None) -> list[Person]:
    somehow = select(TemplateRow.person_id)
    if known_to_pack is not None:
        somehow = somehow.where(_pack_of_template == known_to_pack)
    known = select(TemplateRow.person_id).where(TemplateRow.model_id == model_id)
    query = select(PersonRow.id).where(PersonRow.is_active, PersonRow.id.in_(somehow), PersonRow.id.not_in(known))
    if not (ids := set(session.scalars(query))):
        return []
    people = (person for person in read_people(session) if person.id in ids)
    return sorted(people, key=lambda person: (person.name.casefold(), person.code))


def _clear_candidate(session: Session) -> None:
    put_setting(session, CANDIDATE_PACK_SETTING, "")
    put_setting(session, CANDIDATE_MODEL_SETTING, "")
    session.execute(delete(ShadowProbeRow))
