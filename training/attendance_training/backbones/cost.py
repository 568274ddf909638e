"""What a backbone costs: parameters and multiply-accumulates."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def count_parameters(model: nn.Module) -> int:
    """Return the number of learned values; running statistics do not count."""
    return sum(p.numel() for p in model.parameters())


def count_macs(model: nn.Module, size_px: int) -> int:
    """Return the multiply-accumulates of one picture in convolutions and linear layers.

    Normalisation and activations are left out, as is usual in published counts.

    Args:
        model: takes (1, 3, size_px, size_px); may be on torch's "meta" device, where nothing is calculated.
        size_px: side of the picture.
    """
    total = 0

    def add(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            kernel = layer.kernel_size[0] * layer.kernel_size[1]
            total += output.numel() * kernel * layer.in_channels // layer.groups
        elif isinstance(layer, nn.Linear):
            total += output.numel() * layer.in_features

    first = next(model.parameters(), torch.empty(0))
    hooks = [m.register_forward_hook(add) for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    was_training = model.training
    try:
        with torch.inference_mode():
            model.eval()(torch.zeros(1, 3, size_px, size_px, device=first.device))
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return total
