"""The bundled network: shapes, parameter names of the published checkpoint, counted cost."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from attendance_training.backbones import DENSE_112
from attendance_training.backbones.cost import count_macs, count_parameters
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.files.checkpoint import load_arrays, load_weights

pytestmark = pytest.mark.needs_torch


def test_that_dense_net_gives_one_embedding_a_face() -> None:
    model = DenseNet112((8, 8, 16, 16), (1, 2, 1), embedding_size=24).eval()
    with torch.inference_mode():
        assert model(torch.zeros(3, 3, 112, 112)).shape == (3, 24)


def test_that_dense_net_embeds_each_face_alone() -> None:
    torch.manual_seed(2)
    model = DenseNet112((8, 8, 16, 16), (1, 1, 1), embedding_size=24).eval()
    faces = torch.randn(4, 3, 112, 112)
    with torch.inference_mode():
        torch.testing.assert_close(model(faces)[2], model(faces[2:3])[0], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("widths", "blocks"), [((8, 8, 8), (1, 1, 1)), ((8, 8, 8, 8), (1, 1)), ((8, 8, 8, 8), (1, 0, 1))]
)
def test_that_dense_net_refuses_another_number_of_stages(widths: tuple[int, ...], blocks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="widths"):
        DenseNet112(widths, blocks, embedding_size=24)


@pytest.mark.needs_shared
def test_that_the_published_checkpoint_fits_the_bundled_network(shared: Path) -> None:
    path = shared / "checkpoints" / "student.npz"
    model = DENSE_112.build()
    load_weights(model, load_arrays(path), path)
    assert count_parameters(model) == 1_609_728


def test_that_count_macs_agrees_with_a_count_by_hand() -> None:
    class Tiny(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Conv2d(3, 8, 3, stride=2, padding=1)
            self.b = nn.Conv2d(8, 8, 3, padding=1, groups=8)
            self.c = nn.Linear(8 * 4 * 4, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.c(self.b(self.a(x)).flatten(1))
            return out

    model = Tiny().train()
    by_hand = (8 * 4 * 4) * (3 * 3 * 3) + (8 * 4 * 4) * 9 + 5 * (8 * 4 * 4)
    assert count_macs(model, 8) == by_hand
    assert model.training
    assert count_parameters(model) == (8 * 27 + 8) + (8 * 9 + 8) + (5 * 128 + 5)
