from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, QTime
from pytestqt.qtbot import QtBot

from attendance.core.corrections import CorrectionKind, CorrectionState
from attendance.core.event_imports import EventImport, ImportState
from attendance.core.types import Direction
from attendance.core.who import KIOSK, Who
from attendance.errors.storage import DatabaseLocked
from attendance.services.hours.corrections import CorrectionService
from attendance.ui.admin.hours.corrections_form import DIRECTIONS, Action
from attendance.ui.admin.hours.filter import Span, span_days
from attendance.ui.admin.hours.model import HoursColumn
from attendance.ui.admin.hours.page import HoursPage
from attendance.ui.admin.parts.day_range import DayRange
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.hours_world import HoursWorld, at
from tests.ui.admin.opening import OpenAdmin, opened


def open_hours(open_admin: OpenAdmin, qtbot: QtBot, world: HoursWorld) -> HoursPage:
    window = open_admin(world)
    page = opened(qtbot, window, window.hours)
    page.filter.span_box.setCurrentIndex(2)  # last week
    settle(qtbot, page)
    return page


def settle(qtbot: QtBot, page: HoursPage) -> None:
    qtbot.waitUntil(lambda: page.jobs.is_idle and not page._is_loading)


def open_day(qtbot: QtBot, page: HoursPage, person_id: int, day: date) -> None:
    assert page.table.select_key((person_id, day))
    settle(qtbot, page)


def cell(page: HoursPage, key: object, column: HoursColumn) -> str:
    row = page.model.row_of(key)
    assert row is not None
    return page.model.text(page.model.record(row), column)


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        ("this_week", date(2026, 3, 2), date(2026, 3, 4)),
        ("last_week", date(2026, 2, 23), date(2026, 3, 1)),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_that_a_span_has_the_days_it_says(span: Span, first: date, last: date) -> None:
    assert span_days(span, date(2026, 3, 4), first_weekday=1) == DayRange(first, last)


def test_that_a_day_shows_times_hours_lateness_and_state(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    key = (world.bob.id, world.day)

    shown = {column: cell(page, key, column) for column in HoursColumn}

    assert shown[HoursColumn.WORKED] == "8:10"
    assert shown[HoursColumn.LATE] == "0:20"
    assert shown[HoursColumn.STATUS] == "Present"
    assert "9:20" in shown[HoursColumn.FIRST_IN]
    assert cell(page, (world.anna.id, world.day), HoursColumn.FLAGS) == "Check-out missing"


def test_that_incomplete_days_are_counted_and_filtered(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)

    assert page.filter.shows["incomplete"].text() == "Incomplete (1)"
    page.filter.shows["incomplete"].click()

    assert [page.rows.record(n).key for n in range(page.rows.rowCount())] == [(world.anna.id, world.day)]


def test_that_another_department_is_read_anew(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)

    page.filter.department_box.setCurrentIndex(page.filter.department_box.findData("Assembly"))
    settle(qtbot, page)

    assert {row.person.name for row in page.model.records} == {"Bob"}


def test_that_a_missing_check_out_can_be_added_with_a_reason(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.anna.id, world.day)

    page.drawer.action_buttons[Action.ADD].click()
    form = page.drawer.form
    form.time_edit.setTime(QTime(17, 30))
    form.direction_box.setCurrentIndex(DIRECTIONS.index(Direction.OUT))
    form.submit.click()
    assert form.reason.has_error
    assert world.rows.rows == {}
    form.reason_edit.setText("forgot it")
    form.submit.click()
    settle(qtbot, page)

    (made,) = world.rows.rows.values()
    assert (made.kind, made.person_id, made.at_utc) == (CorrectionKind.ADD, world.anna.id, at(world.day, 17, 30))
    assert (made.direction, made.reason, made.requested_by) == (Direction.OUT, "forgot it", "desk")
    assert cell(page, (world.anna.id, world.day), HoursColumn.WORKED) == "8:30"
    assert page.filter.shows["incomplete"].text() == "Incomplete (0)"


def test_that_times_the_clocks_skip_or_show_twice_are_told(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.anna.id, world.day)
    page.drawer.action_buttons[Action.ADD].click()
    form = page.drawer.form
    form._services = replace(form._services, zone=ZoneInfo("Europe/Berlin"))
    form.reason_edit.setText("forgot it")

    form.date_edit.setDate(QDate(2026, 3, 29))
    form.time_edit.setTime(QTime(2, 30))
    assert form.at.has_error
    form.submit.click()
    assert world.rows.rows == {}

    form.date_edit.setDate(QDate(2026, 10, 25))
    assert not form.at.has_error
    assert form.at.line.text() == "Comes twice that night; the first is meant."
    form.time_edit.setTime(QTime(3, 30))
    assert form.at.line.text() == ""


def test_that_moving_voiding_and_giving_away_are_about_the_chosen_entry(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.bob.id, world.day)
    form = page.drawer.form
    assert not page.drawer.action_buttons[Action.VOID].isEnabled()

    page.drawer.events.setCurrentRow(1)
    page.drawer.ask(Action.MOVE)
    form.time_edit.setTime(QTime(18, 0))
    form.reason_edit.setText("worked longer")
    form.submit.click()
    settle(qtbot, page)
    page.drawer.events.setCurrentRow(1)
    page.drawer.ask(Action.REASSIGN)
    form.person_box.setCurrentIndex(form.person_box.findData(world.anna.id))
    form.reason_edit.setText("it was Anna")
    form.submit.click()
    settle(qtbot, page)
    page.drawer.events.setCurrentRow(0)
    page.drawer.ask(Action.VOID)
    form.reason_edit.setText("tried the door")
    form.submit.click()
    settle(qtbot, page)

    moved, given, void = world.rows.rows.values()
    assert (moved.kind, moved.event_id, moved.at_utc) == (
        CorrectionKind.MOVE,
        world.bobs_out.event_id,
        at(world.day, 18, 0).astimezone(UTC),
    )
    assert (given.kind, given.new_person_id) == (CorrectionKind.REASSIGN, world.anna.id)
    assert (void.kind, void.reason) == (CorrectionKind.VOID, "tried the door")


def test_that_leave_is_booked_and_a_refusal_is_said_in_the_form(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.bob.id, date(2026, 2, 25))
    form = page.drawer.form

    page.drawer.ask(Action.LEAVE)
    form.last_edit.setDate(QDate(2026, 2, 24))
    form.kind_box.setCurrentIndex(1)
    form.reason_edit.setText("note is here")
    form.submit.click()
    settle(qtbot, page)
    assert "the last day is before the first" in form.error.label.text()
    form.last_edit.setDate(QDate(2026, 2, 26))
    form.submit.click()
    settle(qtbot, page)

    (made,) = world.rows.rows.values()
    assert (made.leave_kind, made.first_day, made.last_day) == ("sick", date(2026, 2, 25), date(2026, 2, 26))
    assert cell(page, (world.bob.id, date(2026, 2, 26)), HoursColumn.STATUS) == "Sick"


def test_that_a_provisional_check_out_is_confirmed_in_the_list(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld(two_person_rule=True)
    said = at(world.day, 17, 0)
    at_door = CorrectionService(world.rows, world.log, world.clock, account=KIOSK, two_person_rule=True)
    at_door.add_event(world.anna.id, said, Direction.OUT, reason="said so at the kiosk", by=KIOSK, provisional=True)
    page = open_hours(open_admin, qtbot, world)

    page.filter.shows["waiting"].click()
    (card,) = page.waiting.cards
    assert card.what.text().startswith("Anna · Add: ")
    card.approve.click()
    settle(qtbot, page)

    assert [(c.state, c.decided_by) for c in world.rows.rows.values()] == [(CorrectionState.APPROVED, "desk")]
    assert page.filter.shows["waiting"].text() == "Waiting for approval (0)"
    assert page.nothing_waits.isVisible()


def test_that_whoever_asked_is_told_that_somebody_else_decides(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld(two_person_rule=True)
    world.corrections.void_event(world.bobs_out.event_id, reason="tried", by="Desk")
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.bob.id, world.day)

    (card,) = page.drawer.waiting.cards
    assert not card.approve.isEnabled()
    assert card.own.text() == "You asked for this yourself: somebody else has to approve it."
    card.reject.click()
    settle(qtbot, page)

    assert [c.state for c in world.rows.rows.values()] == [CorrectionState.REJECTED]


def waiting_file(who: Who) -> EventImport:
    """Two check-ins of one person in a file of that person's choice of name."""
    first = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    sha256 = "ab" * 32
    return EventImport("i1", "<b>hours.csv", sha256, ImportState.REQUESTED, who, first, None, None, 2, 1, first, first)


def test_that_a_file_of_check_ins_waits_for_somebody_else(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld(two_person_rule=True)
    world.imports.rows["i1"] = waiting_file(Who("bert", "kiosk"))
    page = open_hours(open_admin, qtbot, world)

    assert page.filter.shows["waiting"].text() == "Waiting for approval (1)"
    page.filter.shows["waiting"].click()
    (card,) = page.waiting.cards
    assert card.what.text().startswith("Check-ins from the file <b>hours.csv: 2, of people: 1 · ")
    assert card.who.text() == "Imported by bert (kiosk)"
    card.approve.click()
    settle(qtbot, page)

    assert [(one.state, one.decided) for one in world.imports.rows.values()] == [(ImportState.STORED, Who("desk"))]
    assert page.nothing_waits.isVisible()


def test_that_whoever_imported_a_file_can_only_reject_it(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld(two_person_rule=True)
    world.imports.rows["i1"] = waiting_file(Who("desk", "boss"))
    page = open_hours(open_admin, qtbot, world)
    page.filter.shows["waiting"].click()

    (card,) = page.waiting.cards
    assert not card.approve.isEnabled()
    card.reject.click()
    settle(qtbot, page)

    assert [one.state for one in world.imports.rows.values()] == [ImportState.REJECTED]


def test_that_a_decision_that_fails_is_said_on_its_card(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    made = world.corrections.void_event(world.bobs_out.event_id, reason="tried", by="x", provisional=True)
    page = open_hours(open_admin, qtbot, world)
    page.filter.choose("waiting")
    (card,) = page.waiting.cards
    world.corrections.approve(made.correction_id, by="somebody else")

    card.approve.click()
    settle(qtbot, page)

    assert "already" in card.error.label.text()
    assert card.approve.isEnabled()


def test_that_hours_that_cannot_be_read_are_said_above_the_table(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    world.hours.error = DatabaseLocked(path="attendance.db")

    page.reload()
    settle(qtbot, page)

    assert page.notice.label.text() == "The database attendance.db is locked by another program."
    assert len(page.model.records) == 14  # what was read before stays


def test_that_nothing_is_said_to_be_missing_before_it_was_looked_for(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld(two_person_rule=True)
    world.hours.error = DatabaseLocked(path="attendance.db")
    page = open_hours(open_admin, qtbot, world)
    assert not page.nothing.isVisible()
    page.filter.shows["waiting"].click()
    assert not page.nothing_waits.isVisible()

    world.hours.error = None
    page.reload()
    settle(qtbot, page)
    assert page.nothing_waits.isVisible()


def test_that_the_page_follows_the_language(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_hours(open_admin, qtbot, world)
    open_day(qtbot, page, world.anna.id, world.day)

    LanguageSwitch.instance().set_language("zh_CN")
    qtbot.waitUntil(lambda: page.title.text() == "工时")

    assert page.filter.shows["incomplete"].text() == "不完整 (1)"
    assert "缺下班卡" in page.drawer.flags.text()
    assert cell(page, (world.anna.id, world.day), HoursColumn.STATUS) == "不完整"


NIGHT_PLAN = """
[shifts.night]
parts = ["22:00-06:30"]

[[assignments]]
shift = "night"
first_day = 2026-01-01
"""


@pytest.mark.knows_fonts
@pytest.mark.parametrize("width", [800, 1280, 1366, 1920])
def test_that_the_planned_times_of_a_night_shift_are_whole(open_admin: OpenAdmin, qtbot: QtBot, width: int) -> None:
    world = HoursWorld(plan=NIGHT_PLAN)
    page = open_hours(open_admin, qtbot, world)
    page.window().resize(width, 768)
    settle(qtbot, page)
    row = page.rows.row_of((world.anna.id, world.day))
    assert row is not None

    index = page.rows.index(row, HoursColumn.PLANNED)
    assert index.data().replace("\u202f", " ") == "10:00 PM–6:30 AM +1"
    assert page.table.sizeHintForIndex(index).width() <= page.table.columnWidth(HoursColumn.PLANNED)
