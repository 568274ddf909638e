"""A sweep of seconds: made-up faces, and a trainer that draws networks instead of training them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance.errors import Reason
from attendance_training.data.face_source import Crop, LeftOut
from attendance_training.errors import TrainingDiverged
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.session import TrainOutcome
from tests.unit.training.data.pictures import make_crop

PLAN: dict[str, str] = {
    "seeds": "[1, 2, 3]",
    "far": "0.05",
    "people": '{ train = 0.4, validation = 0.3, test = 0.3, salt = "a" }',
    "training": '{ backbone = "dense112_tiny", people_per_batch = 2, epochs = 1 }',
    "points": '[{ loss = "softmax" }, { loss = "triplet", margin = [0.2, 0.5] }]',
}


def write_plan(path: Path, **changes: str | None) -> Path:
    """Write a sweep; a change of None leaves a key out."""
    values = {**PLAN, **changes}
    path.write_text("".join(f"{key} = {value}\n" for key, value in values.items() if value is not None))
    return path


class MadeUpFaces:
    """People whose pictures are one random picture each with a little noise."""

    def __init__(self, people: int = 40, photos: int = 3) -> None:
        self.people = [f"p{number:02}" for number in range(people)]
        self.labels: NDArray[np.int64] = np.repeat(np.arange(people), photos)
        self.names = [f"{self.people[label]}/{row}.png" for row, label in enumerate(self.labels)]
        self.left_out: list[LeftOut] = []
        noise = np.random.default_rng(1).integers(0, 40, (len(self.names), 112, 112, 3), dtype=np.uint8)
        clean = np.stack([make_crop(number) for number in range(people)])
        self._crops = noise + clean[self.labels] // 2

    def crop_bgr(self, index: int) -> Crop:
        crop: Crop = self._crops[index].copy()
        return crop


class Projection(nn.Module):
    """Sixteen-pixel means through a fixed matrix, and noise that no seed repeats for two pictures."""

    def __init__(self, seed: int, noise: float) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.matrix = nn.Parameter(torch.randn(3 * 49, 8, generator=generator))
        self.noise = noise

    def forward(self, x: Tensor) -> Tensor:
        small = nn.functional.avg_pool2d(x, 16).flatten(1)
        small = small - small.mean(1, keepdim=True)
        jitter = torch.sin(1e4 * small @ self.matrix)
        return small @ self.matrix / 10 + self.noise * jitter


@dataclass
class DrawnTrainer:
    """Gives a ``Projection`` whose noise depends on the loss; notes what it was asked for.

    Attributes:
        noise: by name of the loss, or by (loss, peak_lr).
        diverging: losses that end without a number.
        stop_at: number of the call that is stopped in the middle.
    """

    noise: Mapping[Any, float] = field(default_factory=dict)
    diverging: tuple[str, ...] = ()
    stop_at: int | None = None
    calls: list[TrainConfig] = field(default_factory=list)
    starts: list[Any] = field(default_factory=list)
    looked: list[Crop] = field(default_factory=list)
    rows: list[NDArray[np.int64]] = field(default_factory=list)

    def __call__(
        self,
        faces: Any,
        rows: NDArray[np.int64],
        config: TrainConfig,
        *,
        start: Mapping[str, Tensor] | None,
        should_stop: Callable[[], bool],
    ) -> TrainOutcome:
        self.calls.append(config)
        self.starts.append(start)
        self.rows.append(rows)
        self.looked.append(faces.crop_bgr(int(rows[0])))
        if config.loss in self.diverging:
            raise TrainingDiverged(path="memory", reason=Reason("the loss is nan at step 1"))
        noise = self.noise.get((config.loss, config.peak_lr), self.noise.get(config.loss, 0.1))
        network = Projection(config.seed, noise).eval()
        return TrainOutcome(network, None, 10, len(self.calls) != self.stop_at, [2.0] * 9 + [1.0], [])
