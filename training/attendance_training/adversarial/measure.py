"""What share of attacks succeeds: on the network they were made with, and on others that see the same pictures.

Dodging succeeds when the attacked photograph's cosine to the person's own template is below the threshold,
impersonation when that to somebody else's template reaches it. Attacked pictures are rounded to whole grey levels
before anybody sees them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attendance.errors import Reason
from attendance_training.adversarial.attacks import GREY_LEVEL, fgsm, pgd, random_signs, to_pixels, usual_step
from attendance_training.adversarial.recognizers import NetworkRecognizer, as_input
from attendance_training.adversarial.trials import Trials, draw_trials
from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.calibration import (
    count_cross_pairs,
    is_supported,
    needed_trials,
    pair_blocks,
    score_pairs,
    threshold_at,
)
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.intervals import Estimate, draw_people, proportion, wilson
from attendance_training.packs.recognizer import Recognizer

DODGING, IMPERSONATION = "dodging", "impersonation"
GOALS = (DODGING, IMPERSONATION)
NONE, NOISE, FGSM, PGD = "none", "random signs", "FGSM", "PGD"
ATTACKS = (NOISE, FGSM, PGD)
FALLBACK_FARS = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
"""Tried from the first that is not below the wanted FAR; few photographs support only the last."""
_BATCH = 16
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class AttackOptions:
    """How to attack.

    Attributes:
        epsilons: most change of a pixel, in whole grey levels of 256.
        steps: of PGD.
        pairs: most attacked photographs of a goal.
        far: false accept rate that sets each recognizer's threshold.
        threshold: cosine for the attacked network instead of one from ``far``; None: from ``far``.
        seed: of the draws, the random starts and the noise.
    """

    epsilons: tuple[int, ...]
    steps: int
    pairs: int
    far: float
    threshold: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kind of attack of one strength, as one recognizer sees it.

    Attributes:
        goal: ``DODGING`` or ``IMPERSONATION``.
        attack: ``NONE`` or one of ``ATTACKS``.
        epsilon: grey levels.
        success: share of photographs that the attack got past the recognizer.
        cosine: mean to the template.
    """

    goal: str
    attack: str
    epsilon: int
    success: Estimate
    cosine: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything one recognizer saw.

    Attributes:
        model_id: the recognizer.
        threshold: cosine from which on two pictures count as one person.
        far: share of all clean pairs of two people that reach it.
        tar: share of all clean pairs of one person that reach it; 95 % of draws of people.
        outcomes: without an attack first, then by goal, attack and epsilon.
    """

    model_id: str
    threshold: float
    far: float
    tar: Estimate
    outcomes: tuple[Outcome, ...]


def measure_attacks(
    data: LabelledCrops,
    attacked: NetworkRecognizer,
    others: Sequence[Recognizer],
    options: AttackOptions,
    *,
    progress: Callable[[str], object] = lambda _text: None,
) -> list[Seen]:
    """Attack one network, and show the pictures to it and to the others.

    Args:
        data: photographs of people with two or more each.
        attacked: the pictures are made with its gradients, and towards or away from its own templates.
        others: see the same pictures, with templates and thresholds of their own.
        options: how.
        progress: takes a few words on what comes next.

    Returns:
        ``attacked`` first, then ``others`` in their order.

    Raises:
        EvaluationDataUnusable: too few photographs for any threshold.
    """
    trials = draw_trials(data, most=options.pairs, seed=options.seed)
    progress("clean pictures")
    witnesses = [
        _Witness(one, data, trials, options.far, None if index else options.threshold, options.seed)
        for index, one in enumerate((attacked, *others))
    ]
    clean = as_input(data.crops[trials.photo])
    for goal in GOALS:
        for witness in witnesses:
            witness.look(goal, NONE, 0, data.crops[trials.photo])
        for attack, epsilon in itertools.product(ATTACKS, options.epsilons):
            progress(f"{goal}, {attack}, {epsilon} grey levels")
            changed = _attack_all(attacked, clean, witnesses[0].templates(goal), goal, attack, epsilon, options)
            for witness in witnesses:
                witness.look(goal, attack, epsilon, changed)
    return [witness.report() for witness in witnesses]


def choose_threshold(data: LabelledEmbeddings, far: float, where: str) -> float:
    """Return the threshold of a false accept rate, or of the smallest larger one that so few pairs support.

    Args:
        data: clean unit vectors.
        far: in (0, 1).
        where: whose pairs they are, for the message.

    Raises:
        EvaluationDataUnusable: they support not even the largest of ``FALLBACK_FARS``.
    """
    pairs = count_cross_pairs(np.bincount(data.person, minlength=data.people).astype(np.int64))
    supported = [rate for rate in (far, *FALLBACK_FARS) if rate >= far and is_supported(rate, pairs)]
    if not supported:
        least = needed_trials(max(far, FALLBACK_FARS[-1]))
        raise EvaluationDataUnusable(
            path=where,
            reason=Reason(
                "{pairs} pairs of two people give no threshold, {least} are needed; "
                "give more photographs or --threshold",
                pairs=pairs,
                least=least,
            ),
        )
    # One more pair than may pass is enough to find the threshold.
    scores = score_pairs(data, keep=min(1.0, supported[0] + 2 / pairs))
    return threshold_at(scores.impostor, None, pairs, supported[0])


class _Witness:
    """A recognizer with its templates and threshold; remembers what it saw."""

    def __init__(
        self,
        recognizer: Recognizer,
        data: LabelledCrops,
        trials: Trials,
        far: float,
        threshold: float | None,
        seed: int,
    ) -> None:
        self._recognizer, self._seed = recognizer, seed
        self._clean = data.labelled(recognizer.embed(data.crops))
        self._template_rows = {DODGING: trials.own, IMPERSONATION: trials.other}
        where = f"the photographs for {recognizer.model_id}"
        self._threshold = choose_threshold(self._clean, far, where) if threshold is None else threshold
        self._outcomes: list[Outcome] = []

    def templates(self, goal: str) -> NDArray[np.float32]:
        """Return (k, D) unit rows: what each attack wants to leave or to reach."""
        return self._clean.vectors[self._template_rows[goal]]

    def look(self, goal: str, attack: str, epsilon: int, crops_bgr: NDArray[np.uint8]) -> None:
        """Compare (k, 112, 112, 3) uint8 BGR pictures with the templates."""
        cosines = (self._recognizer.embed(crops_bgr) * self.templates(goal)).sum(axis=1)
        is_accepted = cosines >= self._threshold
        is_past = ~is_accepted if goal == DODGING else is_accepted
        success = wilson(int(is_past.sum()), len(is_past))
        self._outcomes.append(Outcome(goal, attack, epsilon, success, float(cosines.mean())))

    def report(self) -> Seen:
        """Return everything it saw, with its rates on all clean pairs."""
        far, tar = _clean_rates(self._clean, self._threshold, self._seed)
        ordered = sorted(self._outcomes, key=lambda outcome: outcome.attack != NONE)
        return Seen(self._recognizer.model_id, self._threshold, far, tar, tuple(ordered))


def _attack_all(
    attacked: NetworkRecognizer,
    clean: Tensor,
    templates: NDArray[np.float32],
    goal: str,
    attack: str,
    epsilon: int,
    options: AttackOptions,
) -> NDArray[np.uint8]:
    """Return (k, 112, 112, 3) uint8 BGR, at most ``epsilon`` grey levels from ``clean``."""
    radius = epsilon * GREY_LEVEL
    # Every epsilon with the same draws: differences between them are not of the draw.
    generator = torch.Generator().manual_seed(options.seed)
    targets = torch.from_numpy(templates)
    parts: list[NDArray[np.uint8]] = []
    for start in range(0, len(clean), _BATCH):
        images, wanted = clean[start : start + _BATCH], targets[start : start + _BATCH]
        if attack == NOISE:
            changed = random_signs(images, epsilon=radius, generator=generator)
        elif attack == FGSM:
            changed = fgsm(attacked.network, images, wanted, epsilon=radius, away=goal == DODGING)
        else:
            changed = pgd(
                attacked.network,
                images,
                wanted,
                epsilon=radius,
                steps=options.steps,
                step_size=usual_step(radius, options.steps),
                generator=generator,
                away=goal == DODGING,
            )
        parts.append(to_pixels(changed).numpy())
    return np.concatenate(parts)


def _clean_rates(data: LabelledEmbeddings, threshold: float, seed: int) -> tuple[float, Estimate]:
    """Return FAR and TAR of all pairs at a threshold."""
    false, crossing = 0, 0
    hits, people = [np.empty(0, np.bool_)], [np.empty(0, np.int64)]
    for first, second, cosine in pair_blocks(data):
        is_same = first == second
        false += int((cosine[~is_same] >= threshold).sum())
        crossing += int((~is_same).sum())
        hits.append(cosine[is_same] >= threshold)
        people.append(first[is_same])
    hit, person = np.concatenate(hits), np.concatenate(people)
    drawn = [times[person] for times in draw_people(data.people, rounds=_ROUNDS, seed=seed)]
    tars = np.array([np.average(hit, weights=weights) if weights.any() else np.nan for weights in drawn])
    return false / crossing, proportion(float(hit.mean()), tars, len(hit))
