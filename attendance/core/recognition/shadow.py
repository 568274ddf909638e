"""What two recognizers say of the same faces: single probes and their summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShadowOutcome(StrEnum):
    """How the candidate's answer compares with that of the recognizer in use."""

    SAME_PERSON = "same_person"
    ONLY_OLD = "only_old"
    ONLY_NEW = "only_new"
    OTHER_PERSON = "other_person"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class ShadowProbe:
    """One face at the door, as both recognizers saw it; no picture and no embedding.

    Attributes:
        at_utc: aware UTC instant of capture.
        old_person_id: whom the recognizer in use accepted, None when it refused the face.
        new_person_id: whom the candidate would accept in this one frame, None below its threshold or margin.
        old_similarity: cosine that decided, -1..1; of a refused face the closest match of the whole visit.
        new_similarity: cosine of the candidate's best match in the deciding frame, -1..1; -1 with an empty gallery.
    """

    at_utc: datetime
    old_model_id: str
    new_model_id: str
    old_person_id: int | None
    new_person_id: int | None
    old_similarity: float
    new_similarity: float

    @property
    def outcome(self) -> ShadowOutcome:
        """The two answers in one word."""
        if self.old_person_id is None:
            return ShadowOutcome.NEITHER if self.new_person_id is None else ShadowOutcome.ONLY_NEW
        if self.new_person_id is None:
            return ShadowOutcome.ONLY_OLD
        is_same = self.new_person_id == self.old_person_id
        return ShadowOutcome.SAME_PERSON if is_same else ShadowOutcome.OTHER_PERSON


@dataclass(frozen=True, slots=True)
class ShadowPerson:
    """Somebody for whom the two recognizers differ.

    Attributes:
        not_known: check-ins in which the candidate stayed below its threshold.
        mistaken: check-ins in which the candidate named somebody else.
        newly_known: refused faces that the candidate took for this person.
    """

    person_id: int
    code: str
    name: str
    not_known: int
    mistaken: int
    newly_known: int


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """Recent faces at the door that both recognizers have seen.

    Attributes:
        probes: all of them: accepted check-ins and refused faces.
        same_person: check-ins in which both name the same person.
        only_old: check-ins that the candidate would not accept.
        only_new: refused faces that the candidate would accept.
        other_person: check-ins in which the candidate names somebody else.
        mean_old: mean cosine of the check-ins, -1..1; 0 without any.
        mean_new: mean cosine of the candidate's best match in the same frames; 0 without any.
        people: whom the differences concern, most check-ins lost first.
    """

    probes: int = 0
    same_person: int = 0
    only_old: int = 0
    only_new: int = 0
    other_person: int = 0
    mean_old: float = 0.0
    mean_new: float = 0.0
    people: tuple[ShadowPerson, ...] = ()


def summarise(probes: Sequence[ShadowProbe], names: dict[int, tuple[str, str]]) -> ShadowReport:
    """Count probes of one pair of recognizers.

    Args:
        probes: in any order.
        names: code and name by person id; whoever is missing is left out of ``people``.
    """
    outcomes = Counter(probe.outcome for probe in probes)
    accepted = [probe for probe in probes if probe.old_person_id is not None]
    number = max(1, len(accepted))
    return ShadowReport(
        probes=len(probes),
        same_person=outcomes[ShadowOutcome.SAME_PERSON],
        only_old=outcomes[ShadowOutcome.ONLY_OLD],
        only_new=outcomes[ShadowOutcome.ONLY_NEW],
        other_person=outcomes[ShadowOutcome.OTHER_PERSON],
        mean_old=sum(probe.old_similarity for probe in accepted) / number,
        mean_new=sum(probe.new_similarity for probe in accepted) / number,
        people=_concerned(probes, names),
    )


def _concerned(probes: Sequence[ShadowProbe], names: dict[int, tuple[str, str]]) -> tuple[ShadowPerson, ...]:
    counts: Counter[tuple[int | None, ShadowOutcome]] = Counter()
    for probe in probes:
        is_new = probe.outcome is ShadowOutcome.ONLY_NEW
        counts[probe.new_person_id if is_new else probe.old_person_id, probe.outcome] += 1
    people = [
        ShadowPerson(
            person_id,
            *names[person_id],
            counts[person_id, ShadowOutcome.ONLY_OLD],
            counts[person_id, ShadowOutcome.OTHER_PERSON],
            counts[person_id, ShadowOutcome.ONLY_NEW],
        )
        for person_id in {person_id for person_id, _ in counts}
        if person_id in names
    ]
    differing = [person for person in people if person.not_known or person.mistaken or person.newly_known]
    return tuple(sorted(differing, key=lambda person: (-person.not_known - person.mistaken, person.code)))
