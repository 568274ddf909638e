"""A company that may train, with a stand-in for the training process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.training.page import TrainingPage
from tests.training_parts import TrainingParts
from tests.ui.admin.world import World, portrait

PACK = "tuned-20260302-080000"


class TrainingWorld(World):
    """A company that may train; services are made anew at every load, as in the application."""

    def __init__(self, folder: Path, **training: object) -> None:
        super().__init__()
        self.around = TrainingParts(folder, roster=self.roster, settings=self.settings, **training)  # type: ignore[arg-type]
        self.loads = 0

    def services(self) -> AdminServices:
        self.loads += 1
        return replace(super().services(), training=self.around.service())

    def ready(self) -> TrainingWorld:
        self.around.add_people(12, portrait(1))
        self.around.add_others_faces()
        return self


OpenPage = Callable[[TrainingWorld], TrainingPage]


def run_to_end(qtbot: QtBot, page: TrainingPage) -> None:
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.cancel.isVisible)
    qtbot.waitUntil(lambda: page.start.isVisible() and page.jobs.is_idle)


def begin(qtbot: QtBot, page: TrainingPage) -> None:
    page.start.click()
    qtbot.waitUntil(lambda: len(page.service.status.validations) == 20)
    qtbot.waitUntil(lambda: page.run.validation is not None and len(page.run.validation.points) == 20)


def all_texts(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())
