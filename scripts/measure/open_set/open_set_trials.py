"""Photographs drawn as templates, probes and strangers, and FNIR of a way of comparing; for the scripts beside it.

A trial enrols everybody who has a photograph left for a probe, with photographs drawn anew for each trial; all
photographs of all others are strangers. FNIR is the share of probes whose own person is not the most similar one or
does not reach the threshold, which is the smallest that no more than FPIR of the strangers reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.calibration import threshold_at
from attendance_training.evaluation.embeddings import EmbeddingRows, person_folder, read_rows

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

FPIRS = (1e-2, 3e-3)


def read_faces(path: Path) -> EmbeddingRows:
    """Return the photographs of ``attendance embed`` that have an embedding, each in a folder of its person.

    Raises:
        EvaluationDataUnusable: not such a file, or a photograph in no folder.
    """
    rows = read_rows(path, EvaluationDataUnusable)
    kept = np.flatnonzero(rows.is_ok)
    paths = tuple(rows.paths[row] for row in kept)
    for photo in paths:
        person_folder(photo, path, EvaluationDataUnusable)
    return EmbeddingRows(paths, rows.is_ok[kept], rows.vectors[kept], rows.model_id)


def name_of(photo: str) -> str:
    """Return whose photograph it is: the first folder of its path."""
    return photo.partition("/")[0]


def number_people(photos: Sequence[str]) -> tuple[NDArray[np.str_], Rows]:
    """Return the people's names, sorted, and the number of each photograph's person among them."""
    names, person = np.unique([name_of(photo) for photo in photos], return_inverse=True)
    return names, person.astype(np.int64)


def unit(rows: NDArray[np.floating]) -> Floats:
    """Return rows of unit length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Who is enrolled with which photographs.

    Attributes:
        staff: (N,) people, rising.
        templates: (N, k) rows of the photographs enrolled of each.
        probes: (m,) rows of the staff's other photographs.
        own: (m,) whose they are, as places in ``staff``.
        strangers: (s,) rows of everybody else's photographs.
    """

    staff: Rows
    templates: Rows
    probes: Rows
    own: Rows
    strangers: Rows


def draw_trials(person: Rows, enrolled: int, seeds: Iterable[int]) -> list[Trial]:
    """Draw ``enrolled`` photographs of everybody who has more; the staff is the same in all trials."""
    staff = np.flatnonzero(np.bincount(person) > enrolled)
    strangers = np.flatnonzero(~np.isin(person, staff))
    trials = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        orders = [rng.permutation(np.flatnonzero(person == one)) for one in staff]
        probes = np.concatenate([order[enrolled:] for order in orders])
        trials.append(
            Trial(
                staff=staff,
                templates=np.stack([order[:enrolled] for order in orders]),
                probes=probes,
                own=np.searchsorted(staff, person[probes]),
                strangers=strangers,
            )
        )
    return trials


def fnir_percent(mated: Floats, own: Rows, strangers: Floats, fpirs: Sequence[float] = FPIRS) -> list[float]:
    """Return FNIR in per cent at each FPIR.

    Args:
        mated: (m, N) scores of the staff's probes with everybody enrolled.
        own: (m,) column of each probe's own person.
        strangers: (s, N) scores of the strangers' probes.
        fpirs: shares of strangers that may reach the threshold.
    """
    falling = np.sort(strangers.max(axis=1))[::-1]
    is_first = mated.argmax(axis=1) == own
    best = mated.max(axis=1)
    found = [is_first & (best >= threshold_at(falling, None, len(falling), fpir)) for fpir in fpirs]
    return [float(100 * (1 - one.mean())) for one in found]
