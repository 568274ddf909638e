"""Sub-center ArcFace: several centres for each identity, for noisy labels."""

from __future__ import annotations

from torch import Tensor

from attendance.errors import Reason, Refusal
from attendance_training.losses.arcface import ArcFaceHead, Continuation
from attendance_training.losses.class_head import random_centres
from attendance_training.losses.geometry import angles_between, unit_rows


class SubCenterArcFaceHead(ArcFaceHead):
    """ArcFace with theta_j = min_k theta_{j,k}: the nearest of K centres stands for its class.

    z_y = s·cos(theta_y + m), z_j = s·max_k cos(theta_{j,k}) elsewhere. Only the nearest centre of a class gets
    a gradient, so wrong labels gather around centres of their own.
    Source: Deng et al., "Sub-center ArcFace", ECCV 2020, section 3.2.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        sub_centers: K >= 1. Paper value 3.
        scale: s. Paper value 64.
        margin_rad: m in radians, 0 <= m < pi/2. Paper value 0.5. May be changed during training (warm-up).
        continuation: the target beyond theta + m = pi, as in ``ArcFaceHead``.

    Attributes:
        weight: (C, K, D) parameter.

    Raises:
        ValueError: sub_centers is below 1, margin_rad is outside [0, pi/2), or the continuation is unknown.
    """

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        sub_centers: int = 3,
        scale: float = 64.0,
        margin_rad: float = 0.5,
        continuation: Continuation = "linear",
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=scale, margin_rad=margin_rad, continuation=continuation)
        if sub_centers < 1:
            raise Refusal(Reason("sub_centers must be at least 1, not {value}", value=sub_centers))
        self.sub_centers = sub_centers
        self.weight = random_centres(num_classes, sub_centers, embedding_size)

    def _scores(self, embeddings: Tensor) -> Tensor:
        rows = self._centres(embeddings.dtype).reshape(-1, self.embedding_size)
        cosines = unit_rows(embeddings) @ rows.T
        return cosines.view(-1, len(self.weight), self.sub_centers).max(2).values

    def _target_angles(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        unit = unit_rows(embeddings)[:, None]
        centres = self._centres(embeddings.dtype)[labels]
        return angles_between(unit, centres).min(1).values
