"""Rosters drawn from labelled vectors, against cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.identification import count_candidates, identify


def make(vectors: list[list[float]], person: list[int]) -> LabelledEmbeddings:
    matrix = np.array(vectors, np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return LabelledEmbeddings(matrix, np.array(person), max(person) + 1, len(person), 0)


# Two people with two photographs each; a stranger near the first.
DATA = make([[1, 0, 0], [1, 0.1, 0], [0, 1, 0], [0, 1, 0.1], [1, 0, 0.5]], [0, 0, 1, 1, 2])


def test_that_identify_counts_right_names_and_strangers() -> None:
    found = identify(DATA, roster=2, enrolled=1, threshold=0.95, draws=3)
    assert (found.right, found.wrong, found.stranger) == (1.0, 0.0, 0.0)


def test_that_identify_accepts_the_stranger_below_their_similarity() -> None:
    # cos = 1 / sqrt(1.25) = 0.894
    assert identify(DATA, roster=2, enrolled=1, threshold=0.89, draws=3).stranger == 1.0
    assert identify(DATA, roster=2, enrolled=1, threshold=0.90, draws=3).stranger == 0.0


def test_that_identify_counts_nobody_above_an_unreachable_threshold() -> None:
    found = identify(DATA, roster=2, enrolled=1, threshold=1.1, draws=3)
    assert (found.right, found.wrong, found.stranger) == (0.0, 0.0, 0.0)


def test_that_identify_tells_wrong_names_from_right_ones() -> None:
    # The second photograph of person 0 is that of person 1.
    swapped = make([[1, 0, 0], [0, 1, 0], [0, 1, 0.1], [0, 1, 0.2], [0, 0, 1]], [0, 0, 1, 1, 2])
    found = identify(swapped, roster=2, enrolled=1, threshold=0.9, draws=3)
    assert (found.right, found.wrong) == (0.5, 0.5)


def test_that_identify_uses_only_photographs_left_after_enrolment() -> None:
    assert count_candidates(DATA, 1) == 2
    assert count_candidates(DATA, 2) == 0
    with pytest.raises(ValueError, match="roster of 3"):
        identify(DATA, roster=3, enrolled=1, threshold=0.5)
    with pytest.raises(ValueError, match="more than 2"):
        identify(DATA, roster=1, enrolled=2, threshold=0.5)
