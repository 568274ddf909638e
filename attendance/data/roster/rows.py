"""Statements on people that several operations of the roster share."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from attendance.core.person_text import CodeBook, clean_text
from attendance.core.types import Person
from attendance.data.schema import REVISION_SETTING, CropRow, PersonRow, SettingRow, TemplateRow
from attendance.errors import Reason
from attendance.errors.people import AlmostKnownCode, EnrolmentError, PersonIncomplete, UnknownPerson

_CODE_LENGTH = 64
_NAME_LENGTH = 200
_SHOWN_LENGTH = 40  # of one that is refused


def checked_code(code: str) -> str:
    """Return a code as it is stored.

    Raises:
        EnrolmentError: empty or too long.
    """
    return _checked(code, _CODE_LENGTH, Reason("the code {code}", code=_shown(code)))


def checked_name(name: str) -> str:
    """Return a name as it is stored.

    Raises:
        EnrolmentError: empty or too long.
    """
    return _checked(name, _NAME_LENGTH, Reason("the name {name}", name=_shown(name)))


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…")


def _checked(raw: str, limit: int, where: Reason) -> str:
    cleaned = clean_text(raw)
    if not cleaned:
        raise PersonIncomplete(where=where, reason=Reason("it is empty"))
    if len(cleaned) > limit:
        raise EnrolmentError(where=where, reason=Reason("longer than {count} characters", count=limit))
    return cleaned


def person_row(session: Session, code: str) -> PersonRow:
    """Return the row of a code.

    Raises:
        UnknownPerson: nobody has this code; AlmostKnownCode where one is written almost like it.
    """
    row = session.scalar(select(PersonRow).where(PersonRow.code == clean_text(code)))
    if row is None:
        almost = CodeBook(session.scalars(select(PersonRow.code))).almost(clean_text(code))
        if almost:
            raise AlmostKnownCode(person_code=code, other_code=almost)
        raise UnknownPerson(person_code=code)
    return row


def revision(session: Session) -> str:
    """Return a text that changes whenever people or templates change."""
    return session.scalar(select(SettingRow.value).where(SettingRow.key == REVISION_SETTING)) or ""


def count_change(session: Session) -> None:
    """Note that people or templates changed; belongs into the transaction of the change."""
    # In the transaction of the change itself: another process sees both or neither.
    session.execute(
        text("UPDATE setting SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = :key"),
        {"key": REVISION_SETTING},
    )


def read_people(session: Session, person_id: int | None = None) -> list[Person]:
    """Return all people, or the one with this id, with the numbers of their templates and crops."""
    # Templates of several recognizers lie side by side; the same photographs would be counted once for each.
    by_model = (
        select(TemplateRow.person_id, func.count().label("number"))
        .group_by(TemplateRow.person_id, TemplateRow.model_id)
        .subquery()
    )
    templates = (
        select(by_model.c.person_id, func.max(by_model.c.number).label("number"))
        .group_by(by_model.c.person_id)
        .subquery()
    )
    crops = select(CropRow.person_id, func.count().label("number")).group_by(CropRow.person_id).subquery()
    query = (
        select(
            PersonRow.id,
            PersonRow.code,
            PersonRow.name,
            PersonRow.department,
            PersonRow.is_active,
            PersonRow.language,
            func.coalesce(templates.c.number, 0),
            func.coalesce(crops.c.number, 0),
            PersonRow.may_train,
        )
        .outerjoin(templates, templates.c.person_id == PersonRow.id)
        .outerjoin(crops, crops.c.person_id == PersonRow.id)
    )
    if person_id is not None:
        query = query.where(PersonRow.id == person_id)
    return [Person(*row) for row in session.execute(query)]
