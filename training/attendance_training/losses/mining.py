"""Which triplets of a batch a loss looks at."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Triplets(NamedTuple):
    """Rows of a batch: three (T,) int64 tensors of the same length, which may be 0.

    Attributes:
        anchors: any rows.
        positives: other rows of the anchor's person.
        negatives: rows of other people.
    """

    anchors: Tensor
    positives: Tensor
    negatives: Tensor


def all_triplets(labels: Tensor) -> Triplets:
    """Return every triplet of a batch.

    Source: "batch all" of Hermans et al. 2017, arXiv:1703.07737, section 2.

    Args:
        labels: (B,) int64.
    """
    is_positive, is_negative = _relations(labels)
    anchors, positives = is_positive.nonzero(as_tuple=True)
    pairs, negatives = is_negative[anchors].nonzero(as_tuple=True)
    return Triplets(anchors[pairs], positives[pairs], negatives)


def hardest_triplets(distances: Tensor, labels: Tensor) -> Triplets:
    """Return each anchor's furthest positive with its nearest negative; anchors without both are left out.

    Source: "batch hard" of Hermans et al. 2017, arXiv:1703.07737, section 2.

    Args:
        distances: (B, B), any distance.
        labels: (B,) int64.
    """
    is_positive, is_negative = _relations(labels)
    anchors = (is_positive.any(1) & is_negative.any(1)).nonzero(as_tuple=True)[0]
    distances = distances.detach()[anchors]
    positives = distances.masked_fill(~is_positive[anchors], -torch.inf).argmax(1)
    negatives = distances.masked_fill(~is_negative[anchors], torch.inf).argmin(1)
    return Triplets(anchors, positives, negatives)


def semi_hard_triplets(distances: Tensor, labels: Tensor, margin: float) -> Triplets:
    """Return for each anchor and positive the nearest negative with d(a,p) < d(a,n) < d(a,p) + margin.

    Pairs without such a negative are left out. Source: FaceNet (Schroff et al., CVPR 2015, arXiv:1503.03832),
    section 3.2: all anchor-positive pairs, semi-hard negatives.

    Args:
        distances: (B, B), the distance of the loss.
        labels: (B,) int64.
        margin: of the loss, in the unit of the distance.
    """
    is_positive, is_negative = _relations(labels)
    distances = distances.detach()
    anchors, positives = is_positive.nonzero(as_tuple=True)
    near = distances[anchors, positives][:, None]
    far = distances[anchors]
    is_semi_hard = is_negative[anchors] & (far > near) & (far < near + margin)
    has_negative = is_semi_hard.any(1)
    chosen = far[has_negative].masked_fill(~is_semi_hard[has_negative], torch.inf).argmin(1)
    return Triplets(anchors[has_negative], positives[has_negative], chosen)


def _relations(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return (B, B) bool: another picture of the same person; a picture of another person."""
    is_same = labels[:, None] == labels[None, :]
    is_self = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    return is_same & ~is_self, ~is_same
