"""What contrastive and triplet loss both promise: gradients, precision, devices, batches with nothing to compare."""

from __future__ import annotations

import itertools

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor

from attendance_training.losses import LOSSES
from attendance_training.losses.contrastive import ContrastiveLoss
from attendance_training.losses.pair_loss import PairLoss
from attendance_training.losses.triplet import TripletLoss
from tests.unit.training.losses.slow_formulas import batch

pytestmark = pytest.mark.needs_torch

LOSSES_OF_PAIRS: list[PairLoss] = [
    ContrastiveLoss(),
    ContrastiveLoss(margin=4.0, is_normalised=False),
    *(
        TripletLoss(margin=0.6, distance=distance, mining=mining, is_normalised=is_normalised)
        for distance, mining, is_normalised in itertools.product(
            ("squared_euclidean", "euclidean"), ("all", "hard", "semi_hard"), (True, False)
        )
    ),
]


def _name(loss: object) -> str:
    if not isinstance(loss, PairLoss):
        return str(loss)
    parts = (type(loss).__name__, getattr(loss, "distance", ""), getattr(loss, "mining", ""), str(loss.is_normalised))
    return "-".join(part for part in parts if part)


every_loss = pytest.mark.parametrize("loss", LOSSES_OF_PAIRS, ids=_name)


def test_that_every_pair_loss_of_the_registry_is_tested_here() -> None:
    built = {type(loss) for loss in LOSSES_OF_PAIRS}
    assert built == {kind.build for kind in LOSSES.values() if not kind.has_class_weights}


@every_loss
def test_that_loss_has_the_gradient_of_its_value(loss: PairLoss) -> None:
    embeddings, labels = batch(size=8, classes=3)
    embeddings = (embeddings * 0.2).requires_grad_()
    assert loss(embeddings, labels) > 0
    assert torch.autograd.gradcheck(lambda rows: loss(rows, labels), embeddings)


@every_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
def test_that_loss_stays_finite_where_embeddings_coincide(loss: PairLoss, dtype: torch.dtype) -> None:
    rows = torch.tensor([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [-1.0, -2.0]], dtype=dtype)
    rows.requires_grad_()
    value = loss(rows, torch.tensor([0, 0, 1, 1, 2, 0]))
    value.backward()
    assert value.isfinite()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()


@every_loss
@pytest.mark.parametrize("labels", [[], [5], [1, 1, 1, 1], [1, 2, 3, 4]], ids=["none", "one", "same", "different"])
def test_that_loss_passes_zero_back_where_nothing_compares(loss: PairLoss, labels: list[int]) -> None:
    rows = torch.eye(4)[: len(labels)].requires_grad_()
    if isinstance(loss, ContrastiveLoss):  # here pairs of one person alone, or of two alone, are enough
        rows = (torch.ones_like(rows) if len(set(labels)) == 1 else 4.0 * rows).detach().requires_grad_()
    value = loss(rows, torch.tensor(labels, dtype=torch.int64))
    value.backward()
    assert value == 0.0
    assert rows.grad is not None
    assert torch.equal(rows.grad, torch.zeros_like(rows))


@every_loss
def test_that_loss_calculates_in_float32_under_autocast(loss: PairLoss) -> None:
    embeddings, labels = batch(dtype=torch.float32)
    outside = loss(embeddings, labels)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(loss(embeddings, labels), outside)
    assert outside.dtype is torch.float32
    assert torch.equal(loss(embeddings.half(), labels), loss(embeddings.half().float(), labels))
    assert loss(embeddings.double(), labels).dtype is torch.float64


@every_loss
def test_that_loss_makes_nothing_on_another_device(loss: PairLoss) -> None:
    embeddings, labels = batch(dtype=torch.float32)
    with torch.device("meta"):  # what names no device would land here and break the sum
        value = loss(embeddings.requires_grad_(), labels)
        value.backward()
    assert value.device.type == "cpu"


@every_loss
def test_that_loss_measures_near_embeddings_to_the_last_digits(loss: PairLoss) -> None:
    generator = torch.Generator().manual_seed(7)
    rows = torch.randn(1, 64, generator=generator, dtype=torch.float64).expand(6, 64)
    rows = rows / rows[0].norm() + 2e-4 * torch.randn(6, 64, generator=generator, dtype=torch.float64)
    rows, labels = rows.float().double(), torch.tensor([0, 0, 0, 1, 1, 1])
    near = LOSSES["contrastive"].build(margin=1e-3, is_normalised=False)  # at this scale only such a margin shows it
    near = near if isinstance(loss, ContrastiveLoss) else _with_margin(loss, 1e-3)
    exact = near(rows, labels)
    assert near(rows.float(), labels).double().item() == pytest.approx(exact.item(), rel=1e-3)


def _with_margin(loss: PairLoss, margin: float) -> PairLoss:
    assert isinstance(loss, TripletLoss)
    return TripletLoss(margin=margin, distance=loss.distance, mining=loss.mining, is_normalised=loss.is_normalised)


@every_loss
@pytest.mark.parametrize(
    ("embeddings", "labels"),
    [
        (torch.ones(5), torch.zeros(5, dtype=torch.int64)),
        (torch.ones(2, 5, dtype=torch.int64), torch.zeros(2, dtype=torch.int64)),
        (torch.ones(2, 5), torch.zeros(3, dtype=torch.int64)),
        (torch.ones(2, 5), torch.zeros(2)),
    ],
    ids=["one-row", "whole-numbers", "too-many-labels", "float-labels"],
)
def test_that_loss_refuses_a_batch_of_another_shape_or_type(loss: PairLoss, embeddings: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="must"):
        loss(embeddings, labels)


@pytest.mark.parametrize("build", [ContrastiveLoss, TripletLoss])
@pytest.mark.parametrize("margin", [0.0, -0.2, float("nan"), float("inf")])
def test_that_loss_refuses_a_margin_that_is_no_positive_number(build: type[PairLoss], margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        build(margin=margin)
