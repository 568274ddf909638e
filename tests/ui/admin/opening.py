"""How the tests of each page begin: the page comes to the front and has loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pytestqt.qtbot import QtBot

from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.window import AdminWindow
from tests.ui.admin.world import World

OpenAdmin = Callable[[World], AdminWindow]
Shown = TypeVar("Shown", bound=Page)


def wait(qtbot: QtBot, part: AdminWindow | Page) -> None:
    """Wait until nothing is being loaded."""
    qtbot.waitUntil(lambda: part.jobs.is_idle)


def opened(qtbot: QtBot, window: AdminWindow, page: Shown | None) -> Shown:
    """Open a page that the window is known to have, as the navigation does."""
    assert page is not None
    window.navigation.open_page(page)
    wait(qtbot, window)
    return page
