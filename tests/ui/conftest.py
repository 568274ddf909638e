"""Set-up of the window tests: the look and the language of one test never reach the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch
from tests.ui.kiosk_scenes import Scene


@pytest.fixture(autouse=True)
def _plain_application(qapp: QApplication) -> Iterator[None]:
    qapp.setQuitOnLastWindowClosed(False)
    LanguageSwitch.instance().set_language("en")
    theme.apply_theme(qapp, "light")
    yield
    LanguageSwitch.instance().set_language("en")


@pytest.fixture
def make_scene() -> Iterator[Callable[..., Scene]]:
    """Make kiosk scenes that are closed in order after the test."""
    made: list[Scene] = []

    def make(**options: object) -> Scene:
        scene = Scene(**options)  # type: ignore[arg-type]
        made.append(scene)
        return scene

    yield make
    for scene in made:
        scene.close()
