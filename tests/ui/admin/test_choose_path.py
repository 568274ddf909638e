"""The dialogs for files and folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from attendance.ui.admin.parts.choose_path import choose_file, choose_files, choose_folder, choose_new_file
from attendance.ui.window_end import end_window
from tests.ui.kiosk_scenes import settle


@pytest.fixture
def parent() -> Iterator[QWidget]:
    window = QWidget()
    window.show()
    yield window
    end_window(window)


def dialog_of(parent: QWidget) -> QFileDialog:
    dialog = parent.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def is_gone(parent: QWidget) -> bool:
    settle()
    return parent.findChild(QFileDialog) is None


def test_that_a_folder_is_chosen_and_the_dialog_is_gone(parent: QWidget, tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    found: list[Path] = []
    choose_folder(parent, found.append, start=tmp_path)
    dialog = dialog_of(parent)
    assert dialog.directory().absolutePath() == tmp_path.as_posix()
    dialog.selectFile(str(tmp_path / "ada"))
    dialog.accept()
    assert found == [tmp_path / "ada"]
    assert is_gone(parent)


def test_that_files_are_chosen_by_their_filter(parent: QWidget, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.touch()
    found: list[Path] = []
    choose_file(parent, "Import", found.append, filters=["Plan files (*.toml)", "All files (*)"], start=tmp_path)
    dialog = dialog_of(parent)
    assert dialog.windowTitle() == "Import"
    assert dialog.nameFilters() == ["Plan files (*.toml)", "All files (*)"]
    dialog.selectFile(str(file))
    dialog.accept()
    assert found == [file]
    assert is_gone(parent)

    several: list[list[Path]] = []
    choose_files(parent, "Photos", several.append, filters=["All files (*)"], start=tmp_path)
    dialog = dialog_of(parent)
    dialog.selectFile(str(file))
    dialog.accept()
    assert several == [[file]]
    assert is_gone(parent)


def test_that_a_new_file_gets_the_suffix_of_the_suggested_name(parent: QWidget, tmp_path: Path) -> None:
    found: list[Path] = []
    choose_new_file(parent, "Export", found.append, name="plan.toml", start=tmp_path)
    dialog = dialog_of(parent)
    assert Path(dialog.selectedFiles()[0]) == tmp_path / "plan.toml"
    dialog.selectFile("other")
    dialog.accept()
    assert found == [tmp_path / "other.toml"]
    assert is_gone(parent)


def test_that_a_dialog_without_an_answer_gives_none(parent: QWidget, tmp_path: Path) -> None:
    found: list[Path] = []
    choose_folder(parent, found.append, start=tmp_path)
    dialog_of(parent).reject()
    assert found == []
    assert is_gone(parent)
