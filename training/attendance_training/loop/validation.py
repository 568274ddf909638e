"""Measures a network on people who are not trained on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from attendance.errors import Reason
from attendance_training.data.face_shards import to_tensor
from attendance_training.data.face_source import FaceSource
from attendance_training.errors import TrainingDataUnusable
from attendance_training.evaluation.calibration import count_cross_pairs, is_supported
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.verification import equal_error, roc_curve

FARS = (1e-3, 1e-2, 1e-1)
_BATCH = 32
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Rates:
    """What was measured over all pairs of held-out pictures, each embedded as it is, without its mirror image.

    Attributes:
        far: false accept rate that the true accept rate is taken at.
        tar: true accept rate.
        eer: equal error rate.
    """

    far: float
    tar: float
    eer: float


class HeldOutPeople:
    """Validates on people who are not trained on; call it with a network in evaluation mode.

    Args:
        faces: where the pictures are.
        rows: (n,) int64 pictures of the held-out people.
        should_stop: asked between batches; the answer is then nan.

    Attributes:
        far: the lowest of ``FARS`` that so many pairs of two people can support.
        last: of the last call; None before.

    Raises:
        TrainingDataUnusable: no pair of one person or of two.
    """

    def __init__(
        self, faces: FaceSource, rows: NDArray[np.int64], *, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self._faces, self._should_stop = faces, should_stop
        labels = faces.labels[rows]
        self._rows = rows[np.argsort(labels, kind="stable")]
        people, counts = np.unique(labels, return_counts=True)
        if len(people) < _LEAST or counts.max() < _LEAST:
            raise TrainingDataUnusable(
                path=Reason("the faces"),
                reason=Reason(
                    "{count} people are held out for validation, with {pictures} pictures at most; "
                    "two people and two pictures of one are needed: take more people or a larger share",
                    count=len(people),
                    pictures=max([*counts, 0]),
                ),
            )
        self._person = np.repeat(np.arange(len(people)), counts)
        pairs = count_cross_pairs(counts)
        self.far = next((far for far in FARS if is_supported(far, pairs)), FARS[-1])
        self.last: Rates | None = None

    def __call__(self, network: nn.Module) -> float:
        """Return the true accept rate at ``far``; nan when it was stopped.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """
        device = next(network.parameters()).device
        vectors = []
        for start in range(0, len(self._rows), _BATCH):
            if self._should_stop():
                return math.nan
            crops = np.stack([self._faces.crop_bgr(int(row)) for row in self._rows[start : start + _BATCH]])
            with torch.inference_mode():
                vectors.append(functional.normalize(network(torch.from_numpy(to_tensor(crops)).to(device))).cpu())
        data = LabelledEmbeddings(
            vectors=torch.cat(vectors).numpy(),
            person=self._person,
            people=int(self._person[-1]) + 1,
            photos=len(self._rows),
            failed=0,
        )
        curve = roc_curve(data)
        tar = float(curve.tar[np.flatnonzero(curve.far <= self.far)[0]])
        found = equal_error(data, curve=curve, rounds=1)
        self.last = Rates(self.far, tar, math.nan if found is None else found.rate.value)
        return tar
