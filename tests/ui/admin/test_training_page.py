"""The Training page of the admin window, with a stand-in for the training process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCloseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from attendance.core.recognition.shadow import ShadowPerson
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.services.recognizers.go_live import GoLiveState, ShadowReport
from attendance.services.training.events import Refused
from attendance.services.training.service import OTHERS_FACES_KEY, TrainingService
from attendance.services.training.status import RunState
from attendance.ui import theme
from attendance.ui.admin.parts.recognizers.door_words import shadow_text
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.training.page import TrainingPage
from attendance.ui.admin.training.plots import nearest
from attendance.ui.admin.training.words import refused_text
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from attendance_training.errors import TrainingDataUnusable
from tests.training_parts import TrainingParts
from tests.ui.admin.opening import OpenAdmin, opened, wait
from tests.ui.admin.world import World, portrait

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in speaks POSIX")

PACK = "tuned-20260302-080000"
REPORT = ShadowReport(120, 113, 2, 4, 1, 0.6, 0.66, (ShadowPerson(1, "c1", "Name 1", 2, 1, 0),))


class TrainingWorld(World):
    """A company that may train; services are made anew at every load, as in the application."""

    def __init__(self, folder: Path, **training: object) -> None:
        super().__init__()
        self.around = TrainingParts(folder, roster=self.roster, settings=self.settings, **training)  # type: ignore[arg-type]
        self.loads = 0

    def services(self) -> AdminServices:
        self.loads += 1
        return replace(super().services(), training=self.around.service())

    def ready(self) -> TrainingWorld:
        self.around.add_people(12, portrait(1))
        self.around.add_others_faces()
        return self


OpenPage = Callable[[TrainingWorld], TrainingPage]


@pytest.fixture
def open_page(open_admin: OpenAdmin, qtbot: QtBot) -> OpenPage:
    def make(world: TrainingWorld) -> TrainingPage:
        window = open_admin(world)
        return opened(qtbot, window, window.training)

    return make


def run_to_end(qtbot: QtBot, page: TrainingPage) -> None:
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.cancel.isVisible)
    qtbot.waitUntil(lambda: page.start.isVisible() and page.jobs.is_idle)


def begin(qtbot: QtBot, page: TrainingPage) -> None:
    page.start.click()
    qtbot.waitUntil(lambda: len(page.service.status.validations) == 20)
    qtbot.waitUntil(lambda: page.run.validation is not None and len(page.run.validation.points) == 20)


class ClosedByHand(QCloseEvent):
    """A close event as the window system sends it."""

    def spontaneous(self) -> bool:
        return True


def close_by_hand(window: AdminWindow) -> QCloseEvent:
    event = ClosedByHand()
    window.closeEvent(event)
    return event


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def all_texts(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


# --- what there is -----------------------------------------------------------------------------------


def test_that_a_window_without_training_has_no_training_page(open_admin: OpenAdmin) -> None:
    window = open_admin(World())
    assert window.training is None
    assert window.navigation.count() == 4


def test_that_the_page_is_opened_from_the_navigation_with_the_keyboard(
    open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_admin(TrainingWorld(tmp_path))
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, window)
    assert window.pages.currentWidget() is window.training


def test_that_the_tiles_count_what_may_be_used(open_page: OpenPage, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path)
    world.around.add_people(3, portrait(1))
    world.around.add_people(2, portrait(2), may_train=False)

    page = open_page(world)

    shown = {name: tile.number.text() for name, tile in page.data.tiles.items()}
    assert shown == {"people": "5", "consented": "3", "usable": "3", "photos": "6"}
    assert page.obstacle.label.text().startswith("Too few people: 3 of the 10")
    assert not page.start.isEnabled()


def test_that_without_torch_one_sentence_says_how_to_get_it_and_the_rest_works(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(TrainingWorld(tmp_path, missing=("torch",)).ready())

    assert page.obstacle.label.text() == "The packages for training are not installed."
    assert "python -m pip install ./training" in page.obstacle.hint.text()
    assert not page.start.isEnabled()
    assert page.data.tiles["usable"].number.text() == "12"
    window = page.window()
    assert isinstance(window, AdminWindow)
    window.navigation.open_page(window.people)
    assert window.people.isVisible()


def test_that_torch_is_never_imported_and_pyqtgraph_only_by_the_page() -> None:
    code = (
        "import sys, attendance.ui.admin.window, attendance.windows.admin\n"
        "print([name for name in ('torch', 'pyqtgraph', 'training') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert ran.stdout.strip() == "[]"


def test_that_the_faces_of_others_are_asked_for_and_remembered(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path)
    world.around.add_people(12, portrait(1))
    page = open_page(world)
    assert page.obstacle.label.text() == "Choose the faces of other people first."
    assert not page.start.isEnabled()

    page.data.path.setFocus()
    qtbot.keyClicks(page.data.path, str(tmp_path / "gone.npz"))
    qtbot.keyClick(page.data.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "are not there" in page.obstacle.label.text())
    (tmp_path / "gone.npz").write_bytes(b"faces")
    page.refresh()
    qtbot.waitUntil(page.start.isEnabled)

    assert world.settings.values[OTHERS_FACES_KEY] == str(tmp_path / "gone.npz")
    assert page.obstacle.isHidden()


def test_that_the_consent_is_given_in_the_persons_details(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    person = world.add_person("1001", "Anna")
    window = open_admin(world)
    window.people.select(person)
    drawer = window.people.drawer
    qtbot.waitUntil(lambda: drawer.isVisible() and window.jobs.is_idle)
    assert not drawer.may_train.isChecked()
    assert not drawer.save.isEnabled()

    qtbot.mouseClick(drawer.may_train, Qt.MouseButton.LeftButton, pos=QPoint(12, drawer.may_train.height() // 2))
    drawer.save.click()
    wait(qtbot, window)

    assert world.roster.get_by_code("1001").may_train
    drawer.may_train.click()
    drawer.revert.click()
    assert drawer.may_train.isChecked()


# --- a run -------------------------------------------------------------------------------------------


def test_that_a_run_shows_phase_progress_and_curves(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="wait").ready())
    begin(qtbot, page)

    assert page.run.phase.text() == "Training… 397 of 400"
    assert (page.run.bar.value(), page.run.bar.maximum()) == (397, 400)
    assert page.run.loss is not None
    assert page.run.validation is not None
    steps, losses = page.run.loss.curve.getData()
    assert (len(steps), steps[-1]) == (100, 397)
    assert losses[0] > losses[-1]
    shares = page.run.validation.curve.getData()[1]
    assert 90 < shares.min() < shares.max() < 100
    assert page.run.loss.plot.getAxis("bottom").labelText == "Step"
    assert page.run.validation.plot.getAxis("left").labelText == "TAR in %"
    assert not page.data.path.isEnabled()
    assert page.cancel.hasFocus()


def test_that_cancelling_ends_the_process_and_says_so(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path, mode="wait").ready()
    page = open_page(world)
    begin(qtbot, page)
    pid = world.around.told()["pid"]

    qtbot.keyClick(page.cancel, Qt.Key.Key_Space)
    assert page.run.phase.text() == "Stopping…"
    qtbot.waitUntil(page.start.isVisible)

    assert page.run.phase.text() == "The training was cancelled; nothing of it was kept."
    assert not is_alive(pid)


@pytest.mark.parametrize(
    ("mode", "verdict", "light", "row"),
    [
        ("promoted", "Better: more photos of your people are recognised", "note-ok", None),
        (
            "held",
            "Not known: it is not certain that the new model is better",
            "banner",
            (0, "not known", "no gain is shown: it may be chance"),
        ),
        ("refused", "Worse: it would harm the door", "note-bad", (0, "worse", "worse: c3 Name 3 (100% → 33%)")),
    ],
)
def test_that_the_verdict_stands_above_every_check(
    open_page: OpenPage,
    qtbot: QtBot,
    tmp_path: Path,
    mode: str,
    verdict: str,
    light: str,
    row: tuple[int, str, str] | None,
) -> None:
    page = open_page(TrainingWorld(tmp_path, mode=mode).ready())
    run_to_end(qtbot, page)

    assert page.result.verdict.label.text().startswith(verdict)
    rows = page.result.table.texts
    assert page.result.verdict.property("role") == light
    outsiders = "Photographs of outsiders that would get a colleague's name at your door."
    assert ("good", outsiders, "", "strangers given a name at the door", "0.41 %", "0.41 %") in rows
    # What does not hold is the first thing to be seen.
    assert [(place, one[0], one[2]) for place, one in enumerate(rows) if one[0] != "good"] == ([row] if row else [])
    assert len(rows) == 8
    assert page.door.isVisible() == (mode == "promoted")


def test_that_a_crash_is_one_sentence_with_the_log(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="crash").ready())
    run_to_end(qtbot, page)

    assert page.run.failure.label.text() == "The training ended without a result: its process ended with code 11"
    assert page.run.log.text() == "reading\nSegmentation fault, as it were"
    assert page.start.isEnabled()


def test_that_a_broken_database_is_told_where_it_matters(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path).ready()
    page = open_page(world)
    world.roster.failure = StorageError(path="attendance.db", reason=Reason("gone"))
    page.refresh()
    qtbot.waitUntil(page.notice.isVisible)
    world.roster.failure = None

    assert page.notice.label.text() == "attendance.db: gone"


def test_that_no_other_model_is_put_in_use_while_a_training_runs(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    world = TrainingWorld(tmp_path, mode="wait").ready()
    world.around.go_live.now = GoLiveState(PACK, None, "bundled", prepared=False, shadow=None)
    page = open_page(world)
    window = page.window()
    assert isinstance(window, AdminWindow)
    run = window.door_run
    assert run is not None
    assert run.is_free
    begin(qtbot, page)
    assert run.hindrance == "Another model can be put in use as soon as the training has ended."
    run.roll_back()
    assert not run.is_busy
    page.cancel.click()
    qtbot.waitUntil(page.start.isVisible)
    assert run.hindrance == ""
    assert world.around.go_live.calls == []


# --- to the door -------------------------------------------------------------------------------------


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


# --- closing -----------------------------------------------------------------------------------------


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


# --- look --------------------------------------------------------------------------------------------


def test_that_language_and_colours_change_while_a_training_runs(
    open_page: OpenPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="wait").ready())
    begin(qtbot, page)
    assert page.run.loss is not None

    LanguageSwitch.instance().set_language("zh_CN")
    theme.apply_theme(qapp, "dark")
    qapp.processEvents()

    assert page.run.phase.text() == "正在训练… 397 / 400"
    assert page.run.loss.plot.getAxis("bottom").labelText == "步数"
    assert page.run.loss.plot.backgroundBrush().color().name().upper() == theme.DARK.surface
    assert page.run.loss.curve.opts["pen"].color().name().upper() == theme.DARK.accent


def test_that_every_sentence_is_chinese_in_chinese(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    world = TrainingWorld(tmp_path, mode="refused").ready()
    world.settings.set("language", "zh_CN")
    page = open_page(world)
    run_to_end(qtbot, page)

    latin = [line for line in all_texts(page).splitlines() if line.isascii() and any(c.islower() for c in line)]
    assert latin == []


def test_that_what_the_process_could_not_use_is_told_in_the_windows_language(qapp: QApplication) -> None:
    few = Reason("{count} people have two usable photographs, at least {least} are needed", count=8, least=10)
    error = TrainingDataUnusable(path=Reason("The enrolled photographs"), reason=few)
    refused = Refused(*error.as_reasons)
    assert refused_text(refused) == (error.user_text, error.hint)
    LanguageSwitch.instance().set_language("zh_CN")
    sentence, hint = refused_text(refused)
    assert "8" in sentence
    assert "已登记的照片" in sentence
    assert "people" not in sentence
    assert hint != error.hint


@pytest.mark.knows_fonts
@pytest.mark.parametrize("size", [(768, 480), (1280, 800)])
def test_that_no_text_is_cut(open_page: OpenPage, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="refused").ready())
    page.window().resize(*size)
    run_to_end(qtbot, page)
    qtbot.wait(50)

    for label in page.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed, label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()


def test_that_the_wheel_over_a_plot_scrolls_the_page(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page(TrainingWorld(tmp_path, mode="refused").ready())
    page.window().resize(768, 480)
    run_to_end(qtbot, page)
    assert page.run.loss is not None
    bar = max((area.verticalScrollBar() for area in page.findChildren(QScrollArea)), key=lambda b: b.maximum())
    before, shown = bar.value(), page.run.loss.plot.viewRange()

    viewport = page.run.loss.plot.viewport()
    centre = QPointF(viewport.rect().center())
    event = QWheelEvent(
        centre,
        QPointF(viewport.mapToGlobal(centre.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)

    assert page.run.loss.plot.viewRange() == shown
    assert not event.isAccepted() or bar.value() > before


@pytest.mark.parametrize(("step", "index"), [(-5, 0), (1, 0), (5.4, 1), (7.4, 1), (7.6, 2), (99, 2)])
def test_that_the_value_under_the_pointer_is_that_of_the_nearest_step(step: float, index: int) -> None:
    assert nearest([(1, 0.1), (5, 0.2), (10, 0.3)], step) == index


def test_that_training_is_a_value_of_the_services(tmp_path: Path) -> None:
    assert isinstance(TrainingWorld(tmp_path).services().training, TrainingService)
