"""Distillation: a network learns a teacher's embeddings of unlabelled faces.

Loss of one batch, with unit rows Zs (student) and Zt (teacher):
``mean(1 - cos(Zs, Zt)) + w * mean((Zs Zs^T - Zt Zt^T)^2)``. The first term is the regression of
embeddings, the second keeps the similarities between faces (relational distillation in the sense of
Park et al., CVPR 2019, arXiv:1904.05068, with the Gram matrix in place of distances).
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from attendance.errors import CheckpointUnusable, TrainingDataUnusable
from training.door_camera import blend, degrade
from training.face_shards import FaceShards

_CLIP_NORM = 5.0
_PREFETCH = 4


class Teacher(Protocol):
    """Embeds crops for which no stored embedding exists."""

    def embed(self, crops_rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (B, D) unit rows of (B, 3, 112, 112) normalised RGB crops."""


@dataclass(frozen=True, slots=True)
class DistilConfig:
    """Everything that decides how a distillation run goes; saved beside its checkpoints.

    Attributes:
        backbone: name in ``training.backbones.BACKBONES``.
        minutes: length of the whole schedule; the cosine ends there.
        batch: crops per step.
        blended: share of the batch that are blends of two faces, labelled by the teacher on the fly.
        peak_lr: highest learning rate of AdamW.
        warm_up_steps: steps of linear warm-up.
        weight_decay: AdamW's decoupled decay.
        relation_weight: w in the loss.
        ema: decay of the running mean of the weights, which is what is evaluated and exported.
        seed: of augmentation, order and initial weights.
        is_bfloat16: run the convolutions in bfloat16 (CPU autocast); weights, loss and optimizer stay float32.
    """

    backbone: str
    minutes: float
    batch: int = 128
    blended: float = 0.2
    peak_lr: float = 1.5e-3
    warm_up_steps: int = 200
    weight_decay: float = 0.02
    relation_weight: float = 4.0
    ema: float = 0.999
    seed: int = 1
    is_bfloat16: bool = False


def distillation_loss(student: Tensor, teacher: Tensor, relation_weight: float) -> Tensor:
    """Return the loss of one batch.

    Args:
        student: (B, D) float, any norm.
        teacher: (B, D) float, unit rows.
        relation_weight: w in the module's formula.
    """
    own = functional.normalize(student.float())
    regression = (1.0 - (own * teacher).sum(1)).mean()
    relation = (own @ own.T - teacher @ teacher.T).square().mean()
    return regression + relation_weight * relation


def to_tensor(crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (B, 3, 112, 112) float32 RGB in -1..1 from (B, 112, 112, 3) uint8 BGR: (x - 127.5) / 127.5."""
    return np.ascontiguousarray((crops_bgr[..., ::-1].astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2)


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

    Raises:
        TrainingDataUnusable: the student's embedding size is not the teacher's.
    """

    def __init__(
        self, model: nn.Module, shards: FaceShards, config: DistilConfig, *, teacher: Teacher | None = None
    ) -> None:
        torch.manual_seed(config.seed)
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.config = config
        self._shards = shards
        self._teacher = teacher
        self._train, self._held_back = shards.split()
        self.average = torch.optim.swa_utils.AveragedModel(
            model,
            multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(config.ema),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        decayed = [p for p in model.parameters() if p.ndim > 1]
        free = [p for p in model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": config.weight_decay}, {"params": free, "weight_decay": 0.0}],
            lr=config.peak_lr,
        )
        self.progress = Progress()
        with torch.no_grad():
            size = model.eval()(torch.zeros(2, 3, 112, 112)).shape[1]
        if size != shards.teacher.shape[1]:
            raise TrainingDataUnusable(
                path="the shards", reason=f"their teacher has {shards.teacher.shape[1]} dimensions, the network {size}"
            )

    # --- batches ------------------------------------------------------------------------------------

    def _batch(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Make the batch of one step; depends on seed and step only, so that a resumed run sees the same."""
        rng = np.random.default_rng((self.config.seed, step))
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
        return to_tensor(np.stack([degrade(crop, rng) for crop in clean])), targets

    def _batches(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        with ThreadPoolExecutor(1) as pool:
            step = self.progress.step
            waiting = [pool.submit(self._batch, step + ahead) for ahead in range(_PREFETCH)]
            while True:
                yield waiting.pop(0).result()
                step += 1
                waiting.append(pool.submit(self._batch, step + _PREFETCH - 1))

    # --- schedule -----------------------------------------------------------------------------------

    def learning_rate(self) -> float:
        """Return the rate of the coming step: linear warm-up, then one cosine over the minutes."""
        warm = min(1.0, (self.progress.step + 1) / self.config.warm_up_steps)
        done = min(1.0, self.progress.seconds / (self.config.minutes * 60))
        return self.config.peak_lr * warm * 0.5 * (1 + math.cos(math.pi * done))

    def run(
        self,
        *,
        stop: threading.Event,
        every_steps: int,
        report: Callable[[Progress, float], None],
    ) -> None:
        """Train until the schedule ends or ``stop`` is set.

        Args:
            stop: checked after every step.
            every_steps: how often ``report`` is called.
            report: takes the progress and the mean loss since the last call; saves a checkpoint there.
        """
        losses: list[float] = []
        for images, targets in self._batches():
            if stop.is_set() or self.progress.seconds >= self.config.minutes * 60:
                break
            begun = time.monotonic()
            losses.append(self._step(images, targets))
            self.progress.step += 1
            self.progress.seconds += time.monotonic() - begun
            if self.progress.step % every_steps == 0:
                report(self.progress, float(np.mean(losses)))
                losses.clear()

    def _step(self, images: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        batch = torch.from_numpy(images).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.is_bfloat16):
            embeddings = self.model(batch)
        loss = distillation_loss(embeddings, torch.from_numpy(targets), self.config.relation_weight)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP_NORM)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return float(loss.detach())

    def validate(self) -> float:
        """Return the running mean's mean cosine to the teacher on the held-back crops."""
        self.average.eval()
        total = 0.0
        with torch.no_grad():
            for start in range(0, len(self._held_back), 128):
                picked = self._held_back[start : start + 128]
                crops = np.stack([self._shards.crop_bgr(int(i)) for i in picked])
                own = functional.normalize(self.average(torch.from_numpy(to_tensor(crops))))
                total += float((own * torch.from_numpy(self._shards.teacher[picked])).sum())
        return total / len(self._held_back)

    # --- checkpoint ---------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write weights, running mean, optimizer and progress; complete or not at all."""
        partial = path.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "progress": asdict(self.progress),
                "config": asdict(self.config),
            },
            partial,
        )
        partial.replace(path)
        path.with_suffix(".json").write_text(json.dumps(asdict(self.config), indent=2) + "\n", encoding="utf-8")

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration.

        Raises:
            CheckpointUnusable: damaged, not ours, or made with another configuration.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            self.model.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.progress = Progress(**state["progress"])
        except (RuntimeError, KeyError, TypeError, ValueError, EOFError, OSError) as err:
            raise CheckpointUnusable(path=path, reason=f"it cannot be resumed ({type(err).__name__})") from err

    def averaged_weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the running mean as float32 arrays by parameter name, for ``training.checkpoint``."""
        state = self.average.module.state_dict()
        return {name: value.numpy() for name, value in state.items() if value.dtype == torch.float32}
