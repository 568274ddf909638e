"""Recognizer networks by name: 112x112 aligned RGB in, one embedding out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from training.backbones.dense_cnn import DenseNet112

INPUT_SIZE_PX = 112
"""Side of an aligned crop, from ``attendance.core.alignment.TEMPLATE_112``."""


@dataclass(frozen=True, slots=True)
class Backbone:
    """One network that this package can build.

    Attributes:
        name: what the command line calls it.
        embedding_size: D, length of one embedding.
        build: makes the network with random weights.
    """

    name: str
    embedding_size: int
    build: Callable[[], nn.Module]


DENSE_112 = Backbone("dense112", 192, lambda: DenseNet112((32, 48, 96, 192), (1, 2, 2), embedding_size=192))
"""The bundled recognizer: 1.6 million parameters."""

DENSE_112_DEEP = Backbone("dense112_deep", 192, lambda: DenseNet112((32, 48, 96, 192), (2, 3, 3), embedding_size=192))
"""One block more in every stage: 2.5 million parameters. ``training.growth`` starts it from a ``dense112``."""

DENSE_112_WIDE = Backbone("dense112_wide", 192, lambda: DenseNet112((32, 64, 128, 256), (2, 3, 2), embedding_size=192))
"""As deep and wider: 3.2 million parameters, 12.7 MB as float32."""

BACKBONES: dict[str, Backbone] = {backbone.name: backbone for backbone in (DENSE_112, DENSE_112_DEEP, DENSE_112_WIDE)}
