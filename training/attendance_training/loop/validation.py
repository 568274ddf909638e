"""Measures a network during training: on people who are held out, or on a fixed set of pairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from attendance.errors import Reason
from attendance_training.data.face_shards import to_tensor
from attendance_training.data.face_source import Crop, FaceSource, decode_crop
from attendance_training.errors import EvaluationDataUnusable, TrainingDataUnusable
from attendance_training.evaluation.calibration import count_cross_pairs, is_supported
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.ten_fold import FoldedPairs, ten_fold
from attendance_training.evaluation.verification import RocCurve, crossing, roc_curve
from attendance_training.files.pair_pickle import read_pair_pickle
from attendance_training.reports.alterations import Alteration

FARS = (1e-3, 1e-2, 1e-1)
FOLDS = 10
_BATCH = 32
_LEAST = 2


class Validation(Protocol):
    """Something to measure a network with."""

    def __call__(self, network: nn.Module) -> float:
        """Return one number of a network in evaluation mode, larger is better; nan when it was stopped.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """

    def told(self) -> str:
        """Return in words what the last call found; "" before and when it was stopped."""

    def altered(self) -> Mapping[str, float]:
        """Return what the last call found on altered copies, by their names; empty before and when it was stopped."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What was measured over all pairs of held-out pictures, each embedded as it is, without its mirror image.

    Attributes:
        far: false accept rate that the true accept rate is taken at.
        tar: true accept rate.
        eer: equal error rate, at the nearest of thresholds that are 1e-4 apart.
    """

    far: float
    tar: float
    eer: float


class HeldOutPeople:
    """Validates on people who are not trained on. Memory grows with the pictures, not with their pairs.

    Args:
        faces: where the pictures are.
        rows: (n,) int64 pictures of the held-out people.
        should_stop: asked between batches; the answer is then nan.
        name: of the set, for ``told``.
        alterations: also compare copies altered so with the clean pictures, as a door does with enrolled photographs:
            the true accept rate at ``far`` of these very pairs.

    Attributes:
        far: the lowest of ``FARS`` that so many pairs of two people can support.
        last: of the last call; None before.

    Raises:
        TrainingDataUnusable: no pair of one person or of two.
    """

    def __init__(
        self,
        faces: FaceSource,
        rows: NDArray[np.int64],
        *,
        should_stop: Callable[[], bool] = lambda: False,
        name: str = "",
        alterations: Mapping[str, Alteration] = MappingProxyType({}),
    ) -> None:
        self._faces, self._should_stop, self._name = faces, should_stop, name
        self._alterations = alterations
        labels = faces.labels[rows]
        self._rows = rows[np.argsort(labels, kind="stable")]
        people, counts = np.unique(labels, return_counts=True)
        if len(people) < _LEAST or counts.max() < _LEAST:
            reason = Reason(
                "too few people are held out for validation: {count}, and at least 2 are needed; take more people or a "
                "larger share",
                count=len(people),
            )
            if len(people) >= _LEAST:
                reason = Reason("nobody of those to validate with has two pictures: take more pictures of each person")
            raise TrainingDataUnusable(path=Reason("the faces"), reason=reason)
        self._person = np.repeat(np.arange(len(people)), counts)
        pairs = count_cross_pairs(counts)
        self.far = next((far for far in FARS if is_supported(far, pairs)), FARS[-1])
        self.last: Rates | None = None
        self._altered: dict[str, float] = {}

    def __call__(self, network: nn.Module) -> float:
        """Return the true accept rate at ``far``; nan when it was stopped.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """
        self.last, self._altered = None, {}
        vectors = self._embedded(network, self._crops())
        if vectors is None:
            return math.nan
        found: dict[str, float] = {}
        clean = LabelledEmbeddings(vectors, self._person, int(self._person[-1]) + 1, len(self._rows), 0)
        for name, alteration in self._alterations.items():
            copies = self._embedded(network, map(alteration.apply, self._crops(), count()))
            if copies is None:
                return math.nan
            found[name] = self._tar(roc_curve(clean, copies))
        curve = roc_curve(clean)
        tar = self._tar(curve)
        self.last, self._altered = Rates(self.far, tar, crossing(curve)), found
        return tar

    def altered(self) -> Mapping[str, float]:
        """Return the true accept rate on altered copies of the last call."""
        return self._altered

    def told(self) -> str:
        """Return the rates of the last call."""
        if self.last is None:
            return ""
        name = f"{self._name}: " if self._name else ""
        said = f"{name}TAR {self.last.tar:.4f} at FAR {self.last.far:g}  EER {self.last.eer:.4f}"
        return said + _told_of(self._altered, self._alterations)

    def _crops(self) -> Iterator[Crop]:
        return (self._faces.crop_bgr(row) for row in self._rows.tolist())

    def _embedded(self, network: nn.Module, crops: Iterable[Crop]) -> NDArray[np.float32] | None:
        return _embedded(network, crops, self._should_stop, is_mirrored_too=False)

    def _tar(self, curve: RocCurve) -> float:
        return float(curve.tar[np.flatnonzero(curve.far <= self.far)[0]])


class FixedPairs:
    """Validates on a set of pairs of the field, by its protocol: accuracy over ten folds, with the mirror images added.

    A fold is a tenth of the pairs in the file's order. The threshold of a fold is the best one of the nine others;
    InsightFace's own code tries thresholds 0.01 of a squared distance apart, so its last digit may be another one.

    Args:
        path: ``lfw.bin`` and the like, with pictures of 112x112.
        should_stop: asked between batches; the answer is then nan.
        alterations: also judge the pairs with their second picture altered so.

    Raises:
        EvaluationDataUnusable: see ``read_pair_pickle``; or fewer pairs than folds.
        TrainingDataUnusable: its first picture is damaged or of another size.
    """

    def __init__(
        self,
        path: Path,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        alterations: Mapping[str, Alteration] = MappingProxyType({}),
    ) -> None:
        self._files, self._is_same = read_pair_pickle(path)
        if len(self._is_same) < FOLDS:
            raise EvaluationDataUnusable(
                path=path,
                reason=Reason(
                    "it holds {count} pairs, at least {least} are needed", count=len(self._is_same), least=FOLDS
                ),
            )
        self._path, self._should_stop, self._alterations = path, should_stop, alterations
        self._crop(0)
        self.last: float | None = None
        self._altered: dict[str, float] = {}

    def __call__(self, network: nn.Module) -> float:
        """Return the accuracy; nan when it was stopped.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """
        self.last, self._altered = None, {}
        vectors = self._embedded(network, map(self._crop, range(len(self._files))))
        if vectors is None:
            return math.nan
        found: dict[str, float] = {}
        for name, alteration in self._alterations.items():
            seconds = map(self._crop, range(1, len(self._files), 2))
            copies = self._embedded(network, map(alteration.apply, seconds, count()))
            if copies is None:
                return math.nan
            found[name] = self._accuracy(vectors[::2], copies)
        self.last, self._altered = self._accuracy(vectors[::2], vectors[1::2]), found
        return self.last

    def altered(self) -> Mapping[str, float]:
        """Return the accuracy with altered second pictures of the last call."""
        return self._altered

    def told(self) -> str:
        """Return the accuracy of the last call."""
        if self.last is None:
            return ""
        return f"{self._path.stem}: accuracy {self.last:.4f}" + _told_of(self._altered, self._alterations)

    def _embedded(self, network: nn.Module, crops: Iterable[Crop]) -> NDArray[np.float32] | None:
        return _embedded(network, crops, self._should_stop, is_mirrored_too=True)

    def _accuracy(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
        similarity = (first * second).sum(axis=1)
        fold = np.arange(len(similarity)) * FOLDS // len(similarity)
        return ten_fold(FoldedPairs(similarity, self._is_same, fold, 0, self._path.name)).accuracy.value

    def _crop(self, number: int) -> Crop:
        return decode_crop(self._files[number], f"{self._path}, picture {number + 1}")


class SeveralSets:
    """Validates on several sets; the number is the mean of theirs.

    Args:
        sets: at least one.
    """

    def __init__(self, sets: Sequence[Validation]) -> None:
        self._sets = sets

    def __call__(self, network: nn.Module) -> float:
        """Return the mean; nan when it was stopped.

        Raises:
            TrainingDataUnusable: a picture is damaged.
        """
        return float(np.mean([one(network) for one in self._sets]))

    def told(self) -> str:
        """Return what each of them says."""
        return "  ".join(text for one in self._sets if (text := one.told()))

    def altered(self) -> Mapping[str, float]:
        """Return the mean of what they found on altered copies; empty when one was stopped."""
        found = [one.altered() for one in self._sets]
        return {name: float(np.mean([one[name] for one in found])) for name in found[0] if all(found)}


def _told_of(altered: Mapping[str, float], alterations: Mapping[str, Alteration]) -> str:
    return "".join(f"  {alterations[name].name} {value:.4f}" for name, value in altered.items())


def _embedded(
    network: nn.Module, crops: Iterable[Crop], should_stop: Callable[[], bool], *, is_mirrored_too: bool
) -> NDArray[np.float32] | None:
    """Return (n, D) unit rows; None when it was stopped."""
    device = next(network.parameters()).device
    found = []
    coming = iter(crops)
    while chunk := list(islice(coming, _BATCH)):
        if should_stop():
            return None
        images = torch.from_numpy(to_tensor(np.stack(chunk))).to(device)
        with torch.inference_mode():
            vectors = network(images)
            if is_mirrored_too:
                vectors = vectors + network(images.flip(3))
            found.append(functional.normalize(vectors).cpu().numpy())
    return np.concatenate(found)
