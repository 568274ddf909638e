"""Plain and normalised softmax against slow formulas."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.normalised_softmax import NormalisedSoftmaxHead
from attendance_training.losses.softmax import SoftmaxHead
from tests.unit.training.losses.slow_formulas import batch, cosine_loss, cross_entropy, with_weight

pytestmark = pytest.mark.needs_torch


@pytest.mark.parametrize("has_bias", [True, False])
def test_that_softmax_is_the_slow_formula(has_bias: bool) -> None:
    head = with_weight(SoftmaxHead(5, 4, has_bias=has_bias))
    embeddings, labels = batch()
    bias = [0.0] * 4
    if has_bias:
        bias = [0.5, -1.0, 2.0, 0.0]
        with torch.no_grad():
            head.bias.copy_(torch.tensor(bias))
    logits = [
        [
            sum(a * b for a, b in zip(row, centre, strict=True)) + b
            for centre, b in zip(head.weight.tolist(), bias, strict=True)
        ]
        for row in embeddings.tolist()
    ]
    assert head(embeddings, labels).item() == pytest.approx(cross_entropy(logits, labels.tolist()), rel=1e-12)


def test_that_softmax_keeps_huge_logits_finite() -> None:
    head = SoftmaxHead(2, 3)
    rows = torch.full((1, 2), 6e4, dtype=torch.float16, requires_grad=True)
    head(rows, torch.tensor([1])).backward()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()


def test_that_normalised_softmax_is_the_slow_formula() -> None:
    head = with_weight(NormalisedSoftmaxHead(5, 4, scale=7.0))
    embeddings, labels = batch()
    expected = cosine_loss(embeddings, labels, head.weight, scale=7.0, target=math.cos)
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


def test_that_normalised_softmax_ignores_the_norms() -> None:
    head = with_weight(NormalisedSoftmaxHead(5, 4))
    embeddings, labels = batch()
    loss = head(embeddings, labels)
    with torch.no_grad():
        head.weight *= torch.tensor([[1.0], [0.1], [7.0], [3.0]])
    torch.testing.assert_close(head(embeddings * 5.0, labels), loss)
