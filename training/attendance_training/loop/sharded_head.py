"""PartialFC: every process keeps a part of the class centres, and a step looks at some of them.

Source: An et al., "Partial FC", ICCVW 2021, arXiv:2010.05222, and "Killing Two Birds with One Stone", CVPR 2022,
arXiv:2203.15565. The margins are those of ``losses``: a shard is one of its heads, called with one more
class, a stand-in of zeros, which is the true class of the rows whose own centre another process keeps.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from attendance_training.loop.processes import Processes, gather_shards, largest_of_all, sum_of_all
from attendance_training.losses import build_loss
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.geometry import check_labels


class ShardedHead(nn.Module):
    """A head of ``attendance_training.losses`` with its class centres spread over the processes.

    Without sampling the loss and its gradients are those of the whole head. The first centres are those of the whole
    head too: each process draws all of them by torch's seed and keeps its part.

    Args:
        name: of the loss; it must have class centres.
        embedding_size: D.
        num_classes: C, at least the number of processes.
        processes: this process among all.
        sampled: share of a shard's centres that a step looks at, 0 < sampled <= 1. Those of the batch's people
            always are among them; the others are drawn by torch's seed.
        options: keyword arguments of the loss.

    Attributes:
        num_classes: C, of all processes.
        first: class of the first centre of this shard.
        checks_labels: as in ``ClassHead``.

    Raises:
        ValueError: the loss has no class centres, there are fewer classes than processes, or an option is wrong.
    """

    def __init__(
        self,
        name: str,
        *,
        embedding_size: int,
        num_classes: int,
        processes: Processes,
        sampled: float = 1.0,
        **options: Any,
    ) -> None:
        super().__init__()
        head = build_loss(name, embedding_size=embedding_size, num_classes=num_classes, **options)
        if not isinstance(head, ClassHead):
            raise ValueError(f"{name} has no class centres to share out")
        if num_classes < processes.count:
            raise ValueError(f"{num_classes} classes are too few for {processes.count} processes")
        if not 0.0 < sampled <= 1.0:
            raise ValueError(f"sampled must be in (0, 1], not {sampled}")
        self.first, self._end = shard_bounds(num_classes, processes)
        for key, value in list(head.named_parameters()):
            setattr(head, key, nn.Parameter(value.detach()[self.first : self._end].clone()))
        self.num_classes = num_classes
        self.checks_labels = True
        head.num_classes = self._end - self.first
        head.checks_labels = False  # what it gets are places among the chosen centres
        head.cross_entropy = self._cross_entropy
        self.head = head
        self._sampled = sampled
        self._count = processes.count

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of the whole batch, the same in every process.

        Args:
            embeddings: (B, D) floating point of all processes, from ``gather_rows``.
            labels: (B,) int64 of all processes, each in [0, C).

        Raises:
            ValueError: a shape or dtype is another, or a label is outside of the classes.
        """
        if self.checks_labels:
            # Here, because a label that no process owns would be the stand-in's everywhere and cost nothing.
            check_labels(labels, self.num_classes)
        local = labels - self.first
        is_own = (local >= 0) & (local < self._end - self.first)
        chosen = self.draw(local[is_own])
        stand_in = len(chosen)
        places = torch.searchsorted(chosen, local.clamp(0, self._end - self.first - 1))
        own_labels = torch.where(is_own, places, stand_in)
        centres = {key: self._with_stand_in(value, chosen) for key, value in self.head.named_parameters()}
        loss: Tensor = functional_call(self.head, centres, (embeddings, own_labels))
        return loss

    def draw(self, present: Tensor) -> Tensor:
        """Return the centres of one step, rising: those of people in the batch, and drawn ones up to the share.

        Args:
            present: (k,) int64 numbers inside of this shard, any order, repeated or not.
        """
        count = self._end - self.first
        wanted = math.ceil(self._sampled * count)
        if wanted == count:
            return torch.arange(count, device=present.device)
        present = present.unique()  # type: ignore[no-untyped-call]
        if len(present) >= wanted:
            return present
        scores = torch.rand(count, device=present.device)
        scores[present] = 2.0  # above every drawn one
        return scores.topk(wanted).indices.sort().values

    def whole_state(self) -> dict[str, Tensor]:
        """Return the tensors of the whole head, whatever the number of processes; all must call it."""
        own = {key for key, _ in self.head.named_parameters()}
        return {
            key: gather_shards(value) if key in own else value.detach() for key, value in self.head.state_dict().items()
        }

    def whole(self, part: Tensor) -> Tensor:
        """Return all processes' rows of a tensor with a row for each class; all must call it."""
        return gather_shards(part)

    def part_of(self, whole: Tensor) -> Tensor:
        """Return this shard's rows of a tensor with a row for each class."""
        return whole[self.first : self._end]

    def _with_stand_in(self, centres: Tensor, chosen: Tensor) -> Tensor:
        rows = centres if len(chosen) == len(centres) else centres.index_select(0, chosen)
        padded = torch.cat([rows, rows.new_zeros((1, *rows.shape[1:]))])
        if self._count > 1 and padded.requires_grad:
            # The gradient is of the sum of all processes' losses; this centre is in one process only.
            padded.register_hook(lambda gradient: gradient / self._count)  # type: ignore[no-untyped-call]
        return padded

    def _cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the mean of -log softmax over the classes of all processes; the last column is the stand-in."""
        own = logits[:, :-1]
        peak = largest_of_all(own.amax(dim=1))
        total = sum_of_all(torch.exp(own - peak[:, None]).sum(dim=1))
        picked = logits.gather(1, labels[:, None])[:, 0]
        target = sum_of_all(torch.where(labels < own.shape[1], picked, 0.0))
        return (total.log() + peak - target).mean()


def shard_bounds(num_classes: int, processes: Processes) -> tuple[int, int]:
    """Return the first class of this process's shard and the one after its last; sizes differ by one at most."""
    each, more = divmod(num_classes, processes.count)
    first = processes.rank * each + min(processes.rank, more)
    return first, first + each + int(processes.rank < more)
