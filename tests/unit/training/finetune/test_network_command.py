"""`attendance-train finetune --train last-stage` from the outside, with a tiny network in the pack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from attendance.core.packs.format import Licence
from attendance.core.packs.manifest_file import read_manifest, verify_files
from attendance.core.training_gate import Outcome
from attendance.core.types import LicenceUse
from attendance.vision.embedder import OnnxEmbedder
from attendance_training import cli
from attendance_training.backbones import BACKBONES
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.errors import ExportFailed
from attendance_training.finetune import candidate as candidate_module
from attendance_training.finetune.candidate import NetworkCandidate
from attendance_training.finetune.faces_input import CropBook
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.judging.gate import GateDecision
from attendance_training.finetune.network.fit import FittedNetwork
from attendance_training.finetune.network.pack_network import PackNetwork
from attendance_training.finetune.network.state import STATE_NAME
from attendance_training.packs.export import export_onnx
from attendance_training.packs.folder import detector_files, write_pack
from attendance_training.packs.recognizer import OnnxRecognizer, open_recognizer
from tests.onnx_graphs import open_model
from tests.unit.training.finetune.tiny_network import NAME, SIZE, TINY, data, flat, network, pictures


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKBONES, NAME, TINY)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network-command")
    pack = folder / "pack"
    pack.mkdir()
    save_arrays(folder / "weights.npz", network())
    export_onnx(network(), pack / "rec.onnx", embedding_size=SIZE)
    (folder / "detector.onnx").write_bytes(b"detector")
    write_pack(
        pack,
        pack_id="pack",
        title="Pack",
        licence=Licence("none", "None.", use=LicenceUse.RESEARCH_ONLY),
        detector=detector_files(folder / "detector.onnx"),
        embedding_size=SIZE,
        flip_average=True,
    )
    for name, people, photos, prefix, seed in (
        ("staff", 12, 3, "p", 1),
        ("general", 50, 2, "g", 2),
        ("d", 1, 2, "p", 3),
    ):
        crops = flat(pictures(people, photos, seed=seed, spread=5.0))
        names = [f"{prefix}{person:03}/{name}{photo}.jpg" for person in range(people) for photo in range(photos)]
        np.savez(folder / f"{name}.npz", path=np.array(names), crop=crops, model_id=np.array("p:1"))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, material: Path, output: Path, *more: object) -> int:
    given = ("--pack", material / "pack", "--faces", material / "staff.npz", "--general", material / "general.npz")
    network_given = ("--train", "last-stage", "--checkpoint", material / "weights.npz", "--backbone", NAME)
    arguments = (*given, "-o", output, *network_given, "--steps", 3, *more)
    monkeypatch.setattr("sys.argv", ["attendance-train", "finetune", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_that_a_trained_network_becomes_a_pack_and_a_second_start_goes_on(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # So tiny a network is hardly better after three steps: what the gate says is not the matter here.
    monkeypatch.setattr(GateDecision, "outcome", Outcome.PROMOTED)
    scores = iter((0.0, 1.0))
    monkeypatch.setattr("attendance_training.finetune.network.fit.distance_to_threshold", lambda *_given: next(scores))
    more = ("--work", tmp_path / "work", "--disputed", material / "d.npz", "--learning-rate", 0.01)
    assert run(monkeypatch, material, tmp_path / "tuned", *more) == 0
    manifest = read_manifest(tmp_path / "tuned")
    verify_files(tmp_path / "tuned", manifest)
    metrics = json.loads((tmp_path / "tuned" / "finetune.json").read_text(encoding="utf-8"))
    assert metrics["parity"]["max_cosine_error"] <= 1e-4
    assert metrics["options"]["part"] == "last-stage"
    assert metrics["counts"]["disputed"] == 2
    assert "its last stage and head trained" in (tmp_path / "tuned" / "MODEL_CARD.md").read_text(encoding="utf-8")
    crops = flat(pictures(2, 2, seed=9))
    app = OnnxEmbedder(
        open_model(tmp_path / "tuned" / manifest.recognizer.file),
        model_id=manifest.model_id,
        embedding_size=SIZE,
        flip_average=True,
    )
    old = open_recognizer(str(material / "pack")).embed(crops)
    assert np.abs(app.embed(list(crops)) - old).max() > 1e-3
    capsys.readouterr()
    # The run is over: the second start measures what the first one trained, with no probe and no step of its own.
    assert run(monkeypatch, material, tmp_path / "again", *more) == 0
    assert "step" not in capsys.readouterr().err
    np.testing.assert_array_equal(open_recognizer(str(tmp_path / "again")).embed(crops), app.embed(list(crops)))
    assert run(monkeypatch, material, tmp_path / "other", *more, "--l2-start", 0.7) == 1
    assert "l2_start was 0.1 and is 0.7 now" in capsys.readouterr().err
    (tmp_path / "work" / STATE_NAME).write_bytes(b"damaged")
    assert run(monkeypatch, material, tmp_path / "other", *more) == 1
    assert "cannot be resumed" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        (("--train", "some"), 2, "'some' is not one of adapter, last-stage, all"),
        (("--train", "adapter"), 2, "the adapter needs neither --checkpoint nor --work"),
        (("--backbone", "absent"), 2, "'absent' is not one of"),
        (("--backbone", "dense112"), 1, "dense112 gives 192 numbers, the pack's embeddings have 8"),
        (("--checkpoint", "absent.npz"), 1, "there is no such file"),
    ],
)
def test_that_options_that_do_not_fit_are_one_sentence(
    material: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert run(monkeypatch, material, tmp_path / "tuned", *more) == code
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_that_embeddings_cannot_train_a_network(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "e.npz", path=np.array(["p/1"]), status=np.array(["ok"]), embedding=np.eye(1, SIZE, dtype="f4"))
    assert run(monkeypatch, material, tmp_path / "tuned", "--faces", tmp_path / "e.npz") == 1
    assert "the network itself is trained on crops" in capsys.readouterr().err


def candidate(material: Path) -> NetworkCandidate:
    base = OnnxRecognizer(material / "pack" / "rec.onnx", flip_average=True)
    model = PackNetwork(network(seed=4), flip_average=True).eval()
    crops = data(model).staff
    book = CropBook({str(row): row for row in range(len(crops))}, crops)
    return NetworkCandidate(FittedNetwork(model, 1, 1, (0.0, 1.0)), base, book, Feedback())


def test_that_the_file_is_what_was_trained_and_insightface_reads_it(material: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    made, crops = candidate(material), flat(pictures(3, 3, seed=9))
    parity = made.write(tmp_path / "rec.onnx", crops)
    assert parity.max_cosine_error <= 1e-4
    opened = OnnxRecognizer(tmp_path / "rec.onnx", flip_average=True)
    with torch.inference_mode():
        np.testing.assert_allclose(opened.embed(crops), made.embed(crops), atol=1e-4)
    model, old = (onnx.load(str(path)) for path in (tmp_path / "rec.onnx", material / "pack" / "rec.onnx"))
    assert model.opset_import == old.opset_import
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    assert opened.embed(crops[:1]).shape == (1, SIZE)
    model_zoo = pytest.importorskip("insightface.model_zoo")
    loaded = model_zoo.get_model(str(tmp_path / "rec.onnx"), providers=["CPUExecutionProvider"])
    theirs = loaded.get_feat(list(crops))
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    plain = OnnxRecognizer(tmp_path / "rec.onnx").embed(crops)  # InsightFace adds no mirror image
    assert (theirs * plain).sum(axis=1).min() > 0.9999


def test_that_a_file_that_disagrees_is_removed(material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = material / "pack" / "rec.onnx"

    def write(_network: object, path: Path, *, embedding_size: int) -> None:
        path.write_bytes(other.read_bytes())

    monkeypatch.setattr(candidate_module, "export_onnx", write)
    with pytest.raises(ExportFailed, match="a cosine changed"):
        candidate(material).write(tmp_path / "rec.onnx", flat(pictures(2, 2, seed=9)))
    assert list(tmp_path.iterdir()) == []
