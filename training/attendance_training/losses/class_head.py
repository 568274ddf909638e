"""What all heads with class weights share: the weight, cosines, cross-entropy, precision."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from attendance.errors import Reason, Refusal
from attendance_training.losses.geometry import (
    angles_between,
    at_least_float32,
    check_batch,
    check_labels,
    full_precision,
    unit_rows,
)


class ClassHead(nn.Module, ABC):
    """A loss with one weight row for each identity: mean over the batch of -log softmax(logits)[label].

    Everything is calculated in float32, or float64 where the embeddings or the weight have it, outside
    autocast. The embeddings and the head must be on one device.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.

    Attributes:
        weight: (C, D) parameter. Weight decay has no business here: most losses use its direction only.
        cross_entropy: makes ``forward``'s scalar of (B, C) logits and labels; torch's, unless the classes are spread
            over several processes.
        checks_labels: look at the labels' range. To look at labels on a GPU is to wait for it; who has looked at them
            before they were sent there turns it off.

    Raises:
        ValueError: a size is below 1.
    """

    def __init__(self, embedding_size: int, num_classes: int) -> None:
        super().__init__()
        if min(embedding_size, num_classes) < 1:
            raise ValueError(f"embedding_size and num_classes must be at least 1, not {embedding_size}, {num_classes}")
        self.embedding_size = embedding_size
        self.num_classes = num_classes
        self.weight = random_centres(num_classes, embedding_size)
        self.checks_labels = True
        self.cross_entropy: Callable[[Tensor, Tensor], Tensor] = functional.cross_entropy

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of a batch, a scalar; 0 with gradients of 0 for an empty batch.

        Args:
            embeddings: (B, D) floating point, any norm.
            labels: (B,) int64, each in [0, C).

        Raises:
            ValueError: a shape or dtype is another, or a label is outside of the classes.
        """
        logits = self.logits(embeddings, labels)
        if labels.numel() == 0:
            return logits.sum()
        with full_precision(logits):
            return self.cross_entropy(logits, labels)

    def logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the (B, C) logits for cross-entropy, with the margin in each row's true class.

        Args:
            embeddings: (B, D) floating point, any norm.
            labels: (B,) int64, each in [0, C).

        Raises:
            ValueError: a shape or dtype is another, or a label is outside of the classes.
        """
        self._check(embeddings, labels)
        with full_precision(embeddings):
            return self._logits(self._promoted(embeddings), labels)

    def scores(self, embeddings: Tensor) -> Tensor:
        """Return (B, C) scores without margin; accuracy is how often the label's is the highest.

        Args:
            embeddings: (B, D) floating point, any norm.
        """
        with full_precision(embeddings):
            return self._scores(self._promoted(embeddings))

    def _check(self, embeddings: Tensor, labels: Tensor) -> None:
        check_batch(embeddings, labels, self.embedding_size)
        if self.checks_labels:
            check_labels(labels, self.num_classes)

    @abstractmethod
    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """As ``logits``, of checked and promoted embeddings."""

    @abstractmethod
    def _scores(self, embeddings: Tensor) -> Tensor:
        """As ``scores``, of promoted embeddings."""

    def _promoted(self, embeddings: Tensor) -> Tensor:
        return embeddings.to(at_least_float32(embeddings, self.weight))


class CosineHead(ClassHead):
    """A head whose scores are cosines between unit embeddings and unit class centres.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s, multiplies every logit; no unit.

    Raises:
        ValueError: scale is not a positive number.
    """

    def __init__(self, embedding_size: int, num_classes: int, *, scale: float) -> None:
        super().__init__(embedding_size, num_classes)
        require_range("scale", scale, 0.0, math.inf)
        self.scale = scale

    def _scores(self, embeddings: Tensor) -> Tensor:
        return unit_rows(embeddings) @ self._centres(embeddings.dtype).T

    def _centres(self, dtype: torch.dtype) -> Tensor:
        return unit_rows(self.weight.to(dtype))

    def _target_angles(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return (B,) angles in radians between each embedding and the centre of its class."""
        return angles_between(unit_rows(embeddings), self._centres(embeddings.dtype)[labels])


def random_centres(*shape: int) -> nn.Parameter:
    """Return rows of about unit length in uniformly random directions, by torch's seed."""
    return nn.Parameter(torch.randn(shape) / math.sqrt(shape[-1]))


def with_targets(cosines: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Return (B, C) cosines with each row's true class replaced by its (B,) target."""
    return cosines.scatter(1, labels[:, None], targets[:, None])


def require_range(name: str, value: float, low: float, high: float, *, with_low: bool = False) -> None:
    """Check a constructor argument.

    Raises:
        Refusal: the value is not inside (low, high), or [low, high) if ``with_low``; NaN never is.
    """
    if not (low < value < high or (with_low and value == low)):
        limits = f"{'[' if with_low else '('}{low:.6g}, {high:.6g})"
        raise Refusal(Reason("{name} must be in {limits}, not {value}", name=name, limits=limits, value=value))
