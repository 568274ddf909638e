"""Tells whether photographs show one person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import FloatArray


def of_one_person(embeddings: Sequence[FloatArray], known: FloatArray, floor: float) -> NDArray[np.bool_]:
    """Say which of some embeddings are of the person in question.

    That person is who the known templates show; without any, whoever the embedding most like all others shows. An
    embedding is of the person if it is like any that is: frontal and turned photographs are linked by those between.

    Args:
        embeddings: k vectors (D,) of unit length.
        known: (N, D) unit rows of the person; N = 0 is allowed.
        floor: least cosine of two photographs of one person.

    Returns:
        (k,) bool.
    """
    belongs = np.zeros(len(embeddings), dtype=np.bool_)
    if not embeddings:
        return belongs
    rows = np.stack(embeddings)
    alike = rows @ rows.T
    if len(known):
        belongs |= (rows @ known.T).max(axis=1) >= floor
    else:
        belongs[int(alike.sum(axis=1).argmax())] = True
    for _ in embeddings:  # the longest chain has as many links
        belongs |= ((alike >= floor) & belongs).any(axis=1)
    return belongs
