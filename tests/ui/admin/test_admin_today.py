from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from attendance.core.types import Direction
from attendance.errors.storage import DatabaseLocked
from attendance.ui.admin.today.model import EventColumn
from attendance.ui.admin.today.page import TodayPage, count_people_in, rows_of_day
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.opening import OpenAdmin, opened, wait
from tests.ui.admin.world import NOW, ZONE, World


def open_today(open_admin: OpenAdmin, qtbot: QtBot, world: World) -> TodayPage:
    window = open_admin(world)
    return opened(qtbot, window, window.today)


def refresh(qtbot: QtBot, page: TodayPage) -> None:
    page._timer.timeout.emit()
    wait(qtbot, page)


def shown(page: TodayPage) -> list[str]:
    return [page.rows.record(row).event_id for row in range(page.rows.rowCount())]


def test_that_only_the_day_of_the_site_counts(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    (person, *_) = world.add_company()
    midnight = datetime(2026, 3, 2, tzinfo=ZONE)
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=23, minutes=59)):
        world.add_event(person, at)

    page = open_today(open_admin, qtbot, world)

    assert shown(page) == ["event-000002", "event-000001"]
    assert "March" in page.caption.text()


def test_that_a_day_with_a_clock_change_ends_at_midnight() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    world = World()
    (person, *_) = world.add_company()
    # 29 March 2026 has 23 hours in Berlin.
    world.add_event(person, datetime(2026, 3, 29, 23, 30, tzinfo=berlin))
    world.add_event(person, datetime(2026, 3, 30, 0, 30, tzinfo=berlin))

    rows = rows_of_day(world.log, datetime(2026, 3, 29, 12, tzinfo=berlin), berlin)

    assert [row.event_id for row in rows] == ["event-000000"]


def test_that_people_are_in_whose_last_row_is_an_in(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    people = world.add_company()
    world.add_day(people)  # seven came, three of them left
    world.add_event(None, NOW)

    page = open_today(open_admin, qtbot, world)

    assert [f.number.text() for f in (page.people_in, page.people_seen, page.events)] == ["4", "7", "11"]
    assert page.people_in.accessibleName() == "in now: 4"


def test_that_new_check_ins_arrive_without_a_reset(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    people = world.add_company()
    world.add_day(people)
    page = open_today(open_admin, qtbot, world)
    page.table.selectRow(3)
    chosen = page.table.selected_records()
    resets: list[int] = []
    page.model.modelReset.connect(lambda: resets.append(1))
    inserted: list[tuple[int, int]] = []
    page.model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))

    world.add_event(people[0], NOW, Direction.OUT)
    refresh(qtbot, page)
    refresh(qtbot, page)

    assert inserted == [(0, 0)]
    assert resets == []
    assert page.table.selected_records() == chosen


def test_that_rows_can_be_filtered_by_words_and_direction(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_day(world.add_company())
    page = open_today(open_admin, qtbot, world)

    page.search.setText("anna")
    assert page.rows.rowCount() == 2
    page.direction.setCurrentIndex(2)
    assert [page.rows.record(0).direction, page.rows.rowCount()] == [Direction.OUT, 1]
    page.search.setText("nobody")
    assert page.nothing_found.isVisible()


def test_that_a_break_is_named_and_does_not_count_as_in(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    person = world.add_company()[0]
    world.add_event(person, NOW - timedelta(minutes=30), Direction.IN)
    world.add_event(person, NOW - timedelta(minutes=20), Direction.BREAK_START)
    page = open_today(open_admin, qtbot, world)
    rows = page.model.records

    assert sorted(page.model.direction_text(row.direction) for row in rows) == ["Break", "In"]
    assert count_people_in(rows) == 0
    world.add_event(person, NOW - timedelta(minutes=10), Direction.BREAK_END)
    refresh(qtbot, page)
    assert [page.model.direction_text(page.rows.record(0).direction), count_people_in(page.model.records)] == [
        "Back",
        1,
    ]


def test_that_one_check_in_is_told_in_the_singular(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    (person, *_) = world.add_company()
    world.add_event(person, NOW)
    page = open_today(open_admin, qtbot, world)
    assert [tile.meaning.text() for tile in (page.people_seen, page.events)] == ["person seen today", "check-in"]
    world.add_event(person, NOW + timedelta(minutes=1))
    refresh(qtbot, page)
    assert page.events.meaning.text() == "check-ins"
    assert page.events.accessibleName() == "check-ins: 2"


def test_that_an_erased_person_has_no_name(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_event(None, NOW)

    page = open_today(open_admin, qtbot, world)

    assert page.table.model().index(0, EventColumn.NAME).data() == "Erased person"


def test_that_an_empty_day_says_what_comes_next(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_today(open_admin, qtbot, World())

    assert page.nothing.isVisible()
    page.reports_asked.emit()
    window = page.window()
    assert isinstance(window, AdminWindow)
    assert window.pages.currentWidget() is window.reports


def test_that_a_locked_database_keeps_the_rows_and_says_so(
    open_admin: OpenAdmin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.add_day(world.add_company())
    page = open_today(open_admin, qtbot, world)
    before = shown(page)

    def locked(*_args: object) -> None:
        raise DatabaseLocked(path="attendance.db")

    with monkeypatch.context() as patch:
        patch.setattr(world.log, "between", locked)
        refresh(qtbot, page)
    assert "locked" in page.notice.label.text()
    assert shown(page) == before

    refresh(qtbot, page)
    assert not page.notice.isVisible()


def test_that_nobody_is_said_to_be_missing_while_the_day_cannot_be_read(
    open_admin: OpenAdmin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()

    def locked(*_args: object) -> None:
        raise DatabaseLocked(path="attendance.db")

    with monkeypatch.context() as patch:
        patch.setattr(world.log, "between", locked)
        page = open_today(open_admin, qtbot, world)
        assert "locked" in page.notice.label.text()
        assert not page.nothing.isVisible()
    refresh(qtbot, page)
    assert page.nothing.isVisible()


def test_that_the_page_rests_while_another_one_is_shown(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_today(open_admin, qtbot, World())
    assert page._timer.isActive()
    window = page.window()
    assert isinstance(window, AdminWindow)

    window.navigation.setCurrentRow(3)

    assert not page._timer.isActive()


def test_that_times_and_titles_follow_the_language(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    (person, *_) = world.add_company()
    world.add_event(person, NOW)
    page = open_today(open_admin, qtbot, world)
    cell = page.table.model().index(0, EventColumn.TIME)
    assert cell.data().split() == ["4:00", "PM"]

    LanguageSwitch.instance().set_language("zh_CN")

    qtbot.waitUntil(lambda: page.title.text() == "今天")
    assert page.table.model().index(0, EventColumn.TIME).data() == "16:00"
    assert page.model.headerData(EventColumn.DIRECTION, Qt.Orientation.Horizontal) == "进 / 出"
