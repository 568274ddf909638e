"""How many people are still recognized when the picture at the door is spoilt, and how many others are let in.

One side of every pair is altered, the other is clean: a photograph of the desk against a frame at the door. Each pair
counts twice, with either photograph altered. The false accept rate (FAR) is the share of pairs of two people that
reach the threshold, the true accept rate (TAR) that of pairs of one person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.evaluation.calibration import BOOTSTRAP_ROUNDS, count_cross_pairs, threshold_at
from attendance_training.evaluation.intervals import Estimate, draw_people, proportion
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.alterations import Alteration, alter_all

CLEAN = "none"
_TAIL_FACTOR = 4
"""As many times the allowed pairs are kept for the draws, so that a draw rarely runs out."""


@dataclass(frozen=True, slots=True)
class AlteredResult:
    """One alteration.

    Attributes:
        name: of the alteration; "none" for clean pairs.
        tar: at the operating threshold, which clean pairs set.
        far: reached at that threshold.
        own_threshold: cosine that gives the FAR aimed at on these very pairs.
        own_tar: TAR at ``own_threshold``.
    """

    name: str
    tar: Estimate
    far: Estimate
    own_threshold: float
    own_tar: Estimate


@dataclass(frozen=True, slots=True)
class Robustness:
    """Every alteration for one recognizer.

    Attributes:
        model_id: the recognizer.
        flip_average: whether it averaged with the mirror image.
        threshold: cosine of the FAR aimed at on clean pairs.
        results: clean pairs first.
    """

    model_id: str
    flip_average: bool
    threshold: float
    results: tuple[AlteredResult, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Pairs (altered, clean) of two photographs.

    Attributes:
        genuine: (g,) float32 cosines of pairs of one person; ``genuine_person`` (g,) int64.
        tail: (m,) float32 largest cosines of pairs of two people, falling; ``tail_people`` (m, 2) int64.
        pairs: number of pairs of two people.
    """

    genuine: NDArray[np.float32]
    genuine_person: NDArray[np.int64]
    tail: NDArray[np.float32]
    tail_people: NDArray[np.int64]
    pairs: int


def measure_robustness(
    data: LabelledCrops,
    recognizer: OnnxRecognizer,
    alterations: Sequence[Alteration],
    *,
    far: float = 1e-3,
    rounds: int = BOOTSTRAP_ROUNDS,
    seed: int = 1,
    progress: Callable[[str], None] = lambda text: None,
) -> Robustness:
    """Embed the clean crops and each altered copy, and compare.

    Args:
        data: photographs of people with several photographs.
        recognizer: measured.
        alterations: rows of the table.
        far: false accept rate that sets the thresholds.
        rounds: draws of people for the intervals.
        seed: of the draws.
        progress: takes the name of the next alteration.
    """
    clean = recognizer.embed(data.crops)
    comparison = Comparison(clean, data.person, far=far, rounds=rounds, seed=seed)
    results = [comparison.rate(CLEAN, clean)]
    for alteration in alterations:
        progress(alteration.name)
        results.append(comparison.rate(alteration.name, recognizer.embed(alter_all(alteration, data.crops))))
    return Robustness(recognizer.model_id, recognizer.flip_average, comparison.threshold, tuple(results))


class Comparison:
    """Rates altered embeddings against clean ones; every alteration sees the same draws of people.

    Args:
        clean: (n, D) float32 unit rows.
        person: (n,) int64, 0..people-1.
        far: false accept rate aimed at.
        rounds: draws of people.
        seed: of the draws.

    Attributes:
        threshold: cosine that gives ``far`` on clean pairs.
    """

    def __init__(
        self, clean: NDArray[np.float32], person: NDArray[np.int64], *, far: float, rounds: int, seed: int
    ) -> None:
        self._clean, self._person, self._far = clean, person, far
        self._counts = np.bincount(person).astype(np.int64)
        self._draws = list(draw_people(len(self._counts), rounds=rounds, seed=seed))
        scores = self._score(clean, least=np.inf)
        self.threshold = threshold_at(scores.tail, None, scores.pairs, far)
        self._drawn_thresholds = [self._own_threshold(scores, times) for times in self._draws]

    def rate(self, name: str, altered: NDArray[np.float32]) -> AlteredResult:
        """Rate (n, D) float32 unit rows of the altered copies of the clean photographs."""
        scores = self._score(altered, least=min(self.threshold, *self._drawn_thresholds))
        own_threshold = threshold_at(scores.tail, None, scores.pairs, self._far)
        draws = zip(self._draws, self._drawn_thresholds, strict=True)
        drawn = np.array([self._rate_draw(scores, times, clean) for times, clean in draws])
        tar, far, own_tar = drawn.T
        trials = len(scores.genuine)
        return AlteredResult(
            name=name,
            tar=proportion(float((scores.genuine >= self.threshold).mean()), tar, trials),
            far=proportion(float((scores.tail >= self.threshold).sum()) / scores.pairs, far, scores.pairs),
            own_threshold=own_threshold,
            own_tar=proportion(float((scores.genuine >= own_threshold).mean()), own_tar, trials),
        )

    def _score(self, altered: NDArray[np.float32], *, least: float) -> _Scores:
        """Keep of two people's pairs those that reach ``least``, and at least those that decide the threshold."""
        cosines = altered @ self._clean.T
        is_same = self._person[:, None] == self._person[None, :]
        row, column = np.nonzero(is_same & ~np.eye(len(altered), dtype=np.bool_))
        others = np.flatnonzero(~is_same)
        values = cosines.ravel()[others]
        wanted = min(len(values), int(np.ceil(_TAIL_FACTOR * self._far * len(values))) + 1)
        floor = min(least, float(np.partition(values, len(values) - wanted)[len(values) - wanted]))
        kept = np.flatnonzero(values >= floor)
        kept = kept[np.argsort(-values[kept], kind="stable")]
        first, second = np.divmod(others[kept], len(altered))
        people = np.stack([self._person[first], self._person[second]], axis=1)
        return _Scores(cosines[row, column], self._person[row], values[kept], people, len(values))

    def _own_threshold(self, scores: _Scores, times: NDArray[np.int64]) -> float:
        weights = times[scores.tail_people[:, 0]] * times[scores.tail_people[:, 1]]
        return threshold_at(scores.tail, weights, 2 * count_cross_pairs(times * self._counts), self._far)

    def _rate_draw(
        self, scores: _Scores, times: NDArray[np.int64], clean_threshold: float
    ) -> tuple[float, float, float]:
        """Return TAR and FAR at the draw's clean threshold, and TAR at its own; nan for a draw of one person only."""
        weights = times[scores.tail_people[:, 0]] * times[scores.tail_people[:, 1]]
        pairs = 2 * count_cross_pairs(times * self._counts)
        if not pairs:
            return np.nan, np.nan, np.nan
        own = threshold_at(scores.tail, weights, pairs, self._far)
        genuine = times[scores.genuine_person]
        return (
            float(np.average(scores.genuine >= clean_threshold, weights=genuine)),
            float(weights[scores.tail >= clean_threshold].sum()) / pairs,
            float(np.average(scores.genuine >= own, weights=genuine)),
        )
