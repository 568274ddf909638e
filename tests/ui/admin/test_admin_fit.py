"""Every page of the admin window, small and large, in both languages, without a cut-off text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from attendance.core.training_gate import Outcome, Verdict
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.services.training.events import CheckRow, TrainingResult
from attendance.ui import theme
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.people.model import PeopleColumn
from attendance.ui.admin.training.result_card import TrainingResultCard
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.training_parts import POSIX_ONLY, TrainingParts
from tests.ui.admin.fit import SIZES, cut_buttons, cut_choices, cut_labels, cut_titles, outside, squeezed
from tests.ui.admin.hours_world import HoursWorld
from tests.ui.admin.models.world import BUNDLED, MINE, FakeModels
from tests.ui.admin.opening import OpenAdmin, opened, wait
from tests.ui.admin.world import portrait
from tests.ui.kiosk_scenes import LONG_NAME, settle

pytestmark = [
    pytest.mark.knows_fonts,
    POSIX_ONLY,
]
BUNDLED_TITLE = "Bundled pack (MTCNN + MobileFaceNet)"
BUNDLED_LICENCE = "trained on research-only data, to be checked before commercial use"


class FullWorld(HoursWorld):
    """A company with every page: hours, training, models, long names."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.around = TrainingParts(folder, roster=self.roster, settings=self.settings)
        self.add_person("1001", "张伟", "研发部")
        self.add_person("1004", LONG_NAME, "Quality assurance and long-term support")
        self.around.add_people(12, portrait(1))
        self.around.add_others_faces()
        self.models = FakeModels()
        self.models.store.infos = [BUNDLED, MINE]
        self.importer.script(("Anna Bell", "enrolled"), (LONG_NAME, "failed"), ("Cem Öz", "added"))
        self.add_day([self.anna, self.bob])

    def services(self) -> AdminServices:
        return replace(super().services(), training=self.around.service(), models=self.models)  # type: ignore[arg-type]


def pages_of(window: AdminWindow, qtbot: QtBot) -> Iterator[Page]:
    """Open every page, those beside the navigation too."""
    for row in range(window.navigation.count()):
        window.navigation.setCurrentRow(row)
        wait(qtbot, window)
        yield current(window)
    window.people.add.click()
    yield current(window)
    window.people.import_asked.emit()
    yield current(window)


def current(window: AdminWindow) -> Page:
    page = window.pages.currentWidget()
    assert isinstance(page, Page)
    return page


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_that_no_text_of_a_page_is_cut_off(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    world = FullWorld(tmp_path)
    world.pack_info = replace(
        world.pack_info, title=BUNDLED_TITLE, licence=BUNDLED_LICENCE, use=LicenceUse.RESEARCH_ONLY
    )
    world.settings.set("language", language)
    window = open_admin(world)
    window.resize(*size)
    assert (window.width(), window.height()) == size
    assert window.banners.notices  # of two lines in a small window: it takes height from every page
    assert LanguageSwitch.instance().locale().name() == {"en": "en_US", "zh_CN": "zh_CN"}[language]

    problems: dict[str, list[str]] = {}
    for page in pages_of(window, qtbot):
        settle()
        found = [
            *cut_labels(page),
            *cut_buttons(page),
            *cut_choices(page),
            *cut_titles(page),
            *outside(page),
            *squeezed(page),
        ]
        if page.width() > window.width() or page.minimumSizeHint().width() > page.width():
            found.append(f"the page needs {page.minimumSizeHint().width()} of {page.width()}")
        if found:
            problems[type(page).__name__] = found
    assert problems == {}


NAMES = ("Clara Lindqvist", "Marguerite Featherstonehaugh", "王小明", "Maximiliane Alexandra Schwarzenberg-Wolf")


@pytest.fixture
def window(open_admin: OpenAdmin) -> AdminWindow:
    world = HoursWorld()
    for number, name in enumerate(NAMES):
        world.roster.enrol(code=f"{number:04}", name=name, department="Quality assurance", templates=[], model_id="m")
    return open_admin(world)


@pytest.mark.parametrize("width", [1280, 1366])
def test_that_names_are_whole_where_there_is_room(window: AdminWindow, qtbot: QtBot, width: int) -> None:
    window.resize(width, 800)
    laid_out(window, qtbot)
    table = window.people.table

    for row in range(table.model().rowCount()):
        index = table.model().index(row, PeopleColumn.NAME)
        name = str(index.data())
        assert table.sizeHintForIndex(index).width() <= table.columnWidth(PeopleColumn.NAME), name


def test_that_columns_follow_the_width_of_the_window(window: AdminWindow, qtbot: QtBot) -> None:
    table = window.people.table
    taken = []
    for width in (1100, 1366, 1100):
        window.resize(width, 800)
        laid_out(window, qtbot)
        assert table.horizontalHeader().length() == table.viewport().width(), width
        taken.append(table.columnWidth(PeopleColumn.NAME))
    assert taken[0] == taken[2] < taken[1]


def test_that_a_width_that_was_dragged_is_kept(window: AdminWindow, qtbot: QtBot) -> None:
    window.resize(1280, 800)
    laid_out(window, qtbot)
    table = window.people.table
    table.horizontalHeader().resizeSection(PeopleColumn.CODE, 211)
    laid_out(window, qtbot)

    window.resize(1000, 700)
    laid_out(window, qtbot)

    assert table.columnWidth(PeopleColumn.CODE) == 211


def test_that_the_list_of_people_is_seen_whole_in_the_smallest_window(window: AdminWindow, qtbot: QtBot) -> None:
    for number in range(20):  # more than fit: the bar at the side takes its width too
        window.people.services.roster.enrol(
            code=f"x{number}", name="Somebody Else", department="Quality assurance", templates=[], model_id="m"
        )
    window.people.reload()
    window.resize(800, 480)
    laid_out(window, qtbot)
    table = window.people.table

    assert table.verticalScrollBar().isVisible()
    assert table.horizontalHeader().length() <= table.viewport().width()


def laid_out(window: AdminWindow, qtbot: QtBot) -> None:
    wait(qtbot, window)
    settle()


def test_that_a_cut_text_is_noticed(window: AdminWindow, qtbot: QtBot) -> None:
    laid_out(window, qtbot)
    window.people.add.setFixedWidth(20)
    label = next(one for one in window.people.findChildren(QLabel) if one.isVisible() and one.text())
    label.setFixedWidth(5)
    laid_out(window, qtbot)

    assert any(window.people.add.text() in found for found in cut_buttons(window.people))
    assert any(label.text() in found for found in cut_labels(window.people))


def test_that_the_preview_of_a_report_takes_the_width_that_is_there(window: AdminWindow, qtbot: QtBot) -> None:
    window.navigation.open_page(window.reports)
    table = window.reports.table
    qtbot.waitUntil(lambda: table.model().rowCount() > 0 and window.jobs.is_idle)
    narrow, wide = (contents(window, qtbot, width) for width in (800, 3840))

    assert wide == table.viewport().width()
    assert narrow <= wide


def contents(window: AdminWindow, qtbot: QtBot, width: int) -> int:
    window.resize(width, 800)
    laid_out(window, qtbot)
    return window.reports.table.horizontalHeader().length()


def test_that_the_columns_of_a_report_stand_together_and_words_take_the_rest(window: AdminWindow, qtbot: QtBot) -> None:
    window.navigation.open_page(window.reports)
    table = window.reports.table
    qtbot.waitUntil(lambda: table.model().rowCount() > 0 and window.jobs.is_idle)
    window.resize(3840, 800)
    laid_out(window, qtbot)
    widths = {
        str(table.model().headerData(column, Qt.Orientation.Horizontal)): table.columnWidth(column)
        for column in range(table.model().columnCount())
    }
    assert max(widths, key=lambda title: widths[title]) == "Name"


@pytest.mark.parametrize(("width", "columns"), [(700, 1), (1366, 2), (3840, 2)])
def test_that_the_cards_of_the_system_stand_in_pairs_where_there_is_room(
    window: AdminWindow, qtbot: QtBot, width: int, columns: int
) -> None:
    window.resize(width, 768)
    page = opened(qtbot, window, window.system)
    laid_out(window, qtbot)
    assert (page.device.x() > page.appearance.x()) == (columns == 2)


def test_that_the_buttons_of_a_narrow_notice_are_no_wider_than_their_words(window: AdminWindow, qtbot: QtBot) -> None:
    window.resize(3840, 2160)
    window.people.enrol_asked.emit(None)
    notice, retry = window.enrol.capture.notice, window.enrol.capture.retry
    qtbot.waitUntil(notice.isVisible)
    laid_out(window, qtbot)
    assert retry.width() == retry.sizeHint().width()


def test_that_the_frame_of_a_table_is_whole_when_it_has_the_focus(window: AdminWindow, qtbot: QtBot) -> None:
    laid_out(window, qtbot)
    table = window.people.table
    for widget in (window.people.filter.search, table):
        widget.setFocus()
        settle()
        inside = table.viewport().geometry()
        assert inside.left() == theme.FOCUS_LINE
        assert table.horizontalHeader().geometry().top() == theme.FOCUS_LINE


def test_that_before_and_after_stay_near_their_check(window: AdminWindow) -> None:
    card = TrainingResultCard()
    card.setParent(window)
    row = CheckRow(Reason("each person's photographs"), "1", "2", Verdict.HOLDS, None, None)
    card.show_result(TrainingResult(Outcome.HELD, (row,), None))
    card.resize(3000, 400)
    card.show()
    settle()
    assert card.table.width() == card.table.maximumWidth() < card.width() / 2
    assert card.table.x() < theme.SPACE_6
