"""The page Models at every size, in both languages: nothing is cut off or left in English."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from attendance.core.recognition.leave_one_out import OwnPeople
from attendance.core.recognition.shadow import ShadowReport
from attendance.errors import Reason
from attendance.errors.models import DownloadFailed
from attendance.services.recognizers.go_live import GoLiveState
from attendance.ui.admin.models.page import ModelsPage
from tests.ui.admin.fit import SIZES, cut_buttons, cut_choices, cut_labels, cut_titles, outside, squeezed
from tests.ui.admin.models.steps import NEVER_MEASURED, RESEARCH, OpenPage, accept, choose, fill_onnx, speak_chinese
from tests.ui.admin.models.world import CALIBRATED, FOUND, MINE, ModelsWorld
from tests.ui.admin.opening import wait
from tests.ui.kiosk_scenes import settle


def picture(world: ModelsWorld, page: ModelsPage, qtbot: QtBot, state: str) -> None:
    """Bring the page into one of its states."""
    if state == "card":
        choose(qtbot, page, "mine")
        page.card.compare.click()
    elif state == "outcome":
        page.calibrate("mine")
    elif state == "form":
        fill_onnx(page)
        for box, text in ((page.form.onnx.name, "a b"), (page.form.onnx.std, "0"), (page.form.onnx.side_px, "1.5")):
            box.setText(text)
        page.form.add.click()
    elif state == "download":
        world.models.store.error = DownloadFailed(pack="buffalo_l", reason=Reason("the connection was cut"))
        accept(page)
        page.catalogue.download.click()
    elif state == "live":
        page.door.go_live.click()
    wait(qtbot, page)
    settle()


STATES = ("list", "card", "outcome", "form", "download", "live")


def full_world(language: str) -> ModelsWorld:
    long = replace(RESEARCH, pack_id="iresnet100-glint360k-company-edition-2026", model_id="iresnet100-glint360k:1")
    world = ModelsWorld(MINE, CALIBRATED_OTHER, long)
    world.settings.set("language", language)
    world.models.go_live.now = GoLiveState(
        "bundled", "mine", None, prepared=True, shadow=ShadowReport(120, 113, 2, 4, 1), candidate_is_calibrated=False
    )
    world.models.found = replace(FOUND, after=OwnPeople(0.9, 180, 40, 3))
    world.models.go_live.problems = (
        *NEVER_MEASURED,
        Reason(
            "of {asked} photographs of your people it recognises {after}, the one in use {before}",
            asked=180,
            after=40,
            before=176,
        ),
    )
    return world


CALIBRATED_OTHER = replace(CALIBRATED, pack_id="other", model_id="other:1", title="other")


@pytest.mark.knows_fonts
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_that_no_text_is_cut_off(
    open_page: OpenPage, qtbot: QtBot, size: tuple[int, int], language: str, state: str
) -> None:
    world = full_world(language)
    page = open_page(world)
    page.window().resize(*size)
    if state == "card":
        world.models.go_live.now = GoLiveState("bundled", "other", None, prepared=True, shadow=ShadowReport())
        page.shown()
        wait(qtbot, page)
    picture(world, page, qtbot, state)

    found = [
        *cut_labels(page),
        *cut_buttons(page),
        *cut_choices(page),
        *cut_titles(page),
        *outside(page),
        *squeezed(page),
    ]
    assert found == []
    assert page.minimumSizeHint().width() <= page.width()


@pytest.mark.parametrize("state", STATES)
def test_that_every_sentence_is_chinese_in_chinese(open_page: OpenPage, qtbot: QtBot, state: str) -> None:
    world = full_world("en")
    page = open_page(world)
    picture(world, page, qtbot, state)
    speak_chinese()

    # Names and identities of packs, what somebody typed as a licence, and a reason that only the fake gives.
    fixed = re.compile(r"[\w-]+(:\w+)?|MIT, by ourselves|No CUDA device was found\.")
    latin = [text for text in texts_of(page) if text.isascii() and any(c.islower() for c in text)]
    assert [text for text in latin if not fixed.fullmatch(text)] == []


def texts_of(page: QWidget) -> list[str]:
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    buttons = [button.text() for button in page.findChildren(QPushButton) if button.isVisible()]
    return [*labels, *buttons]


def test_that_a_question_below_the_edge_of_a_small_window_is_scrolled_to(open_page: OpenPage, qtbot: QtBot) -> None:
    world = full_world("en")
    page = open_page(world)
    page.window().resize(800, 480)
    page.calibrate("mine")
    wait(qtbot, page)
    settle()
    page.door.go_live.click()
    wait(qtbot, page)
    settle()
    button = page.door.question.cancel
    bottom = button.mapTo(page, QPoint(0, button.height())).y()
    assert bottom <= page.height()
