"""A name is shown letter by letter: no label of the admin window reads one as HTML."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as RichQt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from attendance.core.types import Direction
from tests.ui.admin.hours_world import HoursWorld, at
from tests.ui.admin.opening import OpenAdmin, opened

HTML = "<b>Ann</b><img src='http://elsewhere/x.png'>"


@pytest.mark.parametrize("name", ["today", "people", "hours", "reports"])
def test_that_no_label_takes_a_name_for_html(open_admin: OpenAdmin, qtbot: QtBot, name: str) -> None:
    world = HoursWorld(two_person_rule=True)
    person = world.add_person("9", HTML, HTML)
    world.add_event(person, at(world.day, 9, 0))
    world.corrections.add_event(person.id, at(world.day, 17, 0), Direction.OUT, reason=HTML, by=HTML)
    window = open_admin(world)
    page = opened(qtbot, window, getattr(window, name))
    qtbot.waitUntil(lambda: page.jobs.is_idle)
    if name == "people":
        assert page.table.select_key(person.id)
        qtbot.waitUntil(lambda: page.jobs.is_idle)
        assert page.drawer.heading.text() == HTML
    read_as_html = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText and RichQt.mightBeRichText(label.text())
    ]
    assert read_as_html == []
