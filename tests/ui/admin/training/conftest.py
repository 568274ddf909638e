"""Opens the page Training over a company that may train."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from attendance.ui.admin.training.page import TrainingPage
from tests.ui.admin.opening import OpenAdmin, opened
from tests.ui.admin.training.world import OpenPage, TrainingWorld


@pytest.fixture
def open_page(open_admin: OpenAdmin, qtbot: QtBot) -> OpenPage:
    def make(world: TrainingWorld) -> TrainingPage:
        window = open_admin(world)
        return opened(qtbot, window, window.training)

    return make
