"""``attendance-train attack`` from the command line: files, other recognizers, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")
cv2 = pytest.importorskip("cv2")

from torch import nn  # noqa: E402

from attendance.errors import AttendanceError  # noqa: E402
from attendance.errors.models import ModelMissing  # noqa: E402
from attendance_training.adversarial.recognizers import open_network, open_other  # noqa: E402
from attendance_training.adversarial.trials import draw_trials, read_people  # noqa: E402
from attendance_training.backbones import BACKBONES, Backbone  # noqa: E402
from attendance_training.backbones.dense_cnn import DenseNet112  # noqa: E402
from attendance_training.backbones.pretrained import save_arrays  # noqa: E402
from attendance_training.cli import app  # noqa: E402
from attendance_training.errors import CheckpointUnusable, EvaluationDataUnusable  # noqa: E402
from attendance_training.runs.run_state import FORMAT  # noqa: E402
from tests.onnx_graphs import save_recognizer  # noqa: E402
from tests.unit.training.adversarial.test_measure import FACES  # noqa: E402


def tiny() -> nn.Module:
    return DenseNet112((16, 16, 16, 16), (1, 1, 1), embedding_size=12)


TINY = Backbone("tiny", 12, tiny)
OTHER = Backbone("other", 12, lambda: DenseNet112((16, 16, 16, 24), (1, 1, 1), embedding_size=12))


@pytest.fixture(autouse=True)
def _tiny_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKBONES, TINY.name, TINY)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return save_weights(tmp_path / "weights.npz", 1)


def save_weights(path: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    save_arrays(path, tiny())
    return path


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    names = [f"person{person:02}/{row}.jpg" for row, person in enumerate(FACES.person)]
    np.savez(tmp_path / "crops.npz", path=np.array(names), crop=FACES.crops, model_id=np.array("made-up:1"))
    return tmp_path / "crops.npz"


def run(*arguments: object) -> tuple[int, str, AttendanceError | None]:
    result = CliRunner().invoke(app, ["attack", *map(str, arguments)])
    error = result.exception if isinstance(result.exception, AttendanceError) else None
    return result.exit_code, result.output, error


def test_that_the_command_writes_report_json_and_plot(crops: Path, weights: Path, tmp_path: Path) -> None:
    onnx = save_recognizer(tmp_path / "other.onnx", size=8)
    out = tmp_path / "report"
    code, text, error = run(
        *("--faces", crops, "--checkpoint", weights, "--backbone", "tiny", "--epsilon", "2", "--steps", 1),
        *("--pairs", 4, "--people", 16, "--far", 0.05, "--other-checkpoint", onnx, "-o", out),
    )
    assert code == 0, error or text
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["people"] == 16
    assert report["photos"] == 32
    assert report["options"]["steps"] == 1
    assert report["attacked"]["model_id"].startswith("weights:")
    assert [other["model_id"].split(":")[0] for other in report["others"]] == ["other"]
    assert "1 thread" in report["machine"]
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert markdown in text
    assert "(report.svg)" in markdown
    assert b"<svg" in (tmp_path / "report.svg").read_bytes()


@pytest.mark.parametrize("text", ["", "0", "1,1", "2.5", "256", "a", "1,,2", "-1"])
def test_that_grey_levels_that_are_none_are_refused(text: str, crops: Path, weights: Path, tmp_path: Path) -> None:
    code, output, _ = run("--faces", crops, "--checkpoint", weights, f"--epsilon={text}", "-o", tmp_path / "r")
    assert code == 2
    assert "--epsilon" in output
    assert not (tmp_path / "r.md").exists()


def test_that_an_unknown_network_is_refused(crops: Path, weights: Path, tmp_path: Path) -> None:
    code, output, _ = run("--faces", crops, "--checkpoint", weights, "--backbone", "nobody", "-o", tmp_path / "r")
    assert code == 2
    assert "nobody" in output


def test_that_weights_of_another_network_and_absent_faces_are_one_sentence(
    crops: Path, weights: Path, tmp_path: Path
) -> None:
    _, _, error = run("--faces", crops, "--checkpoint", weights, "--backbone", "dense112", "-o", tmp_path / "r")
    assert isinstance(error, CheckpointUnusable)
    _, _, error = run(
        "--faces", tmp_path / "no.npz", "--checkpoint", weights, "--backbone", "tiny", "-o", tmp_path / "r"
    )
    assert isinstance(error, EvaluationDataUnusable)
    assert "no.npz" in error.user_text


def test_that_the_state_of_a_distillation_gives_its_network(weights: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from attendance_training.runs.run_state import write_state

    network = open_network(TINY, weights)
    state = {f"network.{name}": value for name, value in network.network.state_dict().items()}
    state |= {"maps.0.weight": torch.zeros(2, 2)}
    empty = {"state": {}, "param_groups": [{"betas": [0.9, 0.999]}]}
    path = tmp_path / "state.safetensors"
    write_state(path, {"model": state, "average": {}, "optimizer": empty, "progress": {}, "config": {}})
    assert FORMAT.encode() in path.read_bytes()
    np.testing.assert_array_equal(open_network(TINY, path).embed(FACES.crops[:2]), network.embed(FACES.crops[:2]))
    save_file({name: value for name, value in network.network.state_dict().items()}, tmp_path / "plain.safetensors")
    plain = open_network(TINY, tmp_path / "plain.safetensors")
    np.testing.assert_array_equal(plain.embed(FACES.crops[:2]), network.embed(FACES.crops[:2]))
    path.write_bytes(b"no tensors")
    with pytest.raises(CheckpointUnusable, match="cannot be read"):
        open_network(TINY, path)


def test_that_another_recognizer_is_named_in_each_way(weights: Path, tmp_path: Path) -> None:
    assert open_other(str(weights), TINY).model_id == open_network(TINY, weights).model_id
    assert open_other(f"tiny={weights}", OTHER).model_id == open_network(TINY, weights).model_id
    onnx = save_recognizer(tmp_path / "other.onnx", size=8)
    assert open_other(f"{onnx},flip", TINY).embed(FACES.crops[:2]).shape == (2, 8)
    with pytest.raises(ModelMissing):
        open_other(str(tmp_path / "absent.npz"), TINY)


def test_that_people_with_one_photograph_and_more_than_wanted_are_left_out(tmp_path: Path) -> None:
    for person, photos in (("a", 3), ("b", 1), ("c", 2), ("d", 5)):
        for photo in range(photos):
            path = tmp_path / person / f"{photo}.png"
            path.parent.mkdir(exist_ok=True)
            cv2.imwrite(str(path), np.full((112, 112, 3), 10 * photo + ord(person), np.uint8))
    data = read_people(tmp_path, people=9, photos=3, seed=1)
    assert data.people == 3
    assert data.person.tolist() == [0, 0, 0, 1, 1, 2, 2, 2]
    assert data.crops[:, 0, 0, 0].tolist() == [97, 107, 117, 99, 109, 100, 110, 120]
    assert read_people(tmp_path, people=2, photos=3, seed=1).people == 2
    for person in "cd":
        for path in (tmp_path / person).iterdir():
            path.unlink()
    with pytest.raises(EvaluationDataUnusable, match="two people"):
        read_people(tmp_path, people=9, photos=3, seed=1)


def test_that_every_trial_has_a_template_of_its_person_and_one_of_somebody_else() -> None:
    trials = draw_trials(FACES, most=10, seed=3)
    person = FACES.person
    assert len(trials.photo) == 10
    assert (person[trials.photo] == person[trials.own]).all()
    assert (trials.photo != trials.own).all()
    assert (person[trials.photo] != person[trials.other]).all()
    assert len(set(person[trials.photo])) == len(set(person[trials.other])) == 10
    again, another = draw_trials(FACES, most=10, seed=3), draw_trials(FACES, most=10, seed=4)
    assert (again.photo == trials.photo).all()
    assert (another.photo != trials.photo).any()
