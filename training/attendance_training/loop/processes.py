"""What several training processes tell each other: rows, sums, and whether to stop.

A gradient that crosses processes is that of the sum of all processes' losses, as in ``torch.distributed.nn``. Every
process calculates the loss of the whole batch, so that sum is as many times the loss as there are processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those of the run.

    Attributes:
        rank: its number, from 0; 0 alone writes files.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0


def current_processes() -> Processes:
    """Return this process among those of torch's process group; alone without one."""
    if not dist.is_available() or not dist.is_initialized():
        return Processes()
    return Processes(dist.get_rank(), dist.get_world_size())


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """Join the processes that ``torchrun`` started, and leave them at the end; alone without it.

    NCCL between GPUs, gloo between processors.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield Processes()
        return
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    dist.init_process_group("nccl" if on_gpu else "gloo")
    try:
        yield current_processes()
        # Only the first one validates and writes; one that leaves before it takes gloo's threads down in the middle.
        dist.barrier()
    finally:
        dist.destroy_process_group()


def gather_rows(rows: Tensor) -> Tensor:
    """Return the rows of all processes, in the order of their ranks, with their gradient.

    Args:
        rows: (B, ...); B is the same everywhere.
    """
    if current_processes().count == 1:
        return rows
    gathered: Tensor = _Gather.apply(rows)  # type: ignore[no-untyped-call]
    return gathered


def sum_of_all(values: Tensor) -> Tensor:
    """Return the sum over all processes, with its gradient."""
    if current_processes().count == 1:
        return values
    total: Tensor = _Sum.apply(values)  # type: ignore[no-untyped-call]
    return total


def largest_of_all(values: Tensor) -> Tensor:
    """Return the largest of all processes, without gradient."""
    largest = values.detach().clone()
    if current_processes().count > 1:
        dist.all_reduce(largest, dist.ReduceOp.MAX)
    return largest


def average_gradients(parameters: list[torch.nn.Parameter]) -> None:
    """Replace each gradient by the mean of all processes'."""
    count = current_processes().count
    if count == 1:
        return
    for parameter in parameters:
        if parameter.grad is not None:
            dist.all_reduce(parameter.grad)
            parameter.grad /= count


def anybody(wants: bool, device: torch.device) -> bool:
    """Return whether any process says so; all get the same answer."""
    if current_processes().count == 1:
        return wants
    return bool(largest_of_all(torch.tensor([float(wants)], device=device)).item())


def gather_shards(part: Tensor) -> Tensor:
    """Return parts of different lengths end to end, without gradient.

    Args:
        part: (n, ...); n may differ between processes.
    """
    count = current_processes().count
    if count == 1:
        return part.detach()
    sizes = [torch.zeros(1, dtype=torch.int64, device=part.device) for _ in range(count)]
    dist.all_gather(sizes, torch.tensor([len(part)], device=part.device))
    longest = max(int(size) for size in sizes)
    padded = part.new_zeros((longest, *part.shape[1:]))
    padded[: len(part)] = part.detach()
    parts = [torch.empty_like(padded) for _ in range(count)]
    dist.all_gather(parts, padded)
    return torch.cat([found[: int(size)] for found, size in zip(parts, sizes, strict=True)])


class _Gather(torch.autograd.Function):
    """All rows forward; backward the sum over all processes of the own rows' gradients."""

    @staticmethod
    def forward(_ctx: Any, rows: Tensor) -> Tensor:
        parts = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total.chunk(dist.get_world_size())[dist.get_rank()]


class _Sum(torch.autograd.Function):
    """The sum forward, and backward the sum of the gradients."""

    @staticmethod
    def forward(_ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total
