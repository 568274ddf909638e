"""The batches of a run by the number of the step, so that a resumed run sees the same ones."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance_training.data.batches import Degrade, make_batch
from attendance_training.data.face_source import FaceSource
from attendance_training.data.samplers import PeopleSampler
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.processes import Processes


class FaceBatches:
    """This process's part of every batch: some of its people with all their pictures; can be sent to other processes.

    Args:
        faces: where the pictures are.
        rows: (n,) int64, those to train on.
        config: the recipe.
        processes: this process among all; each takes as many people of a batch.

    Attributes:
        classes: number of people who are trained on: those with two pictures or more among ``rows``.
        steps_per_epoch: number of batches.

    Raises:
        TrainingDataUnusable: fewer people with two pictures than a batch needs.
        ConfigError: the people of a batch cannot be shared out evenly.
    """

    def __init__(self, faces: FaceSource, rows: NDArray[np.int64], config: TrainConfig, processes: Processes) -> None:
        if config.people_per_batch % (processes.count * config.accumulate):
            raise ConfigError(
                path=Reason("the recipe"),
                key="people_per_batch",
                reason=Reason(
                    "is {people_per_batch}, which {count} processes with {parts} parts each cannot share evenly",
                    people_per_batch=config.people_per_batch,
                    count=processes.count,
                    parts=config.accumulate,
                ),
            )
        self._faces, self._rows, self._config, self._processes = faces, rows, config, processes
        self._sampler = PeopleSampler(
            faces.labels[rows],
            people_per_batch=config.people_per_batch,
            photos_per_person=config.photos_per_person,
            seed=config.seed,
        )
        self.classes = len(self._sampler.people)
        self.steps_per_epoch = len(self._sampler)
        self._degrade = _degrade() if config.degrade else None

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """Return (b, 3, 112, 112) float32 pictures and (b,) int64 classes of this process for one step.

        The pictures follow from seed, step and, where they are degraded, the process. Not for several threads at once.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """
        epoch, place = divmod(step, self.steps_per_epoch)
        chosen = self._rows[self._sampler.batch(epoch, place)].tolist()
        each = len(chosen) // self._processes.count
        own = chosen[self._processes.rank * each : (self._processes.rank + 1) * each]
        draw = (self._config.seed, epoch, place, *((self._processes.rank,) if self._processes.rank else ()))
        batch = make_batch(self._faces, own, draw=draw, degrade=self._degrade)
        classes = np.searchsorted(self._sampler.people, batch.labels)
        return torch.from_numpy(batch.images), torch.from_numpy(classes)


def _degrade() -> Degrade:
    from attendance_training.data.augmentation import degrade_batch  # noqa: PLC0415 - kornia, only such a run needs it

    return degrade_batch
