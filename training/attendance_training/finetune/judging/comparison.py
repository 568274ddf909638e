"""From the embeddings of a pack and a candidate to the gate's decision and the candidate's thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from attendance.core.recognition.carried_calibration import ScoresTooFlat
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance_training.finetune.judging.gate import GateDecision, decide, refusal, what_is_broken
from attendance_training.finetune.judging.measure import Rules, carried_points, measure, no_looser
from attendance_training.finetune.split import StaffSplit
from attendance_training.finetune.staff import NamedFaces


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the gate says.

    Attributes:
        decision: with its reasons.
        points: the candidate's operating points; () for one that cannot be compared.
    """

    decision: GateDecision
    points: tuple[FmrPoint, ...] = ()


def compare(
    staff: NamedFaces,
    bench: NamedFaces,
    split: StaffSplit,
    rules: Rules,
    renew: Callable[[NamedFaces], NamedFaces],
    *,
    best_step: int,
    seed: int = 1,
) -> Comparison:
    """Compare a candidate with the pack as it stands in use.

    The candidate's thresholds are the pack's, carried over with the people who were not trained on, and raised where
    more strangers would get a name than before.

    Args:
        staff: of the split, with the pack's embeddings.
        bench: general people who were not trained on, with the pack's embeddings.
        split: of the staff.
        rules: of the pack.
        renew: gives the same photographs the candidate's embeddings.
        best_step: at which the training stopped.
        seed: of the draws.
    """
    new_staff, new_bench = renew(staff), renew(bench)
    if why := what_is_broken(np.concatenate([new_staff.vectors, new_bench.vectors])):
        return Comparison(refusal(why))
    try:
        unseen = tuple(faces.of_people(split.unseen) for faces in (staff, new_staff))
        points = carried_points(rules.points, [(bench, new_bench), (unseen[0], unseen[1])])
    except ScoresTooFlat:
        return Comparison(refusal(Reason("it gives nearly the same answer for everybody")))
    before = measure(staff, split, bench, rules)
    after = measure(new_staff, split, new_bench, replace(rules, points=points))
    points = no_looser(points, before, after)
    size = GallerySize(len(staff.people), len(staff.photos))
    after = replace(after, threshold=replace(rules, points=points).threshold(size))
    return Comparison(decide(before, after, people=staff.people, best_step=best_step, seed=seed), points)
