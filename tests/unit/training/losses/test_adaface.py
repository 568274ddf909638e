"""AdaFace: the quality from norms, its running statistics, the margin it makes."""

from __future__ import annotations

import math
import statistics

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.adaface import AdaFaceHead
from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.cosface import CosFaceHead
from tests.unit.training.losses.slow_formulas import angle, batch, cross_entropy, norm, rotated, with_weight

pytestmark = pytest.mark.needs_torch


def _with_statistics(head: AdaFaceHead, mean: float, std: float) -> AdaFaceHead:
    head.norm_mean.fill_(mean)
    head.norm_std.fill_(std)
    return head


def test_that_adaface_is_the_slow_formula() -> None:
    head = with_weight(AdaFaceHead(5, 4, scale=9.0, margin=0.4, concentration=0.333))
    _with_statistics(head, 4.0, 0.5)
    embeddings, labels = batch()
    logits, qualities = [], []
    for row, label in zip(embeddings.tolist(), labels.tolist(), strict=True):
        quality = max(-1.0, min(1.0, (norm(row) - 4.0) / (0.5 + 1e-3) * 0.333))
        qualities.append(quality)
        values = [math.cos(angle(row, centre)) for centre in head.weight.tolist()]
        shifted = max(angle(row, head.weight.tolist()[label]) - 0.4 * quality, 0.0)
        assert shifted < math.pi
        values[label] = math.cos(shifted) - (0.4 * quality + 0.4)
        logits.append([9.0 * value for value in values])
    assert min(qualities) < -0.1 < 0.1 < max(qualities)
    assert head.quality(embeddings).tolist() == pytest.approx(qualities, rel=1e-6)
    assert head(embeddings, labels).item() == pytest.approx(cross_entropy(logits, labels.tolist()), rel=1e-6)


@pytest.mark.parametrize(("mean", "quality"), [(90.0, -1.0), (0.0, 1.0)])
def test_that_quality_ends_at_one(mean: float, quality: float) -> None:
    head = _with_statistics(AdaFaceHead(5, 4), mean, 0.1)
    assert head.quality(batch(dtype=torch.float32)[0]).tolist() == [quality] * 6


def test_that_worst_quality_is_arcface_and_middling_quality_is_cosface() -> None:
    embeddings, labels = batch()
    worst = with_weight(AdaFaceHead(5, 4))
    _with_statistics(worst, 1000.0, 0.1)
    arcface = with_weight(ArcFaceHead(5, 4, margin_rad=0.4, continuation="mirrored"))
    torch.testing.assert_close(worst.logits(embeddings, labels), arcface.logits(embeddings, labels))
    middling = with_weight(AdaFaceHead(5, 4))
    _with_statistics(middling, 0.0, 1e30)
    cosface = with_weight(CosFaceHead(5, 4, margin=0.4))
    torch.testing.assert_close(middling.logits(embeddings, labels), cosface.logits(embeddings, labels))


@pytest.mark.parametrize("mean", [0.0, 1.0, 1000.0], ids=["best", "middling", "worst"])
def test_that_adaface_target_never_rises_with_the_angle(mean: float) -> None:
    head = with_weight(AdaFaceHead(2, 2))
    _with_statistics(head, mean, 0.1)
    with torch.no_grad():
        head.weight.copy_(torch.eye(2))
    angles = torch.linspace(0.0, math.pi, 1801, dtype=torch.float64)
    rows = torch.stack([angles.cos(), angles.sin()], 1)
    steps = head.logits(rows, torch.zeros(1801, dtype=torch.int64))[:, 0].diff()
    assert (steps <= 1e-12).all()
    assert (steps[500:] < 0).all()


def test_that_a_good_picture_near_enough_has_arrived() -> None:
    head = with_weight(AdaFaceHead(2, 2, scale=1.0, margin=0.4))
    _with_statistics(head, 0.0, 0.1)
    with torch.no_grad():
        head.weight.copy_(torch.eye(2))
    rows = torch.cat([rotated(0.0), rotated(0.2), rotated(0.39)]).requires_grad_()
    targets = head.logits(rows, torch.zeros(3, dtype=torch.int64))[:, 0]
    targets.sum().backward()
    assert targets.tolist() == pytest.approx([1.0 - 0.8] * 3)
    assert rows.grad is not None
    assert not rows.grad.any()


def test_that_no_gradient_flows_through_the_norm() -> None:
    head = with_weight(AdaFaceHead(5, 4))
    embeddings, labels = batch()
    _with_statistics(head, 4.0, 2.0)(embeddings.requires_grad_(), labels).backward()
    # A function of the direction alone has no gradient along the embedding.
    assert embeddings.grad is not None
    along = (embeddings.grad * embeddings).sum(1)
    assert along.abs().max() < 1e-9
    assert embeddings.grad.abs().max() > 1e-3


def test_that_training_keeps_running_statistics_of_the_norms() -> None:
    head = AdaFaceHead(5, 4, momentum=0.9)
    embeddings, labels = batch(dtype=torch.float32)
    norms = [norm(row) for row in embeddings.tolist()]
    head(embeddings, labels)
    assert head.norm_mean.item() == pytest.approx(0.9 * 20.0 + 0.1 * statistics.fmean(norms), rel=1e-6)
    assert head.norm_std.item() == pytest.approx(0.9 * 100.0 + 0.1 * statistics.stdev(norms), rel=1e-6)
    assert {"norm_mean", "norm_std"} < set(head.state_dict())


def test_that_statistics_stand_still_outside_training() -> None:
    head = AdaFaceHead(5, 4)
    embeddings, labels = batch(dtype=torch.float32)
    head.logits(embeddings, labels)
    head.eval()(embeddings, labels)
    assert (head.norm_mean.item(), head.norm_std.item()) == (20.0, 100.0)


def test_that_norms_count_between_a_thousandth_and_a_hundred() -> None:
    head = AdaFaceHead(2, 2, momentum=0.0)
    head(torch.tensor([[1e6, 0.0], [0.0, 0.0]]), torch.tensor([0, 1]))
    assert head.norm_mean.item() == pytest.approx((100.0 + 0.001) / 2)


def test_that_a_batch_of_one_leaves_the_standard_deviation() -> None:
    head = AdaFaceHead(2, 2, momentum=0.5)
    head(rotated(0.3, dtype=torch.float32) * 10.0, torch.tensor([0]))
    assert head.norm_mean.item() == pytest.approx(15.0)
    assert head.norm_std.item() == 100.0


def test_that_an_overflowed_embedding_does_not_poison_the_statistics() -> None:
    head = AdaFaceHead(2, 2, momentum=0.5)
    rows = torch.tensor([[float("nan"), 0.0], [3.0, 4.0], [15.0, 0.0]])
    head(rows, torch.tensor([0, 1, 1]))
    assert head.norm_mean.item() == pytest.approx(15.0)
    assert head.norm_std.item() == pytest.approx((100.0 + math.sqrt(50.0)) / 2)


@pytest.mark.parametrize(("name", "value"), [("margin", 1.0), ("concentration", 0.0), ("momentum", 1.0)])
def test_that_adaface_refuses_an_argument_out_of_range(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        AdaFaceHead(5, 4, **{name: value})
