"""SphereFace (A-Softmax): the angle to the true class is multiplied."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from attendance.errors import Reason, Refusal
from attendance_training.losses.class_head import CosineHead, require_range, with_targets
from attendance_training.losses.geometry import falling_cosine


class SphereFaceHead(CosineHead):
    """Multiplicative angular margin: z_y = |x|·psi(theta_y), z_j = |x|·cos(theta_j) elsewhere.

    psi(theta) = (-1)^k cos(m·theta) - 2k for theta in [k·pi/m, (k+1)·pi/m], k = 0..m-1: it falls over all of
    0..pi. Source: Liu et al., CVPR 2017, arXiv:1704.08063, eq. 7.

    With annealing the target is |x|·(lambda·cos(theta_y) + psi(theta_y)) / (1 + lambda), where
    lambda = max(anneal_to, anneal_from / (1 + anneal_rate·t)) and t counts the batches of training so far.
    Source: the authors' training configuration (base 1000, gamma 0.12, power 1, lambda_min 5).

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        margin_factor: m, a whole number >= 1. Paper value 4.
        scale: s takes the place of |x|; None keeps |x|, as in the paper.
        anneal_from: lambda of the first batch (the authors: 1000); None is not annealing.
        anneal_rate: how fast lambda falls, per batch.
        anneal_to: the lowest lambda.

    Attributes:
        steps: int64 buffer, t. ``forward`` counts in training mode; ``logits`` never does.

    Raises:
        ValueError: margin_factor is not a whole number >= 1, or another number is out of its range.
    """

    steps: Tensor

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        margin_factor: int = 4,
        scale: float | None = None,
        anneal_from: float | None = None,
        anneal_rate: float = 0.12,
        anneal_to: float = 5.0,
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=1.0 if scale is None else scale)
        if margin_factor < 1 or margin_factor != int(margin_factor):
            raise Refusal(
                Reason("margin_factor must be a whole number of at least 1, not {value}", value=margin_factor)
            )
        if anneal_from is not None:
            require_range("anneal_from", anneal_from, 0.0, math.inf, with_low=True)
        require_range("anneal_rate", anneal_rate, 0.0, math.inf, with_low=True)
        require_range("anneal_to", anneal_to, 0.0, math.inf, with_low=True)
        self.margin_factor = margin_factor
        self.is_norm_free = scale is not None
        self.anneal_from = anneal_from
        self.anneal_rate = anneal_rate
        self.anneal_to = anneal_to
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of a batch, as ``ClassHead.forward``; in training mode, count it afterwards."""
        loss = super().forward(embeddings, labels)
        if self.training:
            self.steps += 1
        return loss

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        angles = self._target_angles(embeddings, labels)
        targets = falling_cosine(self.margin_factor * angles)
        if self.anneal_from is not None:
            blend = (self.anneal_from / (1.0 + self.anneal_rate * self.steps)).clamp_min(self.anneal_to)
            targets = (blend * torch.cos(angles) + targets) / (1.0 + blend)
        logits = self.scale * with_targets(self._scores(embeddings), labels, targets)
        if not self.is_norm_free:
            logits = logits * torch.linalg.vector_norm(embeddings, dim=1, keepdim=True)
        return logits
