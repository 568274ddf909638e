"""The way of a trained model to the door, and closing while one is trained."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from pytestqt.qtbot import QtBot

from attendance.core.recognition.shadow import ShadowPerson
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.services.recognizers.go_live import GoLiveState, ShadowReport
from attendance.services.training.status import RunState
from attendance.ui.admin.parts.recognizers.door_words import discard_question, shadow_text
from attendance.ui.admin.window import AdminWindow
from tests.training_parts import POSIX_ONLY, is_alive
from tests.ui.admin.opening import wait
from tests.ui.admin.training.world import PACK, OpenPage, TrainingWorld, begin, run_to_end

pytestmark = POSIX_ONLY
REPORT = ShadowReport(120, 113, 2, 4, 1, 0.6, 0.66, (ShadowPerson(1, "c1", "Name 1", 2, 1, 0),))


def test_that_a_promoted_pack_is_installed_and_compared(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    page = open_page(world)
    run_to_end(qtbot, page)

    qtbot.mouseClick(page.door.install, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.door.go_live.isVisible)

    assert world.around.go_live.calls == [f"prepare {PACK}"]
    assert page.result.isHidden()
    assert page.service.status.state is RunState.IDLE


def test_that_an_interrupted_preparation_can_go_on(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    world.around.go_live.now = GoLiveState("bundled", PACK, None, prepared=False, shadow=None)
    page = open_page(world)
    assert page.door.install.text() == "Go on preparing"
    assert not page.door.go_live.isVisible()

    page.door.install.click()
    qtbot.waitUntil(page.door.go_live.isVisible)

    assert world.around.go_live.calls == [f"prepare {PACK}"]


def test_that_a_failed_installation_is_told_and_can_be_tried_again(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path).ready()
    page = open_page(world)
    run_to_end(qtbot, page)
    world.around.installed.error = StorageError(path="models", reason=Reason("gone"))

    page.door.install.click()
    qtbot.waitUntil(page.door.error.isVisible)

    assert page.door.error.label.text() == "models: gone"
    assert page.door.install.isVisible()


def test_that_going_live_asks_first_and_opens_the_window_anew(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path).ready()
    world.around.go_live.now = GoLiveState("bundled", PACK, None, prepared=True, shadow=REPORT)
    page = open_page(world)
    window = page.window()
    assert isinstance(window, AdminWindow)
    assert "both models named the same person in 113" in page.door.sentence.text()

    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    assert page.door.question.sentence.text().startswith(f"{PACK} will recognise people at the door")
    assert page.door.question.cancel.hasFocus()
    qtbot.keyClick(page.door.question.cancel, Qt.Key.Key_Escape)
    assert world.around.go_live.calls == []
    assert page.door.go_live.isEnabled()
    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    page.door.question.confirm.click()
    qtbot.waitUntil(lambda: world.loads == 2 and window.training not in {None, page})
    wait(qtbot, window)

    assert world.around.go_live.calls == ["promote"]
    assert window.pages.currentWidget() is window.training
    assert window.navigation.count() == 5
    assert window.training is not None
    assert window.training.door.sentence.text() == f"In use: {PACK}."
    assert window.training.door.back.isVisible()


def test_that_going_back_asks_first_too(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    world.around.go_live.now = GoLiveState(PACK, None, "bundled", prepared=False, shadow=None)
    page = open_page(world)
    window = page.window()
    assert isinstance(window, AdminWindow)

    page.door.back.click()
    assert world.around.go_live.calls == []
    page.door.question.confirm.click()
    qtbot.waitUntil(lambda: world.loads == 2)
    qtbot.waitUntil(lambda: window.is_ready and window.jobs.is_idle)

    assert world.around.go_live.calls == ["rollback"]


def test_that_who_would_be_lost_is_named_before_going_live(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    lost = tuple(world.roster.list_people()[:7])
    world.around.go_live.now = GoLiveState("bundled", PACK, None, True, ShadowReport(), (), lost)
    page = open_page(world)

    assert page.door.lost.label.text().startswith(f"The new model does not know {lost[0].name}, ")
    assert "and 2 more" in page.door.lost.label.text()
    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    assert page.door.question.sentence.text().endswith("They must be enrolled again.")
    page.door.question.confirm.click()
    qtbot.waitUntil(lambda: bool(world.around.go_live.calls))
    assert world.around.go_live.calls == ["promote by force"]
    qtbot.waitUntil(lambda: world.loads == 2)


def test_that_what_speaks_against_a_model_is_named_before_going_live(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path).ready()
    world.around.go_live.now = GoLiveState("bundled", PACK, None, prepared=True, shadow=REPORT)
    world.around.go_live.problems = (Reason("it gives nearly the same answer for everybody"),)
    page = open_page(world)

    page.door.go_live.click()
    qtbot.waitUntil(page.door.question.isVisible)
    assert page.door.question.sentence.text() == (
        f"What speaks against {PACK}:\n• it gives nearly the same answer for everybody\n{PACK} will recognise people "
        "at the door in place of bundled. You can go back at any time."
    )
    assert not page.door.question.other.isVisible()
    assert page.door.question.confirm.text() == "Go live anyway"
    page.door.question.confirm.click()
    qtbot.waitUntil(lambda: world.loads == 2)
    assert world.around.go_live.calls == ["promote by force"]


def test_that_discarding_says_what_is_lost(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    world.around.go_live.now = GoLiveState("bundled", PACK, None, prepared=True, shadow=REPORT)
    page = open_page(world)

    page.door.discard.click()
    assert "120 faces" in page.door.question.sentence.text()
    page.door.question.confirm.click()
    qtbot.waitUntil(page.door.isHidden)

    assert world.around.go_live.calls == ["discard"]


def test_that_the_report_is_told_in_words() -> None:
    assert shadow_text(ShadowReport()).startswith("The kiosk has not seen anybody")
    assert shadow_text(REPORT) == (
        "Of 120 faces seen at the door, both models named the same person in 113. In 2 only the model in use knew the "
        "person. In 4 only the new model knew the person. In 1 the new model named somebody else: look at these "
        "before going live. They differ most for Name 1."
    )


def test_that_one_face_is_told_in_the_singular() -> None:
    report = ShadowReport(1, 1, 0, 0, 0)
    assert shadow_text(report) == "Of 1 face seen at the door, both models named the same person in 1."
    state = GoLiveState("bundled", PACK, None, prepared=True, shadow=report)
    assert discard_question(state)[0].startswith("The comparison of 1 face seen at the door is removed.")


# --- closing -----------------------------------------------------------------------------------------


class ClosedByHand(QCloseEvent):
    """A close event as the window system sends it."""

    def spontaneous(self) -> bool:
        return True


def close_by_hand(window: AdminWindow) -> QCloseEvent:
    event = ClosedByHand()
    window.closeEvent(event)
    return event


def test_that_closing_by_hand_asks_while_a_training_runs(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path, mode="wait").ready()
    page = open_page(world)
    window = page.window()
    begin(qtbot, page)
    assert isinstance(window, AdminWindow)
    window.navigation.open_page(window.people)

    assert not close_by_hand(window).isAccepted()
    assert page.closing.isVisible()
    page.closing.cancel.click()
    assert page.closing.isHidden()
    assert page.service.is_running
    close_by_hand(window)
    page.closing.confirm.click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert not is_alive(world.around.told()["pid"])


def test_that_a_program_that_closes_the_window_leaves_no_process(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path, mode="wait").ready()
    page = open_page(world)
    begin(qtbot, page)

    page.window().close()

    assert not page.window().isVisible()
    assert not is_alive(world.around.told()["pid"])
    assert list(world.around.root.glob("run-*")) == []
