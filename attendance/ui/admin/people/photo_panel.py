"""Samples from photo files: chosen or dropped, one result for each file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import all_files, choose_files
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.stylesheet import ICON_LARGE
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.rejection import file_verdict
from attendance.ui.plain_tip import plain_tip
from attendance.ui.stylesheet import set_role

if TYPE_CHECKING:
    from attendance.services.people.enrolment import Sample

PICTURE_PATTERNS = "*.jpg *.jpeg *.png *.bmp *.webp *.tif *.tiff"


class DropArea(QFrame):
    """A framed area that takes dropped files and folders.

    Signals:
        dropped: list of paths.
    """

    dropped = Signal(object)

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "drop")
        self.setAcceptDrops(True)
        picture = QLabel()
        set_icon(picture, icon, "text_muted", ICON_LARGE)
        self.label = QLabel()
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        set_role(self.label, "muted")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.SPACE_3)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_6, theme.SPACE_6, theme.SPACE_6, theme.SPACE_6)
        column.setSpacing(theme.SPACE_3)
        column.addStretch(1)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.label)
        column.addLayout(self._buttons)
        column.addStretch(1)

    def add_button(self, button: QPushButton) -> None:
        """Offer the same thing to those who do not drag."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if _local_paths(event):
            set_role(self, "drop-active")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        set_role(self, "drop")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files."""
        set_role(self, "drop")
        paths = _local_paths(event)
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)


class PhotoPanel(QWidget):
    """Drop area, file picker and the verdict on each file.

    Signals:
        sample_taken: a Sample of a file that passed the gate.
    """

    sample_taken = Signal(object)

    def __init__(self, services: AdminServices, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._verdicts: list[tuple[QListWidgetItem, Path, Callable[[], str]]] = []
        self._round = 0
        self._folder = ""
        self.area = DropArea("photos")
        self.choose = QPushButton()
        set_icon(self.choose, "file")
        self.area.add_button(self.choose)
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setWordWrap(True)
        set_role(self.list, "list")
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.area, 2)
        column.addWidget(self.list, 3)
        self.choose.clicked.connect(self._on_choose)
        self.area.dropped.connect(self.add_files)
        self.retranslate()

    def clear(self) -> None:
        """Forget the files; answers still on their way are ignored."""
        self._round += 1
        self._verdicts.clear()
        self.list.clear()
        self.list.hide()

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Examine files, and the pictures of folders, one after the other in a worker."""
        self._jobs.submit(lambda: self._pictures(paths), self._examine, lambda _error: None)

    def _pictures(self, paths: Iterable[Path]) -> list[Path]:
        found: list[Path] = []
        for path in paths:
            found += self._services.images.list_images(path) if path.is_dir() else [path]
        return found

    def _examine(self, files: list[Path]) -> None:
        for path in files:
            item = QListWidgetItem(self.list)
            place = len(self._verdicts)
            self._verdicts.append((item, path, lambda: translate("admin", "Being examined…")))
            self._show(place, "clock", "text_muted")
            enrolment = self._services.enrolment
            self._jobs.submit(
                partial(enrolment.examine_file, path),
                partial(self._on_sample, self._round, place),
                partial(self._on_rejected, self._round, place),
                vision=True,
            )
        self.list.setVisible(bool(self._verdicts))

    def _on_sample(self, number: int, place: int, sample: Sample) -> None:
        if number == self._round:
            self._set_verdict(place, lambda: translate("admin", "Good"), "check", "ok")
            self.sample_taken.emit(sample)

    def _on_rejected(self, number: int, place: int, error: Exception) -> None:
        if number == self._round:
            self._set_verdict(place, lambda: file_verdict(error), "warning", "bad")

    def _set_verdict(self, place: int, verdict: Callable[[], str], icon: str, token: str) -> None:
        item, path, _ = self._verdicts[place]
        self._verdicts[place] = (item, path, verdict)
        self._show(place, icon, token)

    def _show(self, place: int, icon: str, token: str) -> None:
        item, path, verdict = self._verdicts[place]
        item.setText(f"{path.name}: {verdict()}")
        item.setToolTip(plain_tip(str(path)))
        item.setIcon(theme.icon(icon, getattr(theme.tokens(), token)))
        self.list.scrollToItem(item)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.area.label.setText(
            translate("admin", "Drop 3 to 5 photos of this person here: one face each, from the front.")
        )
        self.choose.setText(translate("admin", "Choose photos…"))
        self.list.setAccessibleName(translate("admin", "Results of the photo files"))
        for item, path, verdict in self._verdicts:
            item.setText(f"{path.name}: {verdict()}")

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @Slot()
    def _on_choose(self) -> None:
        filters = [translate("admin", "Pictures ({patterns})").format(patterns=PICTURE_PATTERNS), all_files()]
        choose_files(self, translate("admin", "Choose photos"), self._on_chosen, filters=filters, start=self._folder)

    def _on_chosen(self, paths: list[Path]) -> None:
        if paths:
            self._folder = str(paths[0].parent)
        self.add_files(paths)


def _local_paths(event: QDropEvent) -> list[Path]:
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    return [Path(u.toLocalFile()) for u in urls if u.isLocalFile()]
