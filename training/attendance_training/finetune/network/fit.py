"""Trains a part of the network on the staff's crops, holding it near where it began."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.fit import distance_to_threshold, person_centres, validation_pairs
from attendance_training.finetune.network.options import NetworkData, NetworkOptions
from attendance_training.finetune.network.pack_network import PackNetwork, choose_part
from attendance_training.finetune.network.state import CheckpointFile, NetworkProgress
from attendance_training.losses.arcface import ArcFaceHead

Blob = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
_CLIP_NORM = 5.0
_EMBED_BATCH = 32
_OTHERS = 256
"""Faces of other people at a validation; all of them would take longer than the steps between."""
_OWN_PHOTOS = 4
"""Photographs of whom a disputed one was taken for that it is compared with in one step."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedNetwork:
    """What came of a training.

    Attributes:
        network: of the best validation.
        step: when that was; 0 is the pack's own: nothing was better than to do nothing.
        steps: how many were run.
        validation: score before the first step and at each validation; see ``fit.validation_score``.
    """

    network: PackNetwork
    step: int
    steps: int
    validation: tuple[float, ...]


def fit_network(
    model: PackNetwork,
    data: NetworkData,
    options: NetworkOptions,
    *,
    blob: Blob,
    checkpoint: CheckpointFile | None = None,
    feedback: Feedback | None = None,
) -> FittedNetwork:
    """Train a part of a network and keep what is best for the people of the validation.

    Loss of a step: ArcFace over the staff (first centres as for the adapter), plus ``replay`` times 1 - cos between
    the new embedding of other people's faces and the pack's, plus the disputes, plus L2-SP:
    alpha/2 |w - w0|^2 over what is trained + beta/2 |c|^2 over the centres (Xuhong Li et al., "Explicit inductive
    bias for transfer learning with convolutional networks", ICML 2018, arXiv:1802.01483, eq. 3). A step draws from its
    own number, so a run that goes on from a checkpoint makes the same steps as one that was never stopped.

    Args:
        model: from ``load_network``; not changed.
        data: at least one person.
        options: how.
        blob: normalises crops for the network.
        checkpoint: where it goes on from and is saved; None: nothing is.
        feedback: takes every step and every validation.
    """
    run = _Run(copy.deepcopy(model), data, options, blob, feedback or Feedback())
    progress = checkpoint.restore(run.trained, run.best, run.optimizer) if checkpoint else None
    if progress is None:
        progress = NetworkProgress()
        progress.scores.append(run.validate(0))
    while progress.step < options.steps and progress.validations_since_best() < options.patience:
        progress.step += 1
        run.step(progress.step)
        is_last = progress.step == options.steps
        if progress.step % options.check_every == 0 or is_last:
            progress.scores.append(run.validate(progress.step))
            if progress.validations_since_best() == 0:
                progress.best_step = progress.step
                run.best.load_state_dict(run.network.state_dict())
        if checkpoint and (progress.step % options.save_every == 0 or is_last):
            checkpoint.save(run.trained, run.best, run.optimizer, progress, run.feedback)
    return FittedNetwork(run.best, progress.best_step, progress.step, tuple(progress.scores))


def embed(model: PackNetwork, crops_bgr: NDArray[np.uint8], blob: Blob, feedback: Feedback) -> NDArray[np.float32]:
    """Return (n, D) float32 unit rows of (n, 112, 112, 3) uint8 BGR crops."""
    size = model(torch.zeros(1, 3, *crops_bgr.shape[1:3])).shape[1]
    parts = [np.empty((0, size), np.float32)]
    with torch.inference_mode():
        for start in range(0, len(crops_bgr), _EMBED_BATCH):
            feedback.check()
            parts.append(model(_tensor(crops_bgr[start : start + _EMBED_BATCH], blob)).numpy())
    return np.concatenate(parts)


class _Run:
    """Networks, optimizer and data of a training."""

    def __init__(
        self, network: PackNetwork, data: NetworkData, options: NetworkOptions, blob: Blob, feedback: Feedback
    ) -> None:
        self.network, self.feedback = network, feedback
        self.best = copy.deepcopy(network)
        self._data, self._options, self._blob = data, options, blob
        self._parameters = choose_part(network, options.part)
        self._start = [parameter.detach().clone() for parameter in self._parameters]
        centres = person_centres(data.fit)
        self._head = ArcFaceHead(centres.shape[1], len(centres), scale=options.scale, margin_rad=0.0)
        with torch.no_grad():
            self._head.weight.copy_(centres)
        self.trained = nn.ModuleDict({"network": network, "head": self._head})
        groups = [
            {"params": self._parameters, "lr": options.learning_rate},
            {"params": list(self._head.parameters()), "lr": options.head_rate},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
        rows = np.random.default_rng(options.seed).permutation(len(data.staff) + len(data.general))[:_OTHERS]
        self._others = np.sort(rows)

    def step(self, step: int) -> None:
        """Make one step."""
        options = self._options
        rng = np.random.default_rng((options.seed, step))
        share = min(1.0, step / options.warm_up) * 0.5 * (1 + math.cos(math.pi * (step - 1) / options.steps))
        for group, rate in zip(self.optimizer.param_groups, (options.learning_rate, options.head_rate), strict=True):
            group["lr"] = rate * share
        self._head.margin_rad = options.margin_rad * min(1.0, 5 * step / options.steps)
        self.optimizer.zero_grad()
        loss = self._loss(rng)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*self._parameters, *self._head.parameters()], _CLIP_NORM)
        self.optimizer.step()
        self.feedback.step(step, options.steps, float(loss.detach()))

    def validate(self, step: int) -> float:
        """Return the score of the validation's people."""
        data, staff = self._data, len(self._data.staff)
        own = self._embed(data.validation)
        rows = self._others
        others = np.concatenate(
            [self._embed(data.staff[rows[rows < staff]]), self._embed(data.general[rows[rows >= staff] - staff])]
        )
        genuine, threshold = validation_pairs(own, data.fit.validation_labels, others)
        self.feedback.validated(step, float((genuine >= threshold).mean()) if len(genuine) else math.nan)
        return distance_to_threshold(genuine, threshold)

    def _embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        return embed(self.network, crops_bgr, self._blob, self.feedback)

    def _loss(self, rng: np.random.Generator) -> Tensor:
        data, options = self._data, self._options
        rows = rng.choice(len(data.staff), min(options.batch, len(data.staff)), replace=False)
        staff = data.staff[rows]
        is_mirrored = rng.random(len(rows)) < 0.5
        staff = np.where(is_mirrored[:, None, None, None], staff[:, :, ::-1], staff)
        replayed = rng.choice(len(data.general), min(options.batch, len(data.general)), replace=False)
        new = self.network(_tensor(np.concatenate([staff, data.general[replayed]]), self._blob))
        loss: Tensor = self._head(new[: len(rows)], torch.from_numpy(data.fit.labels[rows]))
        old = torch.from_numpy(data.fit.general[replayed])
        loss = loss + options.replay * (1 - (new[len(rows) :] * old).sum(dim=1)).mean()
        moved = [(now - start).square().sum() for now, start in zip(self._parameters, self._start, strict=True)]
        loss = loss + options.l2_start / 2 * torch.stack(moved).sum()
        loss = loss + options.l2_new / 2 * self._head.weight.square().sum()
        if len(data.disputed):
            loss = loss + options.dispute * self._disputes(rng)
        return loss

    def _disputes(self, rng: np.random.Generator) -> Tensor:
        """Return what disputed photographs are above the threshold, against some of whom they were taken for."""
        data, options = self._data, self._options
        chosen = rng.choice(len(data.disputed), min(options.dispute_batch, len(data.disputed)), replace=False)
        people = np.unique(data.fit.disputed_as[chosen])
        own = [rng.permutation(np.flatnonzero(data.fit.labels == person))[:_OWN_PHOTOS] for person in people]
        rows = np.concatenate(own)
        new = self.network(_tensor(np.concatenate([data.disputed[chosen], data.staff[rows]]), self._blob))
        is_taken_for = torch.from_numpy(data.fit.disputed_as[chosen][:, None] == data.fit.labels[rows][None, :])
        cosines = new[: len(chosen)] @ new[len(chosen) :].T
        nearest = cosines.masked_fill(~is_taken_for, -1.0).amax(dim=1)
        return functional.relu(nearest - (data.fit.threshold - options.dispute_margin)).mean()


def _tensor(crops_bgr: NDArray[np.uint8], blob: Blob) -> Tensor:
    # Not channels-last, a third faster: torch 2.13 then writes beyond its memory in the backward pass of a 1x1
    # convolution of stride 2 with few channels, which ends the process.
    return torch.from_numpy(np.ascontiguousarray(blob(crops_bgr)))
