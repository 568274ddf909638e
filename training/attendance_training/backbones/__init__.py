"""Recognizer networks by name: 112x112 aligned RGB in, one embedding out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from torch import nn

from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.backbones.folded_mobilefacenet import FoldedMobileFaceNet
from attendance_training.backbones.inception_resnet_v1 import InceptionResnetV1
from attendance_training.backbones.iresnet import BLOCKS, IResNet
from attendance_training.backbones.mobilefacenet import MobileFaceNet

INPUT_SIZE_PX = 112
"""Side of an aligned crop, from ``attendance.core.recognition.alignment.TEMPLATE_112``."""
_PUBLISHED_SIZE = 512
"""D of the checkpoints that arcface_torch and facenet-pytorch publish."""


@dataclass(frozen=True, slots=True)
class Backbone:
    """One network that this package can build.

    Attributes:
        name: what the command line calls it.
        embedding_size: D, length of one embedding.
        build: makes the network with random weights.
        build_sized: makes it with another D; None for a network of one size.
    """

    name: str
    embedding_size: int
    build: Callable[[], nn.Module]
    build_sized: Callable[[int], nn.Module] | None = None

    def with_embedding_size(self, embedding_size: int) -> Backbone:
        """Return the same network for another D.

        Raises:
            ValueError: it has one size only, or D is below 1.
        """
        if self.build_sized is None or embedding_size < 1:
            raise ValueError(f"{self.name} cannot be built for embeddings of {embedding_size} values")
        return replace(self, embedding_size=embedding_size, build=partial(self.build_sized, embedding_size))


def _sized(name: str, embedding_size: int, build_sized: Callable[[int], nn.Module]) -> Backbone:
    return Backbone(name, embedding_size, partial(build_sized, embedding_size), build_sized)


DENSE_112 = _sized("dense112", 192, lambda d: DenseNet112((32, 48, 96, 192), (1, 2, 2), embedding_size=d))
"""The first recognizer: 1.6 million parameters."""

DENSE_112_TINY = _sized("dense112_tiny", 192, lambda d: DenseNet112((16, 24, 48, 96), (1, 1, 1), embedding_size=d))
"""For experiments that train dozens of networks on a processor (``attendance_training.sweep``); too weak for a door."""

DENSE_112_DEEP = _sized("dense112_deep", 192, lambda d: DenseNet112((32, 48, 96, 192), (2, 3, 3), embedding_size=d))
"""One block more in every stage: 2.5 million parameters. ``distillation.growth`` starts it from a ``dense112``."""

DENSE_112_WIDE = _sized("dense112_wide", 192, lambda d: DenseNet112((32, 64, 128, 256), (2, 3, 2), embedding_size=d))
"""As deep and wider, 3.2 million parameters: the recognizer that was trained here from random weights."""

MOBILEFACENET = _sized("mobilefacenet", 128, lambda d: MobileFaceNet(embedding_size=d))
"""The paper's network: one million parameters."""

MOBILEFACENET_TF = _sized("mobilefacenet_tf", 192, lambda d: FoldedMobileFaceNet(embedding_size=d))
"""The bundled recognizer: TensorFlow's variant without separate normalisation, 1.3 million parameters."""

MOBILEFACENET_X2 = _sized("mobilefacenet_x2", _PUBLISHED_SIZE, lambda d: MobileFaceNet(embedding_size=d, scale=2))
"""Twice the channels between the bottlenecks: arcface_torch's "mbf"."""

INCEPTION_RESNET_V1 = _sized("inception_resnet_v1", _PUBLISHED_SIZE, lambda d: InceptionResnetV1(embedding_size=d))
"""FaceNet's: 23.5 million parameters."""


def _iresnet(layers: int) -> Backbone:
    return _sized(f"iresnet{layers}", _PUBLISHED_SIZE, lambda d: IResNet(layers, embedding_size=d))


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        DENSE_112,
        DENSE_112_DEEP,
        DENSE_112_WIDE,
        DENSE_112_TINY,
        MOBILEFACENET,
        MOBILEFACENET_TF,
        MOBILEFACENET_X2,
        *map(_iresnet, BLOCKS),
        INCEPTION_RESNET_V1,
    )
}
