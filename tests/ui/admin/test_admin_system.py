from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import attendance.ui.admin
from attendance.core.types import FmrPoint, LicenceUse, PackInfo
from attendance.errors.storage import ReadOnlyStorage
from attendance.ui import theme
from attendance.ui.admin.system.page import SystemPage
from attendance.ui.admin.window import AdminWindow
from tests.ui.admin.opening import OpenAdmin, opened, wait
from tests.ui.admin.world import World


def open_system(open_admin: OpenAdmin, qtbot: QtBot, world: World) -> SystemPage:
    window = open_admin(world)
    return opened(qtbot, window, window.system)


def test_that_device_pack_and_data_are_told(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_day(world.add_company())

    page = open_system(open_admin, qtbot, world)

    assert dict(page.device.facts) == {
        "Device": "Processor (CPU)",
        "Provider": "CPUExecutionProvider",
        "Reason": "No CUDA device was found.",
    }
    pack = dict(page.pack.facts)
    assert (pack["Embedding"], pack["Calibrated"]) == ("256 numbers", "No: a cautious threshold is used")
    data = dict(page.data.facts)
    assert (data["People"], data["Check-ins"], data["Time zone"]) == ("8", "10", "Asia/Shanghai")
    assert data["Encryption key"] == "system keyring"


def test_that_a_calibrated_research_pack_is_told_as_such(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    points = (FmrPoint(1e-3, 0.35, 0.33, 0.37), FmrPoint(1e-4, 0.41, 0.39, 0.44))
    info = PackInfo("x", "x:1", "Big", 512, "research only", use=LicenceUse.RESEARCH_ONLY, calibration=points)

    page = open_system(open_admin, qtbot, World(pack_info=info))

    pack = dict(page.pack.facts)
    assert pack["Calibrated"] == "Yes, at 2 operating points"
    assert pack["Commercial use"] == "Not allowed: research only"


def test_that_the_language_changes_the_whole_window_and_is_stored(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    page = open_system(open_admin, qtbot, world)
    window = page.window()
    assert isinstance(window, AdminWindow)

    choose(page.language_box, "zh_CN")
    qtbot.waitUntil(lambda: page.title.text() == "系统" and window.jobs.is_idle)

    assert world.settings.values["language"] == "zh_CN"
    buttons = [b for b in window.findChildren(QPushButton) if b.text() and b is not window.retry]
    english = [b.text() for b in buttons if not re.search(r"[一-鿿]", b.text())]
    assert english == []
    assert window.navigation.item(2).text() == "报表"
    assert dict(page.pack.facts)["许可"] == "MIT"

    choose(page.language_box, "en")
    qtbot.waitUntil(lambda: page.title.text() == "System")


def test_that_the_colours_change_at_once_and_are_stored(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    page = open_system(open_admin, qtbot, world)

    choose(page.theme_box, "dark")
    wait(qtbot, page)

    assert theme.tokens() is theme.DARK
    assert world.settings.values["theme"] == "dark"


def test_that_keeping_photos_is_a_stored_choice(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    page = open_system(open_admin, qtbot, world)
    assert page.keep_crops.isChecked()

    page.keep_crops.click()
    wait(qtbot, page)

    assert world.settings.values["keep_crops"] == "0"


def test_that_the_settings_file_says_whether_photos_are_kept_until_somebody_chooses(
    open_admin: OpenAdmin, qtbot: QtBot
) -> None:
    world = World()
    world.keeps_crops = False
    page = open_system(open_admin, qtbot, world)
    assert not page.keep_crops.isChecked()

    page.keep_crops.click()
    wait(qtbot, page)

    assert world.settings.values["keep_crops"] == "1"


def test_that_a_setting_that_cannot_be_stored_is_said(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    page = open_system(open_admin, qtbot, world)

    def refuse(key: str, value: str) -> None:
        raise ReadOnlyStorage(path="attendance.db")

    world.settings.set = refuse  # type: ignore[method-assign]

    page.keep_crops.click()
    wait(qtbot, page)

    assert page.notice.label.text() == "attendance.db cannot be written."


def test_that_the_details_can_be_copied_for_support(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    page = open_system(open_admin, qtbot, World())

    page.copy.click()

    assert "  Provider: CPUExecutionProvider\n" in QGuiApplication.clipboard().text()


def test_that_every_control_has_a_name_for_assistive_technology(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_company()
    window = open_admin(world)
    window.people.table.selectRow(0)

    nameless = [
        w
        for kind in (QAbstractButton, QLineEdit, QComboBox)
        for w in window.findChildren(kind)
        if not w.objectName().startswith("qt_") and not _is_part(w) and not _name(w)
    ]

    assert nameless == []


def test_that_no_colour_or_font_size_is_written_outside_the_theme() -> None:
    folder = Path(attendance.ui.admin.__file__).parent
    literal = re.compile(r"#[0-9A-Fa-f]{6}\b|\b\d+px|\bsetPointSize|\bsetPixelSize|font-size:\s*\d")

    found = [f"{path.name}: {hit}" for path in sorted(folder.glob("*.py")) for hit in literal.findall(path.read_text())]

    assert [f for f in found if not re.search(r": [123]px$", f)] == []


def choose(box: QComboBox, data: str) -> None:
    """Choose as a person does: activated is not sent for changes by the program."""
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def _is_part(widget: QWidget) -> bool:
    """Spin box editors, clear buttons, header corners: Qt names and hides them itself."""
    parent = widget.parent()
    return isinstance(parent, QLineEdit) or type(parent).__name__ in {
        "QDateEdit",
        "QTableView",
        "RecordTable",
        "QCalendarWidget",
        "QComboBox",
    }
