"""ArcFace: a margin added to the angle."""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch
from torch import Tensor

from attendance.errors import Reason, Refusal
from attendance_training.losses.class_head import CosineHead, require_range, with_targets
from attendance_training.losses.geometry import falling_cosine

Continuation = Literal["linear", "mirrored", "easy"]
"""What the target does where theta + m > pi; see ``ArcFaceHead``."""


class ArcFaceHead(CosineHead):
    """Additive angular margin: z_y = s·cos(theta_y + m), z_j = s·cos(theta_j) elsewhere.

    Source: Deng et al., CVPR 2019, arXiv:1801.07698, eq. 3. Past theta_y = pi - m the cosine would rise again
    and reward the worst samples, so the target goes on in one of three ways:

    - ``linear``: cos(theta_y) - m·sin(m), linear in the cosine, as in the authors' first code. Falls to
      theta = pi; steps down by m·sin(m) + cos(m) - 1 at theta = pi - m.
    - ``mirrored``: -2 - cos(theta_y + m), SphereFace's psi. Falls without a step, but flattens near pi - m.
    - ``easy``: cos(theta_y + m) only for theta_y < pi/2, cos(theta_y) beyond ("easy margin" of the authors'
      first code). Steps **up** by sin(m) at pi/2: the only one that is not monotone.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s, multiplies every logit; no unit. Paper value 64.
        margin_rad: m in radians, 0 <= m < pi/2. Paper value 0.5. May be changed during training (warm-up).
        continuation: the target beyond theta + m = pi.

    Raises:
        ValueError: margin_rad is outside [0, pi/2), or the continuation is unknown.
    """

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        scale: float = 64.0,
        margin_rad: float = 0.5,
        continuation: Continuation = "linear",
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)
        require_range("margin_rad", margin_rad, 0.0, math.pi / 2, with_low=True)
        if continuation not in get_args(Continuation):
            raise Refusal(
                Reason(
                    "{name} must be one of {names}, not {value}",
                    name="continuation",
                    names=[*get_args(Continuation)],
                    value=repr(continuation),
                )
            )
        self.margin_rad = margin_rad
        self.continuation = continuation

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        targets = self._targets(self._target_angles(embeddings, labels))
        return self.scale * with_targets(self._scores(embeddings), labels, targets)

    def _targets(self, angles: Tensor) -> Tensor:
        margin = self.margin_rad
        if self.continuation == "mirrored":
            return falling_cosine(angles + margin)
        shifted = torch.cos(angles + margin)
        if self.continuation == "easy":
            return torch.where(angles < math.pi / 2, shifted, torch.cos(angles))
        return torch.where(angles <= math.pi - margin, shifted, torch.cos(angles) - margin * math.sin(margin))
