"""What tests of the page Models do and look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.ui.admin.models.list_model import ModelColumn
from attendance.ui.admin.models.page import ModelsPage
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.ui.admin.models.world import MINE, ModelsWorld
from tests.ui.kiosk_scenes import settle

OpenPage = Callable[[ModelsWorld], ModelsPage]
NEVER_MEASURED = (Reason("its thresholds were never measured; calibrate it first"),)
UNCALIBRATED = (
    "mine is not calibrated: nobody has measured from which similarity it is sure, so it decides by a cautious one and "
    "may refuse many people."
)


def speak_chinese() -> None:
    LanguageSwitch.instance().set_language("zh_CN")
    settle()  # each widget hears of it by an event


def choose(qtbot: QtBot, page: ModelsPage, name: str) -> None:
    assert page.table.select_key(name)
    assert page.card.row is not None
    assert page.card.row.name == name


def window_of(page: ModelsPage) -> AdminWindow:
    window = page.window()
    assert isinstance(window, AdminWindow)
    return window


def current_page(window: AdminWindow) -> ModelsPage:
    page = window.pages.currentWidget()
    assert page is window.models
    assert isinstance(page, ModelsPage)
    return page


def cells(page: ModelsPage) -> list[tuple[str, ...]]:
    model = page.table.model()
    return [tuple(str(model.index(row, column).data()) for column in ModelColumn) for row in range(model.rowCount())]


def facts(page: ModelsPage) -> dict[str, str]:
    return dict(page.card.facts.facts)


def shown(button: QPushButton) -> tuple[bool, bool]:
    return button.isVisible(), button.isEnabled()


def fill_onnx(page: ModelsPage) -> None:
    page.add.click()
    page.form.path.setText("/models/R50 (final).onnx")
    page.form.onnx.licence.setPlainText("MIT, by ourselves\nAll of it.")


def accept(page: ModelsPage) -> None:
    page.download.click()
    page.catalogue.accepted.check.click()


RESEARCH = replace(MINE, pack_id="lab", model_id="lab:1", title="Lab", use=LicenceUse.RESEARCH_ONLY, licence="ask us")
