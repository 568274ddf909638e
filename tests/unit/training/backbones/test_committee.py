"""A committee answers with the sum of its members' unit embeddings, and can be joined and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

import torch

from attendance_training.backbones.committee import Committee, join_weights
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.errors import ExportFailed
from attendance_training.files.checkpoint import load_weights
from attendance_training.packs.export import export_onnx, halve

pytestmark = pytest.mark.needs_torch


def build(looks: tuple[str, ...]) -> Committee:
    torch.manual_seed(3)
    members = [DenseNet112((16, 16, 16, 16), (1, 1, 1), embedding_size=8) for _ in looks]
    return Committee(members, looks).eval()


def unit(rows: torch.Tensor) -> torch.Tensor:
    return torch.div(rows, rows.norm(dim=1, keepdim=True))


def test_that_each_member_sees_the_pictures_it_is_meant_to_see() -> None:
    committee = build(("plain", "mirrored", "both"))
    x = torch.randn(3, 3, 112, 112, generator=torch.Generator().manual_seed(1))
    mirrored = torch.from_numpy(np.ascontiguousarray(x.numpy()[..., ::-1]))
    first, second, third = committee.members
    with torch.inference_mode():
        expected = unit(first(x)) + unit(second(mirrored)) + unit(third(x)) + unit(third(mirrored))
        torch.testing.assert_close(committee(x), expected)


@pytest.mark.parametrize("looks", [("plain",), ("plain", "sideways")])
def test_that_a_look_is_asked_for_each_member(looks: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cannot look at"):
        Committee(list(build(("plain", "plain")).members), looks)


def test_that_joined_weights_are_those_of_the_members(tmp_path: Path) -> None:
    trained, fresh = build(("plain", "both")), build(("plain", "both"))
    for parameter in fresh.parameters():
        torch.nn.init.zeros_(parameter)
    arrays = [
        {name: value.numpy() for name, value in member.state_dict().items() if value.dtype == torch.float32}
        for member in trained.members
    ]
    load_weights(fresh, join_weights(arrays), tmp_path / "joined.npz")
    for (name, a), b in zip(trained.state_dict().items(), fresh.state_dict().values(), strict=True):
        if a.dtype == torch.float32:
            assert torch.equal(a, b), name


def test_that_the_exported_committee_computes_the_same(tmp_path: Path) -> None:
    parity = export_onnx(build(("both", "plain")), tmp_path / "rec.onnx", embedding_size=8)
    assert parity.min_cosine > 0.9999


def test_that_half_the_bytes_give_nearly_the_same_embeddings(tmp_path: Path) -> None:
    committee = build(("both", "plain"))
    export_onnx(committee, tmp_path / "rec.onnx", embedding_size=8)
    before = (tmp_path / "rec.onnx").stat().st_size
    parity = halve(committee, tmp_path / "rec.onnx", embedding_size=8)
    assert (tmp_path / "rec.onnx").stat().st_size < 0.7 * before
    assert 0.9999 < parity.min_cosine < 1.0


def test_that_a_copy_that_answers_differently_is_refused(tmp_path: Path) -> None:
    committee = build(("plain", "plain"))
    export_onnx(committee, tmp_path / "rec.onnx", embedding_size=8)
    whole = (tmp_path / "rec.onnx").read_bytes()
    with torch.no_grad():
        committee.members[0].fc.weight.mul_(-1.0)  # the file no longer belongs to the network
    with pytest.raises(ExportFailed, match="in float16 an embedding keeps a cosine of"):
        halve(committee, tmp_path / "rec.onnx", embedding_size=8)
    assert (tmp_path / "rec.onnx").read_bytes() == whole
