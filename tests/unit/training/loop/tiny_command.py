"""``attendance-train`` with the tests' networks, as a process of its own: ``python -m ...tiny_command train ...``.

``PAUSE=forward:4`` stands still in the fourth training step, ``PAUSE=fsync:6`` in the sixth write of a file; the word
"paused" is printed first.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import torch
import typer
from torch import Tensor, nn

from attendance_training import cli
from attendance_training.backbones import BACKBONES, Backbone
from tests.unit.training.loop import tiny

SLOW_LAYERS = 400
LAYER_S = 0.05


class SlowLayer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        threading.Event().wait(LAYER_S)
        return x


class Slow(tiny.Pooled):
    """A forward pass of 20 s, in many layers, as that of a large network on a small processor."""

    def __init__(self, embedding_size: int = tiny.SIZE) -> None:
        super().__init__(embedding_size)
        self.layers = nn.Sequential(*(SlowLayer() for _ in range(SLOW_LAYERS)))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            typer.echo("in a step")
        out: Tensor = super().forward(self.layers(x))
        return out


def _pausing(inner: Callable[..., Any], at: int) -> Callable[..., Any]:
    calls: list[int] = []

    def paused(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == at:
            typer.echo("paused")
            threading.Event().wait()
        return inner(*arguments)

    return paused


def main() -> None:
    """Run the command line."""
    torch.set_num_threads(1)
    tiny.register()
    BACKBONES["slow"] = Backbone("slow", tiny.SIZE, Slow, Slow)
    place, _, at = os.environ.get("PAUSE", "").partition(":")
    if place == "forward":
        tiny.Forgetful.forward = _pausing(tiny.Forgetful.forward, int(at))  # type: ignore[method-assign]
    elif place == "fsync":
        os.fsync = _pausing(os.fsync, int(at))
    cli.main()


if __name__ == "__main__":
    main()
