"""Says whom a recognizer does not know, in the same words for every place that tells it."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.core.types import Person
from attendance.errors import Reason

_NAMED = 5


def would_not_know(pack_id: str, people: Sequence[Person]) -> Reason:
    """Return the sentence."""
    return Reason(
        "{name} would not know {names}, of whom no photograph is kept", name=pack_id, names=first_people(people)
    )


def first_people(people: Sequence[Person]) -> list[str] | Reason:
    """Return who they are: the first few with their names, the others counted."""
    names = [f"{person.name} ({person.code})" for person in people[:_NAMED]]
    more = len(people[_NAMED:])
    return Reason("{names} and {count} more", names=names, count=more) if more else names
