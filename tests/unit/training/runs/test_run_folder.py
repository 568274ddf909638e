"""The folder of a run: another recipe is refused, a full disk is said, and nothing is made before it is time."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from rich.console import Console

from attendance.errors.settings import ConfigError
from attendance.errors.storage import DiskFull, StorageError
from attendance_training.errors import CheckpointUnusable
from attendance_training.runs.run_folder import RunFolder, plain_lines
from attendance_training.runs.run_state import write_state
from tests.unit.training.runs.test_run_state import make_state

RECIPE = Path("recipe.toml")


def folder(path: Path) -> tuple[RunFolder, list[str]]:
    said: list[str] = []
    return RunFolder(path / "run", said.append), said


def test_that_a_run_begins_in_a_folder_without_a_state(tmp_path: Path) -> None:
    begun, _ = folder(tmp_path)
    assert begun.last_state(RECIPE, {"backbone": "tiny"}) is None
    assert not begun.path.exists()
    begun.make()
    assert begun.last_state(RECIPE, {"backbone": "tiny"}) is None


def test_that_a_run_goes_on_with_its_own_recipe_only(tmp_path: Path) -> None:
    begun, _ = folder(tmp_path)
    begun.make()
    write_state(begun.state_path, make_state())
    found = begun.last_state(RECIPE, {"backbone": "tiny"})
    assert found is not None
    assert found["progress"]["step"] == 3
    with pytest.raises(ConfigError, match="key backbone: is wide, but the run in"):
        begun.last_state(RECIPE, {"backbone": "wide"})
    begun.state_path.write_bytes(b"damaged")
    with pytest.raises(CheckpointUnusable):
        begun.last_state(RECIPE, {"backbone": "tiny"})


def test_that_a_disk_that_refuses_a_checkpoint_does_not_end_the_run(tmp_path: Path) -> None:
    begun, said = folder(tmp_path)

    def full() -> None:
        raise DiskFull(path=begun.state_path)

    begun.save_if_possible(full)
    assert said == [f"Not saved, training goes on. STO-04: {DiskFull(path=begun.state_path).user_text}"]


def test_that_a_file_in_place_of_the_folder_is_a_storage_error(tmp_path: Path) -> None:
    begun, _ = folder(tmp_path)
    begun.path.write_text("x")
    with pytest.raises(StorageError):
        begun.make()


def test_that_lines_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    line = "Wrote [bold]/" + "a" * 200
    plain_lines(Console(width=40))(line)
    assert capsys.readouterr().out == line + "\n"
