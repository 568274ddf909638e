"""People from a table without photographs: they are on the roster, and known at the door once they are enrolled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from attendance.core.csv_cells import unguard
from attendance.core.data_file import BadRow, TableLine
from attendance.core.person_text import CodeBook, clean_text
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.errors import Reason
from attendance.errors.people import AlmostSameCode, EnrolmentError

NEEDED_COLUMNS = ("code", "name")
OPTIONAL_COLUMNS = ("department",)


@dataclass(slots=True)
class RosterOutcome:
    """What became of the rows: codes of new people, of those whose department changed, of the others, and bad rows."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def import_people(rows: Iterable[TableLine], roster: Roster, *, dry_run: bool = False) -> RosterOutcome:
    """Add the people of a table; a known code with the same name gets the department that is given.

    Args:
        rows: with the columns "code" and "name"; "department" may be there.
        roster: where they go.
        dry_run: only say what would happen.

    Raises:
        StorageError: the database failed.
    """
    known = {person.code: person for person in roster.list_people()}
    codes = CodeBook(known)
    outcome = RosterOutcome()
    for row in rows:
        code, name, department = (
            clean_text(unguard(row.values.get(key, ""))) for key in ("code", "name", "department")
        )
        where = Reason("line {line}", line=row.line)
        if not code or not name:
            outcome.bad.append(BadRow(where, Reason("code or name is empty")))
            continue
        person = known.get(code)
        if person is not None and person.name != name:
            outcome.bad.append(BadRow(where, Reason("the code {code} belongs to somebody else", code=code)))
            continue
        if person is not None and department in ("", person.department):
            outcome.unchanged.append(code)
            continue
        try:
            if dry_run:
                if almost := codes.almost(code):
                    other = known[almost[0]]
                    raise AlmostSameCode(person_code=code, other_code=other.code, other_name=other.name)
                known[code] = Person(0, code, name, department)
            else:
                known[code] = roster.enrol(code=code, name=name, department=department, templates=[], model_id="")
        except EnrolmentError as err:
            outcome.bad.append(BadRow(where, err.as_reasons[0]))
            continue
        codes.add(code)
        (outcome.added if person is None else outcome.changed).append(code)
    return outcome
