"""Deepens a trained DenseNet112 without changing what it computes.

Net2DeeperNet of Chen, Goodfellow, Shlens, "Net2Net", ICLR 2016, arXiv:1511.05641, section 2.3, for residual
blocks: a new block ``PReLU(norm(conv(...)) + x)`` is the identity when the last norm's weight and bias are 0 and
the last PReLU's slope is 1. Its convolutions keep their random values and learn as soon as that norm's weight has
moved, which is in the first step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from attendance.errors import Reason
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_weights

_BLOCK = re.compile(r"f\.(\d+)\.(.+)")
_LAST_CONVOLUTION = "c2.weight"
_FIRST_OF_STAGE = "d.0.weight"
"""Only the first block of a stage has a convolution in its shortcut."""


def grow_into(model: nn.Module, arrays: Mapping[str, NDArray[np.float32]], path: Path) -> int:
    """Load a checkpoint of the same or of a shallower network; added blocks start as the identity.

    Args:
        model: a DenseNet112 with at least as many blocks in every stage; changed in place.
        arrays: float32 arrays by parameter name, of ``attendance_training.files.checkpoint.load_arrays``.
        path: where they came from, for the message.

    Returns:
        How many blocks were added.

    Raises:
        CheckpointUnusable: another network, other widths, or more blocks; the network is unchanged.
    """
    own = {name: value.numpy() for name, value in model.state_dict().items() if value.is_floating_point()}
    have, want = _stages(arrays), _stages(own)
    if not have or len(have) != len(want):
        raise CheckpointUnusable(
            path=path, reason=Reason("it is for another network than a DenseNet112 of three stages")
        )
    if any(len(a) > len(b) for a, b in zip(have, want, strict=True)):
        raise CheckpointUnusable(
            path=path,
            reason=Reason(
                "it has {blocks} blocks in its stages, more than the network with {wanted}",
                blocks=[*map(len, have)],
                wanted=[*map(len, want)],
            ),
        )
    place = {old: new for a, b in zip(have, want, strict=True) for old, new in zip(a, b, strict=False)}
    added = {index for a, b in zip(have, want, strict=True) for index in b[len(a) :]}
    grown = {name: _identity_start(name, value) for name, value in own.items() if _index(name) in added}
    for name, value in arrays.items():
        found = _BLOCK.fullmatch(name)
        index = int(found[1]) if found else -1
        # The stem's layers come before the first block and keep their numbers.
        grown[f"f.{place[index]}.{found[2]}" if found and index in place else name] = value
    load_weights(model, grown, path)
    return len(added)


def _stages(names: Iterable[str]) -> list[list[int]]:
    """Return the numbers of the blocks of each stage, in order."""
    inside: dict[int, set[str]] = {}
    for name in names:
        if found := _BLOCK.fullmatch(name):
            inside.setdefault(int(found[1]), set()).add(found[2])
    stages: list[list[int]] = []
    for index in sorted(index for index, parts in inside.items() if _LAST_CONVOLUTION in parts):
        if _FIRST_OF_STAGE in inside[index]:
            stages.append([])
        if not stages:
            return []
        stages[-1].append(index)
    return stages


def _identity_start(name: str, value: NDArray[np.float32]) -> NDArray[np.float32]:
    if name.endswith((".n2.weight", ".n2.bias")):
        return np.zeros_like(value)
    return np.ones_like(value) if name.endswith(".a2.weight") else value


def _index(name: str) -> int:
    found = _BLOCK.fullmatch(name)
    return int(found[1]) if found else -1
