"""A tiny network of the bundled recognizer's kind, with made-up faces; its frozen parts do nothing odd."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendance_training.backbones import Backbone
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.finetune.fit import FitData
from attendance_training.finetune.network.options import NetworkData
from attendance_training.finetune.network.pack_network import PackNetwork

SIZE = 8
NAME = "tiny"
CELL = 28


def build() -> nn.Module:
    return DenseNet112((4, 4, 8, 8), (1, 1, 1), embedding_size=SIZE)


TINY = Backbone(NAME, SIZE, build)


def network(seed: int = 1) -> nn.Module:
    """Return a network with random weights whose batch normalisation has seen pictures."""
    torch.manual_seed(seed)
    made = build()
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            module.momentum = None  # the plain mean of what it sees
    with torch.no_grad():
        made.train()(torch.from_numpy(blob(flat(pictures(32, 1, seed=9)))))
    return made.eval()


def blob(crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    rgb = crops_bgr[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    return np.ascontiguousarray((rgb - 127.5) / 127.5)


def pictures(people: int, photos: int, *, seed: int, spread: float = 14.0) -> NDArray[np.uint8]:
    """(people, photos, 112, 112, 3): 4x4 colours a person, each photograph a little different."""
    rng = np.random.default_rng(seed)
    cells = rng.uniform(50, 200, (people, 1, 4, 4, 3)) + rng.normal(0, spread, (people, photos, 4, 4, 3))
    return np.clip(cells, 0, 255).astype(np.uint8).repeat(CELL, axis=2).repeat(CELL, axis=3)


def flat(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return crops.reshape(-1, 112, 112, 3)


def data(model: PackNetwork, *, disputed: int = 0) -> NetworkData:
    """Six people to train on, four of the validation, ten others; with disputed photographs of person 0."""
    staff, validation = flat(pictures(6, 3, seed=1)), flat(pictures(4, 2, seed=2))
    general = flat(pictures(10, 1, seed=3))
    wrong = flat(pictures(disputed, 1, seed=4)) if disputed else np.empty((0, 112, 112, 3), np.uint8)

    def embed(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(model(torch.from_numpy(blob(crops))).numpy()).reshape(-1, SIZE)

    fit = FitData(
        vectors=embed(staff),
        labels=np.repeat(np.arange(6), 3),
        bystanders=np.empty((0, SIZE), np.float32),
        general=embed(general),
        disputed=embed(wrong) if disputed else np.empty((0, SIZE), np.float32),
        disputed_as=np.zeros(disputed, np.int64),
        threshold=0.3,
        validation=embed(validation),
        validation_labels=np.repeat(np.arange(4), 2),
    )
    return NetworkData(fit, staff, general, wrong, validation)
