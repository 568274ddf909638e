"""The losses once more, sample by sample with the standard library, and seeded batches for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from attendance_training.losses.class_head import ClassHead

Rows = list[list[float]]


def batch(
    size: int = 6, dims: int = 5, classes: int = 4, *, seed: int = 3, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Return (B, D) embeddings of various norms and (B,) labels, always the same ones."""
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(size, dims, generator=generator, dtype=torch.float64) * 2.0
    return embeddings.to(dtype), torch.randint(classes, (size,), generator=generator)


def with_weight(head: ClassHead, *, seed: int = 4) -> ClassHead:
    """Return the head in float64 and evaluation mode, with a weight that is always the same."""
    generator = torch.Generator().manual_seed(seed)
    head = head.double().eval()
    with torch.no_grad():
        head.weight.copy_(torch.randn(head.weight.shape, generator=generator, dtype=torch.float64))
    return head


def rotated(angle: float, *, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return (1, 2): the unit vector at an angle to the first axis."""
    return torch.tensor([[math.cos(angle), math.sin(angle)]], dtype=dtype)


def angle(first: Sequence[float], second: Sequence[float]) -> float:
    dot = sum(a * b for a, b in zip(first, second, strict=True))
    return math.acos(max(-1.0, min(1.0, dot / (norm(first) * norm(second)))))


def norm(row: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in row))


def gap(first: Sequence[float], second: Sequence[float]) -> float:
    return norm([a - b for a, b in zip(first, second, strict=True)])


def unit(row: Sequence[float]) -> list[float]:
    return [value / norm(row) for value in row]


def cross_entropy(logits: Rows, labels: Sequence[int]) -> float:
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        total -= math.log(math.exp(row[label]) / sum(math.exp(value) for value in row))
    return total / len(labels)


def cosine_loss(
    embeddings: Tensor,
    labels: Tensor,
    weight: Tensor,
    *,
    scale: float,
    target: Callable[[float], float],
    by_norm: bool = False,
) -> float:
    """Return the mean loss where the target logit is ``target`` of the angle and the others are its cosine."""
    rows, centres = embeddings.tolist(), weight.tolist()
    logits = [
        [
            scale * (norm(row) if by_norm else 1.0) * (target if j == label else math.cos)(angle(row, centre))
            for j, centre in enumerate(centres)
        ]
        for row, label in zip(rows, labels.tolist(), strict=True)
    ]
    return cross_entropy(logits, labels.tolist())


def psi(theta: float, factor: int) -> float:
    """SphereFace's target, interval by interval."""
    for k in range(factor):
        if k * math.pi / factor <= theta <= (k + 1) * math.pi / factor:
            return (-1) ** k * math.cos(factor * theta) - 2 * k
    raise AssertionError(theta)
