"""The gate before the door: pure functions from two measurements to a decision with its reasons.

A candidate is compared with the pack as it stands in use, at the same rate of strangers. Each check has one of three
verdicts: it *holds*, harm is *shown*, or nothing is *known*: what was seen could be chance. Harm refuses the candidate;
what is not known holds it back; only a gain that chance does not explain promotes it. Intervals hold 95 % of draws of
people, the same people for both recognizers. ``docs/results/gate.md`` says how often the gate is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.training_gate import Outcome, Verdict
from attendance.errors import Reason
from attendance_training.evaluation.intervals import Estimate
from attendance_training.finetune.judging.changes import (
    Shares,
    change_at_equal_rate,
    change_of_people,
    change_of_share,
    fallen_people,
    threshold_at_rate,
)
from attendance_training.finetune.judging.measure import Measurement, Trials

STRANGERS_MARGIN = 0.01
"""By so much the share of strangers given a name may have risen unseen: 1 point."""
STAFF_MARGIN = 0.02
"""By so much the share of the staff's photographs named at the door may have fallen unseen: 2 points."""
GENERAL_MARGIN = 0.02
"""A loss of other people's pairs that is no harm: 2 points."""
LEAST_STRANGERS = round(3 / STRANGERS_MARGIN)
"""Photographs of strangers. None of n with a name excludes a rate above 3 / n (rule of three)."""
MORE_MISTAKEN = 2
"""Photographs of staff that get a colleague's name and did not before; one can be chance."""
_LEAST_DIFFERENCE = 1e-6
"""Of a number of the embedding, between two photographs: less comes from rounding."""
GAIN = Reason("gain: the staff's photographs, not trained on, at the same rate of strangers")


@dataclass(frozen=True, slots=True)
class GateRow:
    """One check.

    Attributes:
        check: what is compared.
        about: the same in a sentence for people who have not read anything about it.
        shares: with the pack and the candidate, and their change.
        allowed: what the candidate must keep, in words.
        verdict: what was found.
        why: one sentence when it does not hold; None otherwise.
        steps: training steps before and after, where they are compared and no shares.
    """

    check: Reason
    about: Reason
    shares: Shares
    allowed: Reason
    verdict: Verdict
    why: Reason | None
    steps: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The outcome.

    Attributes:
        rows: every check, in the order in which they are shown.
    """

    rows: tuple[GateRow, ...]

    @property
    def outcome(self) -> Outcome:
        """Harm refuses; what is not known holds back, and so does a decision without a check."""
        verdicts = {row.verdict for row in self.rows}
        if Verdict.HARM in verdicts:
            return Outcome.REFUSED
        return Outcome.PROMOTED if verdicts == {Verdict.HOLDS} else Outcome.HELD

    @property
    def is_promoted(self) -> bool:
        """Whether every check holds."""
        return self.outcome is Outcome.PROMOTED


def decide(
    before: Measurement, after: Measurement, *, people: Sequence[str], best_step: int, seed: int = 1
) -> GateDecision:
    """Compare a candidate with the pack it was made from.

    Args:
        before: of the pack.
        after: of the candidate, on the same photographs.
        people: name of each person of the staff.
        best_step: at which the training stopped; 0 means that the candidate is the pack itself.
        seed: of the draws for the intervals.
    """
    return GateDecision(
        (
            _training_row(best_step),
            _strangers_row(before, after, seed),
            _gain_row(before, after, seed),
            _part_row(Reason("staff not trained on, at the same rate of strangers"), "unseen", before, after, seed),
            _door_row(before, after, seed),
            _mistaken_row(before, after, seed),
            _people_row(before, after, people, seed),
            _general_row(before, after, seed),
        )
    )


def what_is_broken(vectors: NDArray[np.float32]) -> Reason | None:
    """Return why the embeddings of a candidate cannot be compared at all; None when they can.

    Args:
        vectors: (n, D) of the candidate.
    """
    if not np.isfinite(vectors).all():
        return Reason("some of its embeddings are not numbers")
    if len(vectors) > 1 and float(np.ptp(vectors, axis=0).max()) < _LEAST_DIFFERENCE:
        return Reason("it gives the same answer for everybody")
    return None


def refusal(why: Reason) -> GateDecision:
    """Return the decision on a candidate that cannot be compared."""
    check, about = Reason("embeddings"), Reason("Whether the model gives answers at all.")
    row = GateRow(check, about, Shares.of_nothing(), Reason("numbers that differ"), Verdict.HARM, why)
    return GateDecision((row,))


def _training_row(best_step: int) -> GateRow:
    has_step = best_step > 0
    why = None if has_step else Reason("on people who were not trained on, no step was better than the pack as it is")
    return GateRow(
        Reason("training: best step for the validation's people"),
        Reason("Whether the training found anything that also helps people it did not see."),
        Shares.of_nothing(),
        Reason("after 0"),
        Verdict.HOLDS if has_step else Verdict.UNKNOWN,
        why,
        (0, best_step),
    )


def _strangers_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    old, new = (Trials(one.stranger >= one.threshold, one.stranger_person) for one in (before, after))
    shares = change_of_share(old, new, seed=seed)
    change = shares.change
    counts = int(old.is_hit.sum()), int(new.is_hit.sum())
    verdict, why = Verdict.HOLDS, None
    if change.low > 0:
        verdict = Verdict.HARM
        why = Reason("{count} instead of {before} strangers' photographs get a name", count=counts[1], before=counts[0])
    elif change.trials < LEAST_STRANGERS:
        verdict = Verdict.UNKNOWN
        why = Reason(
            "{count} photographs of strangers cannot tell a change of {points} points; {needed} are needed",
            count=change.trials,
            points=f"{100 * STRANGERS_MARGIN:g}",
            needed=LEAST_STRANGERS,
        )
    elif not change.high <= STRANGERS_MARGIN:
        verdict = Verdict.UNKNOWN
        why = Reason("{points} points more strangers may get a name", points=f"{100 * change.high:.1f}")
    allowed = Reason("at most {points} point more, surely", points=f"{100 * STRANGERS_MARGIN:g}")
    about = Reason("Photographs of outsiders that would get a colleague's name at your door.")
    return GateRow(Reason("strangers given a name at the door"), about, shares, allowed, verdict, why)


def _gain_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    shares = change_at_equal_rate(before, after, ("trained", "unseen"), seed=seed)
    change = shares.change
    verdict, why = Verdict.HOLDS, None
    if change.high < 0:
        verdict, why = Verdict.HARM, _fell(change)
    elif not change.low > 0:
        verdict, why = Verdict.UNKNOWN, Reason("no gain is shown: it may be chance")
        if change.value == change.low == change.high == 0:
            why = Reason("nothing changed")
    about = Reason("Whether more photographs of your people are recognised, with as many outsiders refused as before.")
    return GateRow(GAIN, about, shares, Reason("more, surely"), verdict, why)


def _part_row(check: Reason, part: str, before: Measurement, after: Measurement, seed: int) -> GateRow:
    shares = change_at_equal_rate(before, after, (part,), seed=seed)
    change = shares.change
    verdict, why = Verdict.HOLDS, None
    if change.high < 0:
        verdict, why = Verdict.HARM, _fell(change)
    elif not change.high >= 0:
        verdict, why = Verdict.UNKNOWN, Reason("there is no photograph to measure it with")
    about = Reason(
        "Whether colleagues whom the training did not see, such as those enrolled later, are recognised as before."
    )
    return GateRow(check, about, shares, Reason("not fewer, surely"), verdict, why)


def _door_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    old, new = (
        _together(one, [part.named(one.threshold) for part in (one.trained, one.unseen)]) for one in (before, after)
    )
    shares = change_of_share(old, new, seed=seed)
    change = shares.change
    verdict, why = Verdict.HOLDS, None
    if change.high < 0:
        verdict, why = Verdict.HARM, _fell(change)
    elif not change.low >= -STAFF_MARGIN:
        verdict = Verdict.UNKNOWN
        why = Reason("{points} points fewer may be named", points=f"{-100 * change.low:.1f}")
    allowed = Reason("at most {points} points fewer, surely", points=f"{100 * STAFF_MARGIN:g}")
    about = Reason("Photographs of your people that get the right name at your door, as it decides today.")
    return GateRow(Reason("staff named rightly at the door"), about, shares, allowed, verdict, why)


def _mistaken_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    old, new = (Trials(one.everybody.mistaken(one.threshold), one.everybody.person) for one in (before, after))
    more = int(new.is_hit.sum()) - int(old.is_hit.sum())
    why = None
    if more >= MORE_MISTAKEN:
        why = Reason("{count} more photographs of staff get a colleague's name", count=more)
    return GateRow(
        Reason("staff taken for a colleague, everybody"),
        Reason("Photographs of one colleague that would be booked for another."),
        change_of_share(old, new, seed=seed),
        Reason("at most one photograph more"),
        Verdict.HARM if why else Verdict.HOLDS,
        why,
    )


def _people_row(before: Measurement, after: Measurement, people: Sequence[str], seed: int) -> GateRow:
    at_door = before.threshold, after.threshold
    at_equal_rate = threshold_at_rate(before), threshold_at_rate(after)
    changes = [
        change
        for thresholds in (at_door, at_equal_rate)
        for change in change_of_people(before.everybody, after.everybody, thresholds, people)
    ]
    fallen = fallen_people(before, after, at_equal_rate)
    worse = {
        one.name: one for one in changes if one.is_worse or one.name in {people[person] for person in fallen}
    }.values()
    named = [f"{one.name} ({one.before.value:.0%} → {one.after.value:.0%})" for one in worse]
    old, new = (Trials(one.everybody.named(one.threshold), one.everybody.person) for one in (before, after))
    return GateRow(
        Reason("each person's photographs, everybody"),
        Reason("Whether any single person would be recognised less than before."),
        change_of_share(old, new, seed=seed),
        Reason("nobody loses two and half of them"),
        Verdict.HARM if worse else Verdict.HOLDS,
        Reason("worse: {names}", names=named) if worse else None,
    )


def _general_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    shares = change_of_share(before.general, after.general, seed=seed)
    change = shares.change
    is_harm = change.high < 0 and change.value < -GENERAL_MARGIN
    is_known = math.isfinite(change.value) and math.isfinite(change.high)
    holds = Verdict.HOLDS if is_known else Verdict.UNKNOWN
    nothing = None if is_known else Reason("there is no photograph to measure it with")
    return GateRow(
        Reason("general set: TAR at FAR {far}", far=f"{before.general_far:g}"),
        Reason("Whether the model still tells people apart who are not of your company."),
        shares,
        Reason("at most {points} points fewer", points=f"{100 * GENERAL_MARGIN:g}"),
        Verdict.HARM if is_harm else holds,
        _fell(change) if is_harm else nothing,
    )


def _together(measurement: Measurement, hits: Sequence[NDArray[np.bool_]]) -> Trials:
    return Trials(np.concatenate(hits), np.concatenate([measurement.trained.person, measurement.unseen.person]))


def _fell(change: Estimate) -> Reason:
    return Reason("it fell by {points} points", points=f"{-100 * change.value:.2f}")
