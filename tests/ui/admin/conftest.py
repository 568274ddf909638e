"""Opens admin windows over a World and closes them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from attendance.ui.admin.window import AdminWindow
from attendance.ui.window_end import end_window
from tests.ui.admin.world import World


@pytest.fixture
def open_admin(qtbot: QtBot) -> Iterator[Callable[[World], AdminWindow]]:
    """Open a window, wait until its pages are there and nothing is being loaded."""
    opened: list[AdminWindow] = []

    def open_window(world: World) -> AdminWindow:
        window = AdminWindow(world.services)
        opened.append(window)
        window.show()
        qtbot.waitUntil(lambda: window.is_ready and window.jobs.is_idle)
        return window

    yield open_window
    for window in opened:
        end_window(window)
