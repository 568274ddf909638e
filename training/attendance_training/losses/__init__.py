"""Losses by name: (B, D) embeddings and (B,) labels in, one scalar out."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from attendance.errors import Reason, Refusal
from attendance_training.losses.adaface import AdaFaceHead
from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.combined_margin import CombinedMarginHead
from attendance_training.losses.contrastive import ContrastiveLoss
from attendance_training.losses.cosface import CosFaceHead
from attendance_training.losses.magface import MagFaceHead
from attendance_training.losses.normalised_softmax import NormalisedSoftmaxHead
from attendance_training.losses.pair_loss import PairLoss
from attendance_training.losses.softmax import SoftmaxHead
from attendance_training.losses.sphereface import SphereFaceHead
from attendance_training.losses.sub_center_arcface import SubCenterArcFaceHead
from attendance_training.losses.triplet import TripletLoss


@dataclass(frozen=True, slots=True)
class LossKind:
    """One loss that this package can build.

    Attributes:
        name: what the command line and a recipe call it.
        build: its class.
    """

    name: str
    build: type[ClassHead] | type[PairLoss]

    @property
    def has_class_weights(self) -> bool:
        """Whether it owns a parameter with a row for each identity, to be optimised with the network."""
        return issubclass(self.build, ClassHead)

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the keyword arguments that ``build_loss`` takes for it."""
        parameters = inspect.signature(self.build).parameters.values()
        return tuple(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)


_KINDS = (
    LossKind("softmax", SoftmaxHead),
    LossKind("normalised_softmax", NormalisedSoftmaxHead),
    LossKind("cosface", CosFaceHead),
    LossKind("arcface", ArcFaceHead),
    LossKind("sub_center_arcface", SubCenterArcFaceHead),
    LossKind("sphereface", SphereFaceHead),
    LossKind("combined_margin", CombinedMarginHead),
    LossKind("adaface", AdaFaceHead),
    LossKind("magface", MagFaceHead),
    LossKind("contrastive", ContrastiveLoss),
    LossKind("triplet", TripletLoss),
)
LOSSES: dict[str, LossKind] = {kind.name: kind for kind in _KINDS}


def build_loss(name: str, *, embedding_size: int, num_classes: int, **options: Any) -> ClassHead | PairLoss:
    """Build a loss; its weight, if it has one, is random by torch's seed.

    Args:
        name: key of ``LOSSES``.
        embedding_size: D; losses without class weights do not need it.
        num_classes: C; likewise.
        options: keyword arguments of the class; ``LOSSES[name].options`` names them.

    Raises:
        Refusal: the name or an option is unknown, or a value is out of its range.
    """
    if name not in LOSSES:
        raise Refusal(Reason("unknown loss {name}; known: {names}", name=repr(name), names=[*LOSSES]))
    kind = LOSSES[name]
    for option in options:
        if option not in kind.options:
            raise Refusal(
                Reason(
                    "unknown option {option} of {name}; known: {names}",
                    option=repr(option),
                    name=name,
                    names=[*kind.options],
                )
            )
    if issubclass(kind.build, ClassHead):
        return kind.build(embedding_size, num_classes, **options)
    return kind.build(**options)
