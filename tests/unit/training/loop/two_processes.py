"""Runs a function in two gloo processes and returns what each gave."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import distributed as dist
from torch import multiprocessing

COUNT = 2


def in_two_processes(work: Callable[..., Any], folder: Path, *arguments: Any) -> list[Any]:
    """Return [work(*arguments) of rank 0, of rank 1]; tensors and plain values travel through files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    multiprocessing.spawn(_begin, (port, str(folder), work, arguments), nprocs=COUNT)
    return [torch.load(folder / f"rank{rank}.pt", weights_only=True) for rank in range(COUNT)]


def _begin(rank: int, port: int, folder: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    from tests.unit.training.loop import tiny

    tiny.register()
    dist.init_process_group("gloo", rank=rank, world_size=COUNT)
    try:
        torch.save(work(*arguments), Path(folder) / f"rank{rank}.pt")
    finally:
        dist.destroy_process_group()
