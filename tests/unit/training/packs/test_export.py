"""Export: the file agrees with the network, holds everything, and never replaces a good file by a bad one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

import onnx
import onnxruntime as ort
import torch
from torch import nn

from attendance.errors.storage import StorageError
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.errors import ExportFailed
from attendance_training.packs import export

pytestmark = pytest.mark.needs_torch


def make_model() -> nn.Module:
    torch.manual_seed(3)
    model = DenseNet112((4, 4, 8, 8), (1, 1, 1), embedding_size=12)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            module.running_mean = torch.randn(module.num_features) * 0.1
    return model


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, export.Parity]:
    path = tmp_path_factory.mktemp("export") / "rec.onnx"
    return path, export.export_onnx(make_model().train(), path, embedding_size=12)


def test_that_the_exported_file_agrees_with_the_network(exported: tuple[Path, export.Parity]) -> None:
    path, parity = exported
    assert parity.max_cosine_error <= export.MAX_COSINE_ERROR
    faces = np.random.default_rng(4).normal(size=(5, 3, 112, 112)).astype(np.float32)
    theirs = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"input": faces})[0]
    with torch.inference_mode():
        np.testing.assert_allclose(theirs, make_model().eval()(torch.from_numpy(faces)), rtol=1e-3, atol=1e-4)


def test_that_the_exported_file_stands_alone(exported: tuple[Path, export.Parity]) -> None:
    path, _ = exported
    assert [entry.name for entry in path.parent.iterdir()] == ["rec.onnx"]
    model = onnx.load(str(path), load_external_data=False)
    assert not any(tensor.external_data for tensor in model.graph.initializer)
    assert model.opset_import[0].version == export.OPSET
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_that_the_exported_file_names_no_folder_of_the_machine_that_made_it(
    exported: tuple[Path, export.Parity],
) -> None:
    content = exported[0].read_bytes()
    for trace in (b".py", b"site-packages", str(Path(export.__file__).parent).encode()):
        assert trace not in content


def test_that_a_differing_network_is_found(exported: tuple[Path, export.Parity]) -> None:
    model = make_model().eval()
    with torch.no_grad():
        model.fc.weight.mul_(torch.linspace(0.9, 1.1, 12)[:, None])  # type: ignore[union-attr,operator]
    assert export.compare(model, exported[0], embedding_size=12).max_cosine_error > export.MAX_COSINE_ERROR


def test_that_an_export_that_disagrees_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rec.onnx"
    path.write_bytes(b"old")
    monkeypatch.setattr(export, "MAX_COSINE_ERROR", -1.0)
    with pytest.raises(ExportFailed, match="cosine changed"):
        export.export_onnx(make_model(), path, embedding_size=12)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_that_an_export_with_another_embedding_size_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rec.onnx"
    path.write_bytes(b"old")
    with pytest.raises(ExportFailed, match="not \\(B, 99\\)"):
        export.export_onnx(make_model(), path, embedding_size=99)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_that_an_export_into_an_absent_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="absent"):
        export.export_onnx(make_model(), tmp_path / "absent" / "rec.onnx", embedding_size=12)


def make_wider_model() -> nn.Module:
    """With tensors large enough to be stored as float16."""
    torch.manual_seed(3)
    return DenseNet112((16, 16, 16, 16), (1, 1, 1), embedding_size=8).eval()


def test_that_half_the_bytes_give_nearly_the_same_embeddings(tmp_path: Path) -> None:
    model = make_wider_model()
    export.export_onnx(model, tmp_path / "rec.onnx", embedding_size=8)
    before = (tmp_path / "rec.onnx").stat().st_size
    parity = export.halve(model, tmp_path / "rec.onnx", embedding_size=8)
    assert (tmp_path / "rec.onnx").stat().st_size < 0.75 * before
    assert 0.9999 < parity.min_cosine < 1.0


def test_that_a_copy_that_answers_differently_is_refused(tmp_path: Path) -> None:
    model = make_wider_model()
    export.export_onnx(model, tmp_path / "rec.onnx", embedding_size=8)
    whole = (tmp_path / "rec.onnx").read_bytes()
    with torch.no_grad():
        model.get_parameter("fc.weight").mul_(-1.0)  # the file no longer belongs to the network
    with pytest.raises(ExportFailed, match="in float16 an embedding keeps a cosine of"):
        export.halve(model, tmp_path / "rec.onnx", embedding_size=8)
    assert (tmp_path / "rec.onnx").read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["rec.onnx"]


def test_that_a_network_whose_answers_are_not_numbers_is_not_exported(tmp_path: Path) -> None:
    """NaN is neither above nor below a limit, so it must not pass for agreement."""
    path = tmp_path / "rec.onnx"
    path.write_bytes(b"old")
    model = make_model()
    with torch.no_grad():
        model.get_parameter("fc.weight").fill_(torch.nan)
    with pytest.raises(ExportFailed, match="a cosine changed by nan"):
        export.export_onnx(model, path, embedding_size=12)
    assert path.read_bytes() == b"old"


def test_that_weights_too_large_for_float16_are_refused(tmp_path: Path) -> None:
    """They become infinite, and the embeddings NaN."""
    model = make_wider_model()
    with torch.no_grad():
        model.get_parameter("fc.weight").mul_(1e6)
    export.export_onnx(model, tmp_path / "rec.onnx", embedding_size=8)
    whole = (tmp_path / "rec.onnx").read_bytes()
    with pytest.raises(ExportFailed, match="keeps a cosine of nan"):
        export.halve(model, tmp_path / "rec.onnx", embedding_size=8)
    assert (tmp_path / "rec.onnx").read_bytes() == whole


def test_that_one_answer_that_is_not_a_number_shows_in_every_figure() -> None:
    rows = np.random.default_rng(1).normal(size=(4, 8)).astype(np.float32)
    other = rows.copy()
    other[2, 3] = np.nan
    parity = export.agreement(rows, other)
    assert np.isnan([parity.max_abs_difference, parity.min_cosine, parity.max_cosine_error]).all()
