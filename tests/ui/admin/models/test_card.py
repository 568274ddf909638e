"""The list of packs, the card of the chosen one, its files, and packs for research only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from attendance.core.recognition.shadow import ShadowReport
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelMissing
from attendance.errors.storage import StorageError
from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.training.service import TUNED
from attendance.ui.admin.banners import LICENCE_SEEN_SETTING
from attendance.ui.admin.models.list_model import ModelColumn
from tests.ui.admin.models.steps import (
    RESEARCH,
    OpenPage,
    cells,
    choose,
    current_page,
    facts,
    shown,
    speak_chinese,
    window_of,
)
from tests.ui.admin.models.world import BUNDLED, CALIBRATED, MINE, SITE_DATA, ModelsWorld
from tests.ui.admin.opening import OpenAdmin, wait

# --- the list ----------------------------------------------------------------------------------------


def test_that_the_page_stands_before_system(open_admin: OpenAdmin) -> None:
    window = open_admin(ModelsWorld())
    names = [window.navigation.item(row).text() for row in range(window.navigation.count())]
    assert names == ["People", "Today", "Reports", "Models", "System"]


def test_that_the_list_says_state_licence_and_calibration(open_page: OpenPage) -> None:
    research = replace(MINE, pack_id="other", model_id="other:1", title="Other", use=LicenceUse.RESEARCH_ONLY)
    world = ModelsWorld(CALIBRATED, research)
    world.models.go_live.now = GoLiveState("bundled", "mine", "other", prepared=True, shadow=ShadowReport())
    page = open_page(world)

    assert cells(page) == [
        (
            "bundled",
            "In use",
            "Allowed; training data not documented",
            BUNDLED.calibration_data,
            "Comes with the program; its thresholds were measured on many people",
        ),
        ("mine", "Being compared", "Allowed", SITE_DATA, "From a file or folder of your own"),
        ("other", "In use before", "Not allowed: research only", "Not calibrated", "Other"),
    ]


def test_that_a_pack_of_the_page_training_is_told_as_such(open_page: OpenPage) -> None:
    page = open_page(ModelsWorld(replace(MINE, pack_id=f"{TUNED}20260302-080000")))
    assert cells(page)[1][ModelColumn.PURPOSE] == "Fitted to your staff on the page Training"


def test_that_the_pack_in_use_is_chosen_first_and_says_where_it_runs(open_page: OpenPage) -> None:
    page = open_page(ModelsWorld(MINE))

    assert page.card.isVisible()
    assert page.card.heading.text() == "bundled"
    assert facts(page)["Runs on"] == "Processor (CPU), CPUExecutionProvider"
    assert facts(page)["Reason"] == "No CUDA device was found."
    assert facts(page)["Calibrated on"].startswith("LFW-dev")
    assert not page.card.calibrate.isVisible()
    assert not page.card.compare.isVisible()
    assert page.card.check.isVisible()


def test_that_another_pack_can_be_calibrated_and_compared(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE))
    choose(qtbot, page, "mine")

    assert "Runs on" not in facts(page)
    assert facts(page)["Calibrated on"] == "Not calibrated"
    assert shown(page.card.calibrate) == shown(page.card.compare) == (True, True)
    assert page.card.remark.text() == "Calibrating needs kept photos of 10 people or more."


def test_that_the_card_can_be_closed_and_opened_by_keyboard(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE))
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.side.isHidden()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.card.isVisible()


def test_that_a_list_that_cannot_be_read_is_told(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ModelsWorld()
    page = open_page(world)

    def fail(_active: str) -> list[Any]:
        raise StorageError(path="models", reason=Reason("gone"))

    monkeypatch.setattr(world.models.store, "list", fail)
    page.reload()
    wait(qtbot, page)
    assert page.failure.label.text() == "models: gone"
    monkeypatch.undo()
    page.reload()
    wait(qtbot, page)
    assert page.failure.isHidden()


# --- files -------------------------------------------------------------------------------------------


def test_that_whole_files_are_told_and_the_answer_stays_until_dismissed(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    page = open_page(world)
    page.card.check.click()
    wait(qtbot, page)

    assert page.outcome.label.text() == "Every file of bundled is as it should be."
    window_of(page).navigation.open_page(window_of(page).people)
    window_of(page).navigation.open_page(page)
    wait(qtbot, page)
    assert page.outcome.isVisible()
    page.outcome.dismiss.click()
    assert page.outcome.isHidden()
    assert world.models.store.calls == [("verify", "bundled")]


def test_that_damaged_files_are_named_in_the_windows_language(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.problems = [
        ModelChecksumMismatch(pack="bundled", path="rec.onnx"),
        ModelMissing(pack="bundled", reason=Reason("{path} does not exist", path="onet.onnx")),
    ]
    page = open_page(world)
    page.card.check.click()
    wait(qtbot, page)

    first, second = page.outcome.label.text().splitlines()
    assert "rec.onnx is damaged" in first
    assert "onet.onnx does not exist" in second
    speak_chinese()
    assert "onet.onnx 不存在" in page.outcome.label.text()
    assert "已损坏" in page.outcome.label.text()


# --- research only -----------------------------------------------------------------------------------


def lab_world() -> ModelsWorld:
    world = ModelsWorld(RESEARCH)
    world.models.go_live.now = GoLiveState("lab", None, "bundled", prepared=False, shadow=None)
    return world


def test_that_the_banner_leads_here_and_stays_here_when_it_was_put_away(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = lab_world()
    window = open_admin(world)
    assert window.banners.to_models is not None
    window.banners.to_models.click()
    page = current_page(window)
    wait(qtbot, page)
    assert page.licence.isHidden()
    assert window.banners.put_away is not None
    assert "page Models" in window.banners.put_away.toolTip()
    window.banners.put_away.click()
    wait(qtbot, page)

    assert window.banners.notices == []
    assert page.licence.label.text().startswith("The model in use, lab, may be used for research only.")
    assert cells(page)[0][ModelColumn.LICENCE] == "Not allowed: research only"


def test_that_a_banner_put_away_earlier_is_told_here_too(open_page: OpenPage) -> None:
    world = lab_world()
    world.settings.set(LICENCE_SEEN_SETTING, "lab:1")
    page = open_page(world)
    assert window_of(page).banners.notices == []
    assert page.licence.isVisible()


def test_that_a_pack_that_may_be_used_needs_no_such_notice(open_page: OpenPage) -> None:
    assert open_page(ModelsWorld()).licence.isHidden()
