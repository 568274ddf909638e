"""MagFace: the margin grows with the length of the embedding, and long embeddings are rewarded."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from attendance_training.losses.class_head import CosineHead, require_range, with_targets
from attendance_training.losses.geometry import falling_cosine, full_precision


class MagFaceHead(CosineHead):
    """Magnitude-aware margin: z_y = s·cos(theta_y + m(a)), z_j = s·cos(theta_j) elsewhere; plus lambda·g(a).

    a = |x| held in [l_a, u_a]; m(a) = (u_m - l_m)/(u_a - l_a)·(a - l_a) + l_m; g(a) = a/u_a^2 + 1/a, whose mean over
    the batch is added. Easy faces get long embeddings, so that the length of one tells the quality of its picture.
    Source: Meng et al., CVPR 2021, arXiv:2103.06627, eq. 3 to 5. Past pi the cosine goes on as SphereFace's psi.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s. Paper value 64.
        least_norm: l_a > 0. Paper value 10.
        most_norm: u_a > least_norm. Paper value 110.
        least_margin_rad: l_m in radians, 0 <= l_m < pi/2. Paper value 0.45.
        most_margin_rad: u_m in radians, l_m < u_m < pi/2. Paper value 0.8.
        reward: lambda >= 0. Paper value 35.

    Raises:
        ValueError: a number is out of its range.
    """

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        scale: float = 64.0,
        least_norm: float = 10.0,
        most_norm: float = 110.0,
        least_margin_rad: float = 0.45,
        most_margin_rad: float = 0.8,
        reward: float = 35.0,
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)
        require_range("least_norm", least_norm, 0.0, math.inf)
        require_range("most_norm", most_norm, least_norm, math.inf)
        require_range("least_margin_rad", least_margin_rad, 0.0, math.pi / 2, with_low=True)
        require_range("most_margin_rad", most_margin_rad, least_margin_rad, math.pi / 2)
        require_range("reward", reward, 0.0, math.inf, with_low=True)
        self.least_norm = least_norm
        self.most_norm = most_norm
        self.least_margin_rad = least_margin_rad
        self.most_margin_rad = most_margin_rad
        self.reward = reward

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of a batch, as ``ClassHead.forward``, with the reward."""
        loss = super().forward(embeddings, labels)
        if labels.numel() == 0:
            return loss
        with full_precision(embeddings):
            norms = self.quality(embeddings)
            return loss + self.reward * (norms / self.most_norm**2 + 1.0 / norms).mean()

    def quality(self, embeddings: Tensor) -> Tensor:
        """Return a of each embedding: (B,) from ``least_norm`` to ``most_norm``, with gradient in between.

        Args:
            embeddings: (B, D) floating point, any norm.
        """
        norms: Tensor = torch.linalg.vector_norm(self._promoted(embeddings), dim=1)
        return norms.clamp(self.least_norm, self.most_norm)

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        rise = (self.most_margin_rad - self.least_margin_rad) / (self.most_norm - self.least_norm)
        margins = rise * (self.quality(embeddings) - self.least_norm) + self.least_margin_rad
        targets = falling_cosine(self._target_angles(embeddings, labels) + margins)
        return self.scale * with_targets(self._scores(embeddings), labels, targets)
