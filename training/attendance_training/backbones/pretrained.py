"""Reads published weights: torch files, where a pickled object is refused and never run, TFLite, and plain ONNX.

arcface_torch saves the backbone's state dict ("backbone.pth", "model.pt"), or a training state whose entry
``state_dict_backbone`` is that ("checkpoint_gpu_0.pt"); facenet-pytorch saves a state dict with a classifier,
``logits``, which embeds nothing. Their parameter names are those of the networks here, so nothing is renamed but the
prefix that a parallel or compiled wrapper leaves.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance.file_kinds import FileKind, other_kind
from attendance_training.backbones.onnx_weights import read_onnx
from attendance_training.backbones.tflite_weights import read_tflite
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.atomic_file import replace_file
from attendance_training.files.checkpoint import load_weights

_CONTAINERS = ("state_dict_backbone", "state_dict", "model")
"""Where training states keep the backbone: arcface_torch, and two common habits."""
_WRAPPERS = ("module.", "_orig_mod.")
"""Of torch's DistributedDataParallel, and of torch.compile."""
_CLASSIFIER = "logits."
"""facenet-pytorch's head: one row for each person of its training set."""
_COUNTER = "num_batches_tracked"
_DAMAGE = (
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    EOFError,
    UnicodeDecodeError,
    pickle.UnpicklingError,
)
"""What torch raises on a damaged archive; it documents none of it."""
ORDERED: Mapping[str, Callable[[Path], list[NDArray[np.float32]]]] = {".tflite": read_tflite, ".onnx": read_onnx}
"""By the ending of a file whose weights have an order and no names."""


def read_pretrained(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the weights of a torch checkpoint.

    Step counters of BatchNorm and facenet-pytorch's classifier are left out; half and double precision become float32.

    Args:
        path: file that ``torch.save`` wrote.

    Returns:
        Arrays by parameter name.

    Raises:
        CheckpointUnusable: absent, damaged, with anything but tensors and plain values in it, or no state dict.
    """
    arrays: dict[str, NDArray[np.float32]] = {}
    for name, value in _state_dict(_open(path), path).items():
        if name.endswith(_COUNTER) or name.startswith(_CLASSIFIER):
            continue
        arrays[name] = _array(name, value, path)
    if not arrays:
        raise CheckpointUnusable(path=path, reason=Reason("it holds no weights of a network"))
    return arrays


def load_pretrained(model: nn.Module, path: Path) -> None:
    """Copy the weights of a published file into a network; every name and every shape must agree.

    Args:
        model: changed in place.
        path: a torch checkpoint, see ``read_pretrained``; or a file of ``ORDERED``.

    Raises:
        CheckpointUnusable: as ``read_pretrained`` or ``read_ordered``, or of another network; the network is unchanged.
    """
    other = other_kind(path, FileKind.TORCH, FileKind.TFLITE, FileKind.ONNX)
    if other is not None:
        raise CheckpointUnusable(path=path, reason=other)
    if path.suffix.lower() in ORDERED:
        load_ordered(model, read_ordered(path), path)
    else:
        load_weights(model, read_pretrained(path), path)


def read_ordered(path: Path) -> list[NDArray[np.float32]]:
    """Read the weights of a file with one of the endings ``ORDERED``; raises CheckpointUnusable."""
    return ORDERED[path.suffix.lower()](path)


def load_ordered(model: nn.Module, weights: Sequence[NDArray[np.float32]], path: Path) -> None:
    """Copy weights into a network whose parameters stand in the order in which they are used.

    Args:
        model: changed in place.
        weights: of ``read_ordered``.
        path: where they came from, for the message.

    Raises:
        CheckpointUnusable: of another network; the network is unchanged.
    """
    names = list(model.state_dict())
    if len(weights) != len(names):
        reason = Reason(
            "it is for another network: it has {count} arrays, the network needs {needed}",
            count=len(weights),
            needed=len(names),
        )
        raise CheckpointUnusable(path=path, reason=reason)
    load_weights(model, dict(zip(names, weights, strict=True)), path)


def save_arrays(path: Path, model: nn.Module) -> None:
    """Write a network's weights as the .npz file that every command here reads.

    Args:
        path: the file; an existing one is replaced, complete or not at all.
        model: its floating point parameters and statistics are written as float32.

    Raises:
        StorageError: DiskFull, ReadOnlyStorage or itself.
    """
    arrays = {name: value.float().numpy() for name, value in model.state_dict().items() if value.is_floating_point()}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    replace_file(path, buffer.getvalue())


def _open(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as err:
        raise CheckpointUnusable(path=path, reason=Reason("there is no such file")) from err
    except OSError as err:
        raise CheckpointUnusable(path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))) from err
    except _DAMAGE as err:
        if isinstance(err, pickle.UnpicklingError) and _is_pickle(path):
            reason = Reason("it holds Python objects that could run code, or is damaged; it was not opened")
        else:
            reason = Reason("it is not a whole torch file ({error})", error=type(err).__name__)
        raise CheckpointUnusable(path=path, reason=reason) from err


def _is_pickle(path: Path) -> bool:
    """Tell a pickle, alone or in torch's archive, from anything else of that name, such as a server's error page."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"PK\x03\x04", pickle.PROTO))


def _state_dict(content: object, path: Path) -> dict[str, object]:
    """Return the innermost dictionary with wrappers' prefixes taken off."""
    for name in _CONTAINERS:
        if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
            content = content[name]
    if not isinstance(content, Mapping) or not all(isinstance(name, str) for name in content):
        raise CheckpointUnusable(
            path=path, reason=Reason("it is not a state dict: a mapping from parameter names to tensors")
        )
    state: dict[str, Any] = dict(content)
    for prefix in _WRAPPERS:
        if state and all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): value for name, value in state.items()}
    return state


def _array(name: str, value: object, path: Path) -> NDArray[np.float32]:
    if not isinstance(value, Tensor) or value.layout != torch.strided or not value.is_floating_point():
        kind = str(value.dtype) if isinstance(value, Tensor) else type(value).__name__
        raise CheckpointUnusable(
            path=path, reason=Reason("{name} is {kind}, not a tensor of numbers with fractions", name=name, kind=kind)
        )
    array: NDArray[np.float32] = value.detach().float().contiguous().numpy()
    if not np.isfinite(array).all():
        raise CheckpointUnusable(path=path, reason=Reason("{name} holds values that are not finite", name=name))
    return array
