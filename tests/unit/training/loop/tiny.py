"""A training small enough for a test: made-up people and a network of a few thousand weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.data.face_source import LeftOut
from attendance_training.loop.config import TrainConfig
from tests.unit.training.data.pictures import Crop, make_crop

SIZE = 12
PEOPLE = 6
PHOTOS = 3


class Pooled(nn.Module):
    """4x4 mean colours, one hidden layer, no memory of the batch: the same for one process and for several."""

    def __init__(self, embedding_size: int = SIZE) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(28)
        self.hidden = nn.Linear(48, 24)
        self.act = nn.PReLU()
        self.out = nn.Linear(24, embedding_size)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.out(self.act(self.hidden(self.pool(x).flatten(1))))
        return out


class Forgetful(Pooled):
    """With batch normalisation and dropout: with statistics and random numbers that a resumed run must have again."""

    def __init__(self, embedding_size: int = SIZE) -> None:
        super().__init__(embedding_size)
        self.norm = nn.BatchNorm1d(48)
        self.drop = nn.Dropout(0.2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.out(self.drop(self.act(self.hidden(self.norm(self.pool(x).flatten(1))))))
        return out


def register() -> None:
    """Make both known by name; for processes of their own, which no fixture reaches."""
    BACKBONES["pooled"] = Backbone("pooled", SIZE, Pooled, Pooled)
    BACKBONES["forgetful"] = Backbone("forgetful", SIZE, Forgetful, Forgetful)


class MadeUpFaces:
    """Each person is a random picture, each photograph of it has its own noise; a ``FaceSource``."""

    def __init__(self, people: int = PEOPLE, photos: int = PHOTOS) -> None:
        self.people: Sequence[str] = [f"person{index:02}" for index in range(people)]
        self.labels: NDArray[np.int64] = np.repeat(np.arange(people), photos)
        self.names: Sequence[str] = [f"{self.people[label]}/{row}.png" for row, label in enumerate(self.labels)]
        self.left_out: Sequence[LeftOut] = ()
        self.crops = [photo(int(label), row) for row, label in enumerate(self.labels)]

    @property
    def rows(self) -> NDArray[np.int64]:
        return np.arange(len(self.labels))

    def crop_bgr(self, index: int) -> Crop:
        return self.crops[index].copy()


def photo(person: int, number: int) -> Crop:
    noise = np.random.default_rng((5, person, number)).integers(-25, 26, (112, 112, 3))
    return np.clip(make_crop(person).astype(np.int64) + noise, 0, 255).astype(np.uint8)


def make_config(**changes: Any) -> TrainConfig:
    values: dict[str, Any] = {
        "backbone": "pooled",
        "embedding_size": SIZE,
        "loss_options": {"scale": 16.0},
        "epochs": 2,
        "people_per_batch": 4,
        "warm_up_steps": 2,
        "ema": 0.9,
        "degrade": False,
    }
    if "loss" in changes and "loss_options" not in changes:
        values["loss_options"] = {}
    return TrainConfig(**{**values, **changes})


def same(left: nn.Module, right: nn.Module) -> bool:
    """Whether all tensors are equal, bit for bit."""
    ours, theirs = left.state_dict(), right.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in theirs)
