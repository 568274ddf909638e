"""What the losses without class weights share: precision, length, distances."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from attendance_training.losses.class_head import require_range
from attendance_training.losses.geometry import at_least_float32, check_batch, full_precision, unit_rows


class PairLoss(nn.Module, ABC):
    """A loss on distances inside a batch; it has no parameters.

    Calculated in float32, or float64 where the embeddings have it, outside autocast.

    Args:
        margin: in the unit of the distance, > 0.
        is_normalised: bring embeddings to length 1 first; then distances are 0..2.

    Raises:
        ValueError: margin is not a positive number.
    """

    def __init__(self, *, margin: float, is_normalised: bool) -> None:
        super().__init__()
        require_range("margin", margin, 0.0, float("inf"))
        self.margin = margin
        self.is_normalised = is_normalised

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of a batch, a scalar; 0 with gradients of 0 where the batch holds nothing to compare.

        Args:
            embeddings: (B, D) floating point, any norm.
            labels: (B,) int64, any numbers; equal ones are one person.

        Raises:
            ValueError: a shape or dtype is another.
        """
        check_batch(embeddings, labels)
        with full_precision(embeddings):
            rows = self._prepared(embeddings)
            return self._of_batch(rows, labels) if len(rows) > 1 else mean_of(0.0 * rows, 0)

    @abstractmethod
    def _of_batch(self, rows: Tensor, labels: Tensor) -> Tensor:
        """As ``forward``, of two or more prepared rows."""

    def _prepared(self, embeddings: Tensor) -> Tensor:
        rows = embeddings.to(at_least_float32(embeddings))
        return unit_rows(rows) if self.is_normalised else rows


def all_distances(rows: Tensor) -> Tensor:
    """Return (B, B) Euclidean distances of (B, D) rows; the gradient of a distance of 0 is 0.

    The way through a matrix product is several percent off for near rows, so it is not taken.
    """
    return torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist")


def mean_of(losses: Tensor, count: Tensor | int) -> Tensor:
    """Return the sum over count, and 0 that backward can pass through where the count is 0."""
    total = losses.sum()
    return total / (count.clamp_min(1) if isinstance(count, Tensor) else max(count, 1))
