"""SphereFace: psi, the norm as scale, annealing."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import math

import torch

from attendance_training.losses.sphereface import SphereFaceHead
from tests.unit.training.losses.slow_formulas import batch, cosine_loss, psi, with_weight

pytestmark = pytest.mark.needs_torch


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize("scale", [None, 5.0])
def test_that_sphereface_is_the_slow_formula(factor: int, scale: float | None) -> None:
    head = with_weight(SphereFaceHead(5, 4, margin_factor=factor, scale=scale))
    embeddings, labels = batch(size=12)
    expected = cosine_loss(
        embeddings,
        labels,
        head.weight,
        scale=scale or 1.0,
        target=lambda theta: psi(theta, factor),
        by_norm=scale is None,
    )
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("steps", "blend"), [(0, 100.0), (10, 100.0 / 3.0), (10_000, 4.0)])
def test_that_annealing_blends_psi_with_the_cosine(steps: int, blend: float) -> None:
    head = with_weight(SphereFaceHead(5, 4, anneal_from=100.0, anneal_rate=0.2, anneal_to=4.0))
    head.steps.fill_(steps)
    embeddings, labels = batch()
    expected = cosine_loss(
        embeddings,
        labels,
        head.weight,
        scale=1.0,
        target=lambda theta: (blend * math.cos(theta) + psi(theta, 4)) / (1.0 + blend),
        by_norm=True,
    )
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-6)


def test_that_annealing_counts_batches_of_training_only() -> None:
    head = SphereFaceHead(5, 4, anneal_from=100.0)
    embeddings, labels = batch(dtype=torch.float32)
    for _ in range(3):
        head(embeddings, labels).backward()
    head.logits(embeddings, labels)
    head.eval()(embeddings, labels)
    assert head.steps == 3
    again = SphereFaceHead(5, 4, anneal_from=100.0)
    again.load_state_dict(head.state_dict())
    assert again.steps == 3


@pytest.mark.parametrize("factor", [0, -1, 1.5])
def test_that_a_factor_that_is_no_whole_number_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="whole number"):
        SphereFaceHead(5, 4, margin_factor=factor)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["anneal_from", "anneal_rate", "anneal_to"])
def test_that_annealing_below_zero_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        SphereFaceHead(5, 4, **{name: -1.0})
