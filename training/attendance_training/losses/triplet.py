"""Triplet loss: a person's other picture nearer than anybody else's, by a margin."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional

from attendance.errors import Reason, Refusal
from attendance_training.losses.geometry import full_precision
from attendance_training.losses.mining import Triplets, all_triplets, hardest_triplets, semi_hard_triplets
from attendance_training.losses.pair_loss import PairLoss, all_distances, mean_of

Distance = Literal["squared_euclidean", "euclidean"]
Mining = Literal["all", "hard", "semi_hard"]


class TripletLoss(PairLoss):
    """Triplet loss: max(d(a, p) - d(a, n) + margin, 0).

    Source: FaceNet (Schroff et al., CVPR 2015, arXiv:1503.03832), section 3.1, where d is the squared
    Euclidean distance of unit embeddings and margin 0.2. A margin of one distance means nothing in the other.

    What a batch is averaged over depends on the mining (see ``attendance_training.losses.mining``):
    ``all``: the triplets with a loss above 0 (Hermans et al. 2017, arXiv:1703.07737); ``hard``: the anchors
    that have both a positive and a negative; ``semi_hard``: the anchor-positive pairs with a semi-hard negative.

    Args:
        margin: > 0, in the unit of the distance.
        distance: ``squared_euclidean`` as in FaceNet, or ``euclidean``.
        mining: which triplets of a batch count.
        is_normalised: bring embeddings to length 1 first, as FaceNet does.

    Raises:
        ValueError: margin is not a positive number, or a name is unknown.
    """

    def __init__(
        self,
        *,
        margin: float = 0.2,
        distance: Distance = "squared_euclidean",
        mining: Mining = "semi_hard",
        is_normalised: bool = True,
    ) -> None:
        super().__init__(margin=margin, is_normalised=is_normalised)
        if distance not in get_args(Distance):
            raise Refusal(
                Reason(
                    "{name} must be one of {names}, not {value}",
                    name="distance",
                    names=[*get_args(Distance)],
                    value=repr(distance),
                )
            )
        if mining not in get_args(Mining):
            raise Refusal(
                Reason(
                    "{name} must be one of {names}, not {value}",
                    name="mining",
                    names=[*get_args(Mining)],
                    value=repr(mining),
                )
            )
        self.distance = distance
        self.mining = mining

    def from_triplets(self, anchors: Tensor, positives: Tensor, negatives: Tensor) -> Tensor:
        """Return the mean loss of given triplets, a scalar; 0 for no triplet. Mining plays no part.

        Args:
            anchors: (T, D) floating point.
            positives: (T, D), of the same person as its anchor.
            negatives: (T, D), of another person.

        Raises:
            ValueError: the shapes are not all (T, D).
        """
        if anchors.ndim != 2 or not anchors.shape == positives.shape == negatives.shape:
            shapes = ", ".join(str(tuple(rows.shape)) for rows in (anchors, positives, negatives))
            raise ValueError(f"anchors, positives and negatives must all be (T, D), not {shapes}")
        with full_precision(anchors):
            anchors, positives, negatives = (self._prepared(rows) for rows in (anchors, positives, negatives))
            near = self._measure(torch.linalg.vector_norm(anchors - positives, dim=1))
            far = self._measure(torch.linalg.vector_norm(anchors - negatives, dim=1))
            losses = functional.relu(near - far + self.margin)
            return mean_of(losses, losses.numel())

    def mine(self, embeddings: Tensor, labels: Tensor) -> Triplets:
        """Return the triplets that ``forward`` would look at.

        Args:
            embeddings: (B, D) floating point.
            labels: (B,) int64.
        """
        with full_precision(embeddings), torch.no_grad():
            return self._mined(self._measure(all_distances(self._prepared(embeddings))), labels)

    def _of_batch(self, rows: Tensor, labels: Tensor) -> Tensor:
        distances = self._measure(all_distances(rows))
        anchors, positives, negatives = self._mined(distances, labels)
        losses = functional.relu(distances[anchors, positives] - distances[anchors, negatives] + self.margin)
        return mean_of(losses, (losses > 0).sum() if self.mining == "all" else losses.numel())

    def _mined(self, distances: Tensor, labels: Tensor) -> Triplets:
        if self.mining == "all":
            return all_triplets(labels)
        if self.mining == "hard":
            return hardest_triplets(distances, labels)
        return semi_hard_triplets(distances, labels, self.margin)

    def _measure(self, euclidean: Tensor) -> Tensor:
        return euclidean.square() if self.distance == "squared_euclidean" else euclidean
