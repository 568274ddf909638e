"""MagFace: the margin that grows with the length, and the reward for it."""

from __future__ import annotations

import math
from typing import Any

import pytest

pytest.importorskip("torch")

import torch

from attendance.errors import Refusal
from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.magface import MagFaceHead
from tests.unit.training.losses.slow_formulas import angle, batch, cross_entropy, norm, with_weight

pytestmark = pytest.mark.needs_torch

SMALL: dict[str, Any] = {
    "scale": 9.0,
    "least_norm": 2.5,
    "most_norm": 5.0,
    "least_margin_rad": 0.2,
    "most_margin_rad": 0.6,
    "reward": 3.0,
}


def test_that_magface_is_the_slow_formula() -> None:
    head = with_weight(MagFaceHead(5, 4, **SMALL))
    embeddings, labels = batch()
    logits, rewards, lengths = [], [], []
    for row, label in zip(embeddings.tolist(), labels.tolist(), strict=True):
        length = max(2.5, min(5.0, norm(row)))
        lengths.append(length)
        values = [math.cos(angle(row, centre)) for centre in head.weight.tolist()]
        shifted = angle(row, head.weight.tolist()[label]) + (0.6 - 0.2) / (5.0 - 2.5) * (length - 2.5) + 0.2
        values[label] = math.cos(shifted) if shifted <= math.pi else -2.0 - math.cos(shifted)
        logits.append([9.0 * value for value in values])
        rewards.append(length / 25.0 + 1.0 / length)
    assert len(set(lengths)) > 2  # below, between and above
    expected = cross_entropy(logits, labels.tolist()) + 3.0 * sum(rewards) / len(rewards)
    assert head.quality(embeddings).tolist() == pytest.approx(lengths, rel=1e-12)
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


def test_that_short_embeddings_get_arcfaces_margin_and_no_push() -> None:
    head = with_weight(MagFaceHead(5, 4, least_norm=100.0, most_norm=200.0, least_margin_rad=0.3))
    arcface = with_weight(ArcFaceHead(5, 4, margin_rad=0.3, continuation="mirrored"))
    embeddings, labels = batch()
    torch.testing.assert_close(head.logits(embeddings, labels), arcface.logits(embeddings, labels))
    rows = embeddings.clone().requires_grad_()
    (head(rows, labels) - head.cross_entropy(head.logits(rows, labels), labels)).backward()
    assert rows.grad is not None
    assert rows.grad.abs().max() < 1e-12


def test_that_the_reward_makes_embeddings_longer() -> None:
    head = with_weight(MagFaceHead(5, 4, **SMALL | {"reward": 1000.0}))
    embeddings, labels = batch()
    rows = (3.0 * embeddings / embeddings.norm(dim=1, keepdim=True)).requires_grad_()
    head(rows, labels).backward()
    assert rows.grad is not None
    assert ((rows.grad * rows).sum(dim=1) < 0).all()  # against the gradient is outwards


def test_that_an_empty_batch_costs_nothing() -> None:
    rows = torch.zeros(0, 5, requires_grad=True)
    assert MagFaceHead(5, 4)(rows, torch.zeros(0, dtype=torch.int64)).item() == 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 0.0},
        {"least_norm": 0.0},
        {"most_norm": 10.0},
        {"most_norm": math.nan},
        {"least_margin_rad": -0.1},
        {"least_margin_rad": 28.6},
        {"most_margin_rad": 0.45},
        {"most_margin_rad": 1.6},
        {"reward": -1.0},
        {"reward": math.inf},
    ],
)
def test_that_magface_refuses_an_argument_out_of_range(change: dict[str, float]) -> None:
    with pytest.raises(Refusal, match=next(iter(change))):
        MagFaceHead(5, 4, **change)
