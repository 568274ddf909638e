"""CosFace: a margin taken off the cosine."""

from __future__ import annotations

from torch import Tensor

from attendance_training.losses.class_head import CosineHead, require_range, with_targets


class CosFaceHead(CosineHead):
    """Large margin cosine loss: z_y = s·(cos(theta_y) - m), z_j = s·cos(theta_j) elsewhere.

    Source: Wang et al., CVPR 2018, arXiv:1801.09414, eq. 4. Linear in the cosine, so it has no edge at all.

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s. Paper value 64.
        margin: m, a difference of cosines, 0 <= m < 1. Paper value 0.35.

    Raises:
        ValueError: margin is outside [0, 1).
    """

    def __init__(self, embedding_size: int, num_classes: int, *, scale: float = 64.0, margin: float = 0.35) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)
        require_range("margin", margin, 0.0, 1.0, with_low=True)
        self.margin = margin

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        cosines = self._scores(embeddings)
        targets = cosines.gather(1, labels[:, None])[:, 0] - self.margin
        return self.scale * with_targets(cosines, labels, targets)
