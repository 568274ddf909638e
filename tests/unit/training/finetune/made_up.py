"""Made-up people: a centre each, photographs around it; nuisance directions that all photographs share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendance_training.finetune.staff import NamedFaces

SIZE = 16


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def faces(
    people: int, photos: int, *, seed: int = 1, prefix: str = "p", spread: float = 0.3, nuisance: float = 0.0
) -> NamedFaces:
    """``nuisance`` is the strength of two directions in which photographs of everybody differ by chance."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.normal(size=(people, SIZE)), photos, axis=0) + spread * rng.normal(
        size=(people * photos, SIZE)
    )
    rows[:, :2] += nuisance * rng.normal(size=(len(rows), 2))
    names = tuple(f"{prefix}{person:03}" for person in range(people))
    pictures = tuple(f"{name}/{photo}.jpg" for name in names for photo in range(photos))
    return NamedFaces(names, pictures, np.repeat(np.arange(people), photos), unit(rows))


def put(staff: NamedFaces, photo: str, vector: NDArray[np.float32]) -> NamedFaces:
    """Return the faces with another embedding for one photograph."""
    vectors = staff.vectors.copy()
    vectors[staff.photos.index(photo)] = vector
    return staff.with_vectors(vectors)
