"""Distillation: a network learns a teacher's embeddings of unlabelled faces.

Loss of one batch, with unit rows Zs (student) and Zt (teacher):
``mean(1 - cos(Zs, Zt)) + w * mean((Zs Zs^T - Zt Zt^T)^2)``. The first term is the regression of
embeddings, the second keeps the similarities between faces (relational distillation in the sense of
Park et al., CVPR 2019, arXiv:1904.05068, with the Gram matrix in place of distances).

With hints, the loss has one more term for each of the student's stages: the mean squared difference between a linear
map of its output and a layer of the teacher, standardised (Romero et al., "FitNets: Hints for thin deep nets", ICLR
2015, arXiv:1412.6550, equation 3). There the hints come first and the answer after them; here their weight falls
with the learning rate. Every place of the picture then teaches, not one vector a face.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from attendance.errors import Reason
from attendance_training.data.door_camera import blend, degrade, spoil
from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation.hinted_student import HintedStudent
from attendance_training.distillation.view_bank import ViewBank
from attendance_training.errors import CheckpointUnusable, TrainingDataUnusable
from attendance_training.runs.optimisation import decay_groups, falling_cosine, running_mean, warmed_up
from attendance_training.runs.prefetch import made_ahead
from attendance_training.runs.recipe import DistilConfig
from attendance_training.runs.run_state import State, order_moments, read_state, restore_moments, restore_run, write_run

_CLIP_NORM = 5.0
_VALIDATION_BATCH = 128

Batch = tuple[NDArray[np.float32], NDArray[np.float32], tuple[NDArray[np.float32], ...]]
"""(B, 3, 112, 112) crops, (B, D) unit rows of the teacher, and one (B, C, H, W) array a hint."""


class Teacher(Protocol):
    """Embeds crops for which no stored embedding exists."""

    def embed(self, crops_rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (B, D) unit rows of (B, 3, 112, 112) normalised RGB crops."""


def distillation_loss(student: Tensor, teacher: Tensor, relation_weight: float) -> Tensor:
    """Return the loss of one batch.

    Args:
        student: (B, D) floating point, any norm.
        teacher: (B, D) float32 or float64, unit rows.
        relation_weight: w in the module's formula.
    """
    # Never below float32 (autocast gives bfloat16), and float64 where a test asks for it.
    own = functional.normalize(student.to(torch.promote_types(student.dtype, torch.float32)))
    regression = (1.0 - (own * teacher).sum(1)).mean()
    relation = (own @ own.T - teacher @ teacher.T).square().mean()
    return regression + relation_weight * relation


@dataclass(slots=True)
class Progress:
    """Where a run stands; stored in its checkpoint."""

    step: int = 0
    seconds: float = 0.0


class Distillation:
    """One run: network, running mean, optimizer, and the time already spent.

    Args:
        model: the student; trained in place.
        shards: faces and stored teacher embeddings.
        config: the schedule.
        teacher: labels the blends; None leaves blends out.
        bank: labelled views to train on instead of the shards' crops; must hold ``config.views``.
        clock: monotonic seconds; the schedule goes by it.

    Raises:
        TrainingDataUnusable: the student's embedding size is not the teacher's, or there are too few crops.
    """

    def __init__(
        self,
        model: nn.Module,
        shards: FaceShards,
        config: DistilConfig,
        *,
        teacher: Teacher | None = None,
        bank: ViewBank | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        torch.manual_seed(config.seed)
        if bank is not None and config.hint_names:
            model = HintedStudent(model, bank.hint_shapes)
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.config = config
        self._shards = shards
        self._teacher = teacher
        self._bank = bank
        self._clock = clock
        self._train, self._held_back = shards.split()
        self.average = running_mean(model, config.ema)
        self.optimizer = torch.optim.AdamW(decay_groups(model, config.weight_decay), lr=config.peak_lr)
        self.progress = Progress()
        with torch.no_grad():
            size = self._network(self.average).eval()(torch.zeros(2, 3, 112, 112)).shape[1]
        if size != shards.teacher.shape[1]:
            raise TrainingDataUnusable(
                path=Reason("the shards"),
                reason=Reason(
                    "their teacher has {size} dimensions, the network {wanted}",
                    size=shards.teacher.shape[1],
                    wanted=size,
                ),
            )
        if len(self._train) < config.batch or not len(self._held_back):
            raise TrainingDataUnusable(
                path=Reason("the shards"),
                reason=Reason(
                    "{count} crops for training and {held_back} held back are too few for a batch of {batch}",
                    count=len(self._train),
                    held_back=len(self._held_back),
                    batch=config.batch,
                ),
            )

    # --- batches -------------------------------------------------------------------------------------

    def batch(self, step: int) -> Batch:
        """Make the batch of one step; depends on seed and step only, so that a resumed run sees the same."""
        rng = np.random.default_rng((self.config.seed, step))
        return self._batch_of_crops(rng) if self._bank is None else self._batch_of_views(self._bank, rng)

    def _batch_of_views(self, bank: ViewBank, rng: np.random.Generator) -> Batch:
        rows = np.sort(rng.choice(self.config.views, self.config.batch, replace=False))
        images, embeddings, hints = bank.take(rows)
        is_spoiled = rng.random(len(images)) < self.config.spoiled
        shown = [spoil(image, rng) if bad else image for image, bad in zip(images, is_spoiled, strict=True)]
        targets = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
        return to_tensor(np.stack(shown)), targets, hints

    def _batch_of_crops(self, rng: np.random.Generator) -> Batch:
        picked = rng.choice(self._train, self.config.batch, replace=False)
        clean = np.stack([self._shards.crop_bgr(int(i)) for i in picked])
        targets = self._shards.teacher[picked].copy()
        blends = int(self.config.batch * self.config.blended) if self._teacher is not None else 0
        if blends and self._teacher is not None:
            partners = rng.choice(self._train, blends, replace=False)
            for row, partner in enumerate(partners):
                clean[row] = blend(clean[row], self._shards.crop_bgr(int(partner)), rng)
            targets[:blends] = self._teacher.embed(to_tensor(clean[:blends]))
        is_mirrored = rng.random(len(clean)) < 0.5
        clean[is_mirrored] = clean[is_mirrored][:, :, ::-1]  # the target is the mean over crop and mirror image
        return to_tensor(np.stack([degrade(crop, rng) for crop in clean])), targets, ()

    # --- schedule ------------------------------------------------------------------------------------

    def learning_rate(self) -> float:
        """Return the rate of the coming step: linear warm-up, then one cosine over the minutes."""
        warm = warmed_up(self.progress.step, self.config.warm_up_steps)
        return self.config.peak_lr * warm * self._falling_cosine()

    def _hint_weight(self) -> float:
        """Return the weight of the coming step: the teacher's way there matters first, its answer last."""
        return self.config.hint_weight * self._falling_cosine()

    def _falling_cosine(self) -> float:
        return falling_cosine(self.progress.seconds / (self.config.minutes * 60))

    @property
    def is_finished(self) -> bool:
        """Whether the schedule's minutes are over."""
        return self.progress.seconds >= self.config.minutes * 60

    def run(
        self,
        *,
        stop: threading.Event,
        every_steps: int,
        report: Callable[[Progress, float], None],
    ) -> None:
        """Train until the schedule ends or ``stop`` is set.

        Args:
            stop: checked before every step; a step that has begun is finished.
            every_steps: how often ``report`` is called.
            report: takes the progress and the mean loss since the last call; saves a checkpoint there.
        """
        losses: list[float] = []
        with closing(made_ahead(self.batch, self.progress.step, stop)) as batches:
            while not self.is_finished and (batch := next(batches, None)) is not None and not stop.is_set():
                begun = self._clock()
                losses.append(self._step(*batch))
                self.progress.step += 1
                self.progress.seconds += self._clock() - begun
                if self.progress.step % every_steps == 0:
                    report(self.progress, float(np.mean(losses)))
                    losses.clear()

    def _step(
        self, images: NDArray[np.float32], targets: NDArray[np.float32], hints: tuple[NDArray[np.float32], ...]
    ) -> float:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        batch = torch.from_numpy(images).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.is_bfloat16):
            embeddings, guesses = self.model.forward_hints(batch) if hints else (self.model(batch), ())
        loss = distillation_loss(embeddings, torch.from_numpy(targets), self.config.relation_weight)
        for guess, hint in zip(guesses, hints, strict=True):
            loss = loss + self._hint_weight() * functional.mse_loss(guess.float(), torch.from_numpy(hint))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP_NORM)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return float(loss.detach())

    def validate(self, stop: threading.Event | None = None) -> float:
        """Return the running mean's mean cosine to the teacher on the held-back crops.

        Args:
            stop: gives up when set; the answer is then nan.
        """
        network = self._network(self.average).eval()
        total = 0.0
        with torch.no_grad():
            for start in range(0, len(self._held_back), _VALIDATION_BATCH):
                if stop is not None and stop.is_set():
                    return math.nan
                picked = self._held_back[start : start + _VALIDATION_BATCH]
                crops = np.stack([self._shards.crop_bgr(int(i)) for i in picked])
                own = self._embed_with_mirror(network, to_tensor(crops))
                total += float((own * torch.from_numpy(self._shards.teacher[picked])).sum())
        return total / len(self._held_back)

    def _embed_with_mirror(self, network: nn.Module, crops: NDArray[np.float32]) -> Tensor:
        """Return unit rows as the shards' teacher made them: views also, which teach a single picture's embedding."""
        batch = torch.from_numpy(crops)
        own = functional.normalize(network(batch))
        return functional.normalize(own + functional.normalize(network(batch.flip(3)))) if self._bank else own

    @staticmethod
    def _network(average: torch.optim.swa_utils.AveragedModel) -> nn.Module:
        """Return the running mean of the network alone, without the maps to the hints."""
        model = average.module
        return model.network if isinstance(model, HintedStudent) else model

    # --- checkpoint ----------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write weights, running mean, optimizer and progress; beside it the configuration as JSON, for people.

        Args:
            path: see ``attendance_training.runs.run_state``.

        Raises:
            StorageError: DiskFull, ReadOnlyStorage or itself; the file that was there before is unchanged.
        """
        write_run(
            path,
            model=self.model,
            average=self.average,
            optimizer=self.optimizer,
            progress=self.progress,
            config=self.config,
        )

    def load(self, path: Path) -> None:
        """Go on from a checkpoint; its configuration is not compared.

        Raises:
            CheckpointUnusable: damaged, not ours, or of another network.
        """
        self.restore(read_state(path), path)

    def restore(self, state: State, path: Path) -> None:
        """Go on from a state that was read already.

        Args:
            state: from ``attendance_training.runs.run_state.read_state``.
            path: where it came from, for the message.

        Raises:
            CheckpointUnusable: of another network.
        """
        self.progress = restore_run(
            state, path, model=self.model, average=self.average, optimizer=self.optimizer, progress=Progress
        )

    def begin_from(self, state: State, path: Path) -> None:
        """Begin a new schedule with the weights and the optimizer's moments of another run.

        Args:
            state: of ``attendance_training.runs.run_state``, compacted or not; of the same network with the same hints.
            path: where it came from, for the message.

        Raises:
            CheckpointUnusable: of another network, or with other hints.
        """
        try:
            self.model.load_state_dict(state["model"])
            self.average.module.load_state_dict(state["model"])
            groups = self.optimizer.state_dict()["param_groups"]  # the rates are this schedule's
            self.optimizer.load_state_dict({"state": restore_moments(state), "param_groups": groups})
        except (RuntimeError, KeyError, TypeError, ValueError) as err:
            raise CheckpointUnusable(
                path=path, reason=Reason("it is for another network or other hints ({error})", error=type(err).__name__)
            ) from err
        order_moments(self.optimizer)

    def averaged_weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the running mean as float32 arrays by parameter name, for ``attendance_training.files.checkpoint``."""
        state = self._network(self.average).state_dict()
        return {name: value.numpy() for name, value in state.items() if value.dtype == torch.float32}
