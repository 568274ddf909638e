"""`attendance-train` from the outside: exit codes, sentences, files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from attendance_training import cli, extra
from tests.unit.training.packs.made_up import write_made_up


def write_embeddings(path: Path, people: int, photos: int) -> Path:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(people, 1, 16)) + 0.4 * rng.normal(size=(people, photos, 16))
    vectors = vectors.reshape(-1, 16) / np.linalg.norm(vectors.reshape(-1, 16), axis=1, keepdims=True)
    names = [f"p{person:03}/{photo}.jpg" for person in range(people) for photo in range(photos)]
    status = np.full(len(names), "ok")
    np.savez(path, path=np.array(names), status=status, embedding=vectors.astype(np.float32))
    return path


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["attendance-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


def test_that_calibrate_writes_the_points_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_made_up(tmp_path)
    embeddings = write_embeddings(tmp_path / "e.npz", people=30, photos=3)
    assert run_main(monkeypatch, "calibrate", embeddings, "--pack", tmp_path, "--data", "thirty people") == 0
    calibration = json.loads((tmp_path / "manifest.json").read_text())["calibration"]
    assert calibration["data"] == "thirty people"
    assert calibration["impostor_pairs"] == 30 * 87  # means of three against the photographs of others
    assert calibration["photos_per_person"] == 3
    assert [point["fmr"] for point in calibration["points"]] == [1e-2]
    printed = capsys.readouterr().out
    assert "30 people" in printed
    assert "2,610 with another" in printed


def test_that_calibrate_with_too_few_photographs_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (write_made_up(tmp_path) / "manifest.json").read_bytes()
    embeddings = write_embeddings(tmp_path / "e.npz", people=3, photos=2)
    assert run_main(monkeypatch, "calibrate", embeddings, "--pack", tmp_path) == 1
    assert (tmp_path / "manifest.json").read_bytes() == before
    assert "Too few photographs" in capsys.readouterr().err


def test_that_an_error_ends_in_its_code_a_sentence_and_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "calibrate", tmp_path / "absent.npz", "--pack", tmp_path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("MOD-07: ")
    assert "no such file" in lines[0]
    assert "attendance embed" in lines[1]


def test_that_a_missing_training_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra.importlib.util, "find_spec", lambda name: None if name == "onnxscript" else object())
    result = CliRunner().invoke(cli.app, ["models"])
    assert result.exit_code == 2
    assert "Not installed: onnxscript" in result.output


def test_that_identify_prints_one_line_for_each_roster_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_made_up(tmp_path)
    embeddings = write_embeddings(tmp_path / "e.npz", people=40, photos=3)
    run_main(monkeypatch, "calibrate", embeddings, "--pack", tmp_path)
    capsys.readouterr()
    assert run_main(monkeypatch, "identify", embeddings, "--pack", tmp_path, "--enrolled", 2) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["roster", "10", "30"]
    assert run_main(monkeypatch, "identify", embeddings, "--pack", tmp_path, "--security", "none") == 2


@pytest.mark.needs_torch
def test_that_models_lists_parameters_and_multiplications() -> None:
    pytest.importorskip("torch")
    result = CliRunner().invoke(cli.app, ["models"])
    assert result.exit_code == 0
    assert "1,609,728" in result.output
    assert "146,706,816" in result.output


@pytest.mark.needs_torch
def test_that_export_refuses_an_unknown_network(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    arguments = ["--checkpoint", tmp_path / "x", "--detector", tmp_path, "-o", tmp_path, "--backbone", "no"]
    result = CliRunner().invoke(cli.app, ["export-pack", *map(str, arguments)])
    assert result.exit_code == 2
    assert "is not one of" in result.output
