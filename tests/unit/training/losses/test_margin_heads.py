"""CosFace, ArcFace, sub-centers and the combined margin: formulas, falling targets, relations."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.combined_margin import CombinedMarginHead
from attendance_training.losses.cosface import CosFaceHead
from attendance_training.losses.sphereface import SphereFaceHead
from attendance_training.losses.sub_center_arcface import SubCenterArcFaceHead
from tests.unit.training.losses.slow_formulas import angle, batch, cosine_loss, cross_entropy, rotated, with_weight

pytestmark = pytest.mark.needs_torch


def _linear(theta: float, margin: float) -> float:
    if theta + margin <= math.pi:
        return math.cos(theta + margin)
    return math.cos(theta) - margin * math.sin(margin)


def _mirrored(theta: float, margin: float) -> float:
    return math.cos(theta + margin) if theta + margin <= math.pi else -2.0 - math.cos(theta + margin)


def _easy(theta: float, margin: float) -> float:
    return math.cos(theta + margin) if theta < math.pi / 2 else math.cos(theta)


def _targets(head: ClassHead, angles: torch.Tensor) -> torch.Tensor:
    """Return the target logit over the scale at each angle to the class centre."""
    with torch.no_grad():
        head.double().weight.copy_(torch.eye(2).view_as(head.weight))
        rows = torch.stack([angles.cos(), angles.sin()], 1)
        return head.logits(rows, torch.zeros(len(angles), dtype=torch.int64))[:, 0] / float(head.scale)


def test_that_cosface_is_the_slow_formula() -> None:
    head = with_weight(CosFaceHead(5, 4, scale=9.0, margin=0.3))
    embeddings, labels = batch()
    expected = cosine_loss(embeddings, labels, head.weight, scale=9.0, target=lambda theta: math.cos(theta) - 0.3)
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("continuation", "target"), [("linear", _linear), ("mirrored", _mirrored), ("easy", _easy)])
def test_that_arcface_is_the_slow_formula(continuation, target) -> None:
    head = with_weight(ArcFaceHead(5, 4, scale=9.0, margin_rad=1.1, continuation=continuation))
    embeddings, labels = batch(size=12)
    angles = [angle(row, head.weight.tolist()[y]) for row, y in zip(embeddings.tolist(), labels.tolist(), strict=True)]
    assert min(angles) + 1.1 < math.pi < max(angles) + 1.1  # both sides are in the batch
    expected = cosine_loss(embeddings, labels, head.weight, scale=9.0, target=lambda theta: target(theta, 1.1))
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


def test_that_combined_margin_is_the_slow_formula() -> None:
    head = with_weight(CombinedMarginHead(5, 4, scale=9.0, angle_factor=0.9, margin_rad=0.4, cosine_margin=0.15))
    embeddings, labels = batch()
    expected = cosine_loss(
        embeddings,
        labels,
        head.weight,
        scale=9.0,
        target=lambda theta: _mirrored(0.9 * theta, 0.4) - 0.15,
    )
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


def test_that_sub_center_arcface_is_the_slow_formula_of_the_nearest_centres() -> None:
    head = with_weight(SubCenterArcFaceHead(5, 4, sub_centers=3, scale=9.0, margin_rad=0.4))
    embeddings, labels = batch()
    logits = []
    for row, label in zip(embeddings.tolist(), labels.tolist(), strict=True):
        nearest = [min(angle(row, centre) for centre in centres) for centres in head.weight.tolist()]
        logits.append([9.0 * (_linear(t, 0.4) if j == label else math.cos(t)) for j, t in enumerate(nearest)])
    assert head(embeddings, labels).item() == pytest.approx(cross_entropy(logits, labels.tolist()), rel=1e-12)


def test_that_sub_center_arcface_moves_only_the_nearest_centre_of_a_class() -> None:
    head = with_weight(SubCenterArcFaceHead(5, 4, sub_centers=3))
    embeddings, labels = batch(size=1)
    head(embeddings, labels).backward()
    for centres, gradients in zip(head.weight.tolist(), head.weight.grad, strict=True):
        nearest = min(range(3), key=lambda k: angle(embeddings[0].tolist(), centres[k]))
        assert [bool(row.any()) for row in gradients] == [k == nearest for k in range(3)]


@pytest.mark.parametrize(
    "head",
    [
        CosFaceHead(2, 2),
        ArcFaceHead(2, 2),
        ArcFaceHead(2, 2, margin_rad=1.5),
        ArcFaceHead(2, 2, continuation="mirrored"),
        SubCenterArcFaceHead(2, 2, sub_centers=1),
        SphereFaceHead(2, 2, margin_factor=4),
        SphereFaceHead(2, 2, margin_factor=3, anneal_from=5.0),
        CombinedMarginHead(2, 2, angle_factor=1.0, margin_rad=0.5, cosine_margin=0.2),
        CombinedMarginHead(2, 2, angle_factor=2.7, margin_rad=1.0),
        CombinedMarginHead(2, 2, angle_factor=0.4, margin_rad=0.0),
    ],
    ids=lambda head: type(head).__name__,
)
def test_that_target_falls_all_the_way_to_180_degrees(head: ClassHead) -> None:
    angles = torch.linspace(0.0, math.pi, 1801, dtype=torch.float64)
    assert (_targets(head, angles).diff() < 0).all()


def test_that_only_the_easy_margin_steps_up() -> None:
    angles = torch.linspace(0.0, math.pi, 1801, dtype=torch.float64)
    steps = _targets(ArcFaceHead(2, 2, margin_rad=0.5, continuation="easy"), angles).diff()
    assert (steps > 0).sum() == 1
    assert steps.max().item() == pytest.approx(math.sin(0.5), abs=2e-3)


@pytest.mark.parametrize("continuation", ["linear", "mirrored"])
def test_that_arcface_pulls_a_sample_opposite_to_its_class(continuation) -> None:
    # insightface's straight-through margin would give the same pull everywhere; the true one is known here.
    head = with_weight(ArcFaceHead(2, 1, scale=1.0, margin_rad=0.5, continuation=continuation))
    with torch.no_grad():
        head.weight.copy_(rotated(0.0))
    theta = math.pi - 0.2
    rows = rotated(theta).requires_grad_()
    head.logits(rows, torch.tensor([0])).sum().backward()
    along = torch.tensor([-math.sin(theta), math.cos(theta)], dtype=torch.float64)
    expected = {"linear": -math.sin(theta), "mirrored": math.sin(theta + 0.5)}[continuation]
    assert (rows.grad[0] @ along).item() == pytest.approx(expected, rel=1e-9)
    assert expected < 0.0


@pytest.mark.parametrize("factor", [1.0, 2.7, 1e-3])
def test_that_arcface_is_exact_in_float32_at_its_own_centre(factor: float) -> None:
    torch.manual_seed(2)
    head = ArcFaceHead(128, 50, scale=1.0)
    rows = head.weight.detach() * factor
    targets = head.logits(rows, torch.arange(50)).diagonal()
    torch.testing.assert_close(targets, torch.full((50,), math.cos(0.5)), atol=1e-6, rtol=0.0)


def test_that_combined_margin_holds_arcface_cosface_and_sphereface() -> None:
    embeddings, labels = batch()
    pairs = [
        (
            CombinedMarginHead(5, 4, angle_factor=1.0, margin_rad=0.7, cosine_margin=0.0),
            ArcFaceHead(5, 4, margin_rad=0.7, continuation="mirrored"),
        ),
        (
            CombinedMarginHead(5, 4, angle_factor=1.0, margin_rad=0.0, cosine_margin=0.3),
            CosFaceHead(5, 4, margin=0.3),
        ),
        (
            CombinedMarginHead(5, 4, angle_factor=3.0, margin_rad=0.0, cosine_margin=0.0),
            SphereFaceHead(5, 4, margin_factor=3, scale=64.0),
        ),
    ]
    for combined, other in pairs:
        loss = with_weight(combined)(embeddings, labels)
        torch.testing.assert_close(loss, with_weight(other)(embeddings, labels))


def test_that_a_margin_of_zero_is_no_margin() -> None:
    embeddings, labels = batch()
    for head in (CosFaceHead(5, 4, margin=0.0), ArcFaceHead(5, 4, margin_rad=0.0)):
        scores = with_weight(head).scores(embeddings)
        torch.testing.assert_close(head.logits(embeddings, labels), head.scale * scores)


@pytest.mark.parametrize("margin", [28.6, -0.1, math.pi / 2, float("nan")])
@pytest.mark.parametrize("build", [ArcFaceHead, SubCenterArcFaceHead, CombinedMarginHead])
def test_that_an_angular_margin_out_of_range_such_as_degrees_is_refused(build, margin: float) -> None:
    with pytest.raises(ValueError, match="margin_rad"):
        build(5, 4, margin_rad=margin)


def test_that_other_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"margin must be in \[0, 1\), not 1.0"):
        CosFaceHead(5, 4, margin=1.0)
    with pytest.raises(ValueError, match="continuation"):
        ArcFaceHead(5, 4, continuation="hard")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sub_centers"):
        SubCenterArcFaceHead(5, 4, sub_centers=0)
    with pytest.raises(ValueError, match="angle_factor"):
        CombinedMarginHead(5, 4, angle_factor=0.0)
    with pytest.raises(ValueError, match="cosine_margin"):
        CombinedMarginHead(5, 4, cosine_margin=-0.1)
