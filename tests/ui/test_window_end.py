"""No Qt object is owned by the garbage collector: a window ends as a whole, in its own thread."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from attendance.core.hours.next_step import DoorNote
from attendance.core.types import DecisionKind, Direction, StreamState
from attendance.ui import theme
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.qt_messages import is_thread_fault
from attendance.ui.window_end import end_window, run_events
from tests.collection_storm import collection_storm
from tests.ui.admin.hours_world import HoursWorld
from tests.ui.kiosk_scenes import FORGOTTEN, STATES, FakeAnswers, Scene, build_state, face, notice, picture

PAGES = 100


def live_objects() -> list[QObject]:
    # By type: isinstance asks objects for their class, and some lazy modules warn or load when asked.
    return [thing for thing in gc.get_objects() if issubclass(type(thing), QObject) and isValid(thing)]


@pytest.fixture
def new_objects() -> Iterator[Callable[[], set[str]]]:
    """Return the types of living Qt objects that were not there before the test; nothing is collected meanwhile."""
    gc.collect()
    gc.disable()
    before = live_objects()

    def look() -> set[str]:
        known = {id(thing) for thing in before}
        return {type(thing).__name__ for thing in live_objects() if id(thing) not in known} - {"QCommonStyle"}

    yield look
    gc.enable()


def open_admin_window(qtbot: QtBot) -> AdminWindow:
    window = AdminWindow(HoursWorld().services)
    window.show()
    qtbot.waitUntil(lambda: window.is_ready and window.jobs.is_idle)
    return window


def visit(window: AdminWindow, row: int, qtbot: QtBot) -> None:
    window.navigation.setCurrentRow(row)
    qtbot.waitUntil(lambda: window.jobs.is_idle)


@pytest.mark.parametrize("state", ["idle", "three-cards", "not-saved", "choose", "answered"])
def test_that_nothing_of_a_kiosk_outlives_its_end(state: str, new_objects: Callable[[], set[str]]) -> None:
    assert state in STATES
    scene = build_state(state, language="en", theme="light", size=(1280, 800))
    window = weakref.ref(scene.window)
    assert "KioskWindow" in new_objects()

    scene.close()

    assert new_objects() == set()
    vars(scene).clear()  # the window's loader is a method of the scene: a cycle of the test's own
    assert window() is None, "a reference cycle holds the window"


def test_that_nothing_of_an_admin_window_outlives_its_end(qtbot: QtBot, new_objects: Callable[[], set[str]]) -> None:
    window = open_admin_window(qtbot)
    for row in range(window.navigation.count()):
        visit(window, row, qtbot)
    window.reports.show_charts(is_on=True)
    qtbot.waitUntil(lambda: "PlotWidget" in new_objects())
    window._on_enrol_asked(None)
    run_events(30)
    kept = weakref.ref(window)
    assert {"AdminWindow", "TodayPage", "PlanPage"} <= new_objects()

    end_window(window)

    assert new_objects() == set()
    del window
    assert kept() is None, "a reference cycle holds the window"


@pytest.mark.parametrize("end", ["closed", "restarted"])
def test_that_an_engine_that_was_left_behind_reaches_nothing_that_is_destroyed(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    scene = Scene().run()
    engine, bridge = scene.engine, scene.window._runner.bridge
    monkeypatch.setattr(engine, "stop", lambda: False)  # a driver that hangs, a computer that is busy
    if end == "restarted":
        scene.window.restart()
        scene.wait(lambda: len(scene.engines) == 2 and scene.window._phase == "running")
    else:
        scene.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(bridge)

    engine.show(picture(320, 180))  # an error in its thread fails this test
    engine.decide(notice(DecisionKind.UNKNOWN))
    engine.stream(StreamState.LOST, "door")
    engine.call(lambda: engine.listener.on_crashed(RuntimeError("late")))
    scene.close()


def test_that_ending_stops_timers_and_may_be_repeated(qtbot: QtBot) -> None:
    fired: list[int] = []
    window = QWidget()
    timer = QTimer(window)
    timer.timeout.connect(lambda: fired.append(1))
    timer.start(0)
    window.show()

    end_window(window)
    fired.clear()
    run_events(20)
    end_window(window)

    assert fired == []
    assert not isValid(window)
    assert not isValid(timer)


class Refusing(QWidget):
    """Refuses to close so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def closeEvent(self, event: QCloseEvent) -> None:
        self.times -= 1
        event.setAccepted(self.times < 0)


def test_that_the_end_waits_for_a_window_that_is_still_at_work(qtbot: QtBot) -> None:
    window = Refusing(times=3)
    window.show()

    end_window(window)

    assert not isValid(window)


def test_that_a_window_that_never_closes_is_left_and_named(qtbot: QtBot) -> None:
    window = Refusing(times=10**9)
    window.setWindowTitle("Stubborn")

    with pytest.raises(TimeoutError, match="Stubborn did not close"):
        end_window(window, patience_s=0.05)

    assert isValid(window)
    window.times = 0
    end_window(window)


def test_that_a_window_is_ended_in_its_own_thread_only(qtbot: QtBot) -> None:
    window = QWidget()
    errors: list[Exception] = []

    def end() -> None:
        try:
            end_window(window)
        except ValueError as err:
            errors.append(err)

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()

    assert len(errors) == 1
    assert isValid(window)
    end_window(window)


def test_that_a_kiosk_lives_through_a_hundred_pages_while_another_thread_collects(qapp: QApplication) -> None:
    answers = FakeAnswers()
    with collection_storm():
        scene = Scene(answers=answers, can_break=True, welcome_s=0.05).run()
        for number in range(PAGES):
            show_kiosk_page(qapp, scene, number)
        scene.close()
    assert answers.calls


def show_kiosk_page(qapp: QApplication, scene: Scene, number: int) -> None:
    """Show one of six pages; every twentieth time the engine is another one, in another language and colour."""
    if number % 20 == 19:
        scene.window.restart()
        scene.wait(lambda: scene.window._phase == "running")
        LanguageSwitch.instance().set_language(("en", "zh_CN")[number // 20 % 2])
        theme.apply_theme(qapp, ("light", "dark")[number // 20 % 2])  # type: ignore[arg-type]
        scene.engine.stream(StreamState.LIVE)
    person, view = number + 1, scene.window.view
    scene.engine.show(picture(320, 180), face(None, 0.5, track_id=person))
    match number % 6:
        case 0:
            scene.engine.decide(notice(DecisionKind.UNKNOWN))
            run_events(20)
        case 1:
            note = DoorNote(choices=(Direction.OUT, Direction.BREAK_START))
            scene.engine.decide(notice(DecisionKind.CHOOSE, person_id=person, direction=Direction.OUT, note=note))
            scene.wait(lambda: view.is_asking)
            view.choice.declined.emit()
        case 2:
            scene.engine.decide(notice(DecisionKind.WELCOME, person_id=person, note=DoorNote(missing=FORGOTTEN)))
            scene.wait(lambda: view.is_asking)
            view.left.answers.buttons["confirm"].click()
            scene.wait(lambda: view.left.question().startswith(("Thank", "谢谢")))
        case 3:
            scene.window.bar.health_button.click()
            scene.window.bar.health_button.click()
        case 4:
            scene.engine.stream(StreamState.LOST, "door")
            scene.engine.stream(StreamState.LIVE)
        case _:
            scene.engine.decide(notice(DecisionKind.WELCOME, person_id=person))
            run_events(20)


def test_that_an_admin_window_lives_through_a_hundred_pages_while_another_thread_collects(qtbot: QtBot) -> None:
    with collection_storm():
        window = open_admin_window(qtbot)
        for number in range(PAGES):
            visit(window, number % window.navigation.count(), qtbot)
            if number % 10 == 9:
                LanguageSwitch.instance().set_language(("en", "zh_CN")[number // 10 % 2])
                window.toasts.show_text("Saved", "Undo", lambda: None)
                window.reports.show_charts(is_on=number % 20 == 9)
            if number % 50 == 49:
                window._on_pack_switched("another")
                qtbot.waitUntil(lambda: window.is_ready and window.jobs.is_idle)
        end_window(window)


# What a careless end looks like: the window is closed and dropped, a cycle keeps it, its timer runs, and another thread
# collects. In a process of its own, since it may well crash.
_CARELESS = """
import gc, sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from attendance.ui.qt_messages import messages
from attendance.ui.window_end import end_window, run_events
from attendance.windows.qt import qt_application

application = qt_application()
gc.disable()
class Panel(QWidget):
    def __init__(self, parent):
        super().__init__(parent)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.hide)
        self.timer.start(1_000_000)

class Window(QWidget):
    def __init__(self):
        super().__init__()
        self.panel = Panel(self)
        self.itself = self

window = Window()
window.show()
end_window(window) if sys.argv[1] == "ended" else window.close()
del window
thread = threading.Thread(target=gc.collect)
thread.start()
thread.join()
sys.stdout.write(str(len(messages.take_thread_faults())))
sys.stdout.flush()
"""


@pytest.mark.parametrize(("how", "is_noticed"), [("ended", False), ("dropped", True)])
def test_that_a_window_dropped_with_a_running_timer_is_noticed(how: str, is_noticed: bool) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _CARELESS, how]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert (done.stdout != "0") == is_noticed, done.stderr
    assert is_noticed or done.returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("QObject::killTimer: Timers cannot be stopped from another thread", True),
        ("QObject::~QObject: Timers cannot be stopped from another thread", True),
        ("QObject: Cannot create children for a parent that is in a different thread.", True),
        ("QPixmap: It is not safe to use pixmaps outside the GUI thread", True),
        ("QThread: Destroyed while thread is still running", True),
        ("QObject::startTimer: Timers can only be used with threads started with QThread", True),
        ("WARNING: QApplication was not created in the main() thread.", True),
        ("This plugin does not support propagateSizeHints()", False),
    ],
)
def test_that_qt_messages_that_announce_a_crash_are_told_from_others(text: str, expected: bool) -> None:
    assert is_thread_fault(text) is expected
