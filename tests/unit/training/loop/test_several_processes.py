"""Two gloo processes give the loss, the gradients and the weights of one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from attendance_training.loop.processes import Processes, current_processes, gather_rows
from attendance_training.loop.session import train
from attendance_training.loop.sharded_head import ShardedHead
from attendance_training.losses import build_loss
from tests.unit.training.loop.tiny import MadeUpFaces, make_config
from tests.unit.training.loop.two_processes import in_two_processes

pytestmark = pytest.mark.needs_torch

RUNS: list[dict[str, Any]] = [
    {"loss": "arcface"},
    {"loss": "arcface", "optimizer": "sgd", "peak_lr": 0.05},
    {"loss": "adaface"},
    {"loss": "triplet", "loss_options": {"mining": "all"}},
    {"loss": "arcface", "sharded_head": True},
    {"loss": "adaface", "sharded_head": True},
    {"loss": "magface", "loss_options": {"least_norm": 0.5, "most_norm": 6.0}, "sharded_head": True},
    {"loss": "sub_center_arcface", "sharded_head": True, "optimizer": "sgd", "peak_lr": 0.05},
    {"loss": "arcface", "accumulate": 2},
    {"loss": "cosface", "accumulate": 2, "sharded_head": True},
]
"""Every kind of loss as it is, and with its class centres in two processes."""
HEADS: list[tuple[str, dict[str, Any]]] = [
    ("softmax", {}),
    ("normalised_softmax", {"scale": 8.0}),
    ("cosface", {"scale": 8.0}),
    ("arcface", {"scale": 8.0}),
    ("sphereface", {}),
    ("combined_margin", {"scale": 8.0}),
    ("adaface", {"scale": 8.0}),
    ("magface", {"scale": 8.0, "least_norm": 0.5, "most_norm": 6.0}),
    ("sub_center_arcface", {"scale": 8.0}),
]


def train_all(runs: list[dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    """Train once for each of the changes; returns losses and weights."""
    faces = MadeUpFaces()
    found = []
    for number, changes in enumerate(runs):
        out = Path(folder) / str(number)
        outcome = train(faces, faces.rows, make_config(epochs=3, **changes), out=out)
        found.append({"losses": outcome.losses, "weights": outcome.network.state_dict()})
    return found


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[dict[str, Any]]], Path]:
    folder = tmp_path_factory.mktemp("two")
    return in_two_processes(train_all, folder, RUNS, str(folder)), folder


@pytest.fixture
def of_one(tmp_path: Path) -> list[dict[str, Any]]:
    return train_all(RUNS, str(tmp_path))


def test_that_two_processes_learn_what_one_learns(
    of_two: tuple[list[list[dict[str, Any]]], Path], of_one: list[dict[str, Any]]
) -> None:
    for first, second, alone, run in zip(*of_two[0], of_one, RUNS, strict=True):
        assert len(alone["losses"]) == 6
        assert max(alone["losses"]) > 0.01, run
        np.testing.assert_allclose(first["losses"], alone["losses"], rtol=2e-5, err_msg=str(run))
        assert first["losses"] == second["losses"], run
        for name, value in alone["weights"].items():
            torch.testing.assert_close(first["weights"][name], value, rtol=1e-4, atol=1e-5, msg=f"{run} {name}")
            assert torch.equal(first["weights"][name], second["weights"][name])


def test_that_one_process_goes_on_from_a_checkpoint_of_two(
    of_two: tuple[list[list[dict[str, Any]]], Path], of_one: list[dict[str, Any]], tmp_path: Path
) -> None:
    from attendance_training.runs.run_state import read_state

    for number, run in enumerate(RUNS):
        theirs = read_state(of_two[1] / str(number) / "state.safetensors")
        ours = read_state(tmp_path / str(number) / "state.safetensors")
        assert theirs["model"].keys() == ours["model"].keys()
        for name, value in ours["model"].items():
            torch.testing.assert_close(theirs["model"][name], value, rtol=1e-4, atol=1e-5, msg=f"{run} {name}")
        for index, values in ours["optimizer"]["state"].items():
            for name, value in values.items():
                found = theirs["optimizer"]["state"][index][name]
                torch.testing.assert_close(found, value, rtol=1e-3, atol=1e-6, msg=f"{run} {index} {name}")


def head_batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    embeddings = torch.randn(8, 5, generator=generator, dtype=torch.float64) * 3
    return embeddings, torch.tensor([0, 6, 2, 2, 5, 4, 1, 6])


def sharded_gradients(heads: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return loss, this process's gradient of its half of the embeddings, and of the centres of all processes."""
    processes = current_processes()
    embeddings, labels = head_batch()
    each = len(labels) // processes.count
    own = slice(processes.rank * each, (processes.rank + 1) * each)
    found = []
    for name, options in heads:
        torch.manual_seed(9)
        head = ShardedHead(name, embedding_size=5, num_classes=7, processes=processes, **options).double()
        rows = embeddings[own].clone().requires_grad_()
        loss = head(gather_rows(rows), gather_rows(labels[own]))
        loss.backward()
        assert rows.grad is not None
        centres = {key: head.whole(p.grad) for key, p in head.head.named_parameters() if p.grad is not None}
        found.append({"loss": loss.item(), "rows": rows.grad / processes.count, "centres": centres})
    return found


def test_that_class_centres_in_two_processes_have_the_gradients_of_the_whole_head(tmp_path: Path) -> None:
    both = in_two_processes(sharded_gradients, tmp_path, HEADS)
    embeddings, labels = head_batch()
    for first, second, alone, (name, options) in zip(*both, sharded_gradients(HEADS), HEADS, strict=True):
        torch.manual_seed(9)
        head = build_loss(name, embedding_size=5, num_classes=7, **options).double()
        rows = embeddings.clone().requires_grad_()
        loss = head(rows, labels)
        loss.backward()
        assert rows.grad is not None
        for found in (first, second, alone):
            assert found["loss"] == pytest.approx(loss.item(), rel=1e-12), name
            assert found["centres"].keys() == dict(head.named_parameters()).keys()
            for key, parameter in head.named_parameters():
                torch.testing.assert_close(found["centres"][key], parameter.grad, rtol=1e-9, atol=1e-12, msg=name)
        joined = torch.cat([first["rows"], second["rows"]])
        torch.testing.assert_close(joined, rows.grad, rtol=1e-9, atol=1e-12, msg=name)
        torch.testing.assert_close(alone["rows"], rows.grad, rtol=1e-9, atol=1e-12, msg=name)


@pytest.mark.parametrize("share", [0.05, 0.4, 0.8])
def test_that_a_sample_of_the_classes_always_has_those_of_the_batch(share: float) -> None:
    head = ShardedHead("arcface", embedding_size=4, num_classes=20, processes=Processes(), sampled=share)
    seen = set()
    for seed in range(20):
        torch.manual_seed(seed)
        drawn = head.draw(torch.tensor([13, 2, 13, 19]))
        assert {2, 13, 19} <= set(drawn.tolist())
        assert drawn.tolist() == sorted(set(drawn.tolist()))
        assert len(drawn) == max(3, round(share * 20))
        seen |= set(drawn.tolist())
    assert seen == ({2, 13, 19} if share == 0.05 else set(range(20)))


def test_that_the_loss_of_a_sample_is_that_of_a_head_with_those_classes_alone() -> None:
    torch.manual_seed(1)
    head = ShardedHead("cosface", embedding_size=4, num_classes=20, processes=Processes(), sampled=0.5, scale=8.0)
    embeddings, labels = torch.randn(3, 4), torch.tensor([13, 2, 19])
    torch.manual_seed(2)
    drawn = head.draw(labels)
    torch.manual_seed(2)
    loss = head(embeddings, labels)
    small = build_loss("cosface", embedding_size=4, num_classes=10, scale=8.0)
    with torch.no_grad():
        small.weight.copy_(head.head.weight[drawn])  # type: ignore[union-attr,operator]
    expected = small(embeddings, torch.searchsorted(drawn, labels))
    torch.testing.assert_close(loss, expected)
    loss.backward()
    gradient = head.head.weight.grad
    assert gradient is not None
    touched = gradient.abs().sum(1) > 0
    assert touched[drawn].all()
    assert int(touched.sum()) == 10
