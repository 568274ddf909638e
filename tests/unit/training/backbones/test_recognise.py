"""A set of weights is enough to know which network it is of, and of which size."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from numpy.typing import NDArray

from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.backbones.recognise import backbone_of, shapes_of

pytestmark = pytest.mark.needs_torch


def arrays_of(backbone: Backbone) -> dict[str, NDArray[np.float32]]:
    """Weights that take no memory."""
    return {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes_of(backbone).items()}


@pytest.mark.parametrize("name", [*BACKBONES])
@pytest.mark.parametrize("size", [None, 24, 100])
def test_that_each_network_is_found_by_its_weights(name: str, size: int | None) -> None:
    backbone = BACKBONES[name] if size is None else BACKBONES[name].with_embedding_size(size)
    found = backbone_of(arrays_of(backbone))
    assert found is not None
    assert (found.name, found.embedding_size) == (name, backbone.embedding_size)


def test_that_weights_of_no_network_here_are_of_none() -> None:
    arrays = arrays_of(BACKBONES["dense112_tiny"])
    first = next(iter(arrays))
    assert backbone_of({**arrays, first: np.zeros((3, 3), np.float32)}) is None
    assert backbone_of({**arrays, "more": np.zeros(3, np.float32)}) is None
    assert backbone_of({}) is None
