"""The exported file is the recognizer followed by what was trained, mirror image and all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from attendance.vision.embedder import OnnxEmbedder
from attendance_training.errors import ExportFailed
from attendance_training.finetune import onnx_adapter
from attendance_training.finetune.adapter import ResidualAdapter
from attendance_training.finetune.onnx_adapter import append_adapter, write_adapted
from attendance_training.packs.recognizer import OnnxRecognizer
from tests.onnx_graphs import open_model, save_recognizer


def trained(size: int = 16) -> ResidualAdapter:
    adapter = ResidualAdapter(size, 4)
    with torch.no_grad():
        adapter.up.copy_(torch.randn(size, 4, generator=torch.Generator().manual_seed(3)))
    return adapter


def crops(count: int) -> NDArray[np.uint8]:
    cells = np.random.default_rng(7).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return cells.repeat(28, axis=1).repeat(28, axis=2)


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("baked_in", [True, False])
def test_that_the_application_embeds_as_trained(tmp_path: Path, flip: bool, batch: int | None, baked_in: bool) -> None:
    path = save_recognizer(tmp_path / "r.onnx", size=16, batch=batch, baked_in=baked_in)
    mean, std = (0.0, 1.0) if baked_in else (127.5, 127.5)
    base = OnnxRecognizer(path, flip_average=flip, mean=mean, std=std)
    adapter, pictures = trained(), crops(5)
    parity = write_adapted(base, adapter, tmp_path / "new.onnx", crops_bgr=pictures)
    assert parity.max_cosine_error < 1e-4
    made = open_model(tmp_path / "new.onnx")
    app = OnnxEmbedder(made, model_id="m", embedding_size=16, flip_average=flip, mean=mean, std=std)
    with torch.inference_mode():
        wanted = adapter(torch.from_numpy(base.embed(pictures))).numpy()
    np.testing.assert_allclose(app.embed(list(pictures)), wanted, atol=1e-5)
    assert np.abs(wanted - base.embed(pictures)).max() > 0.05


def test_that_names_opset_and_batch_stay_as_they_were(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "r.onnx", size=16)
    old, new = onnx.load(str(path)), onnx.load_from_string(append_adapter(path, trained()))
    assert new.opset_import == old.opset_import
    assert new.graph.input == old.graph.input
    assert new.graph.output == old.graph.output
    assert [node.op_type for node in new.graph.node[-3:]] == ["MatMul", "MatMul", "Add"]


def test_that_a_file_that_computes_something_else_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = OnnxRecognizer(save_recognizer(tmp_path / "r.onnx", size=16))
    monkeypatch.setattr(onnx_adapter, "append_adapter", lambda source, adapter: append_adapter(source, trained()))
    other = trained()
    with torch.no_grad():
        other.up.mul_(1.05)
    with pytest.raises(ExportFailed, match="a cosine changed"):
        write_adapted(base, other, tmp_path / "new.onnx", crops_bgr=crops(0))
    assert not (tmp_path / "new.onnx").exists()


def test_that_a_network_without_a_float32_output_is_refused(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "r.onnx", size=16)
    model = onnx.load(str(path))
    model.graph.output.append(helper.make_tensor_value_info("flat", TensorProto.FLOAT, ["batch", 48]))
    onnx.save(model, str(path))
    with pytest.raises(ExportFailed, match="one float32 output"):
        append_adapter(path, trained())


def test_that_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.onnx").write_bytes(b"no network")
    with pytest.raises(ExportFailed):
        append_adapter(tmp_path / "r.onnx", trained())
    with pytest.raises(ExportFailed):
        append_adapter(tmp_path / "absent.onnx", trained())


def test_that_an_adapter_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed):
        append_adapter(save_recognizer(tmp_path / "r.onnx", size=16), trained(12))
