"""Networks that are attacked, and recognizers that are shown the attacked pictures, behind one face."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from attendance.errors import Reason
from attendance.errors.models import ModelMissing
from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.data.face_shards import to_tensor
from attendance_training.files.checkpoint import load_weights
from attendance_training.packs.recognizer import FLIP_SUFFIX, Recognizer, open_recognizer
from attendance_training.runs.network_weights import read_weights, weights_file

_BATCH = 32
_ID_DIGITS = 12


class NetworkRecognizer:
    """A network on the processor, in evaluation mode; gradients reach its input.

    Args:
        network: takes (B, 3, 112, 112), gives (B, D).
        model_id: how reports name it.
    """

    def __init__(self, network: nn.Module, model_id: str) -> None:
        self.network = network.cpu().eval()
        self.model_id = model_id

    def embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (n, D) float32 unit rows of (n, 112, 112, 3) uint8 BGR."""
        rows: list[NDArray[np.float32]] = []
        with torch.no_grad():
            for start in range(0, len(crops_bgr), _BATCH):
                batch = as_input(crops_bgr[start : start + _BATCH])
                rows.append(functional.normalize(self.network(batch)).numpy())
        return np.concatenate(rows)


def as_input(crops_bgr: NDArray[np.uint8]) -> Tensor:
    """Return (B, 3, 112, 112) float32 RGB in [-1, 1] of (B, 112, 112, 3) uint8 BGR."""
    return torch.from_numpy(np.ascontiguousarray(to_tensor(crops_bgr)))


def open_network(backbone: Backbone, checkpoint: Path) -> NetworkRecognizer:
    """Build a network and load its weights.

    Args:
        backbone: which network.
        checkpoint: its weights; see ``read_weights``.

    Raises:
        CheckpointUnusable: the file cannot be read, or is for another network.
    """
    network = backbone.build()
    load_weights(network, read_weights(checkpoint), checkpoint)
    digest = hashlib.sha256(weights_file(checkpoint).read_bytes()).hexdigest()[:_ID_DIGITS]
    return NetworkRecognizer(network, f"{checkpoint.stem}:{digest}")


def open_other(spec: str, backbone: Backbone) -> Recognizer:
    """Open a recognizer that attacked pictures are shown to.

    Args:
        spec: weights of the same network; "BACKBONE=weights" of another; a pack folder; or "FILE.onnx[,flip]".
        backbone: the attacked network.

    Raises:
        ModelMissing: no such file.
        CheckpointUnusable: no usable weights.
        ModelContractBroken: no usable pack or ONNX file.
    """
    if Path(spec).is_dir() or spec.removesuffix(FLIP_SUFFIX).lower().endswith(".onnx"):
        return open_recognizer(spec)
    name, _, file = spec.partition("=")
    if file and name in BACKBONES:
        return open_network(BACKBONES[name], Path(file))
    if not Path(spec).exists():
        raise ModelMissing(pack=spec, reason=Reason("there is no such file or folder"))
    return open_network(backbone, Path(spec))
