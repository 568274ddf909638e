from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.recognition.carried_calibration import LEAST_PEOPLE, ScoresTooFlat, carry_over
from attendance.core.recognition.matching import person_means
from attendance.core.types import FloatArray, FmrPoint

SIZE = 48
POINTS = tuple(FmrPoint(10.0**-n, t, t - 0.01, t + 0.01) for n, t in ((2, 0.30), (3, 0.40), (4, 0.48)))


def faces(people: int, photos: int, *, seed: int = 1, noise: float = 0.5) -> tuple[FloatArray, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(people, SIZE))
    rows = np.repeat(centres, photos, axis=0) + noise * rng.normal(size=(people * photos, SIZE))
    return unit(rows), np.repeat(np.arange(people), photos).astype(np.int64)


def unit(rows: NDArray[np.float64]) -> FloatArray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def strangers(rows: FloatArray, people: NDArray[np.int64]) -> NDArray[np.float32]:
    means, names = person_means(rows, people)
    scores: NDArray[np.float32] = (rows @ means.T)[people[:, None] != names[None, :]]
    return scores


def test_that_the_same_recognizer_keeps_its_points() -> None:
    rows, people = faces(60, 3)
    for before, after in zip(POINTS, carry_over(POINTS, rows, rows, people), strict=True):
        assert after.fmr == before.fmr
        assert after.threshold == pytest.approx(before.threshold, abs=1e-9)
        assert (after.low, after.high) == pytest.approx((before.low, before.high), abs=3e-3)


def test_that_the_rate_of_strangers_is_kept_or_smaller_with_other_scores() -> None:
    rows, people = faces(400, 3)
    scores = strangers(rows, people)
    points = tuple(
        FmrPoint(rate, t, t - 0.01, t + 0.01) for rate in (1e-2, 1e-3) for t in [float(np.quantile(scores, 1 - rate))]
    )
    # A common direction moves all cosines up and together, as in a recognizer that was trained worse.
    biased = unit(rows + np.float32(0.8) * unit(np.ones((1, SIZE))))
    site = people < 40
    carried = carry_over(points, rows[site], biased[site], people[site])
    others = strangers(biased[~site], people[~site] - 40)
    for point, before in zip(carried, points, strict=True):
        assert point.threshold > before.threshold + 0.1
        assert point.low < point.threshold <= point.high
        assert (others >= point.threshold).mean() <= 1.1 * point.fmr


def test_that_fewer_people_make_it_stricter() -> None:
    rows, people = faces(300, 3)
    other = unit(rows + np.float32(0.3) * unit(np.random.default_rng(5).normal(size=rows.shape)))
    few, many = people < LEAST_PEOPLE, people < 300
    at_few = carry_over(POINTS, rows[few], other[few], people[few])[-1].threshold
    at_many = carry_over(POINTS, rows[many], other[many], people[many])[-1].threshold
    assert at_few > at_many


def test_that_the_order_of_the_photographs_does_not_matter() -> None:
    rows, people = faces(30, 3)
    other = unit(rows[:, : SIZE // 2].astype(np.float64))
    order = np.random.default_rng(3).permutation(len(rows))
    straight = carry_over(POINTS, rows, other, people)
    shuffled = carry_over(POINTS, rows[order], other[order], people[order])
    assert [p.threshold for p in shuffled] == pytest.approx([p.threshold for p in straight], abs=1e-6)


def test_that_of_many_people_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.core.recognition.carried_calibration.MOST_PEOPLE", 50)
    rows, people = faces(200, 2)
    carried = carry_over(POINTS, rows, rows, people)
    assert [p.threshold for p in carried] == pytest.approx([p.threshold for p in POINTS], abs=1e-9)


def test_that_a_recognizer_that_tells_nobody_apart_is_refused() -> None:
    rows, people = faces(20, 2)
    collapsed = unit(np.ones((len(rows), SIZE)) + 1e-6 * rows)
    with pytest.raises(ScoresTooFlat):
        carry_over(POINTS, rows, collapsed, people)
    with pytest.raises(ScoresTooFlat):
        carry_over(POINTS, rows, np.full_like(rows, np.nan), people)


def test_that_too_few_people_or_other_photographs_are_a_bug() -> None:
    rows, people = faces(LEAST_PEOPLE - 1, 2)
    with pytest.raises(ValueError, match="fewer than"):
        carry_over(POINTS, rows, rows, people)
    with pytest.raises(ValueError, match="same photographs"):
        carry_over(POINTS, rows, rows[:-1], people)
