from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from attendance.errors import ReportError
from attendance.services.reports import write_events_csv
from attendance.ui.admin import event_preview
from attendance.ui.admin.day_range import DayRange, Preset, preset_range
from attendance.ui.admin.events_model import EventColumn
from attendance.ui.admin.reports_page import ReportsPage
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.world import NOW, ZONE, World

OpenAdmin = Callable[[World], AdminWindow]


def open_reports(open_admin: OpenAdmin, qtbot: QtBot, world: World) -> ReportsPage:
    window = open_admin(world)
    window.navigation.setCurrentRow(2)
    settle(qtbot, window.reports)
    return window.reports


def settle(qtbot: QtBot, page: ReportsPage) -> None:
    qtbot.waitUntil(lambda: page.jobs.is_idle and not page._settle.isActive(), timeout=20_000)


@pytest.mark.parametrize(
    ("preset", "today", "first", "last"),
    [
        ("today", date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4)),
        ("week", date(2026, 3, 4), date(2026, 3, 2), date(2026, 3, 4)),
        ("month", date(2026, 3, 4), date(2026, 3, 1), date(2026, 3, 4)),
        ("last_month", date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        ("last_month", date(2026, 1, 15), date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_that_presets_are_the_days_they_say(preset: Preset, today: date, first: date, last: date) -> None:
    assert preset_range(preset, today, first_weekday=1) == DayRange(first, last)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_that_dates_and_times_are_not_cut(open_admin: OpenAdmin, qtbot: QtBot, language: str) -> None:
    world = World()
    world.add_day(world.add_company())
    page = open_reports(open_admin, qtbot, world)

    LanguageSwitch.instance().set_language(language)
    settle(qtbot, page)
    widest = datetime(2026, 12, 28, 20, 58, 58, tzinfo=ZONE)  # two digits each
    page.model.set_rows([dataclasses.replace(page.model.records[0], at_local=widest)])

    for column in (EventColumn.DATE, EventColumn.TIME, EventColumn.DIRECTION):
        assert page.table.columnWidth(column) >= page.table.sizeHintForColumn(column), column


def test_that_a_week_may_begin_on_sunday() -> None:
    assert preset_range("week", date(2026, 3, 4), first_weekday=7).first == date(2026, 3, 1)
    assert preset_range("week", date(2026, 3, 1), first_weekday=7).first == date(2026, 3, 1)


def test_that_a_preset_sets_both_days_and_is_marked(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World())

    page.presets["last_month"].click()

    assert page.days() == DayRange(date(2026, 2, 1), date(2026, 2, 28))
    assert [p for p, b in page.presets.items() if b.isChecked()] == ["last_month"]


def test_that_the_wrong_order_of_days_is_said_at_the_days(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World())

    page.last_edit.setDate(QDate(2026, 2, 1))

    assert page.range_error.label.text() == "The last day is before the first day."
    assert page.range_error.isVisible()
    assert not page.export.isEnabled()
    page.last_edit.setDate(QDate(2026, 3, 2))
    assert not page.range_error.isVisible()


def test_that_the_preview_shows_the_first_rows_and_counts_all(
    open_admin: OpenAdmin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_preview, "PREVIEW_ROWS", 4)
    world = World()
    world.add_day(world.add_company())

    page = open_reports(open_admin, qtbot, world)

    assert page.rows.rowCount() == 4
    assert page.summary.text() == "Check-ins: 10 · people: 7 · the first 4 are shown, the file gets all"


def test_that_days_without_check_ins_offer_others(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_day(world.add_company())
    page = open_reports(open_admin, qtbot, world)

    page.presets["last_month"].click()
    settle(qtbot, page)

    assert page.nothing.isVisible()
    assert not page.export.isEnabled()


def test_that_the_export_is_a_dialog_that_does_not_block(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = World()
    world.add_day(world.add_company())
    page = open_reports(open_admin, qtbot, world)
    page._folder = tmp_path
    page.presets["today"].click()

    page.export.click()
    dialog = page.findChild(QFileDialog)

    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "attendance_2026-03-02_2026-03-02.csv"
    dialog.accept()
    settle(qtbot, page)
    assert world.written == [(date(2026, 3, 2), date(2026, 3, 2), tmp_path / "attendance_2026-03-02_2026-03-02.csv")]


def test_that_success_is_a_toast_that_opens_the_folder(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    world = World()
    world.add_day(world.add_company())
    page = open_reports(open_admin, qtbot, world)

    page.write(tmp_path / "out.csv")
    assert not page.export.isEnabled()
    settle(qtbot, page)

    toast = page.toasts.shown[-1]
    assert toast.label.text() == "10 rows written to out.csv."
    assert toast.button is not None
    toast.button.click()
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path]
    assert page.export.isEnabled()


def test_that_a_path_that_cannot_be_written_is_said_on_the_page(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path
) -> None:
    world = World()
    world.add_day(world.add_company())
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    def write(first: date, last: date, path: Path) -> int:
        return write_events_csv(world.log, start=first, end=last, zone=ZONE, path=path)

    world.write_events = write  # type: ignore[method-assign]
    page = open_reports(open_admin, qtbot, world)

    page.write(blocked / "out.csv")
    settle(qtbot, page)

    assert page.notice.isVisible()
    assert os.fspath(blocked) in page.notice.label.text()
    assert page.toasts.shown == []
    assert page.export.isEnabled()


def test_that_a_locked_file_names_the_reason_and_the_way_out(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(write_error=ReportError(path="out.csv", reason="permission denied"))
    world.add_event(None, NOW - timedelta(hours=1))
    page = open_reports(open_admin, qtbot, world)

    page.write(Path("out.csv"))
    settle(qtbot, page)

    assert page.notice.label.text() == "The report out.csv cannot be written: permission denied"
    assert "another folder" in page.notice.hint.text()
