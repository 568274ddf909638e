"""Triplet loss and its mining against slow formulas."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.mining import all_triplets, hardest_triplets, semi_hard_triplets
from attendance_training.losses.triplet import Distance, TripletLoss
from tests.unit.training.losses.slow_formulas import batch, gap, unit

pytestmark = pytest.mark.needs_torch

distances = pytest.mark.parametrize("distance", ["squared_euclidean", "euclidean"])
Triplet = tuple[int, int, int]


def _distances(rows: list[list[float]], distance: Distance, *, is_normalised: bool = True) -> list[list[float]]:
    power = 2 if distance == "squared_euclidean" else 1
    rows = [unit(row) for row in rows] if is_normalised else rows
    return [[gap(a, b) ** power for b in rows] for a in rows]


def _all(labels: list[int]) -> list[Triplet]:
    every = range(len(labels))
    return [
        (a, p, n)
        for a in every
        for p in every
        for n in every
        if a != p and labels[a] == labels[p] and labels[a] != labels[n]
    ]


def _hard(d: list[list[float]], labels: list[int]) -> list[Triplet]:
    chosen = []
    for a in range(len(labels)):
        mine = [t for t in _all(labels) if t[0] == a]
        if mine:
            chosen.append((a, max(mine, key=lambda t: d[a][t[1]])[1], min(mine, key=lambda t: d[a][t[2]])[2]))
    return chosen


def _semi_hard(d: list[list[float]], labels: list[int], margin: float) -> list[Triplet]:
    best: dict[tuple[int, int], int] = {}
    for a, p, n in _all(labels):
        is_nearer = (a, p) not in best or d[a][n] < d[a][best[a, p]]
        if d[a][p] < d[a][n] < d[a][p] + margin and is_nearer:
            best[a, p] = n
    return [(a, p, n) for (a, p), n in best.items()]


def _mean(d: list[list[float]], triplets: list[Triplet], margin: float, *, non_zero_only: bool = False) -> float:
    parts = [max(d[a][p] - d[a][n] + margin, 0.0) for a, p, n in triplets]
    if non_zero_only:
        assert 0.0 in parts
        parts = [part for part in parts if part > 0.0]
    return sum(parts) / len(parts)


@distances
@pytest.mark.parametrize("is_normalised", [True, False])
def test_that_batch_all_is_the_slow_formula_over_triplets_that_cost(distance: Distance, is_normalised: bool) -> None:
    embeddings, labels = batch(size=10, classes=3)
    d = _distances(embeddings.tolist(), distance, is_normalised=is_normalised)
    expected = _mean(d, _all(labels.tolist()), 0.3, non_zero_only=True)
    loss = TripletLoss(margin=0.3, distance=distance, mining="all", is_normalised=is_normalised)
    assert loss(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


@distances
def test_that_batch_hard_is_the_slow_formula(distance: Distance) -> None:
    embeddings, labels = batch(size=10, classes=5)
    d = _distances(embeddings.tolist(), distance)
    triplets = _hard(d, labels.tolist())
    assert 0 < len(triplets) < 10  # an anchor without a positive is there
    loss = TripletLoss(margin=0.3, distance=distance, mining="hard")
    assert loss(embeddings, labels).item() == pytest.approx(_mean(d, triplets, 0.3), rel=1e-12)
    assert list(zip(*(t.tolist() for t in loss.mine(embeddings, labels)), strict=True)) == triplets


@distances
def test_that_semi_hard_is_the_slow_formula(distance: Distance) -> None:
    embeddings, labels = batch(size=12, classes=3)
    d = _distances(embeddings.tolist(), distance)
    triplets = _semi_hard(d, labels.tolist(), 0.4)
    pairs = {(a, p) for a, p, _ in _all(labels.tolist())}
    assert 0 < len(triplets) < len(pairs)  # a pair without a semi-hard negative is there
    loss = TripletLoss(margin=0.4, distance=distance, mining="semi_hard")
    assert loss(embeddings, labels).item() == pytest.approx(_mean(d, triplets, 0.4), rel=1e-12)
    assert sorted(zip(*(t.tolist() for t in loss.mine(embeddings, labels)), strict=True)) == sorted(triplets)


@distances
def test_that_given_triplets_are_the_slow_formula(distance: Distance) -> None:
    rows = [batch(seed=seed)[0] for seed in (1, 2, 3)]
    parts = []
    for a, p, n in zip(*(part.tolist() for part in rows), strict=True):
        d = _distances([a, p, n], distance)
        parts.append(max(d[0][1] - d[0][2] + 0.4, 0.0))
    assert 0.0 in parts
    loss = TripletLoss(margin=0.4, distance=distance)
    assert loss.from_triplets(*rows).item() == pytest.approx(sum(parts) / 6, rel=1e-12)


def test_that_given_triplets_are_those_of_torch_for_euclidean_distance() -> None:
    rows = [batch(seed=seed)[0] for seed in (1, 2, 3)]
    ours = TripletLoss(margin=1.0, distance="euclidean", is_normalised=False).from_triplets(*rows)
    torch.testing.assert_close(ours, torch.nn.TripletMarginLoss(margin=1.0, eps=0.0)(*rows))


@distances
def test_that_given_triplets_have_the_gradient_of_their_value(distance: Distance) -> None:
    rows = [batch(seed=seed)[0].requires_grad_() for seed in (1, 2, 3)]
    assert torch.autograd.gradcheck(TripletLoss(margin=0.5, distance=distance).from_triplets, rows)


@distances
def test_that_given_triplets_of_one_point_have_finite_gradients(distance: Distance) -> None:
    rows = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    loss = TripletLoss(margin=0.5, distance=distance).from_triplets(rows, rows.detach(), rows.detach())
    loss.backward()
    assert loss.item() == pytest.approx(0.5)
    assert rows.grad is not None
    assert rows.grad.isfinite().all()


def test_that_no_triplet_costs_nothing() -> None:
    rows = torch.zeros(0, 3, requires_grad=True)
    loss = TripletLoss().from_triplets(rows, rows, rows)
    loss.backward()
    assert loss == 0.0


@pytest.mark.parametrize("mining", ["all", "hard"])
def test_that_collapsed_embeddings_cost_exactly_the_margin(mining) -> None:
    rows = torch.ones(4, 3, requires_grad=True)
    assert TripletLoss(margin=0.2, mining=mining)(rows, torch.tensor([0, 0, 1, 1])).item() == pytest.approx(0.2)


def test_that_batch_all_gives_zero_where_every_triplet_is_learned() -> None:
    rows = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0]], requires_grad=True)
    loss = TripletLoss(mining="all")(rows, torch.tensor([0, 0, 1, 1]))
    loss.backward()
    assert loss == 0.0


def test_that_all_triplets_are_all_and_no_other() -> None:
    labels = torch.tensor([4, 7, 4, 4, 9])
    assert sorted(zip(*(t.tolist() for t in all_triplets(labels)), strict=True)) == sorted(_all(labels.tolist()))


def test_that_mining_never_takes_a_row_as_its_own_positive() -> None:
    labels = torch.tensor([0, 0, 1])
    nothing = torch.zeros(3, 3)
    assert hardest_triplets(nothing, labels).positives.tolist() == [1, 0]
    assert semi_hard_triplets(nothing + torch.eye(3), labels, 0.2).anchors.tolist() == []


def test_that_triplet_refuses_unknown_names_and_unequal_shapes() -> None:
    with pytest.raises(ValueError, match="distance"):
        TripletLoss(distance="cosine")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mining"):
        TripletLoss(mining="easy")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="must all be"):
        TripletLoss().from_triplets(torch.ones(2, 3), torch.ones(2, 3), torch.ones(1, 3))
