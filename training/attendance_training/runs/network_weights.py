"""Reads the weights of a recognizer network from anything that has them, and finds the network that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors
from numpy.typing import NDArray
from torch import nn

from attendance.core.packs.manifest_file import MANIFEST_NAME, model_path, read_manifest
from attendance.errors import Reason
from attendance.file_kinds import NETWORK_KINDS, FileKind, kind_of, other_kind
from attendance_training.backbones import BACKBONES, MOBILEFACENET_TF, Backbone
from attendance_training.backbones.pretrained import ORDERED, load_ordered, read_ordered, read_pretrained
from attendance_training.backbones.recognise import backbone_of
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_arrays, load_weights, refuse_not_finite
from attendance_training.runs.run_folder import STATE_NAME, WEIGHTS_NAME
from attendance_training.runs.run_state import FORMAT, averaged_model, read_state

_STUDENT, _MAPS = "network.", "maps."
"""Parts of ``attendance_training.distillation.hinted_student``: the network, and what only its training needs."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainedNetwork:
    """A network with its weights, in evaluation mode on the processor.

    Attributes:
        network: takes (B, 3, 112, 112) float32 RGB in -1..1, gives (B, D).
        backbone: which one it is, with its embedding size.
        file: that the weights were read from.
    """

    network: nn.Module
    backbone: Backbone
    file: Path


def open_network(path: Path, backbone: str = "") -> TrainedNetwork:
    """Load a network from anything that ``read_weights`` reads.

    Args:
        path: see ``read_weights``.
        backbone: name in ``BACKBONES`` that it must be of; "" for any.

    Raises:
        CheckpointUnusable: as ``read_weights``, or of none of the networks, or of another than ``backbone``.
    """
    file = weights_file(path)
    arrays = read_weights(file)
    found = backbone_of(arrays)
    if backbone and (found is None or found.name != backbone):
        load_weights(BACKBONES[backbone].build(), arrays, file)  # says which array is another
    if found is None:
        reason = Reason(
            "it is of none of the networks that 'attendance-train models' lists: it begins with {names}",
            names=list(arrays)[:3],
        )
        raise CheckpointUnusable(path=file, reason=reason)
    network = found.build()
    load_weights(network, arrays, file)
    return TrainedNetwork(network.eval(), found, file)


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a network by parameter name.

    Args:
        path: the folder of a run; .npz or .safetensors of weights; the state of a run (.safetensors), also a compacted
            one, of which the running mean is taken, as that is what is exported; a torch checkpoint
            (``backbones.pretrained``); and of the network ``mobilefacenet_tf`` a .tflite file, a pack or its ONNX file.

    Raises:
        CheckpointUnusable: missing, damaged, with code in it, or without weights.
    """
    file = weights_file(path)
    other = other_kind(file, FileKind.WEIGHTS, *NETWORK_KINDS, FileKind.ONNX)
    if other is not None:
        raise CheckpointUnusable(path=file, reason=other)
    if file.suffix.lower() in ORDERED:
        return _ordered_weights(file)
    if kind_of(file) is FileKind.TORCH:
        return read_pretrained(file)
    if not _is_run(file):
        return load_arrays(file)
    arrays = {
        name.removeprefix(_STUDENT): value.float().numpy()
        for name, value in averaged_model(read_state(file)).items()
        if value.is_floating_point() and not name.startswith(_MAPS)
    }
    refuse_not_finite(arrays, file)
    return arrays


def weights_file(path: Path) -> Path:
    """Return the file of weights in the folder of a run or of a pack; a file is returned as it is.

    Raises:
        CheckpointUnusable: a folder without any.
        ModelMissing: a pack's manifest cannot be read.
        ModelContractBroken: likewise.
    """
    if not path.is_dir():
        return path
    for name in (WEIGHTS_NAME, STATE_NAME):  # the second alone where a run was stopped before its end
        if (path / name).is_file():
            return path / name
    if (path / MANIFEST_NAME).is_file():
        return model_path(path, read_manifest(path).recognizer.file, pack=path.name)
    reason = other_kind(path, FileKind.RUN) or Reason(
        "the folder holds neither {first} nor {second}", first=WEIGHTS_NAME, second=STATE_NAME
    )
    raise CheckpointUnusable(path=path, reason=reason)


def _ordered_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """Name weights that a file gives by their order; the last one's length is that of an embedding."""
    arrays = read_ordered(file)
    refuse_not_finite({f"array {number}": value for number, value in enumerate(arrays)}, file)
    network = MOBILEFACENET_TF.with_embedding_size(len(arrays[-1])).build()
    load_ordered(network, arrays, file)
    return {name: value.numpy() for name, value in network.state_dict().items()}


def _is_run(path: Path) -> bool:
    if path.suffix != ".safetensors":
        return False
    try:
        with safetensors.safe_open(str(path), framework="np") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (safetensors.SafetensorError, OSError):
        return False  # load_arrays says what is wrong with it
