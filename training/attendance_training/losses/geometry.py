"""Directions, angles and precision shared by the losses: finite values and gradients for every input."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

MIN_NORM = 1e-6
"""Shorter rows have no direction: the gradient of x/|x| is 1/|x|, which only amplifies rounding there."""


def check_batch(embeddings: Tensor, labels: Tensor, embedding_size: int | None = None) -> None:
    """Refuse a batch of the wrong shape or type; ``check_labels`` looks at the labels' range.

    Args:
        embeddings: should be (B, D) floating point.
        labels: should be (B,) int64.
        embedding_size: D, where it is known.

    Raises:
        ValueError: a shape or dtype is another.
    """
    if embeddings.ndim != 2 or not embeddings.is_floating_point():
        raise ValueError(f"embeddings must be (B, D) floating point, not {_describe(embeddings)}")
    if embedding_size is not None and embeddings.shape[1] != embedding_size:
        raise ValueError(f"embeddings must have {embedding_size} columns, not {embeddings.shape[1]}")
    if labels.dtype is not torch.int64 or labels.shape != embeddings.shape[:1]:
        raise ValueError(f"labels must be ({embeddings.shape[0]},) int64, not {_describe(labels)}")


def check_labels(labels: Tensor, num_classes: int) -> None:
    """Refuse labels outside the classes: torch's cross-entropy passes over -100, and indexing counts -1 from the end.

    Labels on a GPU are waited for.

    Args:
        labels: (B,) int64.
        num_classes: C.

    Raises:
        ValueError: a label is not in [0, C).
    """
    if labels.is_meta:
        return  # shapes only: there is no value to look at
    is_outside = (labels < 0) | (labels >= num_classes)
    if is_outside.any():
        outside = labels[is_outside]
        raise ValueError(
            f"{len(outside)} of {len(labels)} labels, the first {int(outside[0])}, are not classes: "
            f"a label is a whole number from 0 to {num_classes - 1}"
        )


def full_precision(like: Tensor) -> AbstractContextManager[object]:
    """Return a context without autocast on the tensor's device.

    Autocast would multiply matrices in half precision, where a cosine of 0.9996 already rounds to 1.
    """
    if not torch.amp.is_autocast_available(like.device.type):
        return nullcontext()
    return torch.autocast(like.device.type, enabled=False)


def at_least_float32(rows: Tensor, *others: Tensor) -> torch.dtype:
    """Return the dtype to calculate in: float32, or float64 where one of the tensors has it."""
    dtype = torch.promote_types(rows.dtype, torch.float32)
    for other in others:
        dtype = torch.promote_types(dtype, other.dtype)
    return dtype


def unit_rows(rows: Tensor) -> Tensor:
    """Return rows of length 1; a row shorter than ``MIN_NORM`` becomes zeros and gets a gradient of zeros.

    Args:
        rows: (..., D) float32 or float64.
    """
    norms = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    has_direction = norms > MIN_NORM
    return torch.where(has_direction, rows / norms.where(has_direction, 1.0), 0.0)


def angles_between(first: Tensor, second: Tensor) -> Tensor:
    """Return the angle of each pair of unit rows in radians, 0..pi, as 2 atan2(|a - b|, |a + b|).

    Source: W. Kahan, "How Futile are Mindless Assessments of Roundoff in Floating-Point Computation?" (2006),
    "Mangled Angles". Unlike acos(a·b) it keeps its digits near 0 and pi and has a bounded gradient: where the
    angle has a kink (parallel and antiparallel rows) the gradient is 0, one of its subgradients.

    Args:
        first: (..., D) unit rows, or zeros: those stand at pi/2 to every direction.
        second: like ``first``.
    """
    return 2.0 * torch.atan2(
        torch.linalg.vector_norm(first - second, dim=-1), torch.linalg.vector_norm(first + second, dim=-1)
    )


def falling_cosine(angle: Tensor) -> Tensor:
    """Return psi = (-1)^k cos(angle) - 2k with k = floor(angle / pi): a cosine that never rises again.

    Continuous with a continuous derivative, -|sin(angle)|; equal to the cosine up to pi.
    Source: SphereFace (Liu et al., CVPR 2017, arXiv:1704.08063), psi below eq. 7, with m·theta as the angle.

    Args:
        angle: any shape, radians, >= 0.
    """
    half_turns = torch.floor(angle.detach() / math.pi)
    return (1.0 - 2.0 * torch.remainder(half_turns, 2.0)) * torch.cos(angle) - 2.0 * half_turns


def _describe(tensor: Tensor) -> str:
    return f"{tuple(tensor.shape)} {tensor.dtype}"
