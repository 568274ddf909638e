"""Loads the weights of a network by parameter name, from .npz or .safetensors: files that hold numbers, no code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray
from torch import nn

from attendance.errors import Reason
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.array_file import read_npz

_COUNTER_SUFFIX = "num_batches_tracked"
"""BatchNorm's step counter: an integer that inference never reads."""
_SHOWN = 3
"""Names listed in a message before it is cut short."""


def load_arrays(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read every array of a file of weights.

    Integer step counters of BatchNorm are left out. In a .safetensors file float16 is widened.

    Args:
        path: .npz with float32, or .safetensors with float32 or float16.

    Returns:
        Arrays by parameter name.

    Raises:
        CheckpointUnusable: missing, another kind of file, pickled, of another type, or with values that are not finite.
    """
    arrays: dict[str, NDArray[np.float32]] = {}
    read: dict[str, NDArray[Any]]
    read = _read_safetensors(path) if path.suffix == ".safetensors" else read_npz(path, CheckpointUnusable)
    for name, value in read.items():
        if name.endswith(_COUNTER_SUFFIX):
            continue
        if value.dtype != np.float32:
            raise CheckpointUnusable(
                path=path, reason=Reason("{name} is {dtype}, not float32", name=name, dtype=str(value.dtype))
            )
        arrays[name] = value
    refuse_not_finite(arrays, path)
    if not arrays:
        raise CheckpointUnusable(path=path, reason=Reason("it holds no arrays"))
    return arrays


def refuse_not_finite(arrays: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Raise CheckpointUnusable for the first array that holds a value that is no finite number."""
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise CheckpointUnusable(path=path, reason=Reason("{name} holds values that are not finite", name=name))


def _read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    try:
        arrays: dict[str, NDArray[Any]] = safetensors.numpy.load_file(path)
    except (safetensors.SafetensorError, OSError, TypeError) as err:  # the last for bfloat16, which numpy lacks
        raise CheckpointUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=type(err).__name__)
        ) from err
    return {name: v.astype(np.float32) if v.dtype == np.float16 else v for name, v in arrays.items()}


def load_weights(model: nn.Module, arrays: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Copy arrays into a network; every name and every shape must agree.

    Args:
        model: changed in place.
        arrays: float32 arrays by parameter name.
        path: where they came from, for the message.

    Raises:
        CheckpointUnusable: a name is missing or unknown, or a shape differs; the network is unchanged.
    """
    wanted = {name: value for name, value in model.state_dict().items() if not name.endswith(_COUNTER_SUFFIX)}
    missing = [name for name in wanted if name not in arrays]
    unknown = [name for name in arrays if name not in wanted]
    if missing or unknown:
        raise CheckpointUnusable(path=path, reason=_other_network(missing, unknown))
    for name, value in wanted.items():
        if tuple(value.shape) != arrays[name].shape:
            raise CheckpointUnusable(
                path=path,
                reason=Reason(
                    "{name} has shape {shape}, the network needs {wanted}",
                    name=name,
                    shape=str(arrays[name].shape),
                    wanted=str(tuple(value.shape)),
                ),
            )
    model.load_state_dict({name: torch.from_numpy(arrays[name].copy()) for name in wanted}, strict=False)


def _other_network(missing: list[str], unknown: list[str]) -> Reason:
    if not unknown:
        return Reason("it is for another network: missing {names}", names=_listed(missing))
    if not missing:
        return Reason("it is for another network: unknown {names}", names=_listed(unknown))
    return Reason(
        "it is for another network: missing {missing}; unknown {unknown}",
        missing=_listed(missing),
        unknown=_listed(unknown),
    )


def _listed(names: list[str]) -> list[str] | Reason:
    if len(names) <= _SHOWN:
        return names
    return Reason("{names} and {count} more", names=names[:_SHOWN], count=len(names) - _SHOWN)
