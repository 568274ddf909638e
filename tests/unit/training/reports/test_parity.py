"""Network against file on crops, smaller variants of the file, and what a change of file costs."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

import onnx
import torch

from attendance_training import cli
from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.packs.export import export_onnx
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.onnx_variants import write_float16_weights, write_variants
from attendance_training.reports.parity import (
    MIN_COSINE,
    Agreement,
    TarChange,
    compare_files,
    compare_tar,
    describe_parity,
)
from attendance_training.reports.parity import compare_with_network as compare
from attendance_training.reports.parity_run import ParityReport
from tests.onnx_graphs import save_recognizer
from tests.unit.training.distillation.tiny_run import SIZE, build_student

pytestmark = pytest.mark.needs_torch


def make_crops(count: int, seed: int = 7) -> NDArray[np.uint8]:
    cells = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return cells.repeat(28, axis=1).repeat(28, axis=2)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny network as weights.npz and rec.onnx, and a folder of shards."""
    folder = tmp_path_factory.mktemp("parity")
    torch.manual_seed(5)
    model = build_student().eval()
    np.savez(
        folder / "weights.npz", **{n: v.numpy() for n, v in model.state_dict().items() if v.dtype == torch.float32}
    )
    export_onnx(model, folder / "rec.onnx", embedding_size=SIZE)
    (folder / "crops").mkdir()
    files = [cv2.imencode(".png", crop)[1].reshape(-1) for crop in make_crops(120)]
    np.savez(
        folder / "crops" / "shard-00.npz",
        jpeg=np.concatenate(files),
        offset=np.cumsum([0, *(len(file) for file in files)], dtype=np.int64),
        name=np.array([f"made/{index}.jpg".encode() for index in range(120)]),
        teacher=np.eye(SIZE, dtype=np.float16)[np.arange(120) % SIZE],
    )
    return folder


def same_network() -> torch.nn.Module:
    torch.manual_seed(5)
    return build_student().eval()


def test_that_an_export_agrees_with_its_network_on_crops_and_another_network_does_not(exported: Path) -> None:
    recognizer = OnnxRecognizer(exported / "rec.onnx", flip_average=True)
    same = compare(same_network(), recognizer, make_crops(40))
    assert same.crops == 40
    assert 1.0 >= same.mean >= same.least >= MIN_COSINE
    assert same.size_bytes == (exported / "rec.onnx").stat().st_size
    torch.manual_seed(6)
    assert compare(build_student(), recognizer, make_crops(40)).least < 0.9


def test_that_the_least_cosine_is_that_of_the_worst_crop(tmp_path: Path) -> None:
    first = OnnxRecognizer(save_recognizer(tmp_path / "a.onnx", size=8, seed=1))
    other = OnnxRecognizer(save_recognizer(tmp_path / "b.onnx", size=8, seed=2))
    crops = make_crops(5)
    cosines = (first.embed(crops) * other.embed(crops)).sum(axis=1)
    found = compare_files(first, other, crops)
    assert found.least == pytest.approx(cosines.min(), abs=1e-5)
    assert found.mean == pytest.approx(cosines.mean(), abs=1e-5)


def test_that_float16_weights_halve_the_file_and_change_little(exported: Path, tmp_path: Path) -> None:
    write_float16_weights(exported / "rec.onnx", tmp_path / "half.onnx")
    assert (tmp_path / "half.onnx").stat().st_size < 0.7 * (exported / "rec.onnx").stat().st_size
    large = [t for t in onnx.load(str(tmp_path / "half.onnx")).graph.initializer if np.prod(t.dims) >= 64]
    assert large
    assert all(t.data_type in (onnx.TensorProto.FLOAT16, onnx.TensorProto.INT64) for t in large)
    recognizer = OnnxRecognizer(exported / "rec.onnx")
    found = compare_files(recognizer, recognizer.with_file(tmp_path / "half.onnx"), make_crops(20))
    assert 0.999 < found.least < 1.0


def test_that_every_variant_runs_and_still_knows_the_faces(exported: Path, tmp_path: Path) -> None:
    recognizer = OnnxRecognizer(exported / "rec.onnx", flip_average=True)
    variants = write_variants(recognizer, tmp_path / "new" / "variants", make_crops(8, seed=1))
    assert [one.path.stem for one in variants] == ["float16-weights", "int8-dynamic", "int8-static"]
    for one in variants:
        assert one.flip_average
        assert 0.9 < compare_files(recognizer, one, make_crops(10)).mean <= 1.0
    static = onnx.load(str(tmp_path / "new" / "variants" / "int8-static.onnx"))
    assert "QuantizeLinear" in {node.op_type for node in static.graph.node}


def test_that_tar_is_compared_on_the_same_pairs(tmp_path: Path) -> None:
    """A network that sees one colour of one cell only recognizes less."""
    good = OnnxRecognizer(save_recognizer(tmp_path / "good.onnx", size=16))
    model = onnx.load(str(tmp_path / "good.onnx"))
    matrix = next(t for t in model.graph.initializer if t.name == "matrix")
    values = onnx.numpy_helper.to_array(matrix).copy()
    values[4:] = 0
    matrix.CopyFrom(onnx.numpy_helper.from_array(values, "matrix"))
    onnx.save(model, str(tmp_path / "bad.onnx"))
    rng = np.random.default_rng(3)
    people = np.repeat(make_crops(30), 3, axis=0).astype(np.float32) + rng.normal(0, 60, (90, 1, 1, 3))
    data = LabelledCrops(people.clip(0, 255).astype(np.uint8), np.repeat(np.arange(30), 3), 30, "p:1")
    same, worse = compare_tar(data, [good, good.with_file(tmp_path / "bad.onnx")], far=1e-2, rounds=100)
    assert (same.change.value, same.change.low, same.change.high) == (0.0, 0.0, 0.0)
    assert worse.change.value == pytest.approx(worse.tar.value - same.tar.value)
    assert worse.change.high < 0


def test_that_the_table_says_which_file_is_as_good() -> None:
    from attendance_training.evaluation.intervals import Estimate

    def change(name: str, value: float) -> TarChange:
        return TarChange(name, 0.5, Estimate(0.9, 0.88, 0.92, 10), Estimate(value, value, value, 10))

    agreement = Agreement("half:1", 1000, 0.99999, 0.999999, 12345)
    text = describe_parity([agreement], [change("a:1", 0.0), change("b:1", -0.0009), change("c:1", -0.0011)])
    assert "| half:1 | 12,345 | 1,000 | 0.9999900 | 0.9999990 |" in text
    verdicts = [line.split("|")[-2].strip() for line in text.splitlines() if line.startswith("| `")]
    assert verdicts == ["shipped", "yes", "no"]
    assert "TAR" not in describe_parity([agreement], [])


def test_that_the_command_ends_with_one_when_the_file_is_of_another_network(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(BACKBONES, "tiny", Backbone("tiny", SIZE, build_student))

    def run(recognizer: Path) -> int:
        arguments = ["--crops", exported / "crops", "--checkpoint", exported / "weights.npz", "--backbone", "tiny"]
        arguments += ["--onnx", recognizer, "-o", tmp_path / "report"]
        monkeypatch.setattr("sys.argv", ["attendance-train", "parity", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0)

    assert run(exported / "rec.onnx") == 0
    assert "rec:" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert (tmp_path / "report.json").is_file()
    assert run(save_recognizer(tmp_path / "other.onnx", size=SIZE)) == 1
    assert "not the network" in capsys.readouterr().err


def test_that_the_command_ends_with_one_when_the_agreement_is_not_a_number(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(BACKBONES, "tiny", Backbone("tiny", SIZE, build_student))
    unknown = ParityReport([Agreement("rec:1", 8, math.nan, math.nan, 1)], [])
    monkeypatch.setattr("attendance_training.reports.parity_run.measure_parity", lambda *_given, **_named: unknown)
    arguments = ["--crops", exported / "crops", "--checkpoint", exported / "weights.npz", "--backbone", "tiny"]
    arguments += ["--onnx", exported / "rec.onnx", "-o", tmp_path / "report"]
    monkeypatch.setattr("sys.argv", ["attendance-train", "parity", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    assert "not the network" in capsys.readouterr().err
