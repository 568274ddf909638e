"""The curves of a run: drawn from its log, whatever is in it, and never the end of a run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("torch")

from attendance_training.runs.curves import HTML_NAME, PNG_NAME, draw_curves
from attendance_training.runs.run_folder import LOG_NAME, Panels, RunFolder

PANELS = Panels(loss=("loss",), rate="lr", validation=("validation", "recall"))
LOG = "step,loss,lr,validation,recall\n10,4.5,1e-3,,\n20,3.25,5e-4,0.5,0.75\n30,2.125,0,0.625,\n"


def run_folder(tmp_path: Path, log: str | None = LOG) -> tuple[RunFolder, list[str]]:
    said: list[str] = []
    folder = RunFolder(tmp_path / "run<1>", said.append)
    folder.make()
    if log is not None:
        (folder.path / LOG_NAME).write_text(log, encoding="utf-8")
    return folder, said


def test_that_a_run_has_a_picture_and_a_page_that_needs_nothing_else(tmp_path: Path) -> None:
    folder, said = run_folder(tmp_path)
    folder.draw(PANELS, "Finished: 30 of 30 steps.")
    assert (folder.path / PNG_NAME).read_bytes().startswith(b"\x89PNG")
    page = (folder.path / HTML_NAME).read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml;base64,") == 3
    assert "Finished: 30 of 30 steps." in page
    assert "run&lt;1&gt;" in page
    assert "<1>" not in page
    cells = re.findall(r"<td>([^<]*)</td>", page)
    loss = cells.index("loss")
    assert cells[loss : loss + 6] == ["loss", "4.5", "2.125", "2.125", "4.5", "3"]
    assert not re.search(r"(src|href)=[\"\']http", page)
    assert said == [f"Wrote the curves {folder.path / PNG_NAME} and {folder.path / HTML_NAME}"]


def test_that_the_same_log_gives_the_same_files(tmp_path: Path) -> None:
    folder, _ = run_folder(tmp_path)
    made = []
    for _ in range(2):
        folder.draw(PANELS, "x")
        made.append([(folder.path / name).read_bytes() for name in (PNG_NAME, HTML_NAME)])
    assert made[0] == made[1]


def test_that_a_column_without_a_number_is_an_empty_plot(tmp_path: Path) -> None:
    folder, said = run_folder(tmp_path, "step,loss,lr,validation,recall\n10,nan,1e-3,,\n")
    folder.draw(PANELS, "Diverged: the loss is nan at step 12.")
    assert said[0].startswith("Wrote the curves")


@pytest.mark.parametrize("log", ["", "step,loss\n10,1\n", "step,loss,lr,validation,recall\n"])
def test_that_a_log_of_something_else_ends_no_run(tmp_path: Path, log: str) -> None:
    folder, said = run_folder(tmp_path, log)
    folder.draw(PANELS, "x")
    assert len(said) == 1
    assert said[0].startswith(("No curves were drawn", "Wrote the curves"))


def test_that_nothing_is_drawn_before_there_is_a_log(tmp_path: Path) -> None:
    folder, said = run_folder(tmp_path, None)
    folder.draw(PANELS, "x")
    assert said == []
    assert list(folder.path.iterdir()) == []


def test_that_curves_that_cannot_be_written_or_drawn_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, said = run_folder(tmp_path)
    (folder.path / PNG_NAME).mkdir()
    folder.draw(PANELS, "x")
    assert said[-1].startswith("No curves were drawn from")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    folder.draw(PANELS, "x")
    assert "matplotlib is not installed" in said[-1]


def test_that_both_files_lie_beside_the_log(tmp_path: Path) -> None:
    folder, _ = run_folder(tmp_path)
    log = folder.path / LOG_NAME
    assert draw_curves(log, PANELS, ended="x") == (log.with_name(PNG_NAME), log.with_name(HTML_NAME))
