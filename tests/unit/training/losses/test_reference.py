"""Loss and gradients equal pytorch-metric-learning where it has the same formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("pytorch_metric_learning")

import torch
from pytorch_metric_learning import distances, losses, miners, reducers
from torch import Tensor

from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.cosface import CosFaceHead
from attendance_training.losses.normalised_softmax import NormalisedSoftmaxHead
from attendance_training.losses.sphereface import SphereFaceHead
from attendance_training.losses.sub_center_arcface import SubCenterArcFaceHead
from attendance_training.losses.triplet import Distance, TripletLoss
from tests.unit.training.losses.slow_formulas import batch, with_weight

pytestmark = pytest.mark.needs_torch

SIZES = {"num_classes": 4, "embedding_size": 5}
HEADS: list[tuple[str, ClassHead, Callable[[], Any]]] = [
    (
        "normalised_softmax",
        NormalisedSoftmaxHead(5, 4, scale=20.0),
        lambda: losses.NormalizedSoftmaxLoss(**SIZES, temperature=0.05, distance=distances.CosineSimilarity()),
    ),
    ("cosface", CosFaceHead(5, 4, margin=0.35), lambda: losses.CosFaceLoss(**SIZES, margin=0.35)),
    (
        "arcface",
        ArcFaceHead(5, 4, margin_rad=0.5),
        lambda: losses.ArcFaceLoss(**SIZES, margin=math.degrees(0.5)),
    ),
    (
        "arcface_wide",
        ArcFaceHead(5, 4, margin_rad=1.5),
        lambda: losses.ArcFaceLoss(**SIZES, margin=math.degrees(1.5)),
    ),
    (
        "sub_center_arcface",
        SubCenterArcFaceHead(5, 4, sub_centers=3),
        lambda: losses.SubCenterArcFaceLoss(**SIZES, margin=math.degrees(0.5), sub_centers=3),
    ),
    ("sphereface", SphereFaceHead(5, 4, margin_factor=4), lambda: losses.SphereFaceLoss(**SIZES, margin=4)),
    ("sphereface_3", SphereFaceHead(5, 4, margin_factor=3), lambda: losses.SphereFaceLoss(**SIZES, margin=3)),
]


def _compare(
    ours: Callable[[Tensor, Tensor], Tensor], theirs: Callable[[Tensor, Tensor], Tensor], labels: Tensor
) -> None:
    embeddings, _ = batch(size=len(labels), classes=3)
    values, gradients = [], []
    for loss in (ours, theirs):
        rows = embeddings.clone().requires_grad_()
        value = loss(rows, labels)
        value.backward()
        assert rows.grad is not None
        values.append(value.detach())
        gradients.append(rows.grad)
    assert values[0] > 0
    torch.testing.assert_close(values[0], values[1], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # in its SphereFaceLoss
@pytest.mark.parametrize(("head", "reference"), [row[1:] for row in HEADS], ids=[row[0] for row in HEADS])
def test_that_head_equals_the_reference(head: ClassHead, reference: Callable[[], Any]) -> None:
    head = with_weight(head)
    head.weight.grad = None
    theirs = reference().double()
    with torch.no_grad():
        theirs.W.copy_(head.weight.reshape(-1, 5).T)
    _compare(head, theirs, batch(size=16)[1])
    assert head.weight.grad is not None
    torch.testing.assert_close(head.weight.grad.reshape(-1, 5).T, theirs.W.grad, rtol=1e-9, atol=1e-12)


def _distance(distance: Distance) -> distances.LpDistance:
    return distances.LpDistance(p=2, power=2 if distance == "squared_euclidean" else 1, normalize_embeddings=True)


@pytest.mark.parametrize("distance", ["squared_euclidean", "euclidean"])
def test_that_batch_all_equals_the_reference(distance: Distance) -> None:
    theirs = losses.TripletMarginLoss(margin=0.3, distance=_distance(distance))
    _compare(TripletLoss(margin=0.3, distance=distance, mining="all"), theirs, batch(size=12, classes=3)[1])


@pytest.mark.parametrize("distance", ["squared_euclidean", "euclidean"])
def test_that_batch_hard_equals_the_reference(distance: Distance) -> None:
    loss = losses.TripletMarginLoss(margin=0.3, distance=_distance(distance), reducer=reducers.MeanReducer())
    miner = miners.BatchHardMiner(distance=_distance(distance))
    ours = TripletLoss(margin=0.3, distance=distance, mining="hard")
    _compare(ours, lambda rows, labels: loss(rows, labels, miner(rows, labels)), batch(size=12, classes=3)[1])


@pytest.mark.parametrize("distance", ["squared_euclidean", "euclidean"])
def test_that_semi_hard_equals_the_reference_where_each_anchor_has_one_negative(distance: Distance) -> None:
    # The reference takes every semi-hard negative, ours the nearest; with one negative they are the same.
    loss = losses.TripletMarginLoss(margin=0.9, distance=_distance(distance))
    miner = miners.TripletMarginMiner(margin=0.9, type_of_triplets="semihard", distance=_distance(distance))
    ours = TripletLoss(margin=0.9, distance=distance, mining="semi_hard")
    labels = torch.tensor([0] * 9 + [1])
    _compare(ours, lambda rows, labels: loss(rows, labels, miner(rows, labels)), labels)


def test_that_the_reference_breaks_at_a_class_centre_where_ours_does_not() -> None:
    head = with_weight(ArcFaceHead(5, 4))
    theirs = losses.ArcFaceLoss(**SIZES, margin=math.degrees(0.5)).double()
    with torch.no_grad():
        head.weight.copy_(torch.eye(4, 5))
        theirs.W.copy_(head.weight.T)
    finite = []
    for loss in (head, theirs):
        rows = torch.eye(4, 5, dtype=torch.float64, requires_grad=True)
        loss(rows, torch.arange(4)).backward()
        assert rows.grad is not None
        finite.append(bool(rows.grad.isfinite().all()))
    assert finite == [True, False]
