"""Softmax cross-entropy: the plain linear classifier."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from attendance_training.losses.class_head import ClassHead


class SoftmaxHead(ClassHead):
    """Linear logits: z_j = w_j·x + b_j, loss -log(exp(z_y) / sum_j exp(z_j)).

    Source: eq. 1 of ArcFace (Deng et al., CVPR 2019, arXiv:1801.07698).

    Args:
        embedding_size: D, length of one embedding.
        num_classes: C, identities in the training set.
        has_bias: learn b; without it b is 0.

    Attributes:
        bias: (C,) parameter, zero at first; None without bias.
    """

    def __init__(self, embedding_size: int, num_classes: int, *, has_bias: bool = True) -> None:
        super().__init__(embedding_size, num_classes)
        self.bias = nn.Parameter(torch.zeros(num_classes)) if has_bias else None

    def _logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return self._scores(embeddings)

    def _scores(self, embeddings: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.to(embeddings.dtype)
        return functional.linear(embeddings, self.weight.to(embeddings.dtype), bias)
