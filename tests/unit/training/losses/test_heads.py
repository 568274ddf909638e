"""What every head with class weights promises: true and finite gradients, precision, devices, odd batches."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn
from torch.func import functional_call

from attendance_training.loop.processes import Processes
from attendance_training.loop.sharded_head import ShardedHead
from attendance_training.losses import LOSSES, build_loss
from attendance_training.losses.class_head import ClassHead
from attendance_training.losses.magface import MagFaceHead
from tests.unit.training.losses.slow_formulas import batch, with_weight

pytestmark = pytest.mark.needs_torch

OPTIONS: dict[str, dict[str, object]] = {
    "softmax": {},
    "normalised_softmax": {"scale": 8.0},
    "cosface": {"scale": 8.0},
    "arcface": {"scale": 8.0},
    "sub_center_arcface": {"scale": 8.0, "sub_centers": 2},
    "sphereface": {"anneal_from": 2.0, "anneal_to": 0.5},
    "combined_margin": {"scale": 8.0, "angle_factor": 1.3},
    "adaface": {"scale": 8.0},
    "magface": {"scale": 8.0, "least_norm": 0.5, "most_norm": 6.0},
}
HEADS = tuple(OPTIONS)
ANGULAR = tuple(name for name in HEADS if name != "softmax")
EXTREMES = ("parallel", "antiparallel", "zero", "tiny", "huge")


def _head(name: str, *, dims: int = 5, classes: int = 4) -> ClassHead:
    torch.manual_seed(1)
    head = build_loss(name, embedding_size=dims, num_classes=classes, **OPTIONS[name])
    assert isinstance(head, ClassHead)
    return head


def _extreme(kind: str, centres: Tensor) -> Tensor:
    return {
        "parallel": centres,
        "antiparallel": -centres,
        "zero": torch.zeros_like(centres),
        "tiny": centres * 1e-30,
        "huge": centres * 1e4,
    }[kind]


def test_that_every_head_of_the_registry_is_tested_here() -> None:
    assert set(HEADS) == {name for name, kind in LOSSES.items() if kind.has_class_weights}


@pytest.mark.parametrize("name", HEADS)
def test_that_head_has_the_gradient_of_its_value(name: str) -> None:
    head = with_weight(_head(name))
    embeddings, labels = batch()
    weight = head.weight.detach().clone().requires_grad_()

    def loss(embeddings: Tensor, weight: Tensor) -> Tensor:
        value: Tensor = functional_call(head, {"weight": weight}, (embeddings, labels))
        return value

    if name == "adaface":  # its quality follows the norm without gradient: hold it, see test_adaface
        head.quality = lambda rows: torch.linspace(-1.0, 1.0, len(rows), dtype=rows.dtype)  # type: ignore[method-assign]
    assert torch.autograd.gradcheck(loss, (embeddings.requires_grad_(), weight))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("kind", EXTREMES)
@pytest.mark.parametrize("name", HEADS)
def test_that_head_stays_finite_at_an_extreme(name: str, kind: str, dtype: torch.dtype) -> None:
    head = _head(name)
    rows = _extreme(kind, head.weight.detach().reshape(4, -1, 5)[:, 0]).to(dtype).requires_grad_()
    loss = head(rows, torch.arange(4))
    loss.backward()
    assert loss.isfinite()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()
    assert head.weight.grad is not None
    assert head.weight.grad.isfinite().all()


@pytest.mark.parametrize("name", ANGULAR)
def test_that_head_stays_finite_without_a_class_direction(name: str) -> None:
    head = _head(name)
    torch.nn.init.zeros_(head.weight)
    rows = torch.cat([torch.zeros(1, 5), torch.ones(1, 5)]).requires_grad_()
    head(rows, torch.tensor([0, 1])).backward()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()
    assert head.weight.grad is not None
    assert torch.equal(head.weight.grad, torch.zeros_like(head.weight))


@pytest.mark.parametrize("name", ANGULAR)
def test_that_head_gives_a_zero_embedding_no_gradient(name: str) -> None:
    rows = torch.zeros(2, 5, requires_grad=True)
    _head(name)(rows, torch.tensor([0, 1])).backward()
    assert rows.grad is not None
    assert torch.equal(rows.grad, torch.zeros(2, 5))


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_that_head_calculates_in_float32_under_autocast(name: str, dtype: torch.dtype) -> None:
    head = _head(name).eval()
    embeddings, labels = batch(dtype=torch.float32)
    outside = head.logits(embeddings, labels)
    with torch.autocast("cpu", dtype=dtype):
        assert torch.equal(head.logits(embeddings, labels), outside)
        assert torch.equal(head(embeddings, labels), head(embeddings, labels).float())
        assert torch.equal(head.scores(embeddings), head.scores(embeddings).float())
    assert outside.dtype is torch.float32


@pytest.mark.parametrize("name", HEADS)
def test_that_head_takes_half_embeddings_as_if_they_were_float32(name: str) -> None:
    head = _head(name).eval()
    embeddings, labels = batch(dtype=torch.float16)
    assert torch.equal(head(embeddings, labels), head(embeddings.float(), labels))


@pytest.mark.parametrize("name", HEADS)
def test_that_head_keeps_float64(name: str) -> None:
    head = _head(name)
    embeddings, labels = batch()
    assert head.logits(embeddings, labels).dtype is torch.float64
    assert head.double()(embeddings.float(), labels).dtype is torch.float64


@pytest.mark.parametrize("name", HEADS)
def test_that_head_makes_nothing_on_another_device(name: str) -> None:
    head = _head(name)
    embeddings, labels = batch(dtype=torch.float32)
    with torch.device("meta"):  # what names no device would land here and break the sum
        head(embeddings, labels).backward()
    assert head.weight.grad is not None
    assert head.weight.grad.device.type == "cpu"
    assert head.to("meta").logits(embeddings.to("meta"), labels.to("meta")).device.type == "meta"


@pytest.mark.parametrize("name", HEADS)
def test_that_head_learns_one_class_in_the_batch(name: str) -> None:
    head = _head(name)
    embeddings, _ = batch(dtype=torch.float32)
    head(embeddings, torch.ones(6, dtype=torch.int64)).backward()
    assert head.weight.grad is not None
    assert head.weight.grad.isfinite().all()
    assert head.weight.grad[1].any()


@pytest.mark.parametrize("name", HEADS)
def test_that_head_with_a_single_class_costs_nothing(name: str) -> None:
    embeddings, _ = batch(dtype=torch.float32)
    head = _head(name, classes=1)
    if isinstance(head, MagFaceHead):  # its reward for long embeddings has nothing to do with classes
        head.reward = 0.0
    loss = head(embeddings.requires_grad_(), torch.zeros(6, dtype=torch.int64))
    loss.backward()
    assert loss == 0.0
    assert embeddings.grad is not None
    assert not embeddings.grad.any()


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("name", HEADS)
def test_that_head_takes_a_batch_of(name: str, size: int) -> None:
    head = _head(name)
    embeddings = torch.ones(size, 5, requires_grad=True)
    loss = head(embeddings, torch.zeros(size, dtype=torch.int64))
    loss.backward()
    assert head.weight.grad is not None
    assert head.weight.grad.isfinite().all()
    assert loss.isfinite()
    assert bool(head.weight.grad.any()) == (loss.item() > 0.0) == (size == 1)
    assert all(buffer.isfinite().all() for buffer in head.buffers())


@pytest.mark.parametrize("name", HEADS)
def test_that_head_learns_to_tell_classes_apart(name: str) -> None:
    head = _head(name)
    embeddings = torch.eye(4, 5)
    labels = torch.tensor([2, 0, 3, 1])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    for _ in range(60):
        optimizer.zero_grad()
        head(embeddings, labels).backward()
        optimizer.step()
    assert torch.equal(head.scores(embeddings).argmax(1), labels)


@pytest.mark.parametrize("name", HEADS)
def test_that_head_gives_scores_without_margin(name: str) -> None:
    head = _head(name)
    embeddings, labels = batch(dtype=torch.float32)
    scores = head.scores(embeddings)
    others = torch.ones(6, 4).scatter(1, labels[:, None], 0.0).bool()
    logits = head.logits(embeddings, labels)
    # Off the true class every logit is its score times one factor for each row.
    ratio = (logits / scores)[others].view(6, 3)
    torch.testing.assert_close(ratio, ratio[:, :1].expand(6, 3))
    true_class = torch.arange(6), labels
    assert (logits[true_class] <= scores[true_class] * ratio[:, 0] + 1e-5).all()


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize(
    ("embeddings", "labels"),
    [
        (torch.ones(2, 6), torch.zeros(2, dtype=torch.int64)),
        (torch.ones(5), torch.zeros(5, dtype=torch.int64)),
        (torch.ones(2, 5, dtype=torch.int64), torch.zeros(2, dtype=torch.int64)),
        (torch.ones(2, 5), torch.zeros(3, dtype=torch.int64)),
        (torch.ones(2, 5), torch.zeros(2, 1, dtype=torch.int64)),
        (torch.ones(2, 5), torch.zeros(2)),
    ],
    ids=["columns", "one-row", "whole-numbers", "too-many-labels", "column-of-labels", "float-labels"],
)
def test_that_head_refuses_a_batch_of_another_shape_or_type(name: str, embeddings: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="must"):
        _head(name)(embeddings, labels)


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("sizes", [(0, 4), (5, 0)])
def test_that_head_refuses_sizes_below_one(name: str, sizes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        build_loss(name, embedding_size=sizes[0], num_classes=sizes[1])


@pytest.mark.parametrize("name", ANGULAR)
@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_that_head_refuses_a_scale_that_is_no_positive_number(name: str, scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        build_loss(name, embedding_size=5, num_classes=4, scale=scale)


@pytest.mark.parametrize("is_sharded", [False, True])
@pytest.mark.parametrize("label", [-100, -1, 4, 2**40])
@pytest.mark.parametrize("name", HEADS)
def test_that_head_refuses_labels_outside_of_the_classes(name: str, label: int, is_sharded: bool) -> None:
    head: nn.Module = _head(name)
    if is_sharded:
        head = ShardedHead(name, embedding_size=5, num_classes=4, processes=Processes(0, 1), **OPTIONS[name])
    before = {key: value.clone() for key, value in head.state_dict().items()}
    with pytest.raises(ValueError, match=rf"1 of 3 labels, the first {label}, are not classes.* from 0 to 3"):
        head(torch.randn(3, 5), torch.tensor([0, label, 3]))
    assert all(torch.equal(value, before[key]) for key, value in head.state_dict().items())


@pytest.mark.parametrize("name", HEADS)
def test_that_logits_are_not_made_for_labels_outside_of_the_classes(name: str) -> None:
    with pytest.raises(ValueError, match="are not classes"):
        _head(name).logits(torch.randn(2, 5), torch.tensor([0, -100]))
