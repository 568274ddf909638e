"""Contrastive loss: pairs of one person together, other pairs apart."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from attendance_training.losses.geometry import full_precision
from attendance_training.losses.pair_loss import PairLoss, all_distances, mean_of


class ContrastiveLoss(PairLoss):
    """Contrastive loss of a pair: (1 - Y)·D²/2 + Y·max(0, m - D)²/2, Y = 0 for one person and 1 for two.

    D is the Euclidean distance. Source: Hadsell, Chopra and LeCun, CVPR 2006, eq. 4, averaged over the pairs
    (the paper sums). A batch gives each of its B(B-1)/2 pairs once.

    Args:
        margin: m, a Euclidean distance > 0; different people further apart than this cost nothing.
        is_normalised: bring embeddings to length 1 first, so that D is 0..2. The paper does not.

    Raises:
        ValueError: margin is not a positive number.
    """

    def __init__(self, *, margin: float = 1.0, is_normalised: bool = True) -> None:
        super().__init__(margin=margin, is_normalised=is_normalised)

    def from_pairs(self, first: Tensor, second: Tensor, is_same: Tensor) -> Tensor:
        """Return the mean loss of given pairs, a scalar; 0 for no pair.

        Args:
            first: (P, D) floating point.
            second: (P, D), the other half of each pair.
            is_same: (P,) bool, True where both are one person.

        Raises:
            ValueError: a shape or dtype is another.
        """
        if first.shape != second.shape or first.ndim != 2:
            raise ValueError(f"both halves must be (P, D), not {tuple(first.shape)} and {tuple(second.shape)}")
        if is_same.dtype is not torch.bool or is_same.shape != first.shape[:1]:
            raise ValueError(f"is_same must be ({first.shape[0]},) bool")
        with full_precision(first):
            gaps = self._prepared(first) - self._prepared(second)
            return self._of_distances(torch.linalg.vector_norm(gaps, dim=1), is_same)

    def _of_batch(self, rows: Tensor, labels: Tensor) -> Tensor:
        first, second = torch.triu_indices(len(rows), len(rows), 1, device=rows.device)
        return self._of_distances(all_distances(rows)[first, second], labels[first] == labels[second])

    def _of_distances(self, distances: Tensor, is_same: Tensor) -> Tensor:
        apart = functional.relu(self.margin - distances)
        losses = 0.5 * torch.where(is_same, distances, apart).square()
        return mean_of(losses, losses.numel())
