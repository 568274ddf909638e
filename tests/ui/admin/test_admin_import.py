from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from attendance.core.types import Person
from attendance.errors import Reason
from attendance.errors.people import ImportFileError
from attendance.errors.storage import DiskFull
from attendance.services.people.importing import ImportService
from attendance.ui.admin.people.import_model import ImportColumn
from attendance.ui.admin.people.import_page import ImportPage
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.fakes import picture
from tests.patience import PATIENCE_S
from tests.ui.admin.opening import OpenAdmin, wait
from tests.ui.admin.world import World, face


def planned(open_admin: OpenAdmin, qtbot: QtBot, world: World, path: Path | None = None) -> ImportPage:
    window = open_admin(world)
    window.people.import_button.click()
    window.imports.plan(path or Path("people.csv"))
    wait(qtbot, window)
    return window.imports


def run(qtbot: QtBot, page: ImportPage) -> None:
    page.start_button.click()
    qtbot.waitUntil(lambda: page.jobs.is_idle and not page.is_running)


def column(page: ImportPage, column: ImportColumn) -> list[str]:
    return [page.model.text(record, column) for record in page.model.records]


def test_that_the_plan_is_shown_before_anything_is_saved(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(("Ann", "enrolled"), ("Bob", "failed"))

    page = planned(open_admin, qtbot, world)

    assert page.progress_label.text() == "People found: 2 · photos: 6 · nothing is saved yet"
    assert column(page, ImportColumn.STATUS) == ["Waiting", "Waiting"]
    assert page.start_button.isVisible()


def test_that_every_row_gets_its_result_and_the_summary_stays(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(("Ann", "enrolled"), ("Bob", "added"), ("Eve", "failed"), ("Amy", "unchanged"))
    page = planned(open_admin, qtbot, world)

    run(qtbot, page)

    assert column(page, ImportColumn.STATUS) == ["Enrolled", "Photos added", "Failed", "Nothing new"]
    details = column(page, ImportColumn.TEXT)
    assert details[0] == "3 photos used"
    assert details[1] == "2 photos used, 1 left out (Bob-2.jpg: No face found)"
    assert details[2].startswith("Eve-0.jpg: no face found.")
    assert details[3] == "0 photos used, 3 known before"
    page.back.click()
    page.left_for_list.emit()
    assert page.notice.label.text() == "1 enrolled, 1 given more photos, 1 failed. Nothing new for 1."

    page.only_failed.setChecked(True)
    assert [page.rows.record(row).name for row in range(page.rows.rowCount())] == ["Eve"]


def test_that_progress_tells_count_rate_and_time_left(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(*[(f"Person {number}", "enrolled") for number in range(10)])
    reached, allowed = threading.Event(), threading.Event()

    def before(number: int) -> None:
        if number == 4:
            world.clock.advance(2.0)
            reached.set()
            assert allowed.wait(PATIENCE_S)

    world.importer.before = before
    page = planned(open_admin, qtbot, world)

    page.start_button.click()
    qtbot.waitUntil(lambda: reached.is_set() and page.bar.value() == 4)
    page._say_progress()

    assert page.progress_label.text() == "4 of 10 · 2.0 people per second · about 3 s left"
    assert column(page, ImportColumn.STATUS)[4:6] == ["Working…", "Waiting"]
    allowed.set()
    qtbot.waitUntil(lambda: not page.is_running)


def test_that_a_cancelled_import_says_what_was_not_done(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(*[(f"Person {number}", "enrolled") for number in range(5)])
    reached, allowed = threading.Event(), threading.Event()

    def before(number: int) -> None:
        if number == 1:
            reached.set()
            assert allowed.wait(PATIENCE_S)

    world.importer.before = before
    page = planned(open_admin, qtbot, world)
    page.start_button.click()
    qtbot.waitUntil(reached.is_set)

    page.cancel_button.click()
    assert not page.cancel_button.isEnabled()
    allowed.set()
    qtbot.waitUntil(lambda: not page.is_running)

    assert column(page, ImportColumn.STATUS) == ["Enrolled", "Enrolled", "Not done", "Not done", "Not done"]
    assert page.notice.hint.text() == "Cancelled: 3 were not done."


def test_that_a_run_that_breaks_off_says_why(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(("Ann", "enrolled"), ("Bob", "enrolled"))

    def before(number: int) -> None:
        if number == 1:
            raise DiskFull(path="attendance.db")

    world.importer.before = before
    page = planned(open_admin, qtbot, world)

    run(qtbot, page)

    assert "full" in page.notice.label.text()
    assert column(page, ImportColumn.STATUS) == ["Enrolled", "Not done"]


def test_that_an_unreadable_file_is_said_at_the_choice(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.plan_error = ImportFileError(path="people.csv", reason=Reason("no column named code"))

    page = planned(open_admin, qtbot, world)

    assert page.area.isVisible()
    assert "no column named code" in page.notice.label.text()


def test_that_an_empty_folder_says_what_is_expected(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = planned(open_admin, qtbot, World())

    assert page.notice.label.text() == "There is nobody to import in it."
    assert page.area.isVisible()


def test_that_the_results_change_their_language(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(("Bob", "added"))
    page = planned(open_admin, qtbot, world)
    run(qtbot, page)

    LanguageSwitch.instance().set_language("zh_CN")

    qtbot.waitUntil(lambda: page.title.text() == "导入")
    assert column(page, ImportColumn.TEXT) == ["使用了 2 张照片，1 张未使用（Bob-2.jpg: 未找到人脸）"]
    assert page.notice.label.text() == "已登记 0 人，为 1 人添加照片，失败 0 人。"


def test_that_a_real_csv_enrols_its_people(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = World()
    table = tmp_path / "people.csv"
    table.write_text("code,name,department,photo\n1,张伟,研发部,a.jpg\n2,Bob,,b.jpg\n", encoding="utf-8")
    for name, identity in (("a.jpg", 3), ("b.jpg", 4)):
        (tmp_path / name).write_bytes(b"")
        world.images.pictures[tmp_path / name] = picture(face(identity)) if identity == 3 else picture()
    world.importer = ImportService(world.enrolment, world.images)  # type: ignore[assignment]
    page = planned(open_admin, qtbot, world, table)

    run(qtbot, page)

    assert [(p.code, p.name, p.template_count) for p in world.roster.list_people()] == [("1", "张伟", 1)]
    assert column(page, ImportColumn.STATUS) == ["Enrolled", "Failed"]


def test_that_the_list_shows_the_imported_people(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.importer.script(("Ann", "enrolled"))
    world.importer.before = lambda _number: _add(world)
    page = planned(open_admin, qtbot, world)
    run(qtbot, page)
    window = page.window()
    assert isinstance(window, AdminWindow)

    page.back.click()

    qtbot.waitUntil(lambda: [p.name for p in window.people.model.records] == ["Ann"])


def _add(world: World) -> Person:
    return world.add_person("2000", "Ann")
