"""The CSV log of a run."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from attendance.errors.storage import StorageError
from attendance_training.distillation.log import COLUMNS, DistilLog, LogRow
from attendance_training.runs.run_folder import RunFolder


def row(step: int, **changes: float) -> LogRow:
    values = {"minutes": 1.5, "loss": 0.25, "lr": 9e-4, "cosine": 0.9, "crops_per_s": 40.0, **changes}
    return LogRow(step=step, **values)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_that_rows_are_written_under_their_columns_and_blank_where_not_measured(tmp_path: Path) -> None:
    log = DistilLog(RunFolder(tmp_path, print), step=0)
    log.add(row(0, loss=math.nan, crops_per_s=math.nan))
    log.add(row(150))
    assert read(tmp_path / "log.csv") == [
        list(COLUMNS),
        ["0", "1.5", "", "0.0009", "0.9", ""],
        ["150", "1.5", "0.25", "0.0009", "0.9", "40"],
    ]


def test_that_a_resumed_log_leaves_out_steps_that_were_never_saved(tmp_path: Path) -> None:
    log = DistilLog(RunFolder(tmp_path, print), step=0)
    for step in (150, 300, 450):
        log.add(row(step))
    DistilLog(RunFolder(tmp_path, print), step=300).add(row(400))
    assert [line[0] for line in read(tmp_path / "log.csv")] == ["step", "150", "300", "400"]


def test_that_a_log_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StorageError, match="not the log of a run"):
        DistilLog(RunFolder(tmp_path, print), step=0)


def test_that_the_line_for_people_leaves_out_what_was_not_measured() -> None:
    assert row(150).as_line() == "step 150  1.5 min  loss 0.2500  lr 9.00e-04  cosine 0.9000  40 crops/s"
    assert row(0, loss=math.nan, crops_per_s=math.nan).as_line() == "step 0  1.5 min  lr 9.00e-04  cosine 0.9000"
