"""People made of random vectors: photographs of one lie around a common direction."""

from __future__ import annotations

import numpy as np

from attendance_training.evaluation.embeddings import LabelledEmbeddings


def make_people(counts: list[int], *, spread: float = 0.6, size: int = 16, seed: int = 1) -> LabelledEmbeddings:
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(len(counts), size)), counts, axis=0)
    vectors = (centres + spread * rng.normal(size=centres.shape)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    person = np.repeat(np.arange(len(counts)), counts)
    names = tuple(f"p{number:03}" for number in range(len(counts)))
    return LabelledEmbeddings(vectors, person, len(counts), len(person), 0, "pack:abc", names)


def plane(angles_deg: list[float], person: list[int]) -> LabelledEmbeddings:
    """Photographs on a circle: the cosine of two is that of the angle between them."""
    angles = np.radians(angles_deg)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    people = max(person) + 1
    names = tuple(f"p{number}" for number in range(people))
    return LabelledEmbeddings(vectors, np.array(person), people, len(person), 0, "", names)
