"""What there is to train on, a run, and how it ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.training.service import OTHERS_FACES_KEY, TrainingService
from attendance.ui.admin.window import AdminWindow
from tests.training_parts import POSIX_ONLY, is_alive
from tests.ui.admin.opening import OpenAdmin, wait
from tests.ui.admin.training.world import PACK, OpenPage, TrainingWorld, begin, run_to_end
from tests.ui.admin.world import World, portrait

pytestmark = POSIX_ONLY


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


def test_that_training_is_a_value_of_the_services(tmp_path: Path) -> None:
    assert isinstance(TrainingWorld(tmp_path).services().training, TrainingService)
