"""Set-up of the window tests: the look and the language of one test never reach the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch
from tests.ui.kiosk_scenes import Scene

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Accept the one warning that the offscreen platform gives for every window with a least size."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def _plain_application(qapp: QApplication) -> Iterator[None]:
    qapp.setQuitOnLastWindowClosed(False)
    LanguageSwitch.instance().set_language("en")
    theme.apply_theme(qapp, "light")
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = QApplication.topLevelWidgets()
    names = [type(widget).__name__ for widget in left]
    for widget in left:  # the next test is not to fail for this one
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert names == [], "end windows with end_window"
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
