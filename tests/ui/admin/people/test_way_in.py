"""PIN, badges, and people without a photo, in the admin window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from attendance.core.credentials.records import PinState
from attendance.core.types import Person
from attendance.errors.storage import DiskFull
from attendance.services.credentials.badges import BadgeService, NewBadge
from attendance.services.credentials.pins import PinService
from attendance.ui.admin.parts.services import CredentialServices
from attendance.ui.admin.people.way_in_panel import WayInPanel
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.opening import OpenAdmin
from tests.ui.admin.people.in_memory_credentials import InMemoryCredentials, PlainHasher
from tests.ui.admin.world import NOW, World


class Sheets:
    """Keeps what was to be printed."""

    def __init__(self) -> None:
        self.printed: list[tuple[list[str], Path]] = []
        self.error: Exception | None = None

    def write(self, badges: Sequence[NewBadge], path: Path) -> None:
        if self.error is not None:
            raise self.error
        self.printed.append(([badge.person.code for badge in badges], path))


@pytest.fixture
def credentials() -> InMemoryCredentials:
    return InMemoryCredentials()


@pytest.fixture
def sheets() -> Sheets:
    return Sheets()


@pytest.fixture
def world(credentials: InMemoryCredentials, sheets: Sheets) -> World:
    made = World()
    made.add_company()
    made.credentials = CredentialServices(
        PinService(credentials, made.roster, PlainHasher()),
        BadgeService(credentials, made.roster, sheets.write),
        lambda person: [made.roster.get_by_code("1001")] if person.code == "1007" else [],
    )
    return made


def choose(window: AdminWindow, code: str) -> Person:
    person = window.people.model.owner_of(code)
    assert person is not None
    assert window.people.table.select_key(person.id)
    return person


def panel(qtbot: QtBot, window: AdminWindow, code: str = "1003") -> WayInPanel:
    choose(window, code)
    found = window.people.drawer.way_in
    qtbot.waitUntil(lambda: bool(found.facts.text()))
    return found


def test_that_a_person_starts_without_pin_and_badge(qtbot: QtBot, open_admin: OpenAdmin, world: World) -> None:
    shown = panel(qtbot, open_admin(world))
    assert shown.facts.text() == "No PIN · no badge"
    assert shown.set_pin.text() == "Set a PIN"
    assert not shown.remove_pin.isEnabled()
    assert not shown.revoke.isEnabled()


def test_that_a_pin_is_shown_once_and_gone_with_the_next_person(
    qtbot: QtBot, open_admin: OpenAdmin, world: World, credentials: InMemoryCredentials
) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window)
    shown.set_pin.click()
    qtbot.waitUntil(shown.new_pin.isVisible)
    pin = re.fullmatch(r"PIN (\d{6})", shown.new_pin.label.text())
    assert pin is not None
    person = choose(window, "1003")
    assert credentials.hashes[person.id] == f"hash of {pin[1]}"
    qtbot.waitUntil(lambda: shown.facts.text() == "Temporary PIN, not used yet · no badge")
    assert shown.set_pin.text() == "Reset the PIN"
    choose(window, "1001")
    assert not shown.new_pin.isVisible()
    choose(window, "1003")
    qtbot.waitUntil(lambda: "Temporary" in shown.facts.text())
    assert not shown.new_pin.isVisible()
    shown.remove_pin.click()
    qtbot.waitUntil(lambda: shown.facts.text() == "No PIN · no badge")


def test_that_a_look_alike_is_named_where_the_pin_is_set(qtbot: QtBot, open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window, "1007")
    assert "张伟" in shown.look_alikes.label.text()
    assert "asks for the PIN" in shown.look_alikes.label.text()
    panel(qtbot, window, "1003")
    qtbot.waitUntil(lambda: not shown.look_alikes.isVisible())


def test_that_a_pause_is_said_until_it_is_over(
    qtbot: QtBot, open_admin: OpenAdmin, world: World, credentials: InMemoryCredentials
) -> None:
    window = open_admin(world)
    person = choose(window, "1001")
    credentials.states[person.id] = PinState(False, NOW, 7, NOW + timedelta(minutes=4))
    choose(window, "1003")
    shown = panel(qtbot, window, "1001")
    qtbot.waitUntil(lambda: shown.facts.text() == "PIN paused until 16:04 after wrong tries · no badge")


def test_that_a_badge_is_printed_and_revoked(qtbot: QtBot, open_admin: OpenAdmin, world: World, sheets: Sheets) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window)
    shown.print_to([choose(window, "1003")], Path("badge.pdf"))
    qtbot.waitUntil(lambda: shown.facts.text() == "No PIN · 1 badge")
    assert sheets.printed == [(["1003"], Path("badge.pdf"))]
    assert window.toasts.shown[-1].label.text() == "The badge of 李娜 is in badge.pdf."
    shown.revoke.click()
    qtbot.waitUntil(lambda: shown.facts.text() == "No PIN · no badge")


def test_that_badges_of_several_people_come_on_one_sheet(
    qtbot: QtBot, open_admin: OpenAdmin, world: World, sheets: Sheets
) -> None:
    window = open_admin(world)
    window.people.table.selectAll()
    shown = window.people.drawer.way_in
    assert shown.isVisible()
    assert not shown.set_pin.isVisible()
    assert shown.print_badges.text() == "Print badges…"
    shown.print_to(window.people.drawer.people, Path("all.pdf"))
    qtbot.waitUntil(lambda: bool(sheets.printed))
    assert len(sheets.printed[0][0]) == 8


def test_that_a_file_that_cannot_be_written_is_said_where_it_was_asked_for(
    qtbot: QtBot, open_admin: OpenAdmin, world: World, sheets: Sheets
) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window)
    sheets.error = DiskFull(path="badge.pdf")
    shown.print_to([choose(window, "1003")], Path("badge.pdf"))
    qtbot.waitUntil(shown.error.isVisible)
    assert "full" in shown.error.label.text()
    assert shown.facts.text() == "No PIN · no badge"


def test_that_the_panel_hides_while_an_erasure_is_asked_about(
    qtbot: QtBot, open_admin: OpenAdmin, world: World
) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window)
    window.people.drawer.erase.click()
    assert not shown.isVisible()
    window.people.drawer.erase_panel.cancel.click()
    assert shown.isVisible()


def test_that_the_panel_speaks_chinese(qtbot: QtBot, open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    shown = panel(qtbot, window)
    LanguageSwitch.instance().set_language("zh_CN")
    qtbot.waitUntil(lambda: shown.facts.text() == "未设 PIN 码 · 无工牌")
    assert shown.heading.text() == "PIN 码与工牌"


def test_that_a_person_can_be_added_without_a_photo(qtbot: QtBot, open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    window.people.add.click()
    page = window.enrol
    page.without.click()
    assert page.no_photo.isVisible()
    assert not page.by_camera.isVisible()
    for field, text in ((page.form.code, "2001"), (page.form.name, "Nora Ohne")):
        assert isinstance(field.editor, QLineEdit)
        field.editor.setText(text)
    page.save.click()
    qtbot.waitUntil(lambda: any(person.code == "2001" for person in world.roster.list_people()))
    added = world.roster.get_by_code("2001")
    assert (added.name, added.template_count, added.crop_count) == ("Nora Ohne", 0, 0)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.people)
    assert window.toasts.shown[-1].label.text() == "Nora Ohne is on the list without a photo."


def test_that_photos_of_somebody_known_are_not_added_without_one(open_admin: OpenAdmin, world: World) -> None:
    window = open_admin(world)
    choose(window, "1003")
    window.people.drawer.add_photos.click()
    assert not window.enrol.without.isVisible()
