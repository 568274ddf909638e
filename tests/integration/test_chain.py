"""From aligned faces to the door by commands alone: train, evaluate, export, import, calibrate, compare, promote."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("kornia")
pytest.importorskip("matplotlib")
pytest.importorskip("onnxscript")

from attendance.composition.application import Application
from attendance.core.packs.manifest_file import read_manifest
from attendance.vision.embedder import OnnxEmbedder
from attendance.vision.packs import trial
from attendance_training import cli as training_cli
from attendance_training.backbones import BACKBONES, Backbone
from tests.command_line import Cli
from tests.integration.training.bad_inputs import write_site
from tests.onnx_graphs import save_recognizer
from tests.unit.training.data.pictures import Crop, write_folder
from tests.unit.training.loop.tiny import SIZE, Pooled, photo

pytestmark = pytest.mark.needs_torch

PEOPLE, PHOTOS = 40, 4
STAFF = 24
Train = Callable[..., int]


def crops_of(person: int) -> list[Crop]:
    return [photo(person, number) for number in range(PHOTOS)]


@pytest.fixture(autouse=True)
def _made_up_recognizers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each model once, but ask none of them to know the people of a photograph: they are trained on noise."""
    monkeypatch.setattr(trial, "run_apart", trial.run_here)


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    monkeypatch.setitem(BACKBONES, "pooled", Backbone("pooled", SIZE, Pooled, Pooled))

    def call(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["attendance-train", *map(str, words)])
        with pytest.raises(SystemExit) as exit_:
            training_cli.main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    return call


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "faces", {f"p{who:02}": crops_of(who) for who in range(PEOPLE)})


def enrol_staff(home: Path) -> None:
    """Enrol people whose kept photographs are their crops: made-up pictures hold no face that a detector would find."""
    with Application(home) as application:
        embedder = application.recognizer.pack.embedder
        for who in range(STAFF):
            crops = crops_of(who)
            templates = list(zip(embedder.embed(crops), crops, strict=True))
            application.storage.roster.enrol(
                code=f"c{who}", name=f"Person {who}", templates=templates, model_id=embedder.model_id
            )


def test_that_a_network_goes_from_faces_to_the_door_without_a_file_edited_by_hand(
    train: Train,
    cli: Cli,
    faces: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe, run, pack = tmp_path / "recipe.toml", tmp_path / "run", tmp_path / "door-1"
    recipe.write_text(
        f'backbone = "pooled"\nembedding_size = {SIZE}\nepochs = 12\npeople_per_batch = 8\ndegrade = false\n'
        "peak_lr = 0.01\nwarm_up_steps = 5\n[loss_options]\nscale = 16.0\n"
    )
    given = ("--faces", faces, "--recipe", recipe, "--out", run, "--held-out", 0.4, "--save-every", 20)
    assert train("train", *given) == 0
    assert (run / "curves.png").is_file()
    assert "Finished: " in (run / "curves.html").read_text(encoding="utf-8")

    capsys.readouterr()
    assert train("evaluate", run, "--faces", faces, "-o", tmp_path / "report", "--enrolled", 2) == 0
    said = capsys.readouterr().out
    assert "were not trained on; these are measured" in said
    measured = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert 0 < measured["data"]["people"] < PEOPLE

    assert train("export-pack", run, "-o", pack, "--licence", "Ours", "--use", "allowed", "--data", "made up") == 0
    assert train("evaluate", pack, "--faces", faces, "-o", tmp_path / "report2", "--enrolled", 2) == 0
    assert "were not trained on" not in capsys.readouterr().out

    enrol_staff(tmp_path / "home")
    assert "it is not calibrated" in cli("models", "import", pack).out
    calibrated = cli("models", "calibrate", "door-1", "--json")
    assert calibrated.code == 0, calibrated.err
    assert calibrated.json["people"] == STAFF
    assert read_manifest(tmp_path / "home" / "models" / "door-1").calibration is not None
    prepared = cli("models", "prepare", "door-1", "--json")
    assert prepared.json == {"candidate": "door-1", "embedded": STAFF * PHOTOS, "would_be_unknown": []}
    assert "door-1 (prepared)" in cli("models", "shadow").out
    promoted = cli("models", "promote", "--json")
    assert promoted.code == 0, promoted.err
    assert promoted.json["active"] == "door-1"
    assert cli("models", "rollback", "--json").json["active"] == "bundled"


def test_that_a_run_that_is_not_finished_goes_to_the_door_as_far_as_it_came(
    train: Train, faces: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, run = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(f'backbone = "pooled"\nembedding_size = {SIZE}\nepochs = 1\ndegrade = false\n')
    assert train("train", "--faces", faces, "--recipe", recipe, "--out", run) == 0
    (run / "weights.npz").unlink()
    assert train("export-pack", run, "-o", tmp_path / "early") == 0
    assert "state.safetensors: pooled, embeddings of 12 numbers" in capsys.readouterr().out
    assert read_manifest(tmp_path / "early").pack_id == "early"


@pytest.mark.parametrize("command", ["import", "calibrate", "prepare"])
def test_that_ctrl_c_in_a_long_command_is_one_sentence_and_changes_nothing(
    command: str,
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = save_recognizer(tmp_path / "mine.onnx")
    home = tmp_path / "home"
    if command != "import":
        assert cli("models", "import", mine).code == 0
        enrol_staff(home)

    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    before = files_of(home / "models")
    with monkeypatch.context() as patch:
        patch.setattr(OnnxEmbedder, "embed", interrupted)
        stopped = cli("models", command, mine if command == "import" else "mine")
    assert stopped.code == 130
    lines = [line for line in stopped.err.splitlines() if line.strip() and "━" not in line]
    assert lines == ["Stopped. Nothing is half-written; the same command can be given again."]
    assert files_of(home / "models") == before
    assert cli("models", command, mine if command == "import" else "mine").code == 0


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("models", "import", "run"),
            "it is the folder of a training, and a model pack is needed, which 'attendance-train",
        ),
        (
            ("models", "import", "run/weights.npz"),
            "it is a file of weights, and a model pack is needed, which 'attendance-tr",
        ),
        (("models", "import", "faces"), "it is a folder of pictures, and a model pack is needed"),
        (
            ("models", "import", "old.pth"),
            "it is a torch file, and a model pack is needed, which 'attendance-train export-",
        ),
        (("models", "import", "recipe.toml"), "it is a TOML file, and a model pack is needed"),
        (("models", "import", "e.npz"), "it is a file of embeddings, and a model pack is needed"),
        (("models", "calibrate", "run"), "there is no folder of this name in"),
        (("embed", "run", "-o", "x.npz"), "it is the folder of a training, and a folder of pictures is needed"),
        (("embed", "e.npz", "-o", "x.npz"), "it is a file of embeddings, and a folder of pictures is needed"),
    ],
)
def test_that_a_file_of_another_kind_is_one_sentence_that_says_what_makes_the_right_one(
    words: tuple[str, ...],
    sentence: str,
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_site(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = cli(*words)
    assert done.code == 1
    assert sentence in done.error_line()
    assert "Traceback" not in done.err
