"""The CSV log of a run."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from attendance.errors.storage import StorageError
from attendance_training.runs.csv_log import CsvLog

COLUMNS = ("step", "loss", "lr")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def log_of(tmp_path: Path, *steps: int, up_to_step: int = 0) -> CsvLog:
    log = CsvLog(tmp_path / "log.csv", COLUMNS, up_to_step=up_to_step)
    for step in steps:
        log.append(step, (0.25 if step else math.nan, 9e-4))
    log.write()
    return log


def test_that_rows_are_written_under_their_columns_and_blank_where_not_measured(tmp_path: Path) -> None:
    log_of(tmp_path, 0, 150)
    assert read(tmp_path / "log.csv") == [[*COLUMNS], ["0", "", "0.0009"], ["150", "0.25", "0.0009"]]


def test_that_a_resumed_log_leaves_out_steps_that_were_never_saved(tmp_path: Path) -> None:
    log_of(tmp_path, 150, 300, 450)
    log_of(tmp_path, 400, up_to_step=300)
    assert [line[0] for line in read(tmp_path / "log.csv")] == ["step", "150", "300", "400"]


def test_that_the_loss_it_began_with_is_the_first_one_measured(tmp_path: Path) -> None:
    assert log_of(tmp_path, 0, 150).first(("loss",)) == 0.25
    assert log_of(tmp_path, 0).first(("loss",)) is None


def test_that_a_log_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StorageError, match="not the log of a run"):
        CsvLog(tmp_path / "log.csv", COLUMNS, up_to_step=0)
