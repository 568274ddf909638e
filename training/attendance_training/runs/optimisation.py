"""What every training run shares: the learning rate's schedule, weight decay's groups, the running mean of weights."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def falling_cosine(done: float) -> float:
    """Return half a cosine's fall from 1 to 0 over ``done`` from 0 to 1; 0 beyond.

    Source: Loshchilov and Hutter, "SGDR", ICLR 2017, arXiv:1608.03983, eq. 5 without restarts.
    """
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def warmed_up(step: int, warm_up_steps: int) -> float:
    """Return the share of the rate of the coming step: rises linearly to 1 over the first steps.

    Args:
        step: steps made.
        warm_up_steps: 0 for none.
    """
    return min(1.0, (step + 1) / max(1, warm_up_steps))


def decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return an optimizer's two groups: matrices and kernels with weight decay, vectors and scalars without."""
    return [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]


def running_mean(model: nn.Module, decay: float, *, warms_up: bool = False) -> AveragedModel:
    """Return the exponential running mean of a network's weights and buffers.

    Args:
        model: copied.
        decay: weight of the past, 0 <= decay < 1.
        warms_up: take (1 + n) / (10 + n) after n updates while that is less, so that a run of a few hundred steps
            does not end in the weights it began with (as TensorFlow's ExponentialMovingAverage with num_updates).
    """
    if not warms_up:
        return AveragedModel(
            model,
            multi_avg_fn=get_ema_multi_avg_fn(decay),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )

    @torch.no_grad()
    def update(means: list[Tensor], values: list[Tensor], count: Tensor | int) -> None:
        past = min(decay, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(past)(means, values, count)  # type: ignore[no-untyped-call]

    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)  # type: ignore[arg-type]
