"""The network behind a pack, from its checkpoint: proven to be the pack's, and divided into what is trained and not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance.errors import Reason
from attendance_training.backbones import BACKBONES
from attendance_training.backbones.dense_cnn import Block, DenseNet112
from attendance_training.backbones.folded_mobilefacenet import FoldedMobileFaceNet
from attendance_training.backbones.inception_resnet_v1 import InceptionResnetV1
from attendance_training.backbones.iresnet import IResNet
from attendance_training.backbones.mobilefacenet import MobileFaceNet
from attendance_training.errors import CheckpointUnusable
from attendance_training.finetune.onnx_adapter import made_up_pictures
from attendance_training.losses.geometry import unit_rows
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.runs.network_weights import open_network

LAST_STAGE, ALL = "last-stage", "all"
MIN_COSINE = 0.999
"""Between the checkpoint's embedding of a crop and the pack's; a pack with float16 weights stays above 0.9999."""
_MADE_UP = 8
_MOBILE_LAST = 2
"""The bottleneck that halves to 7x7, and the stage behind it."""
_FOLDED_LAST = 4
"""The bottleneck that halves to 7x7, two behind it, and the convolution before the head."""


class PackNetwork(nn.Module):
    """Embeds as the pack does: with the mirror image where its manifest says so, and divided by the length.

    Statistics of batch normalisation never change: tens of people are no sample of faces.

    Args:
        network: takes (B, 3, 112, 112), gives (B, D) of any length.
        flip_average: of the pack.
        name: of the network, in ``BACKBONES``; "" where it has none.
    """

    def __init__(self, network: nn.Module, *, flip_average: bool, name: str = "") -> None:
        super().__init__()
        self.name = name
        self.network = network
        self.flip_average = flip_average

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, D) unit rows of (B, 3, 112, 112) float RGB as the pack normalises it."""
        raw: Tensor = self.network(x)
        if self.flip_average:
            raw = raw + self.network(x.flip(3))
        return unit_rows(raw)

    def train(self, mode: bool = True) -> PackNetwork:
        """Stay in evaluation mode, whatever is asked for."""
        return super().train(False)


def load_network(checkpoint: Path, backbone: str, base: OnnxRecognizer) -> PackNetwork:
    """Load the network that a pack was exported from, and compare the two on made-up pictures.

    Args:
        checkpoint: its weights; see ``read_weights``.
        backbone: name in ``BACKBONES`` that it must be of; "" for any.
        base: of the pack.

    Raises:
        CheckpointUnusable: not readable, of another network, or not the pack's.
    """
    found = None if backbone else open_network(checkpoint)
    chosen = BACKBONES[backbone] if found is None else found.backbone
    if chosen.embedding_size != base.embedding_size:
        raise CheckpointUnusable(
            path=checkpoint,
            reason=Reason(
                "{backbone} gives {size} numbers, the pack's embeddings have {wanted}",
                backbone=chosen.name,
                size=chosen.embedding_size,
                wanted=base.embedding_size,
            ),
        )
    network = (found or open_network(checkpoint, backbone)).network
    model = PackNetwork(network, flip_average=base.flip_average, name=chosen.name).eval()
    refuse_other(model, base, made_up_pictures(_MADE_UP), checkpoint)
    return model


def refuse_other(model: PackNetwork, base: OnnxRecognizer, crops_bgr: NDArray[np.uint8], checkpoint: Path) -> None:
    """Raise unless a network embeds crops as a pack does.

    Args:
        model: of the checkpoint.
        base: of the pack.
        crops_bgr: (k, 112, 112, 3) uint8 BGR; at least one.
        checkpoint: for the message.

    Raises:
        CheckpointUnusable: it does not.
    """
    with torch.inference_mode():
        ours = model(torch.from_numpy(base.blob(crops_bgr))).numpy()
    cosine = float((ours * base.embed(crops_bgr)).sum(axis=1).min())
    if not cosine >= MIN_COSINE:
        raise CheckpointUnusable(
            path=checkpoint,
            reason=Reason(
                "it is not what the pack was exported from: on {count} pictures the smallest cosine between its "
                "embedding and the pack's is {cosine}, at least {least} is needed",
                count=len(crops_bgr),
                cosine=f"{cosine:.3f}",
                least=MIN_COSINE,
            ),
        )


def choose_part(model: PackNetwork, part: str) -> list[nn.Parameter]:
    """Freeze everything but a part of the network and return the part's parameters; what is fixed by design stays so.

    Args:
        model: changed in place.
        part: "last-stage" (last stage and head) or "all".
    """
    modules = [model.network] if part == ALL else list(_last_stages(model.network))
    chosen = [parameter for module in modules for parameter in module.parameters() if parameter.requires_grad]
    model.requires_grad_(False)
    for parameter in chosen:
        parameter.requires_grad_(True)
    return chosen


def _last_blocks(network: DenseNet112) -> list[nn.Module]:
    """Return the blocks from the last one that halves width and height."""
    layers = list(network.f)
    halving = [index for index, layer in enumerate(layers) if isinstance(layer, Block) and layer.c1.stride == (2, 2)]
    return layers[halving[-1] :]


def _last_stages(network: nn.Module) -> Iterator[nn.Module]:
    """Yield what comes after the last but one stage; the networks themselves say which of their parts these are."""
    match network:
        case DenseNet112():
            yield from (*_last_blocks(network), network.dw, network.bn, network.fc, network.bn2)
        case IResNet():
            yield from (network.layer4, network.bn2, network.fc, network.features)
        case MobileFaceNet():
            yield from (*list(network.layers)[-_MOBILE_LAST:], network.conv_sep, network.features)
        case FoldedMobileFaceNet():
            yield from (*list(network.layers)[-_FOLDED_LAST:], network.head)
        case InceptionResnetV1():
            yield from (network.mixed_7a, network.repeat_3, network.block8, network.last_linear, network.last_bn)
        case _:
            raise TypeError(f"{type(network).__name__} has no last stage")
