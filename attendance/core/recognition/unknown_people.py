"""Says whom a recognizer would not know, in one sentence for every place that refuses it for that."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.core.types import Person
from attendance.errors import Reason

_NAMED = 5


def would_not_know(pack_id: str, people: Sequence[Person]) -> Reason:
    """Return the sentence; the first few people are named, the others counted."""
    names: list[str] | Reason = [f"{person.name} ({person.code})" for person in people[:_NAMED]]
    if more := len(people[_NAMED:]):
        names = Reason("{names} and {count} more", names=names, count=more)
    return Reason("{name} would not know {names}, of whom no photograph is kept", name=pack_id, names=names)
