"""No text of the admin window is cut at the sizes of real screens, in both languages, whatever fonts there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from attendance.ui.admin.people.model import PeopleColumn
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.hours_world import HoursWorld
from tests.ui.admin.world import World

pytestmark = pytest.mark.knows_fonts
OpenAdmin = Callable[[World], AdminWindow]
NAMES = ("Clara Lindqvist", "Marguerite Featherstonehaugh", "王小明", "Maximiliane Alexandra Schwarzenberg-Wolf")
SIZES = ((800, 480), (1366, 768), (3840, 2160))


@pytest.fixture
def window(open_admin: OpenAdmin) -> AdminWindow:
    world = HoursWorld()
    for number, name in enumerate(NAMES):
        world.roster.enrol(code=f"{number:04}", name=name, department="Quality assurance", templates=[], model_id="m")
    return open_admin(world)


def settle(window: AdminWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.jobs.is_idle)
    for _ in range(3):
        QCoreApplication.processEvents()


def cut_texts(window: AdminWindow) -> list[str]:
    """Return visible texts that do not fit into their widgets."""
    found = []
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and button.width() < button.minimumSizeHint().width():
            found.append(button.text())
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or label.textFormat() is Qt.TextFormat.RichText:
            continue
        if label.wordWrap():
            if label.height() < label.heightForWidth(label.width()):
                found.append(label.text())
        elif label.contentsRect().width() < QFontMetrics(label.font()).horizontalAdvance(label.text()):
            found.append(label.text())
    for table in window.findChildren(QTableView):
        header = table.horizontalHeader()
        if table.isVisible() and header.isVisible():
            columns = [c for c in range(header.count()) if not header.isSectionHidden(c)]
            found += [
                str(table.model().headerData(c, Qt.Orientation.Horizontal))
                for c in columns
                if header.sectionSize(c) < header.sectionSizeHint(c)
            ]
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_that_no_text_of_a_page_is_cut(window: AdminWindow, qtbot: QtBot, language: str, size: tuple[int, int]) -> None:
    LanguageSwitch.instance().set_language(language)
    window.resize(*size)
    cut = {}
    for row in range(window.navigation.count()):
        window.navigation.setCurrentRow(row)
        settle(window, qtbot)
        if texts := cut_texts(window):
            cut[type(window.pages.currentWidget()).__name__] = texts
    assert cut == {}


@pytest.mark.parametrize("width", [1280, 1366])
def test_that_names_are_whole_where_there_is_room(window: AdminWindow, qtbot: QtBot, width: int) -> None:
    window.resize(width, 800)
    settle(window, qtbot)
    table = window.people.table

    for row in range(table.model().rowCount()):
        index = table.model().index(row, PeopleColumn.NAME)
        name = str(index.data())
        assert table.sizeHintForIndex(index).width() <= table.columnWidth(PeopleColumn.NAME), name


def test_that_a_width_that_was_dragged_is_kept(window: AdminWindow, qtbot: QtBot) -> None:
    window.resize(1280, 800)
    settle(window, qtbot)
    table = window.people.table
    table.horizontalHeader().resizeSection(PeopleColumn.CODE, 211)
    settle(window, qtbot)

    window.resize(1000, 700)
    settle(window, qtbot)

    assert table.columnWidth(PeopleColumn.CODE) == 211


def test_that_the_drawer_leaves_the_names_readable_in_a_small_window(window: AdminWindow, qtbot: QtBot) -> None:
    window.resize(800, 480)
    window.people.table.selectRow(0)
    settle(window, qtbot)
    buttons = [b for b in window.people.findChildren(QPushButton) if b.isVisible()]

    assert all(b.width() >= b.minimumSizeHint().width() for b in buttons)


def test_that_a_cut_text_is_noticed(window: AdminWindow, qtbot: QtBot) -> None:
    settle(window, qtbot)
    window.people.add.setFixedWidth(20)
    label = next(one for one in window.people.findChildren(QLabel) if one.isVisible() and one.text())
    label.setFixedWidth(5)
    settle(window, qtbot)

    assert {window.people.add.text(), label.text()} <= set(cut_texts(window))
