"""Normalised softmax: cross-entropy of scaled cosines, no margin."""

from __future__ import annotations

from torch import Tensor

from attendance_training.losses.class_head import CosineHead


class NormalisedSoftmaxHead(CosineHead):
    """Cosine logits: z_j = s·cos(theta_j), with theta_j the angle between x and w_j.

    Source: NormFace (Wang et al., ACM MM 2017, arXiv:1704.06369); eq. 2 of ArcFace (arXiv:1801.07698).

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        scale: s. ArcFace's value 64.
    """

    def __init__(self, embedding_size: int, num_classes: int, *, scale: float = 64.0) -> None:
        super().__init__(embedding_size, num_classes, scale=scale)

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return self.scale * self._scores(embeddings)
