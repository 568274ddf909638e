"""Languages, colours and sizes of the page Training."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from attendance.errors import Reason
from attendance.services.training.events import Refused
from attendance.ui import theme
from attendance.ui.admin.training.plots import nearest
from attendance.ui.admin.training.words import refused_text
from attendance.ui.i18n import LanguageSwitch
from attendance_training.errors import TrainingDataUnusable
from tests.training_parts import POSIX_ONLY
from tests.ui.admin.training.world import OpenPage, TrainingWorld, all_texts, begin, run_to_end

pytestmark = POSIX_ONLY


def test_that_language_and_colours_change_while_a_training_runs(
    open_page: OpenPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="wait").ready())
    begin(qtbot, page)
    assert page.run.loss is not None

    LanguageSwitch.instance().set_language("zh_CN")
    theme.apply_theme(qapp, "dark")
    qapp.processEvents()

    assert page.run.phase.text() == "正在训练… 397 / 400"
    assert page.run.loss.plot.getAxis("bottom").labelText == "步数"
    assert page.run.loss.plot.backgroundBrush().color().name().upper() == theme.DARK.surface
    assert page.run.loss.curve.opts["pen"].color().name().upper() == theme.DARK.accent


def test_that_every_sentence_is_chinese_in_chinese(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path, mode="refused").ready()
    world.settings.set("language", "zh_CN")
    page = open_page(world)
    run_to_end(qtbot, page)

    latin = [line for line in all_texts(page).splitlines() if line.isascii() and any(c.islower() for c in line)]
    assert latin == []


def test_that_what_the_process_could_not_use_is_told_in_the_windows_language(qapp: QApplication) -> None:
    few = Reason("{count} people have two usable photographs, at least {least} are needed", count=8, least=10)
    error = TrainingDataUnusable(path=Reason("The enrolled photographs"), reason=few)
    refused = Refused(*error.as_reasons)
    assert refused_text(refused) == (error.user_text, error.hint)
    LanguageSwitch.instance().set_language("zh_CN")
    sentence, hint = refused_text(refused)
    assert "8" in sentence
    assert "已登记的照片" in sentence
    assert "people" not in sentence
    assert hint != error.hint


@pytest.mark.knows_fonts
@pytest.mark.parametrize("size", [(768, 480), (1280, 800)])
def test_that_no_text_is_cut(open_page: OpenPage, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="refused").ready())
    page.window().resize(*size)
    run_to_end(qtbot, page)
    qtbot.wait(50)

    for label in page.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed, label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()


def test_that_the_wheel_over_a_plot_scrolls_the_page(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="refused").ready())
    page.window().resize(768, 480)
    run_to_end(qtbot, page)
    assert page.run.loss is not None
    bar = max((area.verticalScrollBar() for area in page.findChildren(QScrollArea)), key=lambda b: b.maximum())
    before, shown = bar.value(), page.run.loss.plot.viewRange()

    viewport = page.run.loss.plot.viewport()
    centre = QPointF(viewport.rect().center())
    event = QWheelEvent(
        centre,
        QPointF(viewport.mapToGlobal(centre.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)

    assert page.run.loss.plot.viewRange() == shown
    assert not event.isAccepted() or bar.value() > before


@pytest.mark.parametrize(("step", "index"), [(-5, 0), (1, 0), (5.4, 1), (7.4, 1), (7.6, 2), (99, 2)])
def test_that_the_value_under_the_pointer_is_that_of_the_nearest_step(step: float, index: int) -> None:
    assert nearest([(1, 0.1), (5, 0.2), (10, 0.3)], step) == index
