from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QTime
from pytestqt.qtbot import QtBot

from attendance.ui.admin.plan.models import AssignmentColumn, ShiftColumn
from attendance.ui.admin.plan.page import PlanPage
from attendance.ui.admin.plan.text import ShiftEntry, toml_text, with_entry
from tests.ui.admin.hours_world import PLAN, HoursWorld
from tests.ui.admin.opening import OpenAdmin, opened, wait


def entry(first_day: date, **more: str) -> ShiftEntry:
    return ShiftEntry("early", "06:00", "14:00", 30, 360, 5, first_day, **more)


def open_plan(open_admin: OpenAdmin, qtbot: QtBot, world: HoursWorld) -> PlanPage:
    window = open_admin(world)
    return opened(qtbot, window, window.plan)


def test_that_toml_is_read_back_as_it_was() -> None:
    data = {
        "weekend": ["sat", "sun"],
        "shifts": {'früh "1"': {"parts": ["06:00-14:00"], "breaks": [{"minutes": 30}], "is_late_paid": False}},
        "holidays": {"2026-12-25": "Christmas"},
        "assignments": [{"shift": 'früh "1"', "first_day": date(2026, 1, 1)}, {"shift": "x", "weekdays": ["mon"]}],
        "rules": {"rounding": {"step_min": 5}, "overtime": [{"rate": 1.25, "day_kinds": ["workday"]}]},
        "leave": [],
    }

    assert tomllib.loads(toml_text(data)) == data


def test_that_an_assignment_ends_the_one_before_and_leaves_the_later_one() -> None:
    before: dict[str, Any] = {
        "shifts": {"office": {"parts": ["09:00-17:00"], "on_holidays": True}},
        "assignments": [
            {"shift": "office", "first_day": date(2026, 1, 1), "last_day": date(2026, 5, 31)},
            {"shift": "office", "first_day": date(2026, 6, 1)},
            {"shift": "office", "first_day": date(2026, 1, 1), "department": "Sales"},
        ],
    }

    after = with_entry(before, entry(date(2026, 4, 1)))

    assert after["shifts"]["office"] == before["shifts"]["office"]
    assert after["shifts"]["early"]["breaks"] == [{"minutes": 30, "after_min": 360}]
    assert after["assignments"] == [
        {"shift": "office", "first_day": date(2026, 1, 1), "last_day": "2026-03-31"},
        {"shift": "office", "first_day": date(2026, 6, 1)},
        {"shift": "office", "first_day": date(2026, 1, 1), "department": "Sales"},
        {"shift": "early", "first_day": "2026-04-01", "last_day": "2026-05-31"},
    ]


def test_that_an_assignment_from_the_same_day_is_replaced() -> None:
    before = {"assignments": [{"shift": "office", "first_day": "2026-04-01", "person": "1"}]}

    after = with_entry(before, entry(date(2026, 4, 1), person="1"))

    assert after["assignments"] == [{"shift": "early", "first_day": "2026-04-01", "person": "1"}]


def test_that_shifts_and_assignments_are_shown(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_plan(open_admin, qtbot, HoursWorld())

    shift = page.shifts.record(0)
    assigned = page.assignments.record(0)

    assert [page.shifts.text(shift, c) for c in (ShiftColumn.NAME, ShiftColumn.TIMES, ShiftColumn.GRACE)] == [
        "office",
        "09:00–17:30",
        "5 min",
    ]
    assert page.assignments.text(assigned, AssignmentColumn.WHO) == "Everybody"
    assert "saved by desk" in page.more.text()


def test_that_the_editor_assigns_a_new_shift_to_a_person(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_plan(open_admin, qtbot, world)
    editor = page.editor

    page.assign.click()
    editor.name_box.setCurrentText("late shift")
    editor.start_edit.setTime(QTime(22, 0))
    editor.end_edit.setTime(QTime(6, 0))
    editor.break_spin.setValue(45)
    editor.who_box.setCurrentIndex(editor.who_box.findText("Bob (2)"))
    editor.first_edit.setDate(QDate(2026, 4, 1))
    assert editor.end.line.text() == "on the next day"
    editor.save.click()
    wait(qtbot, page)

    assert world.hours.stored is not None
    assert world.hours.stored.saved_by == "desk"
    plan = world.hours.site_plan().plan
    shift = plan.shift("late shift")
    assert shift is not None
    assert (shift.parts[0].text, shift.breaks[0].minutes) == ("22:00-30:00", 45)
    assert [(a.shift, a.person_id, a.first_day) for a in plan.assignments if a.person_id is not None] == [
        ("late shift", world.bob.id, date(2026, 4, 1))
    ]
    assert plan.shift("office") is not None
    assert editor.isHidden()


def test_that_a_name_is_needed_and_a_refusal_names_the_key(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = HoursWorld()
    page = open_plan(open_admin, qtbot, world)
    page.assign.click()

    page.editor.name_box.setCurrentText("")
    page.editor.save.click()
    assert page.editor.name.has_error
    page.editor.name_box.setCurrentText("odd")
    page.editor.start_edit.setTime(QTime(9, 0))
    page.editor.end_edit.setTime(QTime(9, 0))
    page.editor.save.click()
    wait(qtbot, page)

    assert "shifts.odd.parts" in page.editor.error.label.text()
    assert page.editor.isVisible()
    assert world.hours.stored is not None
    assert world.hours.stored.version == 1


def test_that_a_shift_with_more_than_the_fields_is_left_to_a_file(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    split = PLAN + '\n[shifts.kitchen]\nparts = ["10:00-14:00", "17:00-21:00"]\n'
    page = open_plan(open_admin, qtbot, HoursWorld(plan=split))
    page.assign.click()

    page.editor.choose("kitchen")

    assert page.editor.name.has_error
    assert not page.editor.save.isEnabled()


def test_that_a_plan_file_is_imported_and_exported_as_it_was(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path
) -> None:
    world = HoursWorld(plan="")
    page = open_plan(open_admin, qtbot, world)
    assert page.nothing.isVisible()
    given = "# ours\n" + PLAN
    (tmp_path / "plan.toml").write_text(given, encoding="utf-8")

    page.import_file(tmp_path / "plan.toml")
    wait(qtbot, page)
    page.export_file(tmp_path / "again.toml")
    wait(qtbot, page)

    assert (tmp_path / "again.toml").read_text(encoding="utf-8") == given
    assert len(page.shifts.records) == 1


def test_that_a_wrong_plan_file_is_refused_in_one_sentence(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = HoursWorld()
    page = open_plan(open_admin, qtbot, world)
    (tmp_path / "plan.toml").write_text('[shifts.a]\nparts = ["9-17"]\n', encoding="utf-8")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")

    page.import_file(tmp_path / "plan.toml")
    wait(qtbot, page)
    assert page.notice.label.text() == "The rules for hours, shifts.a.parts: write it as HH:MM"
    page.import_file(tmp_path / "bytes.toml")
    wait(qtbot, page)
    assert "bytes.toml" in page.notice.label.text()
    page.import_file(tmp_path / "none.toml")
    wait(qtbot, page)
    assert "none.toml" in page.notice.label.text()
    assert len(page.shifts.records) == 1
