"""The combined margin: SphereFace's, ArcFace's and CosFace's in one."""

from __future__ import annotations

import math

from torch import Tensor

from attendance_training.losses.class_head import CosineHead, require_range, with_targets
from attendance_training.losses.geometry import falling_cosine


class CombinedMarginHead(CosineHead):
    """Combined margin: z_y = s·(cos(m1·theta_y + m2) - m3), z_j = s·cos(theta_j) elsewhere.

    Source: ArcFace (Deng et al., CVPR 2019, arXiv:1801.07698), eq. 4. Past m1·theta + m2 = pi the cosine goes
    on as SphereFace's psi, so the target falls over all of 0..pi for any m1 and m2, without a step.
    (1, m, 0) is ``ArcFaceHead`` with continuation ``mirrored``; (1, 0, m) is ``CosFaceHead``.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s. Paper value 64.
        angle_factor: m1 > 0, no unit. Paper's "CM1": 1.
        margin_rad: m2 in radians, 0 <= m2 < pi/2. Paper's "CM1": 0.3.
        cosine_margin: m3, a difference of cosines, 0 <= m3 < 1. Paper's "CM1": 0.2.

    Raises:
        ValueError: a margin is out of its range.
    """

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        scale: float = 64.0,
        angle_factor: float = 1.0,
        margin_rad: float = 0.3,
        cosine_margin: float = 0.2,
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)
        require_range("angle_factor", angle_factor, 0.0, math.inf)
        require_range("margin_rad", margin_rad, 0.0, math.pi / 2, with_low=True)
        require_range("cosine_margin", cosine_margin, 0.0, 1.0, with_low=True)
        self.angle_factor = angle_factor
        self.margin_rad = margin_rad
        self.cosine_margin = cosine_margin

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        angles = self.angle_factor * self._target_angles(embeddings, labels) + self.margin_rad
        targets = falling_cosine(angles) - self.cosine_margin
        return self.scale * with_targets(self._scores(embeddings), labels, targets)
