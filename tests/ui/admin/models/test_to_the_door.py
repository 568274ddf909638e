"""The way of a pack to the door, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from attendance.core.recognition.shadow import ShadowReport
from attendance.services.recognizers.go_live import GoLiveState
from attendance.ui.admin.models.list_model import ModelColumn
from attendance.ui.admin.parts.services import AdminServices
from tests.training_parts import POSIX_ONLY, TrainingParts
from tests.ui.admin.models.steps import (
    NEVER_MEASURED,
    UNCALIBRATED,
    OpenPage,
    cells,
    choose,
    current_page,
    facts,
    shown,
    window_of,
)
from tests.ui.admin.models.world import CALIBRATED, MINE, ModelsWorld
from tests.ui.admin.opening import OpenAdmin, opened, wait


def test_that_a_calibrated_pack_is_compared_without_a_question(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(CALIBRATED)
    page = open_page(world)
    choose(qtbot, page, "mine")
    page.card.compare.click()
    wait(qtbot, page)

    assert world.models.go_live.calls == ["prepare mine"]
    assert cells(page)[1][ModelColumn.PART] == "Being compared"
    assert shown(page.door.go_live) == shown(page.door.discard) == (True, True)
    assert not page.card.compare.isVisible()
    assert page.card.remark.text().startswith("What the kiosks find stands under “At the door”")


def test_that_an_uncalibrated_pack_is_asked_about_first(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    page = open_page(world)
    choose(qtbot, page, "mine")
    page.card.compare.click()
    assert page.card.question.sentence.text() == UNCALIBRATED
    assert page.card.question.cancel.hasFocus()
    qtbot.keyClick(page.card.question.cancel, Qt.Key.Key_Escape)
    assert page.card.question.isHidden()
    assert world.models.go_live.calls == world.models.store.calls == []

    page.card.compare.click()
    page.card.question.confirm.click()
    wait(qtbot, page)
    assert world.models.store.calls == [("calibrate", "mine")]
    assert world.models.go_live.calls == []
    page.card.compare.click()
    wait(qtbot, page)
    assert world.models.go_live.calls == ["prepare mine"]


def test_that_it_can_be_compared_uncalibrated_all_the_same(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    page = open_page(world)
    choose(qtbot, page, "mine")
    page.card.compare.click()
    assert page.card.question.other.text() == "Compare anyway"
    page.card.question.other.click()
    wait(qtbot, page)
    assert world.models.go_live.calls == ["prepare mine"]


def test_that_the_candidate_that_would_be_discarded_is_named(open_page: OpenPage, qtbot: QtBot) -> None:
    other = replace(CALIBRATED, pack_id="other", model_id="other:1")
    world = ModelsWorld(CALIBRATED, other)
    report = ShadowReport(120, 113, 2, 4, 1, 0.6, 0.66, ())
    world.models.go_live.now = GoLiveState("bundled", "other", None, prepared=True, shadow=report)
    page = open_page(world)
    choose(qtbot, page, "mine")
    page.card.compare.click()
    assert page.card.question.sentence.text() == (
        "One model at a time is compared: other is discarded. The comparison of 120 faces seen at the door is removed. "
        "The model in use stays."
    )
    assert not page.card.question.other.isVisible()
    page.card.question.confirm.click()
    wait(qtbot, page)
    assert world.models.go_live.calls == ["prepare mine"]


def test_that_a_question_goes_with_the_row_it_is_about(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE, replace(MINE, pack_id="next", model_id="next:1")))
    choose(qtbot, page, "mine")
    page.card.compare.click()
    choose(qtbot, page, "next")
    assert page.card.question.isHidden()


def test_that_an_interrupted_preparation_can_go_on_from_the_card(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(CALIBRATED)
    world.models.go_live.now = GoLiveState("bundled", "mine", None, prepared=False, shadow=None)
    page = open_page(world)
    choose(qtbot, page, "mine")
    assert facts(page)["State"] == "Prepared in part"
    assert page.card.compare.text() == page.door.install.text() == "Go on preparing"
    page.card.compare.click()
    wait(qtbot, page)
    assert world.models.go_live.calls == ["prepare mine"]


def test_that_going_live_uncalibrated_offers_to_calibrate_first(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    state = GoLiveState("bundled", "mine", None, prepared=True, shadow=ShadowReport(), candidate_is_calibrated=False)
    world.models.go_live.now = state
    world.models.go_live.problems = NEVER_MEASURED
    page = open_page(world)
    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    assert page.door.question.sentence.text() == (
        "What speaks against mine:\n• its thresholds were never measured; calibrate it first\n"
        "mine will recognise people at the door in place of bundled. You can go back at any time."
    )
    page.door.question.confirm.click()
    wait(qtbot, page)
    assert world.models.store.calls == [("calibrate", "mine")]
    assert world.models.go_live.calls == []


def test_that_a_switch_comes_back_to_this_page_and_can_be_taken_back(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    state = GoLiveState("bundled", "mine", None, prepared=True, shadow=ShadowReport(), candidate_is_calibrated=False)
    world.models.go_live.now = state
    world.models.go_live.problems = NEVER_MEASURED
    page = open_page(world)
    window = window_of(page)
    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    page.door.question.other.click()
    qtbot.waitUntil(lambda: world.loads == 2 and window.models not in {None, page} and window.jobs.is_idle)

    page = current_page(window)
    assert world.models.go_live.calls == ["promote by force"]
    assert [row[:2] for row in cells(page)] == [("mine", "In use"), ("bundled", "In use before")]
    assert page.card.heading.text() == "mine"
    assert window.toasts.shown[0].label.text() == "mine is in use now."
    page.door.back.click()
    page.door.question.confirm.click()
    qtbot.waitUntil(lambda: world.loads == 3 and window.models not in {None, page} and window.jobs.is_idle)
    assert world.models.go_live.calls == ["promote by force", "rollback"]
    assert cells(current_page(window))[0][:2] == ("bundled", "In use")


@POSIX_ONLY
def test_that_the_training_page_sends_a_candidate_here_to_be_calibrated(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path
) -> None:
    world = BothWorld(tmp_path)
    world.models.go_live.now = GoLiveState(
        "bundled", "mine", None, prepared=True, shadow=ShadowReport(), candidate_is_calibrated=False
    )
    world.models.go_live.problems = NEVER_MEASURED
    window = open_admin(world)
    training = opened(qtbot, window, window.training)
    training.door.go_live.click()
    qtbot.waitUntil(training.door.question.isVisible)
    training.door.question.confirm.click()
    page = current_page(window)
    wait(qtbot, page)
    assert world.models.store.calls == [("calibrate", "mine")]
    assert page.outcome.label.text().startswith("mine is calibrated")


class BothWorld(ModelsWorld):
    """With training as well; both work on one go-live."""

    def __init__(self, folder: Path) -> None:
        super().__init__(MINE)
        self.around = TrainingParts(folder, roster=self.roster, settings=self.settings, go_live=self.models.go_live)

    def services(self) -> AdminServices:
        return replace(super().services(), training=self.around.service())


@POSIX_ONLY
def test_that_the_door_is_watched_while_a_page_shows_it(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = BothWorld(tmp_path)
    window = open_admin(world)
    run = window.door_run
    assert run is not None
    assert not run.watching.isActive()
    for page in (window.models, window.training):
        opened(qtbot, window, page)
        assert run.watching.isActive()
    world.models.go_live.now = GoLiveState("bundled", "mine", None, prepared=True, shadow=ShadowReport())
    run.watching.timeout.emit()
    wait(qtbot, window)
    assert run.state == world.models.go_live.now
    window.navigation.open_page(window.people)
    assert not run.watching.isActive()


def test_that_a_question_is_taken_back_when_another_program_changes_what_it_is_about(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    world = ModelsWorld(CALIBRATED)
    world.models.go_live.now = GoLiveState("bundled", "mine", None, prepared=True, shadow=ShadowReport())
    page = open_page(world)
    window = window_of(page)
    assert window.door_run is not None
    page.door.go_live.click()
    wait(qtbot, page)
    window.door_run.refresh()
    wait(qtbot, page)
    assert page.door.question.isVisible()
    world.models.go_live.now = GoLiveState("bundled", None, None, prepared=False, shadow=None)
    window.door_run.refresh()
    wait(qtbot, page)
    assert page.door.question.isHidden()
    assert page.door.isHidden()
