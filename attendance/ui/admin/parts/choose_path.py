"""Dialogs for files and folders; none of them blocks, and each is gone when it is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from attendance.ui.admin.parts.words import translate


def choose_folder(parent: QWidget, chosen: Callable[[Path], None], *, start: str | Path = "") -> None:
    """Ask for a folder.

    Args:
        parent: whose question it is.
        chosen: takes the answer; not called when there is none.
        start: folder that is shown first; "" for the one the program runs in.
    """
    dialog = QFileDialog(parent, translate("admin", "Choose a folder"), str(start))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _open(dialog, chosen)


def choose_file(
    parent: QWidget, title: str, chosen: Callable[[Path], None], *, filters: Sequence[str], start: str | Path = ""
) -> None:
    """Ask for a file that exists.

    Args:
        parent: whose question it is.
        title: of the dialog.
        chosen: takes the answer; not called when there is none.
        filters: which files are offered, as "words (*.a *.b)"; the first one holds at first.
        start: folder that is shown first; "" for the one the program runs in.
    """
    dialog = QFileDialog(parent, title, str(start))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(list(filters))
    _open(dialog, chosen)


def choose_files(
    parent: QWidget,
    title: str,
    chosen: Callable[[list[Path]], None],
    *,
    filters: Sequence[str],
    start: str | Path = "",
) -> None:
    """Ask for one or more files that exist; as ``choose_file``."""
    dialog = QFileDialog(parent, title, str(start))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(list(filters))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()


def choose_new_file(
    parent: QWidget,
    title: str,
    chosen: Callable[[Path], None],
    *,
    name: str,
    start: str | Path,
    filters: Sequence[str] = (),
) -> None:
    """Ask where a file is to be written; one that exists is asked about.

    Args:
        parent: whose question it is.
        title: of the dialog.
        chosen: takes the answer; not called when there is none.
        name: that is suggested; its suffix is added to an answer without one.
        start: folder that is shown first.
        filters: as in ``choose_file``.
    """
    dialog = QFileDialog(parent, title, str(start))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    if filters:
        dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    _open(dialog, chosen)


def all_files() -> str:
    """Return the filter that offers every file."""
    return translate("admin", "All files (*)")


def _open(dialog: QFileDialog, chosen: Callable[[Path], None]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()
