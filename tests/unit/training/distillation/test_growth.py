"""Growth: a deeper network computes what the shallower one computed, and can learn from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")

import torch
from torch import nn

from attendance_training.backbones import DENSE_112_DEEP
from attendance_training.backbones.cost import count_parameters
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.distillation.growth import grow_into
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_arrays

pytestmark = pytest.mark.needs_torch
WIDTHS = (4, 4, 8, 8)
FROM = Path("start.npz")


def trained(blocks: tuple[int, int, int]) -> nn.Module:
    """A network whose every value differs from its initial one, as after training."""
    torch.manual_seed(3)
    model = DenseNet112(WIDTHS, blocks, embedding_size=12)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                noise = torch.rand_like(value) * 0.5
                value.copy_(
                    0.5 + noise if name.endswith(("running_var", "weight")) and value.ndim == 1 else noise - 0.2
                )
    return model


def arrays_of(model: nn.Module) -> dict[str, NDArray[np.float32]]:
    return {name: value.numpy() for name, value in model.state_dict().items() if value.is_floating_point()}


@pytest.mark.parametrize("is_training", [False, True])
def test_that_a_grown_network_gives_the_same_embeddings(is_training: bool) -> None:
    small, deep = trained((1, 2, 2)), DenseNet112(WIDTHS, (2, 3, 4), embedding_size=12)
    assert grow_into(deep, arrays_of(small), FROM) == 4
    faces = torch.randn(4, 3, 112, 112)
    with torch.no_grad():
        expected = small.train(is_training)(faces)
        assert torch.equal(deep.train(is_training)(faces), expected)
    assert expected.std() > 0.01


def test_that_the_added_blocks_learn() -> None:
    deep = DenseNet112(WIDTHS, (2, 2, 2), embedding_size=12)
    grow_into(deep, arrays_of(trained((1, 2, 2))), FROM)
    optimizer = torch.optim.SGD(deep.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        deep(torch.randn(4, 3, 112, 112)).square().mean().backward()
        optimizer.step()
    assert all(value.grad.abs().max() > 0 for value in deep.get_submodule("f.4").parameters() if value.grad is not None)
    assert all(value.grad is not None for value in deep.parameters())


def test_that_a_network_of_the_same_depth_is_loaded_whole() -> None:
    source, target = trained((1, 2, 1)), DenseNet112(WIDTHS, (1, 2, 1), embedding_size=12)
    assert grow_into(target, arrays_of(source), FROM) == 0
    for name, value in arrays_of(source).items():
        np.testing.assert_array_equal(arrays_of(target)[name], value, err_msg=name)


def test_that_a_deeper_checkpoint_is_refused() -> None:
    with pytest.raises(CheckpointUnusable, match=r"1, 2, 1 blocks in its stages, more than the network with 1, 1, 1"):
        grow_into(DenseNet112(WIDTHS, (1, 1, 1), embedding_size=12), arrays_of(trained((1, 2, 1))), FROM)


@pytest.mark.parametrize("other", [DenseNet112((4, 4, 8, 16), (1, 1, 1), embedding_size=12), nn.Linear(3, 3)])
def test_that_another_network_is_refused_and_nothing_changes(other: nn.Module) -> None:
    target = DenseNet112(WIDTHS, (2, 1, 1), embedding_size=12)
    before = {name: value.copy() for name, value in arrays_of(target).items()}
    with pytest.raises(CheckpointUnusable, match=r"start\.npz"):
        grow_into(target, arrays_of(other), FROM)
    for name, value in before.items():
        np.testing.assert_array_equal(arrays_of(target)[name], value)


@pytest.mark.needs_shared
def test_that_the_published_checkpoint_grows_into_the_deep_network(shared: Path) -> None:
    path = shared / "checkpoints" / "student.npz"
    deep = DENSE_112_DEEP.build()
    assert grow_into(deep, load_arrays(path), path) == 3
    assert count_parameters(deep) == 2_482_656
