from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from attendance.errors import Reason
from attendance.errors.reports import ReportError
from attendance.reporting.words import title_of
from attendance.services.reports.registry import KINDS
from attendance.ui.admin.parts.day_range import DayRange, Preset, preset_range
from attendance.ui.admin.reports import preview as report_preview
from attendance.ui.admin.reports.options import ReportOptions
from attendance.ui.admin.reports.page import ReportsPage
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.opening import OpenAdmin, opened
from tests.ui.admin.world import FakeReports, World


def open_reports(open_admin: OpenAdmin, qtbot: QtBot, world: World) -> ReportsPage:
    window = open_admin(world)
    page = opened(qtbot, window, window.reports)
    settle(qtbot, page)
    return page


def settle(qtbot: QtBot, page: ReportsPage) -> None:
    qtbot.waitUntil(lambda: page.jobs.is_idle and not page._settle.isActive())


def texts(page: ReportsPage, row: int) -> list[str]:
    return [page.model.index(row, column).data() for column in range(page.model.columnCount())]


def choose_kind(options: ReportOptions, name: str) -> None:
    options.kind_box.setCurrentIndex(options.kind_box.findText(title_of(name, LanguageSwitch.instance().current)))


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


def test_that_a_week_may_begin_on_sunday() -> None:
    assert preset_range("week", date(2026, 3, 4), first_weekday=7).first == date(2026, 3, 1)


def test_that_the_preview_has_printed_headings_and_cells(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World())

    headings = [page.model.headerData(n, Qt.Orientation.Horizontal) for n in range(page.model.columnCount())]

    assert headings == ["Date", "Name", "Worked", "Status"]
    assert texts(page, 1) == ["2026-03-03", "Anna", "8:01", "Present"]
    assert page.summary.text() == "2 rows"


def test_that_a_long_report_is_shown_in_part(
    open_admin: OpenAdmin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_preview, "PREVIEW_ROWS", 3)
    page = open_reports(open_admin, qtbot, World(reports=FakeReports(count=5)))

    assert page.model.rowCount() == 3
    assert page.summary.text() == "The first 3 rows; the file gets all."


def test_that_one_row_is_told_in_the_singular(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World(reports=FakeReports(count=1)))
    assert page.summary.text() == "1 row"


def test_that_every_report_and_preset_is_offered_in_words(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    options = open_reports(open_admin, qtbot, World()).options
    kinds = [options.kind_box.itemText(row) for row in range(options.kind_box.count())]
    assert kinds == [title_of(kind.name, "en") for kind in KINDS]
    assert "Late and early" in kinds
    for kind in KINDS:
        choose_kind(options, kind.name)
        assert options.preset.isHidden() is not bool(kind.presets)
        if kind.presets:
            assert [options.preset_box.itemData(n) for n in range(options.preset_box.count())] == list(
                kind.preset_names
            )
    assert options.preset_box.itemText(0) == "Any program"
    LanguageSwitch.instance().set_language("zh_CN")
    qtbot.waitUntil(lambda: options.preset_box.itemText(0) != "Any program")
    assert options.kind_box.itemText(0) == title_of(KINDS[0].name, "zh_CN")


def test_that_every_choice_is_in_the_request(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_person("7", "Bob", "Assembly")
    page = open_reports(open_admin, qtbot, world)
    options = page.options

    choose_kind(options, "payroll")
    options.choose_preset("last_month")
    options.format_box.setCurrentIndex(1)
    options.preset_box.setCurrentIndex(options.preset_box.findText("DATEV"))
    options.department_box.setCurrentIndex(options.department_box.findData("Assembly"))
    options.person_box.setCurrentIndex(options.person_box.findData("7"))

    asked = options.request()
    assert (asked.kind, asked.first, asked.last) == ("payroll", date(2026, 2, 1), date(2026, 2, 28))
    assert (asked.format, asked.preset, asked.department, asked.person) == ("xlsx", "datev", "Assembly", "7")
    assert not options.preset.isHidden()
    choose_kind(options, "late")
    assert options.request().preset == "generic"
    assert options.preset.isHidden()


def test_that_typed_days_are_other_days_and_the_wrong_order_is_said(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World())
    assert page.options.span_box.currentText() == "This month"

    page.options.last_edit.setDate(QDate(2026, 2, 1))

    assert page.options.span_box.currentText() == "Other days"
    assert page.options.last.line.text() == "⚠ The last day is before the first day."
    assert not page.save.isEnabled()


def test_that_a_report_without_rows_says_so(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World(reports=FakeReports(count=0)))

    assert page.nothing.isVisible()
    assert not page.save.isEnabled()


def test_that_saving_is_a_dialog_that_does_not_block(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = World()
    page = open_reports(open_admin, qtbot, world)
    page._folder = tmp_path
    page.options.format_box.setCurrentIndex(2)
    settle(qtbot, page)

    page.save.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "daily_2026-03-01_2026-03-02.pdf"
    dialog.accept()
    settle(qtbot, page)

    ((request, path),) = world.reports.written
    assert (request.kind, request.format, path.parent) == ("daily", "pdf", tmp_path)


def test_that_success_is_a_toast_that_opens_the_folder(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    page = open_reports(open_admin, qtbot, World())

    page.write(page.options.request(), tmp_path / "out.csv")
    assert not page.save.isEnabled()
    settle(qtbot, page)

    toast = page.toasts.shown[-1]
    assert toast.label.text() == "2 rows written to out.csv."
    assert toast.button is not None
    toast.button.click()
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path]
    assert page.save.isEnabled()


def test_that_a_locked_file_names_the_reason_and_the_way_out(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    page = open_reports(open_admin, qtbot, world)
    world.reports.error = ReportError(path="out.xlsx", reason=Reason("permission denied"))

    page.write(page.options.request(), Path("out.xlsx"))
    settle(qtbot, page)

    assert page.notice.label.text() == "The report out.xlsx cannot be written: permission denied"
    assert "another folder" in page.notice.hint.text()
    assert page.toasts.shown == []
    assert page.save.isEnabled()


def test_that_the_charts_show_arrivals_lateness_and_weeks(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    pytest.importorskip("pyqtgraph")
    page = open_reports(open_admin, qtbot, World())

    page.as_charts.click()
    settle(qtbot, page)

    arrivals, lateness, weeks = page.charts.charts
    assert [(bar.label, bar.value) for bar in arrivals.bars if bar.value] == [("09:00", 3), ("09:15", 1)]
    assert [(bar.label, bar.value, bar.text) for bar in lateness.bars] == [
        ("Research", 25.0, "1 of 4 days"),
        ("no department", 0.0, "0 of 2 days"),
    ]
    assert [bar.value for bar in weeks.bars] == [10.0]
    lateness.save(tmp_path / "late.csv")
    assert (tmp_path / "late.csv").read_text(encoding="utf-8-sig").splitlines()[0] == "Research,1 of 4 days"
    lateness.save(tmp_path / "late.png")
    assert (tmp_path / "late.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ReportError):
        lateness.save(tmp_path / "none" / "late.csv")
    LanguageSwitch.instance().set_language("zh_CN")
    qtbot.waitUntil(lambda: lateness.heading.text() == "各部门迟到情况")


def test_that_another_language_makes_the_preview_anew(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_reports(open_admin, qtbot, World())

    LanguageSwitch.instance().set_language("zh_CN")
    qtbot.waitUntil(lambda: page.model.headerData(0, Qt.Orientation.Horizontal) == "日期")
    assert texts(page, 0)[3] == "出勤"
