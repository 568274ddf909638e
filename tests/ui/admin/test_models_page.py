"""The page Models of the admin window."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.core.recognition.leave_one_out import OwnPeople
from attendance.core.recognition.shadow import ShadowReport
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import (
    CalibrationRefused,
    CustomValueWrong,
    DownloadFailed,
    ModelChecksumMismatch,
    ModelMissing,
)
from attendance.errors.storage import StorageError
from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.training.service import TUNED
from attendance.ui.admin.banners import LICENCE_SEEN_SETTING
from attendance.ui.admin.models.list_model import ModelColumn
from attendance.ui.admin.models.page import ModelsPage
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from tests.training_parts import TrainingParts
from tests.ui.admin.fit import SIZES, cut_buttons, cut_choices, cut_labels, cut_titles, outside, squeezed
from tests.ui.admin.models_world import BUNDLED, CALIBRATED, FOUND, MINE, SITE_DATA, ModelsWorld
from tests.ui.admin.opening import OpenAdmin, opened, wait
from tests.ui.kiosk_scenes import settle

OpenPage = Callable[[ModelsWorld], ModelsPage]
NEVER_MEASURED = (Reason("its thresholds were never measured; calibrate it first"),)
UNCALIBRATED = (
    "mine is not calibrated: nobody has measured from which similarity it is sure, so it decides by a cautious one and "
    "may refuse many people."
)


@pytest.fixture
def open_page(open_admin: OpenAdmin, qtbot: QtBot) -> OpenPage:
    def make(world: ModelsWorld) -> ModelsPage:
        window = open_admin(world)
        return opened(qtbot, window, window.models)

    return make


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


def cells(page: ModelsPage) -> list[tuple[str, ...]]:
    model = page.table.model()
    return [tuple(str(model.index(row, column).data()) for column in ModelColumn) for row in range(model.rowCount())]


def facts(page: ModelsPage) -> dict[str, str]:
    return dict(page.card.facts.facts)


def shown(button: QPushButton) -> tuple[bool, bool]:
    return button.isVisible(), button.isEnabled()


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


# --- calibration -------------------------------------------------------------------------------------


def test_that_a_calibration_says_in_words_what_it_found(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE))
    choose(qtbot, page, "mine")
    page.card.calibrate.click()
    wait(qtbot, page)

    assert page.outcome.label.text() == (
        "mine is calibrated on 96 of your people and 180 photos. Of 180 photos of your people, 178 are recognised with "
        "it and 0 taken for somebody else (with the bundled one: 176 and 0). It recognises somebody from a similarity "
        "of 0.545 on."
    )
    assert page.outcome.hint.isHidden()
    assert cells(page)[1][ModelColumn.CALIBRATED] == SITE_DATA
    assert page.card.isVisible()
    assert facts(page)["Calibrated on"] == SITE_DATA
    assert page.table.selected_records()[0].name == "mine"


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        (
            GoLiveState("mine", None, "bundled", prepared=False, shadow=None),
            "Kiosks and windows that run now take it over at their next start.",
        ),
        (
            GoLiveState("bundled", "mine", None, prepared=True, shadow=ShadowReport()),
            "Kiosks that compare it now take it over at their next start.",
        ),
    ],
)
def test_that_who_decides_by_the_old_threshold_still_is_told(
    open_page: OpenPage, qtbot: QtBot, state: GoLiveState, hint: str
) -> None:
    world = ModelsWorld(MINE)
    world.models.go_live.now = state
    page = open_page(world)
    page.calibrate("mine")
    wait(qtbot, page)
    assert page.outcome.hint.text() == hint


def test_that_few_people_are_told_to_make_the_thresholds_strict(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.found = replace(FOUND, people=36)
    page = open_page(world)
    page.calibrate("mine")
    wait(qtbot, page)
    assert "thresholds are on the strict side" in page.outcome.hint.text()


def test_that_wrong_numbers_are_guessed_from_a_bad_calibration(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.found = replace(FOUND, after=OwnPeople(0.9, 180, 40, 3))
    page = open_page(world)
    page.calibrate("mine")
    wait(qtbot, page)
    assert "40 are recognised with it and 3 taken" in page.outcome.label.text()
    assert page.outcome.hint.text().startswith("Far fewer than with the bundled one: are mean, std")


def test_that_nobody_with_two_photos_is_told(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.found = replace(FOUND, after=OwnPeople(0.5, 0, 0, 0), before=OwnPeople(0.5, 0, 0, 0))
    page = open_page(world)
    page.calibrate("mine")
    wait(qtbot, page)
    assert "Nobody has two photos, so how many it recognises cannot be said." in page.outcome.label.text()


def test_that_a_refused_calibration_is_told_with_what_to_do(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    few = Reason("photographs of {count} people are kept, and at least {needed} are needed", count=3, needed=10)
    world.models.error = CalibrationRefused(pack="mine", reason=few)
    page = open_page(world)
    page.calibrate("mine")
    wait(qtbot, page)
    assert "photographs of 3 people are kept, and at least 10 are needed" in page.outcome.label.text()
    assert "Keep photographs" in page.outcome.hint.text()
    assert shown(page.add) == (True, True)


def test_that_work_shows_its_progress_and_nothing_else_can_be_begun(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.store.hold = True
    world.models.go_live.now = GoLiveState("bundled", None, "mine", prepared=False, shadow=None)
    page = open_page(world)
    choose(qtbot, page, "mine")
    page.card.calibrate_asked.emit("mine")
    page.card.calibrate_asked.emit("mine")  # as a double click would
    qtbot.waitUntil(world.models.seen.is_set)
    qtbot.waitUntil(lambda: page.work_card.sentence.text().startswith("Calibrating mine: 64 of 180 photos"))

    assert page.work_card.bar.value() * 180 // page.work_card.bar.maximum() in {63, 64}
    assert shown(page.card.calibrate) == shown(page.card.check) == shown(page.card.compare) == (True, False)
    assert not page.form.add.isEnabled()
    assert shown(page.door.back) == (True, False)
    assert page.door.hindrance.label.text().startswith("Another model can be put in use as soon as the work")
    world.models.store.may_go_on.set()
    wait(qtbot, page)
    assert world.models.store.calls == [("calibrate", "mine")]
    assert page.work_card.isHidden()
    assert shown(page.card.calibrate) == shown(page.door.back) == (True, True)
    assert page.door.hindrance.isHidden()


def test_that_a_stopped_calibration_changes_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.store.hold = True
    page = open_page(world)
    page.calibrate("mine")
    qtbot.waitUntil(world.models.seen.is_set)
    page.work_card.stop.click()
    assert page.work_card.sentence.text() == "Stopping…"
    assert not page.work_card.stop.isEnabled()
    world.models.store.may_go_on.set()
    wait(qtbot, page)

    assert page.outcome.label.text() == "The calibration of mine was stopped; nothing has changed."
    assert cells(page)[1][ModelColumn.CALIBRATED] == "Not calibrated"


def test_that_work_goes_on_when_the_page_is_left_and_its_end_is_told_there(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld(MINE)
    world.models.store.hold = True
    page = open_page(world)
    window = window_of(page)
    page.calibrate("mine")
    window.navigation.open_page(window.people)
    world.models.store.may_go_on.set()
    wait(qtbot, page)

    assert [toast.label.text() for toast in window.toasts.shown] == ["The work on mine has ended: page Models."]
    window.navigation.open_page(page)
    assert page.outcome.label.text().startswith("mine is calibrated")


def test_that_closing_the_window_lets_the_work_end(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ModelsWorld(MINE)
    world.models.store.hold = True
    page = open_page(world)
    stop = page.work.stop

    def stop_first() -> None:
        stop()
        world.models.store.may_go_on.set()

    monkeypatch.setattr(page.work, "stop", stop_first)
    page.calibrate("mine")
    qtbot.waitUntil(world.models.seen.is_set)
    window_of(page).close()
    assert page.work.is_stopping
    assert not world.models.store.infos[1].calibration


# --- to the door -------------------------------------------------------------------------------------


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


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for training speaks POSIX")
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


def current_page(window: AdminWindow) -> ModelsPage:
    page = window.pages.currentWidget()
    assert page is window.models
    assert isinstance(page, ModelsPage)
    return page


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for training speaks POSIX")
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


# --- a new model -------------------------------------------------------------------------------------


def fill_onnx(page: ModelsPage) -> None:
    page.add.click()
    page.form.path.setText("/models/R50 (final).onnx")
    page.form.onnx.licence.setPlainText("MIT, by ourselves\nAll of it.")


def test_that_a_pack_is_brought_in_and_chosen(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    page.add.click()
    assert page.form.path.hasFocus()
    qtbot.keyClicks(page.form.path, "/stick/mine.zip")
    assert not page.form.onnx.isVisible()
    qtbot.keyClick(page.form.path, Qt.Key.Key_Return)
    wait(qtbot, page)

    assert world.models.store.calls == [("import", Path("/stick/mine.zip"))]
    assert page.outcome.label.text() == "mine is installed. Nothing has changed at the door yet."
    assert page.outcome.hint.text() == UNCALIBRATED
    assert page.card.isVisible()
    assert page.card.heading.text() == "mine"
    assert page.form.path.text() == ""


def test_that_nothing_chosen_is_told_at_the_field(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    page.add.click()
    page.form.add.click()
    assert page.form.path_field.line.text() == "⚠ Choose a file or a folder first."
    assert world.models.store.calls == []


def test_that_a_single_file_asks_what_it_does_not_say(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    fill_onnx(page)
    onnx = page.form.onnx
    assert onnx.isVisible()
    assert onnx.name.text() == "R50-final"
    assert onnx.preset.currentText() == "ArcFace, InsightFace"
    choose_in(onnx.preset, "To values from 0 to 1")
    assert (onnx.mean.text(), onnx.std.text()) == ("0", "255")
    onnx.std.clear()
    qtbot.keyClicks(onnx.std, "200")
    assert onnx.preset.currentText() == "Other values"
    choose_in(onnx.colour, "Blue, green, red (BGR)")
    onnx.side_px.setText("128")
    qtbot.mouseClick(onnx.may_be_used.label, Qt.MouseButton.LeftButton)
    page.form.add.click()
    wait(qtbot, page)

    given = CustomRecognizer("R50-final", 0.0, 200.0, 128, "bgr", "MIT, by ourselves\nAll of it.", may_be_used=True)
    assert world.models.store.calls == [("recognizer", Path("/models/R50 (final).onnx"), given)]
    page.add.click()
    assert (onnx.name.text(), onnx.licence.toPlainText(), onnx.may_be_used.check.isChecked()) == ("", "", False)
    assert (onnx.mean.text(), onnx.preset.currentText()) == ("127.5", "ArcFace, InsightFace")


def choose_in(box: QComboBox, text: str) -> None:
    place = box.findText(text)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_that_a_name_that_was_typed_is_kept_with_another_file(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld())
    fill_onnx(page)
    page.form.onnx.name.clear()
    qtbot.keyClicks(page.form.onnx.name, "ours")
    page.form.path.setText("/models/other.onnx")
    assert page.form.onnx.name.text() == "ours"


def test_that_each_mistake_stands_at_its_field_in_the_windows_language(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    fill_onnx(page)
    onnx = page.form.onnx
    for box, text in ((onnx.name, "a b"), (onnx.mean, "x"), (onnx.std, "0"), (onnx.side_px, "1.5")):
        box.setText(text)
    page.form.add.click()

    said = {key: field.line.text() for key, field in onnx.fields.items() if field.has_error}
    assert said == {
        "name": "⚠ The name of a pack holds letters, digits, '-', '_' and single dots inside",
        "mean": "⚠ Mean is a pixel value, 0 to 255",
        "std": "⚠ Std is a number above 0, at most 1000",
        "side_px": "⚠ The side is a number of pixels",
    }
    assert onnx.name.hasFocus()
    assert world.models.store.calls == []
    speak_chinese()
    assert onnx.fields["side_px"].line.text() == "⚠ 边长是像素数"
    onnx.name.setText("ab")
    page.form.add.click()
    assert not onnx.fields["name"].has_error
    assert onnx.fields["mean"].has_error


def test_that_numbers_are_read_as_the_language_writes_them(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(ModelsWorld())
    fill_onnx(page)
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    page.form.onnx.mean.setText("127,5")
    page.form.onnx.std.setText("128.0")
    given = page.form.onnx.given()
    QLocale.setDefault(before)
    assert given is not None
    assert (given.mean, given.std) == (127.5, 128.0)


def test_that_what_the_file_contradicts_is_told_at_its_field_and_nothing_is_lost(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    world = ModelsWorld()
    reason = Reason("the file has a side of {found} pixels, not {side}", found=112, side=128)
    world.models.store.error = CustomValueWrong(pack="mine", key="side_px", reason=reason)
    page = open_page(world)
    fill_onnx(page)
    page.form.onnx.side_px.setText("128")
    page.form.add.click()
    wait(qtbot, page)

    assert page.form.isVisible()
    assert page.form.onnx.fields["side_px"].line.text() == "⚠ The file has a side of 112 pixels, not 128"
    assert page.form.onnx.side_px.hasFocus()
    assert page.form.onnx.licence.toPlainText() == "MIT, by ourselves\nAll of it."
    world.models.store.error = None
    page.form.onnx.side_px.clear()
    page.form.add.click()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("R50-final is installed")


def test_that_a_file_that_cannot_be_used_is_told_at_the_path(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    missing = Reason("{path} does not exist", path="/models/R50 (final).onnx")
    world.models.store.error = ModelMissing(pack="mine", reason=missing)
    page = open_page(world)
    fill_onnx(page)
    page.form.add.click()
    wait(qtbot, page)
    assert "R50 (final).onnx does not exist" in page.form.path_field.line.text()
    speak_chinese()
    assert "R50 (final).onnx 不存在" in page.form.path_field.line.text()
    page.form.path.setText("/models/else.onnx")
    assert not page.form.path_field.has_error


def test_that_a_full_disk_is_told_beside_the_button(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.error = StorageError(path="models", reason=Reason("gone"))
    page = open_page(world)
    fill_onnx(page)
    page.form.add.click()
    wait(qtbot, page)
    assert page.form.notice.label.text() == "models: gone"
    assert page.form.path.text() == "/models/R50 (final).onnx"


def test_that_what_was_typed_waits_while_something_else_is_looked_at(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld(MINE))
    fill_onnx(page)
    page.form.close_button.click()
    assert page.side.isHidden()
    choose(qtbot, page, "mine")
    window_of(page).navigation.open_page(window_of(page).people)
    window_of(page).navigation.open_page(page)
    page.add.click()
    assert page.form.onnx.name.text() == "R50-final"
    assert page.form.onnx.licence.toPlainText().startswith("MIT")


def test_that_the_end_of_a_work_does_not_take_the_form_away(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.hold = True
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    qtbot.waitUntil(lambda: bool(world.models.store.calls))
    fill_onnx(page)
    world.models.store.may_go_on.set()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("buffalo_l is installed")
    assert page.form.isVisible()
    assert page.form.onnx.licence.toPlainText().startswith("MIT")


# --- download ----------------------------------------------------------------------------------------


def accept(page: ModelsPage) -> None:
    page.download.click()
    page.catalogue.accepted.check.click()


def test_that_a_download_needs_the_licence_to_be_accepted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld())
    page.download.click()
    panel = page.catalogue
    assert panel.packs.hasFocus()
    assert panel.about.text() == "InsightFace buffalo_l: SCRFD-10G, ResNet50 · 302.6 MB"
    assert panel.licence.text() == "Licence: non-commercial research only. For research, and for nothing else."
    assert shown(panel.download) == (True, False)
    panel.accepted.check.click()
    assert shown(panel.download) == (True, True)
    panel.packs.setCurrentIndex(1)
    assert "size not published" in panel.about.text()
    assert not panel.accepted.check.isChecked()
    assert shown(panel.download) == (True, False)


def test_that_a_downloaded_pack_is_chosen_and_offered_no_more(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    wait(qtbot, page)
    assert world.models.store.calls == [("install", "buffalo_l")]
    assert page.card.heading.text() == "buffalo_l"
    assert page.card.caption.text() == "InsightFace buffalo_l"
    page.download.click()
    assert [page.catalogue.packs.itemText(n) for n in range(page.catalogue.packs.count())] == ["cheetah_s"]


def test_that_a_stopped_download_goes_on_where_it_was(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.hold = True
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    qtbot.waitUntil(lambda: page.work_card.sentence.text().startswith("Downloading buffalo_l: 400 bytes of 1.0 kB"))
    page.work_card.stop.click()
    world.models.store.may_go_on.set()
    wait(qtbot, page)

    assert page.catalogue.notice.label.text().startswith("Stopped. What was received of buffalo_l is kept")
    assert page.catalogue.download.text() == "Go on downloading"
    assert page.catalogue.accepted.check.isChecked()
    world.models.store.hold = False
    page.catalogue.download.click()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("buffalo_l is installed")


def test_that_a_failed_download_says_why_and_can_go_on(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.error = DownloadFailed(pack="buffalo_l", reason=Reason("the connection was cut"))
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    wait(qtbot, page)
    assert page.catalogue.notice.label.text() == "Downloading buffalo_l failed: the connection was cut"
    assert page.catalogue.notice.hint.text().startswith("Try again to go on where it stopped")
    assert page.catalogue.download.text() == "Go on downloading"
    speak_chinese()
    assert page.catalogue.notice.label.text().startswith("下载 buffalo_l 失败")


def test_that_a_catalogue_without_anything_new_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    names = ("buffalo_l", "cheetah_s")
    page = open_page(ModelsWorld(*(replace(MINE, pack_id=name, model_id=f"{name}:1") for name in names)))
    page.download.click()
    assert page.catalogue.about.text() == "Every pack of the catalogue is installed."
    assert not page.catalogue.download.isVisible()


def test_that_a_pack_without_its_landmark_models_is_offered_again(open_page: OpenPage, qtbot: QtBot) -> None:
    old = replace(MINE, pack_id="buffalo_l", model_id="buffalo_l:1")
    world = ModelsWorld(old)
    entry = replace(world.models.store.catalogue["buffalo_l"], has_landmarks=True)
    world.models.store.catalogue = {"buffalo_l": entry}
    page = open_page(world)
    page.download.click()
    assert page.catalogue.chosen == "buffalo_l"
    world.models.store.infos = [BUNDLED, replace(old, landmarks=("mesh_68", "points_106"))]
    page.reload()
    wait(qtbot, page)
    assert page.catalogue.chosen == ""
    choose(qtbot, page, "buffalo_l")
    assert facts(page)["More points of a face"].startswith("68 points in space (how the head is turned), 106 points")


# --- research only -----------------------------------------------------------------------------------

RESEARCH = replace(MINE, pack_id="lab", model_id="lab:1", title="Lab", use=LicenceUse.RESEARCH_ONLY, licence="ask us")


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


# --- look --------------------------------------------------------------------------------------------


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
