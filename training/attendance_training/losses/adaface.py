"""AdaFace: the margin follows the norm of the embedding, a stand-in for the quality of the picture."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from attendance_training.losses.class_head import CosineHead, require_range, with_targets
from attendance_training.losses.geometry import at_least_float32, falling_cosine

_NORM_RANGE = (1e-3, 100.0)
_STD_FLOOR = 1e-3
_FIRST_MEAN = 20.0
_FIRST_STD = 100.0
"""All four from the authors' head.py."""


class AdaFaceHead(CosineHead):
    """Adaptive margin: z_y = s·(cos(theta_y + g_angle) - g_add), z_j = s·cos(theta_j) elsewhere.

    g_angle = -m·q, g_add = m·q + m, q = clip((|x| - mu) / (sigma / h), -1, 1); mu and sigma are running means
    of the batch's mean and standard deviation of |x|. No gradient flows through q.
    Source: Kim et al., CVPR 2022, arXiv:2204.00964, section 3.3. q = -1 is ArcFace's margin, q = 0 CosFace's.

    theta + g_angle is held at >= 0 (a sharp picture nearer than m·q has arrived), and past pi the cosine goes
    on as SphereFace's psi; the authors' code holds it at pi, where a bad sample gets no gradient.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s. Paper value 64.
        margin: m, radians in g_angle and a cosine in g_add, 0 <= m < 1. Paper value 0.4.
        concentration: h > 0, how much of the norms' spread q covers. Paper value 0.333.
        momentum: weight of the past in mu and sigma, 0 <= momentum < 1. Paper value 0.99.

    Attributes:
        norm_mean: scalar float32 buffer, mu. ``forward`` updates it in training mode; ``logits`` never does.
        norm_std: scalar float32 buffer, sigma; a batch of one has none and leaves it.

    Raises:
        ValueError: a number is out of its range.
    """

    norm_mean: Tensor
    norm_std: Tensor

    def __init__(
        self,
        embedding_size: int,
        num_classes: int,
        *,
        scale: float = 64.0,
        margin: float = 0.4,
        concentration: float = 0.333,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)
        require_range("margin", margin, 0.0, 1.0, with_low=True)
        require_range("concentration", concentration, 0.0, math.inf)
        require_range("momentum", momentum, 0.0, 1.0, with_low=True)
        self.margin = margin
        self.concentration = concentration
        self.momentum = momentum
        self.register_buffer("norm_mean", torch.tensor(_FIRST_MEAN))
        self.register_buffer("norm_std", torch.tensor(_FIRST_STD))

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of a batch, as ``ClassHead.forward``; in training mode, learn its norms first."""
        self._check(embeddings, labels)
        if self.training:
            self._observe(self._norms(embeddings))
        return super().forward(embeddings, labels)

    def quality(self, embeddings: Tensor) -> Tensor:
        """Return q of each embedding: (B,) in -1..1, without gradient.

        Args:
            embeddings: (B, D) floating point, any norm.
        """
        norms = self._norms(embeddings)
        deviations = (norms - self.norm_mean) / (self.norm_std + _STD_FLOOR)
        return torch.clamp(deviations * self.concentration, -1.0, 1.0)

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        quality = self.quality(embeddings)
        angles = (self._target_angles(embeddings, labels) - self.margin * quality).clamp_min(0.0)
        targets = falling_cosine(angles) - (self.margin * quality + self.margin)
        return self.scale * with_targets(self._scores(embeddings), labels, targets)

    @staticmethod
    def _norms(embeddings: Tensor) -> Tensor:
        rows = embeddings.detach().to(at_least_float32(embeddings))
        norms: Tensor = torch.linalg.vector_norm(rows, dim=1)
        return norms.clamp(*_NORM_RANGE)

    @torch.no_grad()
    def _observe(self, norms: Tensor) -> None:
        # A step that overflowed in half precision is skipped by the scaler; its NaN must not stay here for ever.
        norms = norms[norms.isfinite()].to(self.norm_mean.dtype)
        if len(norms) > 0:
            self.norm_mean.lerp_(norms.mean(), 1.0 - self.momentum)
        if len(norms) > 1:
            self.norm_std.lerp_(norms.std(), 1.0 - self.momentum)
