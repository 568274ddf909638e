from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from attendance.core.types import Person
from attendance.errors import Reason
from attendance.errors.storage import DatabaseLocked, DiskFull, EraseUnfinished
from attendance.ui.admin.parts.avatar import load_photos
from attendance.ui.admin.people.model import PeopleColumn
from attendance.ui.admin.people.page import PeoplePage
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.in_memory import InMemorySettings
from tests.ui.admin.opening import OpenAdmin, wait
from tests.ui.admin.world import NOW, World


@pytest.fixture
def world() -> World:
    made = World()
    made.add_company()
    return made


def names(window: AdminWindow) -> list[str]:
    rows = window.people.rows
    return [rows.record(row).name for row in range(rows.rowCount())]


def choose(window: AdminWindow, code: str) -> Person:
    person = window.people.model.owner_of(code)
    assert person is not None
    assert window.people.table.select_key(person.id)
    return person


def test_that_an_empty_roster_says_the_next_step(open_admin: OpenAdmin) -> None:
    window = open_admin(World())

    assert window.people.nobody.isVisible()
    buttons = {b.text(): b for b in window.people.nobody.findChildren(QPushButton)}
    assert set(buttons) == {"Add the first person", "Import a folder or CSV"}
    buttons["Import a folder or CSV"].click()
    assert window.pages.currentWidget() is window.imports
    window.imports.back.click()
    buttons["Add the first person"].click()
    assert window.pages.currentWidget() is window.enrol


def test_that_nobody_is_said_to_be_missing_before_it_was_looked_for(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    known = open_admin(World()).people
    page = PeoplePage(known.services, known.jobs, known.toasts)
    qtbot.addWidget(page)
    page.filter.search.setText("an")
    assert page.places.currentWidget() is page.table
    page.reload()
    qtbot.waitUntil(lambda: page.places.currentWidget() is page.nobody)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("öz", {"Anna Öztürk"}),
        ("1003", {"李娜"}),
        ("生产", {"陈静", "王芳"}),
        ("assembly bob", {"Bob Carter"}),
        ("x9", set()),
    ],
)
def test_that_search_looks_at_name_code_and_department(
    open_admin: OpenAdmin, world: World, typed: str, found: set[str]
) -> None:
    window = open_admin(world)

    window.people.filter.search.setText(typed)

    assert set(names(window)) == found
    assert window.people.nothing_found.isVisible() is (not found)


def test_that_chinese_names_are_sorted_by_pinyin(open_admin: OpenAdmin, world: World) -> None:
    world.settings = InMemorySettings({"language": "zh_CN"})

    window = open_admin(world)

    assert [n for n in names(window) if n > "一"] == ["陈静", "李娜", "王芳", "张伟"]


def test_that_a_click_on_a_title_sorts_and_the_selection_moves_along(open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    chosen = choose(window, "1004")

    window.people.table.sortByColumn(PeopleColumn.TEMPLATES, Qt.SortOrder.DescendingOrder)

    counts = [window.people.rows.record(row).template_count for row in range(window.people.rows.rowCount())]
    assert counts == sorted(counts, reverse=True)
    assert [p.id for p in window.people.table.selected_records()] == [chosen.id]


def test_that_ten_thousand_people_can_be_searched_and_sorted(open_admin: OpenAdmin) -> None:
    world = World()
    world.add_crowd(10_000)
    window = open_admin(world)
    assert window.people.rows.rowCount() == 10_000

    window.people.filter.search.setText("team 39 anna")
    few = names(window)
    window.people.filter.search.setText("")
    window.people.table.sortByColumn(PeopleColumn.CODE, Qt.SortOrder.DescendingOrder)

    assert few
    assert all(name.startswith("Anna") for name in few)
    assert window.people.rows.record(0).code == "10000"
    assert window.people.caption.text() == "10,000 people"


def test_that_the_filter_shows_who_is_inactive_or_has_no_photo(open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)

    window.people.filter.shown.setCurrentIndex(2)
    inactive = names(window)
    window.people.filter.shown.setCurrentIndex(3)

    assert inactive == ["Bob Carter"]
    assert names(window) == ["Åsa Lindqvist"]


def test_that_selected_rows_are_copied_as_a_table_of_the_visible_columns(
    open_admin: OpenAdmin, world: World, qtbot: QtBot
) -> None:
    window = open_admin(world)
    window.people.filter.search.setText("研发部")
    window.people.table.setColumnHidden(PeopleColumn.TEMPLATES, True)
    window.people.table.sortByColumn(PeopleColumn.CODE, Qt.SortOrder.AscendingOrder)
    window.people.table.selectAll()

    qtbot.keyClick(window.people.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == (
        "Name\tCode\tDepartment\tStatus\n张伟\t1001\t研发部\tActive\n李娜\t1003\t研发部\tActive\n"
    )


def test_that_the_column_menu_hides_columns_but_never_the_last(open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    menu = window.people.filter.columns.menu()
    assert menu is not None

    for column in range(1, len(PeopleColumn)):
        menu.aboutToShow.emit()
        menu.actions()[column].trigger()
    menu.aboutToShow.emit()

    assert [window.people.table.isColumnHidden(c) for c in range(len(PeopleColumn))] == [False, True, True, True, True]
    assert not menu.actions()[0].isEnabled()


def test_that_the_drawer_saves_a_changed_department(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1003")
    drawer = window.people.drawer
    assert drawer.isVisible()
    assert not drawer.save.isEnabled()

    drawer.form.department.editor.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(drawer.form.department.editor, "Xylo  ")
    drawer.save.click()
    wait(qtbot, window)

    assert world.roster.get_by_code("1003").department == "Xylo"
    assert window.toasts.shown[-1].label.text() == "Saved 李娜."
    assert window.people.rows.record(window.people.rows.row_of(drawer.people[0].id) or 0).department == "Xylo"


def test_that_an_empty_name_is_refused_at_its_field(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1003")
    form = window.people.drawer.form

    form.name.editor.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClick(form.name.editor, Qt.Key.Key_Delete)
    window.people.drawer.save.click()

    assert form.name.line.text() == "⚠ Enter a name."
    assert world.roster.get_by_code("1003").name == "李娜"


def test_that_a_failed_save_is_said_in_the_drawer(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1003")
    drawer = window.people.drawer
    qtbot.keyClicks(drawer.form.name.editor, " B")
    world.roster.failure = DiskFull(path="attendance.db")

    drawer.save.click()
    wait(qtbot, window)

    assert drawer.error.isVisible()
    assert "full" in drawer.error.label.text()
    assert drawer.save.isEnabled()


def test_that_deactivating_can_be_undone_from_the_toast(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1001")

    window.people.drawer.deactivate.click()
    wait(qtbot, window)
    assert not world.roster.get_by_code("1001").is_active
    toast = window.toasts.shown[-1]
    assert toast.label.text() == "张伟 is inactive now."
    assert toast.button is not None
    toast.button.click()
    wait(qtbot, window)

    assert world.roster.get_by_code("1001").is_active


def test_that_several_people_are_deactivated_together(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    window.people.table.selectAll()
    assert window.people.drawer.heading.text() == "8 people selected"

    window.people.drawer.deactivate.click()
    wait(qtbot, window)

    assert not any(p.is_active for p in world.roster.list_people())
    # Bob was inactive before: an undo must not activate him.
    button = window.toasts.shown[-1].button
    assert button is not None
    button.click()
    wait(qtbot, window)
    assert [p.name for p in world.roster.list_people() if not p.is_active] == ["Bob Carter"]


def test_that_erasing_names_the_numbers_and_needs_the_code(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    person = choose(window, "1003")
    for _ in range(3):
        world.add_event(person, NOW)
    world.roster.events_of[person.id] = 3
    panel = window.people.drawer.erase_panel

    window.people.drawer.erase.click()
    assert not panel.confirm.isEnabled()
    wait(qtbot, window)
    assert panel.sentence.text() == (
        "This removes 4 templates and 4 photos of 李娜. 3 attendance rows stay, anonymised. It cannot be undone."
    )
    qtbot.keyClicks(panel.code, "100")
    assert not panel.confirm.isEnabled()
    qtbot.keyClicks(panel.code, "3")
    qtbot.keyClick(panel.code, Qt.Key.Key_Return)
    wait(qtbot, window)

    assert "李娜" not in names(window)
    assert world.roster.get(person.id) is None
    assert window.toasts.shown[-1].label.text() == "Erased: 4 templates, 4 photos. 3 attendance rows stay, anonymised."
    assert not window.people.drawer.isVisible()


def test_that_an_erasure_that_left_something_on_the_disk_says_so(
    open_admin: OpenAdmin, world: World, qtbot: QtBot
) -> None:
    world.unfinished = EraseUnfinished(path="home", reason=Reason("another program is reading it"))
    window = open_admin(world)
    choose(window, "1003")
    window.people.drawer.erase.click()
    wait(qtbot, window)
    qtbot.keyClicks(window.people.drawer.erase_panel.code, "1003")
    qtbot.keyClick(window.people.drawer.erase_panel.code, Qt.Key.Key_Return)
    wait(qtbot, window)
    text = window.toasts.shown[-1].label.text()
    assert text.startswith("Erased: 4 templates")
    assert "may still be in files of home: another program is reading it" in text


def test_that_a_cancelled_erasure_changes_nothing(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    person = choose(window, "1003")
    window.people.drawer.erase.click()
    wait(qtbot, window)

    window.people.drawer.erase_panel.cancel.click()

    assert world.roster.get(person.id) is not None
    assert window.people.drawer.form.isVisible()


def test_that_a_change_by_another_program_appears_without_losing_the_selection(
    open_admin: OpenAdmin, world: World, qtbot: QtBot
) -> None:
    window = open_admin(world)
    chosen = choose(window, "1005")
    world.add_person("1099", "Newcomer")

    window.people._poll.timeout.emit()
    qtbot.waitUntil(lambda: "Newcomer" in names(window))

    assert [p.id for p in window.people.table.selected_records()] == [chosen.id]
    assert window.people.drawer.isVisible()


def test_that_a_roster_that_cannot_be_read_offers_another_try(
    open_admin: OpenAdmin, world: World, qtbot: QtBot
) -> None:
    world.roster.failure = DatabaseLocked(path="attendance.db")
    window = open_admin(world)
    assert window.people.failed.isVisible()
    assert "locked" in window.people.failed.title.text()

    world.roster.failure = None
    window.people.failed.findChildren(QPushButton)[0].click()
    wait(qtbot, window)

    assert len(names(window)) == 8


def test_that_kept_crops_become_thumbnails(world: World, open_admin: OpenAdmin, qtbot: QtBot) -> None:
    photos = load_photos(world.roster, threading.Event())
    assert len(photos) == 7

    window = open_admin(world)
    wait(qtbot, window)
    with_photo, without = (window.people.model.owner_of(c) for c in ("1003", "1008"))
    assert with_photo is not None
    assert without is not None
    colours = {
        name: window.people.model.avatar(person).toImage().pixelColor(16, 22).name()
        for name, person in (("photo", with_photo), ("initial", without))
    }
    assert colours["photo"] != colours["initial"]


def test_that_escape_closes_the_drawer(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1003")

    qtbot.keyClick(window.people.drawer.form.name.editor, Qt.Key.Key_Escape)

    assert not window.people.drawer.isVisible()


def test_that_the_page_changes_its_language_while_it_is_open(open_admin: OpenAdmin, world: World, qtbot: QtBot) -> None:
    window = open_admin(world)
    choose(window, "1003")

    LanguageSwitch.instance().set_language("zh_CN")

    qtbot.waitUntil(lambda: window.people.add.text() == "添加人员")
    assert window.people.caption.text() == "8 人"
    assert window.people.model.headerData(1, Qt.Orientation.Horizontal) == "工号"
    assert window.people.drawer.caption.text() == "已启用 · 4 个特征模板 · 4 张照片"
