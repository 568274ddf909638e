"""All codes of the roster, kept while the roster stays as it is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from attendance.core.person_text import CodeBook
from attendance.data.roster.rows import revision
from attendance.data.schema import PersonRow
from attendance.errors.people import AlmostSameCode


class CodeIndex:
    """Refuses new codes that are almost one in use. For the writer thread only.

    Reading ten thousand codes takes some 20 ms; an import of ten thousand people must not do that for each.
    """

    def __init__(self) -> None:
        self._book = CodeBook()
        self._revision: str | None = None

    def check_new(self, session: Session, code: str) -> None:
        """Check the code of a person who is about to be added in this transaction.

        Raises:
            AlmostSameCode: it is written almost like that of somebody else.
        """
        now = revision(session)
        if now != self._revision:
            self._book, self._revision = CodeBook(session.scalars(select(PersonRow.code))), now
        almost = self._book.almost(code)
        if almost:
            name = session.scalar(select(PersonRow.name).where(PersonRow.code == almost[0])) or ""
            raise AlmostSameCode(person_code=code, other_code=almost[0], other_name=name)

    def note_added(self, session: Session, code: str) -> None:
        """Note a person who was added in this transaction, after the change was counted.

        Should the transaction fail, the revision differs the next time and everything is read anew.
        """
        self._book.add(code)
        self._revision = revision(session)
