"""Finds the network that a set of weights belongs to, by its names and shapes: a file of weights does not say it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from attendance_training.backbones import BACKBONES, Backbone

_COUNTER_SUFFIX = "num_batches_tracked"

Shapes = dict[str, tuple[int, ...]]


def backbone_of(arrays: Mapping[str, NDArray[np.float32]]) -> Backbone | None:
    """Return the network whose parameters these are, with their embedding size; None when there is none.

    Args:
        arrays: by parameter name, without BatchNorm's step counters.
    """
    shapes = {name: value.shape for name, value in arrays.items()}
    return next((found for each in BACKBONES.values() if (found := _fitted(each, shapes)) is not None), None)


def _fitted(backbone: Backbone, shapes: Shapes) -> Backbone | None:
    """Return the network with the size that its weights have; None where they are of another network."""
    own = shapes_of(backbone)
    if own.keys() != shapes.keys():
        return None
    sizes = {
        theirs[axis]
        for name, theirs in shapes.items()
        if len(theirs) == len(own[name])
        for axis, wanted in enumerate(own[name])
        if wanted == backbone.embedding_size and theirs[axis] != wanted
    }
    if len(sizes) == 1 and backbone.build_sized is not None:
        backbone = backbone.with_embedding_size(sizes.pop())
        own = shapes_of(backbone)
    return backbone if own == shapes else None


def shapes_of(backbone: Backbone) -> Shapes:
    """Return the shape of each parameter and statistic by its name; nothing is drawn or calculated."""
    with torch.device("meta"):
        state = backbone.build().state_dict()
    return {name: tuple(value.shape) for name, value in state.items() if not name.endswith(_COUNTER_SUFFIX)}
