"""Network, loss, optimizer and running mean of one run, and what one step does with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from attendance_training.backbones import BACKBONES
from attendance_training.files.checkpoint import load_weights
from attendance_training.loop.attacked_batches import attack_some
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.processes import Processes, average_gradients, gather_rows
from attendance_training.loop.sharded_head import ShardedHead
from attendance_training.losses import build_loss
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.geometry import check_labels
from attendance_training.runs.optimisation import decay_groups, running_mean

_HALF = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Learner:
    """What is trained. Random numbers are torch's: seed them before.

    Args:
        config: the recipe.
        classes: number of people that are trained on.
        processes: this process among all.
        device: where it all is.
        start: weights to begin with, by the network's names; None: random ones.

    Attributes:
        network: the trained one.
        average: the running mean of its weights.
        head: the loss, with its class centres if it has any.

    Raises:
        CheckpointUnusable: ``start`` is of another network.
    """

    def __init__(
        self,
        config: TrainConfig,
        *,
        classes: int,
        processes: Processes,
        device: torch.device,
        start: Mapping[str, Tensor] | None = None,
    ) -> None:
        network = build_network(config)
        if start is not None:
            arrays = {key: value.detach().cpu().numpy() for key, value in start.items() if value.is_floating_point()}
            load_weights(network, arrays, Path("the weights to begin with"))
        if processes.count > 1 and device.type == "cuda":
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = running_mean(self.network, config.ema, warms_up=True)
        self.head = _build_head(config, classes, processes).to(device)
        self._classes = classes if isinstance(self.head, ClassHead | ShardedHead) else None
        if isinstance(self.head, ClassHead | ShardedHead):
            self.head.checks_labels = False  # ``step`` does, before they are sent to a GPU
        self.device = device
        self._config = config
        self._autocast_type = _autocast_type(config.precision, device)
        self._parallel: nn.Module = self.network
        if processes.count > 1:
            self._parallel = DistributedDataParallel(
                self.network, device_ids=[device.index] if device.type == "cuda" else None
            )
        self.optimizer = self._build_optimizer()
        self.scaler = torch.amp.GradScaler(device.type, enabled=self._autocast_type is torch.float16)

    def step(self, images: Tensor, labels: Tensor, *, rate: float, generator: torch.Generator) -> tuple[float, bool]:
        """Learn from one batch.

        Args:
            images: (B, 3, 112, 112) float32 of this process.
            labels: (B,) int64 classes of this process.
            rate: learning rate.
            generator: of the attacks, on this learner's device.

        Returns:
            The loss of the batch of all processes, and whether the weights were changed: not where the loss or
            the gradient is not a number.

        Raises:
            ValueError: a label is outside of the classes.
        """
        if self._classes is not None:
            check_labels(labels, self._classes)
        images = images.to(self.device, memory_format=torch.channels_last)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        parts = self._config.accumulate
        total = 0.0
        for number, (own, classes) in enumerate(zip(images.chunk(parts), labels.chunk(parts), strict=True), start=1):
            # The processes add up their gradients once, with the last part's.
            with nullcontext() if number == parts else self._alone():
                loss = self._loss(own, classes, generator) / parts
                total += float(loss.detach())
                if not math.isfinite(total):
                    return total, False
                self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        return total, self._apply_gradients()

    def autocast(self) -> torch.autocast:
        """Return the context in which the network runs."""
        return torch.autocast(
            self.device.type, dtype=self._autocast_type or torch.float32, enabled=self._autocast_type is not None
        )

    def _loss(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        """Return the loss of one part of the batch of all processes."""
        if self._config.adversarial != "none":
            images = attack_some(self.network, images, self._config, generator)
        self.network.train()
        self.head.train()
        with self.autocast():
            embeddings = self._parallel(images)
        own = embeddings.to(torch.promote_types(embeddings.dtype, torch.float32))
        loss: Tensor = self.head(gather_rows(own), gather_rows(labels.to(self.device)))
        return loss

    def _alone(self) -> AbstractContextManager[None]:
        """Return the context in which this process keeps its gradients to itself."""
        parallel = self._parallel
        return parallel.no_sync() if isinstance(parallel, DistributedDataParallel) else nullcontext()

    def _apply_gradients(self) -> bool:
        if not isinstance(self.head, ShardedHead):
            average_gradients(list(self.head.parameters()))
        self.scaler.unscale_(self.optimizer)
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        is_number = bool(torch.isfinite(norm))
        if is_number and self._config.clip_norm:
            torch.nn.utils.clip_grads_with_norm_(self.network.parameters(), self._config.clip_norm, norm)
        if is_number or self.scaler.is_enabled():  # the scaler leaves such a step out, and must hear of it
            self.scaler.step(self.optimizer)
        self.scaler.update()
        self.average.update_parameters(self.network)
        return is_number

    def _build_optimizer(self) -> torch.optim.Optimizer:
        config = self._config
        groups = decay_groups(self.network, config.weight_decay)
        if centres := list(self.head.parameters()):
            groups.append({"params": centres, "weight_decay": 0.0})
        if config.optimizer == "sgd":
            return torch.optim.SGD(groups, lr=config.peak_lr, momentum=config.momentum)
        return torch.optim.AdamW(groups, lr=config.peak_lr)


def build_network(config: TrainConfig) -> nn.Module:
    """Return the recipe's network with random weights."""
    own = BACKBONES[config.backbone]
    if own.embedding_size != config.embedding_size:
        own = own.with_embedding_size(config.embedding_size)
    return own.build()


def _build_head(config: TrainConfig, classes: int, processes: Processes) -> nn.Module:
    if config.sharded_head:
        return ShardedHead(
            config.loss,
            embedding_size=config.embedding_size,
            num_classes=classes,
            processes=processes,
            sampled=config.sampled_classes,
            **config.loss_options,
        )
    return build_loss(config.loss, embedding_size=config.embedding_size, num_classes=classes, **config.loss_options)


def _autocast_type(precision: str, device: torch.device) -> torch.dtype | None:
    """Return the type of the network's calculation, None for float32."""
    if precision == "auto" and device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return _HALF.get(precision)
