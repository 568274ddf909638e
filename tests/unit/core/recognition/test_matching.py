"""The gallery against slow loops, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.recognition.matching import Gallery
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import Match

D = 16


def _unit(rng: np.random.Generator, count: int, size: int = D) -> np.ndarray:
    rows = rng.standard_normal((count, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _slow_search(rows: np.ndarray, ids: list[int], probe: np.ndarray) -> list[tuple[float, int]]:
    """Cosine to the mean of every person's rows, best person first."""
    found = []
    for person_id in set(ids):
        own = [[float(v) for v in row] for row, owner in zip(rows, ids, strict=True) if owner == person_id]
        mean = [sum(column) for column in zip(*own, strict=True)]
        length = math.sqrt(sum(v * v for v in mean))
        cosine = sum(a * float(b) for a, b in zip(mean, probe, strict=True)) / length
        found.append((cosine, person_id))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31), ids=st.lists(st.integers(-3, 9), min_size=1, max_size=30), k=st.integers(0, 4))
def test_that_the_search_equals_the_slow_loop(seed: int, ids: list[int], k: int) -> None:
    rng = np.random.default_rng(seed)
    rows, probes = _unit(rng, len(ids)), _unit(rng, k)
    gallery = Gallery(rows, ids, "m:1")
    assert gallery.size == GallerySize(people=len(set(ids)), templates=len(ids))
    matches = gallery.search(probes)
    assert len(matches) == k
    for match, probe in zip(matches, probes, strict=True):
        ranked = _slow_search(rows, ids, probe)
        assert match.person_id == ranked[0][1]
        assert match.similarity == pytest.approx(ranked[0][0], abs=1e-5)
        if len(ranked) == 1:
            assert match.runner_up_similarity == -1.0
        else:
            assert match.runner_up_similarity == pytest.approx(ranked[1][0], abs=1e-5)
            assert match.margin == pytest.approx(ranked[0][0] - ranked[1][0], abs=1e-5)


def test_that_a_person_is_the_mean_of_their_templates_and_not_the_own_runner_up() -> None:
    rows = np.eye(3, dtype=np.float32)
    gallery = Gallery(np.vstack([rows[0], rows[2], rows[1]]), [7, 7, 8], "m:1")
    (match,) = gallery.search(rows[:1])
    assert (match.person_id, match.runner_up_similarity) == (7, 0.0)
    assert match.similarity == pytest.approx(math.sqrt(0.5))


def test_that_one_photograph_in_a_mask_does_not_let_in_everybody_who_wears_one() -> None:
    face, masked = np.eye(4, dtype=np.float32)[:2]
    stranger_in_mask = np.array([[0.0, 0.9, math.sqrt(0.19), 0.0]], np.float32)
    gallery = Gallery(np.vstack([face, face, face, masked]), [7, 7, 7, 7], "m:1")
    assert gallery.search(stranger_in_mask)[0].similarity < 0.3


def test_that_templates_that_cancel_each_other_out_leave_a_person_who_is_found() -> None:
    rows = np.eye(2, dtype=np.float32)
    gallery = Gallery(np.vstack([rows[0], -rows[0], rows[1]]), [7, 7, 8], "m:1")
    (match,) = gallery.search(rows[:1])
    assert (match.person_id, match.similarity) == (7, 1.0)


@pytest.mark.parametrize(("photos", "comparisons"), [(1, 1200), (2, 400), (3, 400)])
def test_that_a_calibration_of_single_photographs_counts_every_template(photos: int, comparisons: int) -> None:
    assert GallerySize(people=400, templates=1200).comparisons(photos) == comparisons


@pytest.mark.parametrize("photos", [1, 3])
def test_that_a_small_roster_decides_by_the_threshold_of_a_hundred_people(photos: int) -> None:
    assert GallerySize(people=4, templates=12).comparisons(photos) == 100


def test_that_the_only_person_has_no_runner_up() -> None:
    rows = np.eye(2, dtype=np.float32)
    assert Gallery(rows[[0, 0]], [7, 7], "m:1").search(rows[:1]) == [Match(7, 1.0, -1.0)]


def test_that_of_two_equal_people_the_smaller_id_is_best_and_the_margin_is_zero() -> None:
    row = _unit(np.random.default_rng(0), 1)
    (match,) = Gallery(np.vstack([row, row]), [9, 4], "m:1").search(row)
    assert (match.person_id, match.margin) == (4, 0.0)


def test_that_similarities_never_leave_the_range_of_a_cosine() -> None:
    rows = _unit(np.random.default_rng(1), 500, 512)
    gallery = Gallery(np.vstack([rows, -rows]), [*range(1000)], "m:1")
    for match in gallery.search(rows):
        assert match.similarity <= 1.0
        assert match.runner_up_similarity >= -1.0


def test_that_an_empty_gallery_matches_nobody() -> None:
    gallery = Gallery(np.zeros((0, 0), np.float32), [], "m:1")
    assert (gallery.size, gallery.model_id) == (GallerySize(0, 0), "m:1")
    assert gallery.search(_unit(np.random.default_rng(0), 2)) == [Match(None, -1.0), Match(None, -1.0)]


def test_that_no_probes_give_no_matches() -> None:
    gallery = Gallery(_unit(np.random.default_rng(0), 3), [1, 2, 3], "m:1")
    assert gallery.search(np.zeros((0, D), np.float32)) == []
    assert gallery.search(np.zeros((0, 0), np.float32)) == []


def test_that_the_gallery_does_not_follow_changes_of_the_callers_array() -> None:
    rows = np.eye(4, dtype=np.float32)
    gallery = Gallery(rows, [1, 2, 3, 4], "m:1")
    probe = rows[:1].copy()
    rows[:] = rows[::-1].copy()
    assert gallery.search(probe)[0].person_id == 1


def test_that_the_rows_of_the_gallery_cannot_be_written() -> None:
    gallery = Gallery(np.eye(4, dtype=np.float32), [1, 2, 3, 4], "m:1")
    with pytest.raises(ValueError, match="read-only"):
        gallery._rows[0, 0] = 0.5


def _with(row: int, value: float) -> np.ndarray:
    rows = np.eye(4, dtype=np.float32)
    rows[row, 0] = value
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        np.eye(4, dtype=np.float64),
        np.eye(4, dtype=np.float32)[0],
        np.eye(4, dtype=np.float32)[None],
        np.eye(4, dtype=np.float32) * np.float32(1.01),
        np.zeros((4, 4), np.float32),
        np.zeros((4, 0), np.float32),
        _with(2, np.nan),
        _with(2, np.inf),
    ],
    ids=["float64", "vector", "cube", "not unit", "zeros", "no width", "nan", "infinite"],
)
def test_that_rows_without_a_meaningful_cosine_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(ValueError, match="embeddings"):
        Gallery(rows, [1, 2, 3, 4], "m:1")
    gallery = Gallery(np.eye(4, dtype=np.float32), [1, 2, 3, 4], "m:1")
    with pytest.raises(ValueError, match=r"probes|size 4"):
        gallery.search(rows)


@pytest.mark.parametrize("ids", [[1, 2, 3], [1, 2, 3, 4, 5], []])
def test_that_a_wrong_number_of_ids_is_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="person ids"):
        Gallery(np.eye(4, dtype=np.float32), ids, "m:1")


def test_that_a_probe_of_another_size_is_refused() -> None:
    gallery = Gallery(np.eye(4, dtype=np.float32), [1, 2, 3, 4], "m:1")
    with pytest.raises(ValueError, match="size 4, not 3"):
        gallery.search(np.eye(3, dtype=np.float32))


def test_that_a_probe_is_compared_with_one_person_alone() -> None:
    rng = np.random.default_rng(5)
    rows = _unit(rng, 6)
    gallery = Gallery(rows, [4, 4, 9, 2, 2, 2], "m:1")
    probe = rows[3:4]
    (best,) = gallery.search(probe)
    (own,) = gallery.compare(probe, 9)
    assert best.person_id == 2
    assert (own.person_id, own.similarity) == (9, pytest.approx(float(rows[2] @ rows[3]), abs=1e-6))
    assert own.runner_up_similarity == -1.0
    assert gallery.compare(probe, 5) == [Match(None, -1.0)]
    assert [gallery.knows(person_id) for person_id in (1, 2, 4, 9, 10)] == [False, True, True, True, False]


def test_that_look_alikes_are_the_people_whose_means_are_near() -> None:
    rows = np.eye(4, dtype=np.float32)
    near = np.array([0.8, 0.6, 0, 0], np.float32)
    nearer = np.array([0.9, 0, np.sqrt(0.19), 0], np.float32)
    gallery = Gallery(np.stack([rows[0], near, rows[3], nearer]), [1, 2, 3, 7], "m:1")
    assert gallery.look_alikes(1, 0.75) == [7, 2]
    assert gallery.look_alikes(1, 0.85) == [7]
    assert gallery.look_alikes(7, 0.85) == [1]
    assert gallery.look_alikes(3, 0.1) == gallery.look_alikes(99, -1.0) == []
