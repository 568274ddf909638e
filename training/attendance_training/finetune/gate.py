"""The promotion gate: pure functions from two measurements to a decision with its reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from attendance.errors import Reason
from attendance_training.evaluation.intervals import Estimate, draw_people, from_draws, wilson
from attendance_training.finetune.measure import Measurement, Trials

MAX_GENERAL_DROP = 0.001
"""Share of general pairs that may be lost: 0.1 points."""
GAIN = Reason("gain: TAR of the staff, trained on or not")
NOTHING_GAINED = Reason("holds: nothing was gained")
_LEAST_PROBES = 2
_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class GateRow:
    """One check.

    Attributes:
        check: what is compared.
        before: with the pack.
        after: with the candidate.
        change: after less before, with the interval that holds 95 % of draws of people, thresholds held fixed.
        allowed: what the candidate must keep, in words.
        passed: whether it does.
        why: one sentence when it does not, or when a gain is absent that need not be there; None otherwise.
        is_count: before and after are whole numbers, not shares.
    """

    check: Reason
    before: float
    after: float
    change: Estimate
    allowed: str
    passed: bool
    why: Reason | None
    is_count: bool = False


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The outcome.

    Attributes:
        rows: every check, in the order in which they are shown.
        has_gain: a TAR of the staff, trained on or not, is above before.
    """

    rows: tuple[GateRow, ...]
    has_gain: bool

    @property
    def is_promoted(self) -> bool:
        """Whether every check passed."""
        return all(row.passed for row in self.rows)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Right names of one person.

    Attributes:
        name: of the person.
        before: with the pack; Wilson's interval.
        after: with the candidate; likewise.
        is_worse: beyond what chance explains, see ``change_of_people``.
    """

    name: str
    before: Estimate
    after: Estimate
    is_worse: bool


def decide(
    before: Measurement,
    after: Measurement,
    *,
    people: Sequence[str],
    best_step: int,
    accept_equal: bool = True,
    seed: int = 1,
) -> GateDecision:
    """Compare a candidate with the pack it was made from.

    Args:
        before: of the pack.
        after: of the candidate, on the same photographs.
        people: name of each person of the staff.
        best_step: at which the training stopped; 0 means that the candidate is the pack itself.
        accept_equal: promote a candidate that holds everything and gains nothing.
        seed: of the draws for the intervals.
    """
    has_gain = after.trained.share > before.trained.share or after.unseen.share > before.unseen.share
    return GateDecision(
        (
            _training_row(best_step),
            _kept_row(
                Reason("staff trained on, other photographs: TAR at FAR {far}", far=f"{before.far:g}"),
                before.trained,
                after.trained,
                seed,
            ),
            _kept_row(
                Reason("staff not trained on: TAR at FAR {far}", far=f"{before.far:g}"),
                before.unseen,
                after.unseen,
                seed,
            ),
            _strangers_row(before.strangers, after.strangers, seed),
            _people_row(before.named, after.named, people, seed),
            _general_row(before, after, seed),
            _gain_row(before, after, has_gain, accept_equal, seed),
        ),
        has_gain,
    )


def change_of_people(before: Trials, after: Trials, people: Sequence[str]) -> tuple[PersonChange, ...]:
    """Return right names before and after for each person with a probe.

    Worse beyond noise: the two intervals do not meet, or a person with at least two probes, all named before, is named
    at none of them after. One probe can be lost by chance, so it never counts by itself.

    Args:
        before: probes that got the right name.
        after: of the same probes.
        people: name of each person.
    """
    changes = []
    for person in np.unique(before.person).tolist():
        is_own = before.person == person
        probes = int(is_own.sum())
        old, new = (wilson(int(trials.is_hit[is_own].sum()), probes) for trials in (before, after))
        is_lost = probes >= _LEAST_PROBES and old.value == 1.0 and new.value == 0.0
        changes.append(PersonChange(people[person], old, new, is_lost or new.high < old.low))
    return tuple(changes)


def change_of_share(before: Trials, after: Trials, *, seed: int) -> Estimate:
    """Return the change of the share of hits with its interval from draws of people; nan without a trial."""
    difference = after.is_hit.astype(np.int64) - before.is_hit
    if not len(difference):
        return Estimate(math.nan, math.nan, math.nan, 0)
    _, index = np.unique(before.person, return_inverse=True)
    sums, counts = np.bincount(index, difference), np.bincount(index)
    draws = np.array([times @ sums / (times @ counts) for times in draw_people(len(counts), rounds=_ROUNDS, seed=seed)])
    return from_draws(float(difference.mean()), draws, len(difference))


def _training_row(best_step: int) -> GateRow:
    passed = best_step > 0
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    why = None if passed else Reason("on people who were not trained on, no step was better than the pack as it is")
    check = Reason("training: best step for the validation's people")
    return GateRow(check, 0, best_step, nothing, "after 0", passed, why, is_count=True)


def _kept_row(check: Reason, before: Trials, after: Trials, seed: int) -> GateRow:
    change = change_of_share(before, after, seed=seed)
    passed = change.value >= 0  # nan, without a probe, is not
    why = None
    if not passed and change.trials:
        why = Reason(
            "{lost} of {count} photographs are refused that were accepted before",
            lost=_lost(before, after),
            count=change.trials,
        )
    elif not passed:
        why = Reason("there is no photograph to measure it with")
    return GateRow(check, before.share, after.share, change, "not below before", passed, why)


def _strangers_row(before: Trials, after: Trials, seed: int) -> GateRow:
    change = change_of_share(before, after, seed=seed)
    passed = change.value <= 0
    why = None
    if not passed:
        count, earlier = (int(trials.is_hit.sum()) for trials in (after, before))
        why = Reason("{count} instead of {before} strangers' photographs get a name", count=count, before=earlier)
    return GateRow(Reason("strangers given a name"), before.share, after.share, change, "not above before", passed, why)


def _people_row(before: Trials, after: Trials, people: Sequence[str], seed: int) -> GateRow:
    worse = [one for one in change_of_people(before, after, people) if one.is_worse]
    named = [f"{one.name} ({one.before.value:.0%} → {one.after.value:.0%})" for one in worse]
    return GateRow(
        Reason("photographs of staff named rightly"),
        before.share,
        after.share,
        change_of_share(before, after, seed=seed),
        "nobody worse beyond noise",
        not worse,
        Reason("worse beyond noise: {names}", names=named) if worse else None,
    )


def _general_row(before: Measurement, after: Measurement, seed: int) -> GateRow:
    change = change_of_share(before.general, after.general, seed=seed)
    passed = change.value >= -MAX_GENERAL_DROP
    lost = f"{-100 * change.value:.2f}"
    why = None if passed else Reason("other people's pairs lose {points} points", points=lost)
    check = Reason("general set: TAR at FAR {far}", far=f"{before.general_far:g}")
    return GateRow(check, before.general.share, after.general.share, change, "at most 0.1 points lower", passed, why)


def _gain_row(before: Measurement, after: Measurement, has_gain: bool, accept_equal: bool, seed: int) -> GateRow:
    both = [
        Trials(
            np.concatenate([one.trained.is_hit, one.unseen.is_hit]),
            np.concatenate([one.trained.person, one.unseen.person]),
        )
        for one in (before, after)
    ]
    allowed = "one of the two above before" + (", or both as before" if accept_equal else "")
    change = change_of_share(both[0], both[1], seed=seed)
    is_held = after.trained.share == before.trained.share and after.unseen.share == before.unseen.share
    why = None if has_gain else NOTHING_GAINED if is_held else Reason("nothing was gained")
    return GateRow(GAIN, both[0].share, both[1].share, change, allowed, has_gain or accept_equal, why)


def _lost(before: Trials, after: Trials) -> int:
    return int((before.is_hit & ~after.is_hit).sum())
