"""Opens the page Models over a world of packs."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from attendance.ui.admin.models.page import ModelsPage
from tests.ui.admin.models.steps import OpenPage
from tests.ui.admin.models.world import ModelsWorld
from tests.ui.admin.opening import OpenAdmin, opened


@pytest.fixture
def open_page(open_admin: OpenAdmin, qtbot: QtBot) -> OpenPage:
    def make(world: ModelsWorld) -> ModelsPage:
        window = open_admin(world)
        return opened(qtbot, window, window.models)

    return make
