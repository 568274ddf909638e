"""Thresholds from the people of the site: what is said, and work that takes long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from attendance.core.recognition.leave_one_out import OwnPeople
from attendance.core.recognition.shadow import ShadowReport
from attendance.errors import Reason
from attendance.errors.models import CalibrationRefused
from attendance.services.recognizers.go_live import GoLiveState
from attendance.ui.admin.models.list_model import ModelColumn
from tests.ui.admin.models.steps import OpenPage, cells, choose, facts, shown, window_of
from tests.ui.admin.models.world import FOUND, MINE, SITE_DATA, ModelsWorld
from tests.ui.admin.opening import wait


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
