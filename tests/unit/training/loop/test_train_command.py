"""`attendance-train train` from the outside: what it says, and bad input in one sentence each."""

from __future__ import annotations

import csv
import json
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("kornia")

from attendance_training import cli
from attendance_training.data.splits import TRAIN, VALIDATION
from attendance_training.files.checkpoint import load_arrays
from attendance_training.runs.held_out import parts_of
from tests.unit.training.data.pictures import jpg, png, write_folder
from tests.unit.training.loop.tiny import SIZE, photo

pytestmark = pytest.mark.needs_torch

Run = Callable[..., int]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "faces", {f"p{who:02}": [photo(who, n) for n in range(3)] for who in range(16)})


@pytest.fixture
def run(tmp_path: Path, people: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "recipe.toml").write_text(
        f'backbone = "pooled"\nembedding_size = {SIZE}\nepochs = 1\npeople_per_batch = 4\ndegrade = false\n'
    )
    options = {
        "--faces": people,
        "--recipe": tmp_path / "recipe.toml",
        "--out": tmp_path / "run",
        "--held-out": 0.3,
        "--save-every": 2,
    }

    def call(**changes: object) -> int:
        chosen = {**options, **{f"--{name}": value for name, value in changes.items()}}
        values = {name: value if isinstance(value, list) else [value] for name, value in chosen.items()}
        words = [
            str(word) for name, given in values.items() for one in given if one is not None for word in (name, one)
        ]
        monkeypatch.setattr(sys, "argv", ["attendance-train", "train", *words])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    return call


def test_that_it_says_what_it_trains_on_and_how_it_goes(
    run: Run, tmp_path: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (people / "p03" / "0.png").write_bytes(b"no picture")
    whole = (people / "p04" / "1.png").read_bytes()
    (people / "p04" / "1.png").write_bytes(whole[: len(whole) // 2])
    assert run() == 0
    printed = capsys.readouterr().out
    assert "Left out: p03/0.png: it is not a readable picture" in printed
    assert "Left out: p04/1.png: it is a damaged picture" in printed
    assert "others to validate with" in printed
    assert "EER" in printed
    assert "The schedule is finished" in printed
    about = json.loads((tmp_path / "run" / "state.json").read_text())
    assert len(about["data_sha256"]) == 64

    assert run() == 0, "the finished run is found again"
    assert "Goes on from step" in capsys.readouterr().out
    (people / "p03" / "0.png").unlink()  # it was left out: the pictures are the same
    assert run() == 0
    _replace_one_of_each_person(people)
    capsys.readouterr()
    assert run() == 1
    assert "begun with other pictures" in capsys.readouterr().err


def _replace_one_of_each_person(people: Path) -> None:
    for who in range(16):
        (people / f"p{who:02}" / "2.png").write_bytes(jpg(photo(who, 99)))


def test_that_it_begins_with_weights_and_refuses_code(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert run(out=tmp_path / "second", start=tmp_path / "run" / "weights.npz") == 0
    np.savez(tmp_path / "code.npz", x=np.array([{"an": "object"}]), allow_pickle=True)
    capsys.readouterr()
    assert run(out=tmp_path / "third", start=tmp_path / "code.npz") == 1
    assert "it is pickled or not an .npz file, and was not opened" in capsys.readouterr().err


def test_that_it_validates_with_fixed_sets_and_holds_nobody_out(
    run: Run, tmp_path: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = write_folder(tmp_path / "door", {f"q{who}": [photo(40 + who, n) for n in range(3)] for who in range(4)})
    pictures = [png(photo(60 + pair // 2, number)) for pair in range(20) for number in range(2)]
    (tmp_path / "lfw.bin").write_bytes(pickle.dumps((pictures, [pair % 2 == 0 for pair in range(20)])))
    assert run(**{"held-out": None, "validation": [others, tmp_path / "lfw.bin"]}) == 0
    printed = capsys.readouterr().out
    assert "48 pictures of 16 people to train on" in printed
    assert "12 pictures of 4 people in" in printed
    assert "door: TAR" in printed
    assert "lfw: accuracy" in printed
    assert "others to validate with" not in printed
    with (tmp_path / "run" / "log.csv").open(newline="") as file:
        assert 0 <= float([*csv.DictReader(file)][-1]["validation"]) <= 1

    shutil.copy(people / "p03" / "1.png", others / "q1" / "0.png")
    assert run(**{"held-out": 0.3, "validation": [others], "out": tmp_path / "second"}) == 1
    assert "its pictures that are trained on as well: 1, the first is q1/0.png" in capsys.readouterr().err
    (tmp_path / "code.bin").write_bytes(pickle.dumps(print))
    assert run(**{"validation": [tmp_path / "code.bin"], "out": tmp_path / "third"}) == 1
    assert "it asks for builtins.print, which was not run" in capsys.readouterr().err


def test_that_a_held_out_picture_that_is_trained_on_under_another_name_is_left_out(
    run: Run, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = parts_of([f"p{who:02}" for who in range(16)], 0.3)
    trained, held_out = (f"p{parts[part][0]:02}" for part in (TRAIN, VALIDATION))
    shutil.copy(people / trained / "0.png", people / held_out / "9.png")
    assert run() == 0
    said = f"Left out of the validation, as they are trained on as well: 1, the first is {held_out}/9.png\n"
    assert said in capsys.readouterr().out


def test_that_a_recipe_asks_for_masked_and_small_faces(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "recipe.toml").open("a") as file:
        file.write("validate_altered = true\n")
    others = write_folder(tmp_path / "door", {f"q{who}": [photo(40 + who, n) for n in range(3)] for who in range(4)})
    assert run(validation=[others]) == 0
    (said,) = (line for line in capsys.readouterr().out.splitlines() if "TAR" in line)
    assert said.count("  mask ") == said.count("  face 28 px wide ") == 2, "of the people held out and of the folder"
    with (tmp_path / "run" / "log.csv").open(newline="") as file:
        found = [*csv.DictReader(file)][-1]
    assert 0 < float(found["validation_mask"]) <= 1
    assert 0 < float(found["validation_28_px"]) <= 1


def test_that_shards_of_the_faces_train_the_same_network(
    run: Run, tmp_path: Path, people: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    monkeypatch.setattr(sys, "argv", ["attendance-train", "shards", str(people), "-o", str(tmp_path / "set")])
    with pytest.raises(SystemExit):
        cli.main()
    assert "Wrote 48 pictures of 16 people in 1 shards" in capsys.readouterr().out
    assert run(faces=tmp_path / "set", out=tmp_path / "second") == 0
    ours, theirs = (load_arrays(tmp_path / name / "weights.npz") for name in ("run", "second"))
    assert all(np.array_equal(ours[name], value) for name, value in theirs.items())


def test_that_bad_faces_are_one_sentence(
    run: Run, tmp_path: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run(faces=tmp_path / "empty") == 1
    assert "it holds no folder of a person with pictures in it" in capsys.readouterr().err
    assert run(faces=tmp_path / "absent.npz") == 1
    assert "there is no such file" in capsys.readouterr().err
    for who in range(3, 16):
        shutil.rmtree(people / f"p{who:02}")
    assert run() == 1
    assert "take more people" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_that_a_wrong_recipe_is_one_sentence(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.toml").write_text("speed = 3\n")
    assert run(recipe=tmp_path / "other.toml") == 1
    assert "other.toml, key speed: unknown key" in capsys.readouterr().err
