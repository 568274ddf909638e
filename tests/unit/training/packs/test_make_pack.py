"""A pack of any trained network: whole or not at all, described by what was asked for, and taken by the program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("safetensors")

import torch
from torch import nn

from attendance.core.packs.manifest_file import read_manifest
from attendance.core.types import LicenceUse
from attendance.resource_files import resource_path
from attendance.vision.packs.store import ModelStore
from attendance_training import cli
from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.data.face_source import SIDE_PX
from attendance_training.packs import make_pack
from tests.onnx_graphs import save_recognizer, save_scrfd
from tests.unit.training.loop.tiny import SIZE, Pooled

pytestmark = pytest.mark.needs_torch

BUNDLED = resource_path("models", "bundled")
Export = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a finished run of a tiny network."""
    monkeypatch.setitem(BACKBONES, "pooled", Backbone("pooled", SIZE, Pooled, Pooled))
    torch.manual_seed(3)
    (tmp_path / "run").mkdir()
    save_arrays(tmp_path / "run" / "weights.npz", Pooled(16))
    return tmp_path / "run"


@pytest.fixture
def export(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    def call(*more: object, source: Path = run, output: Path = tmp_path / "door-1") -> int:
        words = ["attendance-train", "export-pack", source, "-o", output, *more]
        monkeypatch.setattr(sys, "argv", [*map(str, words)])
        monkeypatch.setenv("COLUMNS", "300")
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    return call


def left(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir())


def test_that_a_run_becomes_a_pack_that_the_program_installs(export: Export, tmp_path: Path) -> None:
    asked = ("--licence", "Ours", "--licence-text", "By our staff, for our door.", "--use", "allowed")
    assert export(*asked, "--data", "60 people who agreed, 2026") == 0
    pack = tmp_path / "door-1"
    manifest = read_manifest(pack)
    assert manifest.pack_id == "door-1"
    assert manifest.title == "MTCNN + pooled"
    assert (manifest.licence.name, manifest.licence.text) == ("Ours", "By our staff, for our door.")
    assert manifest.licence.use is LicenceUse.ALLOWED
    assert not manifest.recognizer.flip_average
    assert manifest.recognizer.embedding_size == 16  # of the weights, not the network's own
    assert manifest.detector == read_manifest(BUNDLED).detector
    card = (pack / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "60 people who agreed, 2026" in card
    assert "Ours. By our staff, for our door. A company may use it." in card
    assert (pack / "LICENSE-mtcnn.txt").is_file()
    info = ModelStore(tmp_path / "models", BUNDLED).import_pack(pack)
    assert (info.pack_id, info.use, info.calibration) == ("door-1", LicenceUse.ALLOWED, ())
    assert (tmp_path / "models" / "door-1" / "MODEL_CARD.md").is_file()


def test_that_names_and_preprocessing_can_be_chosen(export: Export, tmp_path: Path) -> None:
    assert export("--id", "other", "--title", "Our door", "--flip-average", "--backbone", "pooled", "--half") == 0
    manifest = read_manifest(tmp_path / "door-1")
    assert (manifest.pack_id, manifest.title, manifest.recognizer.flip_average) == ("other", "Our door", True)
    assert manifest.licence.use is LicenceUse.RESEARCH_ONLY


def test_that_a_detector_of_scrfds_layout_is_taken_and_another_network_is_not(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    detector = save_scrfd(tmp_path / "found.onnx", is_fixed=False)
    assert export("--detector", detector, "--input-size", "320x256") == 0
    manifest = read_manifest(tmp_path / "door-1")
    assert (manifest.detector.kind, manifest.detector.input_size_wh) == ("scrfd", (320, 256))
    other = save_recognizer(tmp_path / "other.onnx")
    assert export("--detector", other, output=tmp_path / "second") == 1
    assert "a detector in SCRFD's layout has 9 outputs, this network has 1" in capsys.readouterr().err
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        (("--id", "our door"), 1, "'our door' is not a name of a new pack"),
        (("--id", "bundled"), 1, "'bundled' is not a name of a new pack"),
        (("--id", "a/b"), 1, "'a/b' is not a name of a new pack"),
        (("--use", "allowed"), 2, "it needs --licence: who made it and under which terms"),
        (("--backbone", "none"), 2, "'none' is not one of"),
        (("--backbone", "dense112"), 1, "it is for another network: missing"),
        (("--input-size", "600x600"), 2, "'600x600' is not a width x height in multiples of 32"),
        (("--detector", "absent"), 1, "absent is absent"),
        (("--detector", "{run}"), 1, "det_pnet.onnx is absent"),
        (("--detector", "{run}/weights.npz"), 1, "it is a file of weights, and an exported network (ONNX) is needed"),
    ],
)
def test_that_what_cannot_be_is_one_sentence_and_leaves_nothing(
    export: Export,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    assert export(*(word.format(run=run) for word in more)) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert left(tmp_path) == ["run"]


def test_that_a_pack_that_is_there_is_never_overwritten(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "door-1").write_text("something else")
    assert export() == 1
    assert "it exists already; give the new pack another name" in capsys.readouterr().err
    assert (tmp_path / "door-1").read_text() == "something else"


def test_that_a_network_that_gives_no_numbers_is_not_exported(
    export: Export, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its weights are numbers, and what it makes of them is none."""
    network = Pooled(16)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(3e38)
    save_arrays(run / "weights.npz", network)
    assert export() == 1
    assert "a cosine changed by nan" in capsys.readouterr().err
    assert left(tmp_path) == ["run"]


def test_that_ctrl_c_is_one_sentence_and_leaves_nothing(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(make_pack, "write_pack", interrupted)
    assert export() == 130
    said = capsys.readouterr().err.split()
    assert " ".join(said) == "Stopped. Nothing is half-written; the same command can be given again."
    assert left(tmp_path) == ["run"]


def _with_statistics(network: nn.Module) -> nn.Module:
    """Statistics of made-up pictures: those of a fresh network hide a mistake in them.

    Statistics drawn at random would not do: each block of a deep residual network would make what it is given larger,
    until an IResNet-50 gave infinities.
    """
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.momentum = 1.0  # those of the batch alone
    with torch.no_grad():
        network.train()(torch.randn(8, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(5)))
    return network.eval()


@pytest.mark.parametrize(
    "name", ["dense112_tiny", *(pytest.param(n, marks=pytest.mark.heavy) for n in BACKBONES if n != "dense112_tiny")]
)
def test_that_every_network_becomes_a_pack_that_the_program_installs(name: str, export: Export, tmp_path: Path) -> None:
    """Those of the heavy ones take half a minute to minutes each, most of it torch's exporter."""
    backbone = BACKBONES[name]
    if backbone.build_sized is not None:
        backbone = backbone.with_embedding_size(24)
    torch.manual_seed(1)
    (tmp_path / "own").mkdir()
    save_arrays(tmp_path / "own" / "weights.npz", _with_statistics(backbone.build()))
    assert export(source=tmp_path / "own") == 0
    assert read_manifest(tmp_path / "door-1").title == f"MTCNN + {name}"
    info = ModelStore(tmp_path / "models", BUNDLED).import_pack(tmp_path / "door-1")
    assert info.embedding_size == backbone.embedding_size


def test_that_the_bundled_pack_can_be_exported_again(export: Export, tmp_path: Path) -> None:
    assert export("--half", source=BUNDLED) == 0
    ours, theirs = (read_manifest(folder) for folder in (tmp_path / "door-1", BUNDLED))
    assert ours.recognizer.embedding_size == theirs.recognizer.embedding_size
    content = json.loads((tmp_path / "door-1" / "manifest.json").read_text(encoding="utf-8"))
    assert "calibration" not in content
    assert np.isfinite(ours.recognizer.mean)
