"""Contrastive loss against a slow formula, for batches and for given pairs."""

from __future__ import annotations

import itertools

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.contrastive import ContrastiveLoss
from tests.unit.training.losses.slow_formulas import batch, gap, unit

pytestmark = pytest.mark.needs_torch


def _pair(first: list[float], second: list[float], is_same: bool, margin: float) -> float:
    distance = gap(first, second)
    return 0.5 * distance**2 if is_same else 0.5 * max(0.0, margin - distance) ** 2


@pytest.mark.parametrize(("is_normalised", "margin"), [(True, 1.4), (False, 5.0)])
def test_that_contrastive_is_the_slow_formula(is_normalised: bool, margin: float) -> None:
    embeddings, labels = batch(size=8, classes=3)
    rows = [unit(row) if is_normalised else row for row in embeddings.tolist()]
    parts = [_pair(rows[i], rows[j], labels[i] == labels[j], margin) for i, j in itertools.combinations(range(8), 2)]
    assert 0.0 in parts  # a pair beyond the margin
    loss = ContrastiveLoss(margin=margin, is_normalised=is_normalised)
    assert loss(embeddings, labels).item() == pytest.approx(sum(parts) / 28, rel=1e-12)


def test_that_given_pairs_are_the_slow_formula() -> None:
    first, _ = batch(seed=8)
    second, _ = batch(seed=9)
    is_same = torch.tensor([True, False, True, False, False, True])
    zipped = zip(first.tolist(), second.tolist(), is_same.tolist(), strict=True)
    parts = [_pair(a, b, same, 6.0) for a, b, same in zipped]
    loss = ContrastiveLoss(margin=6.0, is_normalised=False)
    assert loss.from_pairs(first, second, is_same).item() == pytest.approx(sum(parts) / 6, rel=1e-12)


def test_that_given_pairs_have_the_gradient_of_their_value() -> None:
    first, _ = batch(seed=8)
    second, _ = batch(seed=9)
    is_same = torch.tensor([True, False, True, False, False, True])
    loss = ContrastiveLoss(margin=6.0)
    inputs = (first.requires_grad_(), second.requires_grad_())
    assert torch.autograd.gradcheck(lambda a, b: loss.from_pairs(a, b, is_same), inputs)


def test_that_coinciding_given_pairs_have_finite_gradients() -> None:
    rows = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    loss = ContrastiveLoss(is_normalised=False).from_pairs(rows, rows.detach(), torch.tensor([False, True]))
    loss.backward()
    assert loss.item() == pytest.approx(0.25)
    assert rows.grad is not None
    assert rows.grad.isfinite().all()


def test_that_no_pair_costs_nothing() -> None:
    rows = torch.zeros(0, 3, requires_grad=True)
    loss = ContrastiveLoss().from_pairs(rows, rows, torch.zeros(0, dtype=torch.bool))
    loss.backward()
    assert loss == 0.0


def test_that_contrastive_refuses_pairs_that_do_not_match() -> None:
    loss = ContrastiveLoss()
    with pytest.raises(ValueError, match="both halves"):
        loss.from_pairs(torch.ones(2, 3), torch.ones(3, 3), torch.ones(2, dtype=torch.bool))
    with pytest.raises(ValueError, match="is_same"):
        loss.from_pairs(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2))
