"""Trains the adapter on embeddings that were computed once; the network itself stays as it is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from attendance_training.finetune.adapter import ResidualAdapter
from attendance_training.finetune.feedback import Feedback
from attendance_training.losses.arcface import ArcFaceHead

_CLIP_NORM = 5.0
_VALIDATION_FAR = 1e-3


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How the adapter is trained.

    Attributes:
        rank: of the adapter; never more than D.
        steps: most steps.
        check_every: steps between two validations.
        batch: photographs of staff a step; as many general faces and all disputed ones go with them.
        learning_rate: of AdamW, falling to 0 along a cosine.
        scale: of ArcFace; 16 satisfies CosFace's bound for P = 0.999 up to 9,000 people (arXiv:1801.09414, eq. 6).
        margin_rad: of ArcFace, reached after a fifth of the steps.
        anchor: weight of 1 - cos(z', z) over staff and general faces.
        dispute: weight of what disputed photographs are above the threshold less ``dispute_margin``.
        dispute_margin: cosine that a disputed photograph should stay below the threshold.
        patience: validations without a better one before the training ends.
        seed: of V and of the order.
    """

    rank: int = 128
    steps: int = 400
    check_every: int = 20
    batch: int = 256
    learning_rate: float = 3e-3
    scale: float = 16.0
    margin_rad: float = 0.2
    anchor: float = 3.0
    dispute: float = 2.0
    dispute_margin: float = 0.05
    patience: int = 10
    seed: int = 1

    @property
    def method(self) -> str:
        """What was done, for the model card."""
        return f"a linear adapter of rank {self.rank} behind the unchanged recognizer"


@dataclass(frozen=True, slots=True, eq=False)
class FitPhotos:
    """Names of the photographs behind the rows of ``FitData``.

    Attributes:
        vectors: n names.
        general: g names.
        disputed: d names, of another folder.
        validation: v names.
    """

    vectors: tuple[str, ...]
    general: tuple[str, ...]
    disputed: tuple[str, ...]
    validation: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FitData:
    """Embeddings to train on; all rows are float32 of unit length.

    Attributes:
        vectors: (n, D) photographs of people to train on.
        labels: (n,) int64, 0..C-1.
        bystanders: (b, D) one photograph each of people who are negatives only.
        general: (g, D) other people's, to stay as they are.
        disputed: (d, D) photographs that were taken for somebody wrongly.
        disputed_as: (d,) int64, label of whom they were taken for.
        threshold: cosine from which the kiosk accepts.
        validation: (v, D) photographs of people who are not trained on.
        validation_labels: (v,) int64.
    """

    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    bystanders: NDArray[np.float32]
    general: NDArray[np.float32]
    disputed: NDArray[np.float32]
    disputed_as: NDArray[np.int64]
    threshold: float
    validation: NDArray[np.float32]
    validation_labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What came of a training.

    Attributes:
        adapter: of the best validation.
        step: when that was; 0 is the identity: nothing was better than to do nothing.
        steps: how many were run.
        validation: score before the first step and at each validation; see ``validation_score``.
    """

    adapter: ResidualAdapter
    step: int
    steps: int
    validation: tuple[float, ...]


def fit_adapter(data: FitData, options: FitOptions = FitOptions(), feedback: Feedback | None = None) -> Fitted:
    """Train an adapter and keep what is best for the people of the validation.

    Loss of a step: ArcFace over the staff, with the mean of each person's embeddings as first centre and one more
    centre for each bystander; plus the anchor; plus the disputes. A disputed photograph is compared with the nearest
    photograph of whom it was taken for, as in the kiosk.

    Args:
        data: at least one person.
        options: how.
        feedback: takes every step and every validation.
    """
    feedback = feedback or Feedback()
    adapter = ResidualAdapter(data.vectors.shape[1], min(options.rank, data.vectors.shape[1]), seed=options.seed)
    head = _head(data, options)
    parameters = [*adapter.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=options.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    objective = _Objective(data, options, adapter, head)
    rng = np.random.default_rng(options.seed)
    batches = _endless_batches(len(data.labels), options.batch, rng)
    scores = [validation_score(adapter, data)]
    best, best_state = 0, copy.deepcopy(adapter.state_dict())
    step = 0
    while step < options.steps and len(scores) - 1 - best < options.patience:
        step += 1
        head.margin_rad = options.margin_rad * min(1.0, 5 * step / options.steps)
        optimizer.zero_grad()
        loss = objective.loss(next(batches), rng)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, _CLIP_NORM)
        optimizer.step()
        schedule.step()
        feedback.step(step, options.steps, float(loss.detach()))
        if step % options.check_every == 0 or step == options.steps:
            scores.append(validation_score(adapter, data))
            feedback.validated(step, validation_tar(adapter, data))
            if scores[-1] > scores[best]:
                best, best_state = len(scores) - 1, copy.deepcopy(adapter.state_dict())
    adapter.load_state_dict(best_state)
    return Fitted(adapter.eval(), min(best * options.check_every, step), step, tuple(scores))


def adapt(adapter: ResidualAdapter, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n, D) float32 unit rows of (n, D) float32 embeddings."""
    with torch.inference_mode():
        return np.asarray(adapter(torch.from_numpy(vectors)).numpy(), dtype=np.float32)


def validation_score(adapter: ResidualAdapter, data: FitData) -> float:
    """Return how many standard deviations the pairs of one person lie above the threshold of FAR 0.1 %.

    A TAR would be a count of a few dozen pairs that stands still for many epochs; this is what it is made of, and
    falls and rises smoothly. Pairs of one person: among the validation's. Pairs of two: the validation's photographs
    with each other, with the trained people's and with general faces.

    Args:
        adapter: to judge.
        data: only ``validation``, ``vectors`` and ``general`` are used.
    """
    genuine, threshold = _validation_pairs(adapter, data)
    return distance_to_threshold(genuine, threshold)


def validation_tar(adapter: ResidualAdapter, data: FitData) -> float:
    """Return the share of the validation's pairs of one person that reach the threshold of FAR 0.1 %; nan without.

    Args:
        adapter: to judge.
        data: as for ``validation_score``.
    """
    genuine, threshold = _validation_pairs(adapter, data)
    return float((genuine >= threshold).mean()) if len(genuine) else float("nan")


def validation_pairs(
    own: NDArray[np.float32], labels: NDArray[np.int64], others: NDArray[np.float32]
) -> tuple[NDArray[np.float32], float]:
    """Return the cosines of pairs of one person, and the threshold that 0.1 % of the pairs of two people reach.

    Args:
        own: (v, D) unit rows of the validation.
        labels: (v,) whose.
        others: (o, D) unit rows of other people; at least one.
    """
    cosines = own @ own.T
    is_same = labels[:, None] == labels[None, :]
    upper = np.triu(np.ones_like(is_same), k=1)
    impostor = np.concatenate([cosines[~is_same & upper], (own @ others.T).reshape(-1)])
    return cosines[is_same & upper], float(np.quantile(impostor, 1 - _VALIDATION_FAR))


def distance_to_threshold(genuine: NDArray[np.float32], threshold: float) -> float:
    """Return (mean - threshold) / standard deviation of some cosines; 0 for fewer than two."""
    if len(genuine) < 2:
        return 0.0
    return float((genuine.mean() - threshold) / (genuine.std() + 1e-6))


def _validation_pairs(adapter: ResidualAdapter, data: FitData) -> tuple[NDArray[np.float32], float]:
    own = adapt(adapter, data.validation)
    others = adapt(adapter, np.concatenate([data.vectors, data.general]))
    return validation_pairs(own, data.validation_labels, others)


def _endless_batches(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield rows in random order, again and again; at most ``size`` at once."""
    while True:
        order = rng.permutation(count)
        for start in range(0, count, size):
            yield order[start : start + size]


def person_centres(data: FitData) -> Tensor:
    """Return (C, D) unit rows: the mean of each trained person's embeddings, and each bystander."""
    classes = int(data.labels.max()) + 1
    means = [data.vectors[data.labels == label].mean(axis=0) for label in range(classes)]
    return functional.normalize(torch.from_numpy(np.concatenate([np.stack(means), data.bystanders])))


def _head(data: FitData, options: FitOptions) -> ArcFaceHead:
    centres = person_centres(data)
    head = ArcFaceHead(centres.shape[1], len(centres), scale=options.scale, margin_rad=0.0)
    with torch.no_grad():
        head.weight.copy_(centres)
    return head


class _Objective:
    """The loss of one batch."""

    def __init__(self, data: FitData, options: FitOptions, adapter: ResidualAdapter, head: ArcFaceHead) -> None:
        self._options, self._adapter, self._head = options, adapter, head
        self._threshold = data.threshold
        self._vectors, self._labels = torch.from_numpy(data.vectors), torch.from_numpy(data.labels)
        self._general, self._disputed = torch.from_numpy(data.general), torch.from_numpy(data.disputed)
        self._is_taken_for = torch.from_numpy(data.disputed_as)[:, None] == self._labels[None, :]

    def loss(self, rows: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Return a scalar for these rows and as many general faces."""
        options = self._options
        chosen = torch.from_numpy(rows)
        staff = self._vectors[chosen]
        count = min(len(rows), len(self._general))
        general = self._general[torch.from_numpy(rng.choice(len(self._general), count, replace=False))]
        both = torch.cat([staff, general])
        adapted = self._adapter(both)
        loss: Tensor = self._head(adapted[: len(rows)], self._labels[chosen])
        loss = loss + options.anchor * (1 - (adapted * both).sum(dim=1)).mean()
        if len(self._disputed):
            loss = loss + options.dispute * self._disputes()
        return loss

    def _disputes(self) -> Tensor:
        cosines = self._adapter(self._disputed) @ self._adapter(self._vectors).T
        nearest = cosines.masked_fill(~self._is_taken_for, -1.0).amax(dim=1)
        return functional.relu(nearest - (self._threshold - self._options.dispute_margin)).mean()
