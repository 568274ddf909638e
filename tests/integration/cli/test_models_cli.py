"""Commands ``models list`` and ``doctor`` on InsightFace's packs, with tiny models in their place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attendance.composition.packs import Packs
from attendance.core.packs.format import Calibration
from attendance.resource_files import resource_path
from attendance.services.recognizers import site_calibration
from attendance.services.recognizers.site_calibration import OwnPeople, SiteCalibration
from attendance.vision.packs import trial
from attendance.vision.packs.store import ModelStore
from tests.command_line import Cli, Outcome, call
from tests.face_packages import save_package, sign
from tests.onnx_graphs import save_landmarks, save_other, save_recognizer, save_scrfd


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", tmp_path / "home", *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


@pytest.fixture(autouse=True)
def tiny_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models of these tests find no face in any photograph."""
    monkeypatch.setattr(trial, "run_apart", trial.run_here)


def test_that_a_switch_is_told_to_programs(cli: Cli, tmp_path: Path) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    licence = "Whoever uses this " * 20
    imported = cli("models", "import", tmp_path / "mine.onnx", "--licence", licence)
    listed = next(line for line in cli("models", "list").out.splitlines() if line.startswith("  mine"))
    assert listed.endswith("…")
    assert max(map(len, (*imported.out.splitlines(), listed))) < 200
    told = cli("models", "use", "mine", "--force", "--json").json
    assert (told["pack"], told["re_embedded"], told["must_enrol_again"]) == ("mine", 0, [])
    assert told["overruled"]


def test_that_the_list_names_insightfaces_packs_and_sizes_that_are_published(cli: Cli) -> None:
    lines = {line.split()[0]: line for line in cli("models", "list").out.splitlines() if line.startswith("  ")}
    assert "38 MB" in lines["raccoon_s"]
    assert "size not published" in lines["cheetah_l"]
    assert "non-commercial research only" in lines["cheetah_l"]
    assert "cheetah_s" in json.loads(cli("models", "list", "--json").out)["installable"]


def test_that_the_list_stands_in_columns_and_says_what_each_licence_allows(cli: Cli, tmp_path: Path) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    name = "a-name-that-is-longer-than-others"
    assert cli("models", "import", tmp_path / "mine.onnx", "--name", name).code == 0
    packs = {line[2:].split()[0]: line for line in cli("models", "list").out.splitlines() if "-d  " in line}
    assert set(packs) == {"bundled", name}
    assert packs["bundled"].index("-d  ") == packs[name].index("-d  ")
    assert " allowed " in packs["bundled"]
    assert " research only " in packs[name]


@pytest.fixture
def with_landmarks(tmp_path: Path) -> Path:
    """A pack as InsightFace's buffalo: detector, recognizer, landmarks, age and gender."""
    folder = tmp_path / "stick" / "buffalo_s"
    folder.mkdir(parents=True)
    save_scrfd(folder / "det_500m.onnx")
    save_recognizer(folder / "w600k_mbf.onnx")
    spread = np.random.default_rng(1).uniform(-0.8, 0.8, 3309)
    save_landmarks(folder / "1k3d68.onnx", spread)
    save_landmarks(folder / "2d106det.onnx", spread[:212])
    save_other(folder / "genderage.onnx", side=96)
    return folder


def test_that_list_and_doctor_say_which_landmark_models_a_pack_has(cli: Cli, with_landmarks: Path) -> None:
    assert cli("models", "import", with_landmarks).code == 0
    assert cli("models", "use", "buffalo_s", "--force").code == 0
    lines = cli("models", "list").out.splitlines()
    assert "68 points in space, 106 points" in next(line for line in lines if line.startswith("* buffalo_s"))
    assert "no landmarks" in next(line for line in lines if line.startswith("  bundled"))
    doctor = cli("doctor").out
    assert "Pack buffalo_s has a landmark model of 68 points in space, which runs on CPUExecutionProvider" in doctor
    assert "has a landmark model of 106 points, which runs on" in doctor


def test_that_doctor_names_a_landmark_model_that_is_damaged(cli: Cli, with_landmarks: Path, tmp_path: Path) -> None:
    cli("models", "import", with_landmarks)
    cli("models", "use", "buffalo_s", "--force")
    path = tmp_path / "home" / "models" / "buffalo_s" / "1k3d68.onnx"
    path.write_bytes(path.read_bytes()[:-1])
    found = cli("doctor")
    assert "1k3d68.onnx is damaged" in found.out
    assert "Models run on CPUExecutionProvider" in found.out  # the door is not concerned


def test_that_a_licence_with_a_term_is_listed_with_what_it_allows_today(cli: Cli, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    save_package(tmp_path / "raccoon_s")
    sign(
        tmp_path / "raccoon_s" / "MODEL.LICENSE",
        key,
        valid_from="2020-01-01T00:00:00Z",
        valid_until="2021-01-01T00:00:00Z",
    )
    store = ModelStore(
        tmp_path / "home" / "models", resource_path("models", "bundled"), licence_keys=[key.public_key()]
    )
    store.import_pack(tmp_path / "raccoon_s")
    line = next(line for line in cli("models", "list").out.splitlines() if "raccoon_s" in line)
    assert line.endswith("InsightFace's licence for Example Ltd, which ended on 2020-12-31")
    found = json.loads(cli("models", "list", "--json").out)["installed"][1]
    assert (found["pack_id"], found["use"], found["term"]["customer"]) == ("raccoon_s", "research-only", "Example Ltd")
    cli("models", "use", "raccoon_s", "--force")
    assert "which ended on 2020-12-31 (a company may not use it)." in cli("doctor").out


def test_that_insisting_on_a_gpu_that_is_not_there_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text('[recognition]\nprovider = "cuda"\n')
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    found = cli("run", "--source", tmp_path / "none.mp4")
    assert found.code == 1
    assert found.error_line().startswith("error MOD-15: The model pack bundled does not run on the GPU")
    assert "does not run on the GPU" in cli("doctor").out


def test_that_the_reason_for_the_processor_is_told_with_auto(cli: Cli) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    assert "CPUExecutionProvider: The installed onnxruntime has no CUDA support. The CPU is used." in cli("doctor").out


def test_that_a_pack_in_use_that_is_gone_is_told_and_left(cli: Cli, tmp_path: Path) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    assert cli("models", "import", tmp_path / "mine.onnx").code == 0
    assert cli("models", "use", "mine", "--force").code == 0
    assert "is in use or prepared" in cli("models", "remove", "mine").error_line()
    shutil.rmtree(tmp_path / "home" / "models" / "mine")
    for command in ("list", "verify"):
        found = cli("models", command)
        assert "mine, which is in use, is not installed" in found.err
        assert found.code == (command == "verify")
    assert "'attendance models use bundled' goes back" in cli("models", "use", "mine").err
    assert cli("models", "use", "bundled").code == 0
    assert any(line.startswith("* bundled") for line in cli("models", "list").out.splitlines())


def test_that_only_a_pack_that_plays_no_part_is_removed(cli: Cli, tmp_path: Path) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    assert cli("models", "import", tmp_path / "mine.onnx").code == 0
    assert cli("models", "prepare", "mine").code == 0
    refused = cli("models", "remove", "mine")
    assert (refused.code, "is in use or prepared" in refused.error_line()) == (1, True)
    assert cli("models", "discard").code == 0
    assert cli("models", "remove", "mine").code == 0
    assert not (tmp_path / "home" / "models" / "mine").exists()
    assert "MOD-01" in cli("models", "remove", "mine").error_line()


@pytest.mark.parametrize(("people", "recognised"), [(12, 30), (60, 30), (60, 14)])
def test_that_a_calibration_says_how_far_it_can_be_trusted(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, people: int, recognised: int
) -> None:
    found = SiteCalibration(
        people, 36, Calibration("our people", 100, ()), OwnPeople(0.3, 30, 29, 0), OwnPeople(0.4, 30, recognised, 1)
    )
    monkeypatch.setattr(Packs, "calibrate", lambda _packs, _name, _progress: found)
    said = cli("models", "calibrate", "mine").out
    assert f"mine is calibrated on {people} people and 36 photographs" in said
    assert f"threshold 0.400: of 30 photographs, {recognised} recognised, 1 taken for somebody else" in said
    assert ("calibrate again when more are enrolled" in said) == (people == 12)
    assert ("are mean, std, side and colour order right?" in said) == (recognised == 14)
    assert json.loads(cli("models", "calibrate", "mine", "--json").out)["people"] == people


@pytest.mark.parametrize(("name", "sentence"), [("bundled", "comes with the program"), ("absent", "is not installed")])
def test_that_a_pack_that_cannot_be_calibrated_is_refused_before_the_work(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    def embed(*_arguments: object, **_options: object) -> SiteCalibration:
        raise AssertionError("photographs are embedded")

    monkeypatch.setattr(site_calibration, "calibrate_on_site", embed)
    monkeypatch.setattr(Packs, "load_beside", embed)
    assert sentence in cli("models", "calibrate", name).error_line()


def test_that_what_was_overruled_stands_in_the_log(cli: Cli, tmp_path: Path) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    cli("models", "import", tmp_path / "mine.onnx")
    assert "never measured" in cli("models", "use", "mine").error_line()
    assert "mine" not in json.loads(cli("models", "shadow", "--json").out).values()
    cli("models", "use", "mine", "--force")
    cli("models", "use", "bundled")
    cli("models", "rollback")
    shown = cli("audit", "show").out
    assert "recognizer.rolled_back  mine" in shown
    assert "recognizer.promoted  mine; overruled: its thresholds were never measured" in shown


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("mine.onnx", ("--allowed",), "--allowed needs --licence"),
        ("stick", ("--std", "3"), "these options are for a single .onnx"),
        ("folder.onnx", ("--std", "3"), "these options are for a single .onnx"),
        *(
            ("stick", words, "these options are for a single .onnx")
            for words in (
                ("--name", "other"),
                ("--licence", "MIT"),
                ("--allowed",),
                ("--side", "112"),
                ("--mean", "0"),
                ("--colour", "bgr"),
            )
        ),
    ],
)
def test_that_an_option_without_effect_is_refused(
    cli: Cli, tmp_path: Path, name: str, options: tuple[str, ...], sentence: str
) -> None:
    save_recognizer(tmp_path / "mine.onnx")
    for folder in ("stick", "folder.onnx"):
        (tmp_path / folder).mkdir()
    found = cli("models", "import", tmp_path / name, *options)
    assert found.code == 2
    assert sentence in " ".join(found.err.split())
