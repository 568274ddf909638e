"""The kiosk window from start to close, driven by a scripted engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from attendance.core.types import DecisionKind, StreamState
from attendance.errors import Reason
from attendance.errors.cameras import CameraLost, CameraNotFound, CameraStopped, SourceNotFound
from attendance.errors.settings import ClockWrong
from attendance.errors.storage import CheckInsUnsaved, DiskFull, LogNotContinued, StorageError
from attendance.services.door.listener import RecognitionHung, RecognitionStopped
from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.cards.welcome_card import NoticeCard
from attendance.ui.kiosk.computer import restarts
from attendance.ui.messages import error_text
from attendance.ui.widgets.fitted_label import FittedLabel
from tests.ui.kiosk_scenes import Scene, face, notice, picture

MakeScene = Callable[..., Scene]


def test_that_the_window_is_there_before_the_engine(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene(is_blocked=True)

    assert scene.window.isVisible()
    assert scene.window.state_panel.title() == "Starting…"
    assert scene.window.bar.health_button.words() == "Starting"
    assert scene.engines == []
    with qtbot.waitSignal(scene.window.engine_ready):
        scene.may_load.set()
    assert scene.engine.is_started


@pytest.mark.qt_log_level_fail("CRITICAL")
def test_that_a_failed_start_says_what_to_do_and_can_be_tried_again(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene(error=CameraNotFound(source="/dev/video0"))
    panel = scene.window.state_panel
    scene.wait(lambda: panel.state == "error")

    assert panel.title() == "No camera found at /dev/video0."
    assert panel.hint().startswith("Plug the camera in")
    assert scene.window.bar.health_button.words() == "Stopped"
    LanguageSwitch.instance().set_language("zh_CN")
    scene.wait(lambda: panel.title() == "在 /dev/video0 未找到摄像头。")

    scene.error = None
    with qtbot.waitSignal(scene.window.engine_ready):
        panel.retry_button.click()
    assert len(scene.engines) == 1


def test_that_recognition_that_gave_up_is_restarted_on_request(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene().run()
    first = scene.engine
    first.call(lambda: first.listener.on_crashed(RecognitionStopped("crashed 5 times")))
    scene.wait(lambda: scene.window.state_panel.state == "error")

    with qtbot.waitSignal(scene.window.engine_ready):
        scene.window.state_panel.retry_button.click()

    assert first.stops == 1
    assert scene.engine is not first


def test_that_a_running_kiosk_can_be_given_another_engine(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene().run()
    first = scene.engine

    with qtbot.waitSignal(scene.window.engine_ready):
        scene.window.restart()

    assert first.stops == 1
    assert scene.engine is not first
    assert len(scene.engines) == 2


def test_that_the_newest_frame_is_shown(make_scene: MakeScene) -> None:
    scene = make_scene().run()

    assert scene.window.view.area.camera.has_picture
    assert scene.engine.preview.take(0) is None


def test_that_a_picture_from_before_the_word_of_the_start_is_shown(make_scene: MakeScene) -> None:
    scene = make_scene(picture_at_start=picture())

    scene.wait(lambda: scene.window.view.area.camera.has_picture)


def test_that_the_idle_screen_shows_time_date_and_where_to_look(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    idle = scene.window.view.idle

    assert idle.isVisible()
    assert idle.clock_text() == "08:57"
    assert "22" in idle.date_text()
    assert "2026" in idle.date_text()
    scene.wait(lambda: scene.window.view.area.guidance.text() == "Look here to check in")


def test_that_guidance_follows_the_faces(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    guidance = scene.window.view.area.guidance

    scene.engine.show(picture(), face(DecisionKind.TOO_FAR), guidance=DecisionKind.TOO_FAR)
    scene.wait(lambda: guidance.text() == "Come a little closer")
    scene.engine.show(picture(), face(None, 0.5))
    scene.wait(lambda: guidance.text() == "Hold still, please")
    assert guidance.geometry().bottom() <= scene.window.view.area.height()


def test_that_a_welcome_is_shown_and_makes_room_for_the_clock_again(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=0.3).run()
    view = scene.window.view
    scene.engine.decide(notice(DecisionKind.WELCOME))

    scene.wait(lambda: [c.title for c in view.column.cards] == ["Li Na"])
    assert not view.idle.isVisible()
    scene.wait(view.idle.isVisible)


def test_that_two_people_get_two_cards(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    scene.engine.decide(notice(DecisionKind.WELCOME, person_id=1, name="Li Na"))
    scene.engine.decide(notice(DecisionKind.WELCOME, person_id=2, name="Omar"))

    scene.wait(lambda: [c.title for c in scene.window.view.column.cards] == ["Omar", "Li Na"])


@pytest.mark.parametrize("kind", [DecisionKind.UNKNOWN, DecisionKind.NOT_LIVE])
def test_that_strangers_and_photographs_see_the_same_words_once(make_scene: MakeScene, kind: DecisionKind) -> None:
    scene = make_scene(welcome_s=30.0).run()
    scene.engine.show(picture(), face(kind, 1.0), guidance=kind)
    scene.engine.decide(notice(kind))

    scene.wait(lambda: [c.title for c in scene.window.view.column.cards] == ["Please see reception"])
    assert scene.window.view.area.guidance.text() == ""


def test_that_an_unsure_decision_shows_no_card(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    scene.engine.decide(notice(DecisionKind.UNSURE))
    scene.engine.decide(notice(DecisionKind.WELCOME))

    scene.wait(lambda: bool(scene.window.view.column.cards))
    assert [c.title for c in scene.window.view.column.cards] == ["Li Na"]


def test_that_a_lost_camera_is_said_and_its_last_picture_removed(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    view = scene.window.view
    scene.engine.stream(StreamState.LOST, CameraLost(source="0"))

    scene.wait(lambda: view.area.guidance.text() == "Camera disconnected – reconnecting")
    assert not view.area.camera.has_picture
    assert scene.window.bar.health_button.words() == "Camera"

    scene.engine.stream(StreamState.LIVE)
    scene.engine.show(picture())
    scene.wait(lambda: view.area.camera.has_picture)
    scene.wait(lambda: view.area.guidance.text() == "Look here to check in")
    assert scene.window.bar.health_button.words() == "Ready"


def test_that_a_missing_video_is_not_said_to_reconnect(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    scene.engine.stream(StreamState.LOST, SourceNotFound(source="gate.mp4"))

    scene.wait(lambda: scene.window.view.area.guidance.text() == "No picture to show")
    scene.window.bar.health_button.click()
    assert "gate.mp4 is neither a camera nor an existing file or folder." in scene.window.health.text()


def test_that_nobody_is_invited_beside_a_refusal(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    guidance = scene.window.view.area.guidance
    scene.wait(lambda: guidance.text() == "Look here to check in")
    scene.answer(notice(DecisionKind.UNKNOWN))
    assert guidance.text() == ""

    scene.see()
    scene.wait(lambda: not guidance._change.isActive())
    assert guidance.text() == ""


def test_that_an_unsaved_check_in_raises_the_alarm_until_it_is_saved(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    window, engine = scene.window, scene.engine
    first, second = notice(DecisionKind.WELCOME, person_id=1), notice(DecisionKind.WELCOME, person_id=2, name="Omar")
    for failed in (first, second, second):
        engine.call(lambda failed=failed: engine.listener.on_check_in_failed(failed, DiskFull(path="attendance.db")))
    scene.wait(lambda: window.alarm.waiting == 2)

    assert window.alarm.isVisible()
    assert window.alarm.text() == "Not saved yet – keep this screen on"
    assert window.bar.health_button.words() == "Not saved"
    assert window.view.column.cards == ()  # no welcome before the commit

    engine.decide(first)
    scene.wait(lambda: window.alarm.waiting == 1)
    assert window.alarm.isVisible()
    engine.decide(second)
    scene.wait(lambda: not window.alarm.isVisible())
    assert len(window.view.column.cards) == 2


@pytest.mark.parametrize(("language", "words"), [("en", "clock of this computer is wrong"), ("zh_CN", "时钟不对")])
def test_that_a_wrong_clock_is_told_to_everybody_until_it_is_set(
    make_scene: MakeScene, language: str, words: str
) -> None:
    scene = make_scene(language=language).run()
    window = scene.window
    assert not window.alarm.isVisible()
    reason = Reason("no clock can show that when this program runs")
    gone = LogNotContinued(path="attendance.db", reason=Reason("the last {count} entries are gone", count=5))
    scene.troubles = [ClockWrong(shown="1971-01-01 00:05", reason=reason), gone]
    window.watch.look_at_troubles()
    assert window.alarm.isVisible()
    assert words in window.alarm.text()
    assert "1971-01-01 00:05" in window.alarm.text()
    lines = window.watch._health().lines([])
    assert any(words in line for line in lines)
    assert any("5" in line and "attendance.db" in line for line in lines)

    scene.troubles = [gone]  # nobody at the door can do anything about this one
    window.watch.look_at_troubles()
    assert not window.alarm.isVisible()
    assert window.watch._health().badge()[0] == "warn"


def test_that_an_unsaved_check_in_comes_before_a_wrong_clock(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    scene.troubles = [ClockWrong(shown="1971-01-01 00:05", reason=Reason("no"))]
    scene.window.watch.look_at_troubles()
    waiting = notice(DecisionKind.WELCOME)
    scene.engine.call(lambda: scene.engine.listener.on_check_in_failed(waiting, DiskFull(path="attendance.db")))
    scene.wait(lambda: "Not saved yet" in scene.window.alarm.text())
    scene.engine.decide(waiting)
    scene.wait(lambda: "1971" in scene.window.alarm.text())
    assert scene.window.alarm.isVisible()


def test_that_the_health_button_tells_what_is_wrong_and_where_it_runs(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    window = scene.window
    window.bar.health_button.click()

    assert window.health.isVisible()
    assert window.health.text().splitlines() == [
        "Camera: connected",
        "All check-ins are saved",
        "CPUExecutionProvider: no GPU found",
        "Bundled pack",
    ]
    scene.engine.stream(StreamState.LOST, CameraLost(source="0"))
    scene.wait(lambda: "The camera 0 stopped sending pictures." in window.health.text())
    window.bar.language_chosen.emit("zh_CN")
    scene.wait(lambda: error_text(CameraLost(source="0"))[0] in window.health.text())
    assert "stopped sending" not in window.health.text()
    window.bar.health_button.click()
    assert not window.health.isVisible()


def test_that_a_storage_error_while_judging_asks_for_a_check(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    error = StorageError(path="attendance.db", reason=Reason("disk I/O error"))
    scene.engine.call(lambda: scene.engine.listener.on_crashed(error))

    scene.wait(lambda: scene.window.bar.health_button.words() == "Check")
    scene.window.bar.health_button.click()
    assert "disk I/O error" in scene.window.health.text()


def test_that_the_language_switches_everything_live(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    window = scene.window
    scene.engine.decide(notice(DecisionKind.WELCOME))
    scene.wait(lambda: bool(window.view.column.cards))

    window.bar.language_buttons["zh_CN"].click()

    scene.wait(lambda: window.view.column.cards[0].pill_text == "签到 08:57")
    scene.wait(lambda: window.view.area.guidance.text() == "请看这里签到")
    assert window.bar.health_button.words() == "就绪"
    assert window.view.idle.date_text() == "2026年11月22日星期日"
    assert window.windowTitle() == "考勤终端"


def test_that_the_theme_button_changes_colours(make_scene: MakeScene) -> None:
    scene = make_scene(theme="light").run()

    scene.window.bar.theme_button.click()

    assert theme.tokens() is theme.DARK
    assert theme.DARK.bg in scene.window.styleSheet()


def test_that_the_next_person_finds_the_language_and_colours_of_the_site(make_scene: MakeScene) -> None:
    scene = make_scene(theme="light", nobody_s=0.2).run()
    scene.window.bar.theme_button.click()
    scene.window.bar.language_buttons["zh_CN"].click()
    assert (theme.tokens(), LanguageSwitch.instance().current) == (theme.DARK, "zh_CN")

    scene.wait(lambda: theme.tokens() is theme.LIGHT)
    assert LanguageSwitch.instance().current == "en"
    assert scene.window.bar.language_buttons["en"].isChecked()


def test_that_a_choice_stays_as_long_as_somebody_is_there(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene(nobody_s=3600.0).run()
    scene.window.bar.language_buttons["zh_CN"].click()
    begun_anew: list[bool] = []
    monkeypatch.setattr(scene.window._preferences._nobody, "start", lambda: begun_anew.append(True))
    scene.see()
    assert begun_anew == []
    scene.see(face(None))
    scene.wait(lambda: bool(begun_anew))

    begun_anew.clear()
    QTest.keyClick(scene.window.windowHandle(), Qt.Key.Key_Tab)
    scene.wait(lambda: bool(begun_anew))
    assert LanguageSwitch.instance().current == "zh_CN"


def test_that_a_camera_that_never_came_is_missing_and_one_that_went_reconnects(make_scene: MakeScene) -> None:
    scene = make_scene()
    scene.wait(lambda: scene.window._phase == "running")
    view = scene.window.view
    scene.engine.stream(StreamState.LOST, CameraNotFound(source="0"))
    scene.wait(lambda: view.area.guidance.text() == "No camera found")
    assert view.idle.advice() == "No camera found at 0. Plug the camera in, or choose another source."

    scene.engine.stream(StreamState.LIVE)
    scene.wait(lambda: view.area.guidance.text() == "Look here to check in")
    assert view.idle.advice() == ""
    scene.engine.stream(StreamState.LOST, CameraNotFound(source="0"))
    scene.wait(lambda: view.area.guidance.text() == "Camera disconnected – reconnecting")
    assert view.idle.advice() == ""


def test_that_the_screen_says_how_to_enrol_until_somebody_is(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    view = scene.window.view
    scene.engine.people = 0
    scene.see(face(DecisionKind.UNKNOWN))
    scene.wait(lambda: view.area.guidance.text() == "Nobody is enrolled yet")
    assert "attendance admin" in view.idle.advice()
    scene.engine.decide(notice(DecisionKind.UNKNOWN, person_id=9))
    QApplication.processEvents()
    assert view.column.cards == ()

    scene.engine.people = 1
    scene.see()
    scene.wait(lambda: view.area.guidance.text() == "Look here to check in")
    assert view.idle.advice() == ""


def test_that_the_screen_dims_without_faces_and_wakes_for_one(make_scene: MakeScene) -> None:
    scene = make_scene(dim_after_s=0.05).run()
    dimmer = scene.window.view.dimmer
    scene.wait(lambda: dimmer.is_dimmed)
    assert dimmer.geometry() == scene.window.view.rect()

    dimmer._wait.setInterval(3_600_000)
    scene.engine.show(picture(), face(None))

    scene.wait(lambda: not dimmer.is_dimmed)


def test_that_a_touch_wakes_the_screen(make_scene: MakeScene) -> None:
    scene = make_scene(dim_after_s=0.05).run()
    dimmer = scene.window.view.dimmer
    scene.wait(lambda: dimmer.is_dimmed)
    dimmer._wait.setInterval(3_600_000)
    handle = scene.window.windowHandle()
    assert handle is not None

    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 200))

    scene.wait(lambda: not dimmer.is_dimmed)


def test_that_closing_stops_the_engine_in_the_background(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene().run()
    scene.engine.may_stop.clear()

    scene.window.close()

    assert scene.window.isVisible()
    assert scene.window.state_panel.title() == "Closing…"
    scene.wait(lambda: scene.engine.stops == 1)
    with qtbot.waitSignal(scene.window.closed):
        scene.engine.may_stop.set()
    assert not scene.window.isVisible()
    assert scene.engine.stops == 1


UNSAVED = CheckInsUnsaved(count=2, events=["k1 2026-03-02 08:00:00", "k2 2026-03-02 08:01:00"], reason=Reason("no"))


def test_that_a_window_with_unsaved_check_ins_says_so_until_it_is_closed_once_more(
    make_scene: MakeScene, qtbot: QtBot
) -> None:
    scene = make_scene().run()
    scene.engine.left = UNSAVED
    scene.window.close()
    scene.wait(lambda: scene.window.state_panel.state == "error")
    assert scene.window.isVisible()
    assert scene.window.state_panel.title().startswith("Check-ins that are not in the database: 2 (k1 2026")
    assert scene.window.unsaved is UNSAVED

    with qtbot.waitSignal(scene.window.closed):
        scene.window.close()
    assert scene.window.unsaved is UNSAVED


def test_that_another_try_takes_unsaved_check_ins_along(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene().run()
    scene.engine.left = UNSAVED
    scene.window.close()
    scene.wait(lambda: scene.window.state_panel.state == "error")

    with qtbot.waitSignal(scene.window.engine_ready):
        scene.window.state_panel.retry_button.click()
    assert len(scene.engines) == 2
    assert scene.window.unsaved is None
    with qtbot.waitSignal(scene.window.closed):
        scene.window.close()


def test_that_the_system_closes_the_window_without_anybody(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene().run()
    scene.engine.left = UNSAVED
    with qtbot.waitSignal(scene.window.closed):
        scene.window.close_unattended()
    assert scene.window.unsaved is UNSAVED


def test_that_closing_while_loading_waits_for_the_loader(make_scene: MakeScene, qtbot: QtBot) -> None:
    scene = make_scene(is_blocked=True)
    scene.window.close()
    assert scene.window.state_panel.title() == "Closing…"

    with qtbot.waitSignal(scene.window.closed):
        scene.may_load.set()

    assert scene.engine.stops == 1
    assert not scene.engine.is_started


def test_that_f11_and_escape_switch_the_full_screen(make_scene: MakeScene, qtbot: QtBot) -> None:
    window = make_scene().run().window

    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    window.bar.health_button.click()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.health.isVisible()
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()


def test_that_everything_can_be_reached_by_keyboard(make_scene: MakeScene, qtbot: QtBot) -> None:
    window = make_scene().run().window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bar = window.bar
    reached = []
    for _ in range(3):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(window.focusWidget())

    assert reached == [bar.language_buttons["en"], bar.theme_button, bar.health_button]
    qtbot.keyClick(bar.health_button, Qt.Key.Key_Space)
    assert window.health.isVisible()
    bar.language_buttons["en"].setFocus()
    qtbot.keyClick(bar.language_buttons["en"], Qt.Key.Key_Right)  # the languages are one group: arrows choose
    assert LanguageSwitch.instance().current == "zh_CN"


def test_that_touch_targets_are_large_and_named(make_scene: MakeScene) -> None:
    for size in ((1280, 800), (800, 480)):
        window = make_scene(size=size).run().window
        buttons = [b for b in window.findChildren(QPushButton) if b.isVisible()]
        assert len(buttons) == 4
        for button in buttons:
            assert button.width() >= 64
            assert button.height() >= 64
            assert button.accessibleName()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(1280, 800), (800, 480), (1080, 1920)])
def test_that_a_small_refusal_is_never_cut(make_scene: MakeScene, size: tuple[int, int], language: str) -> None:
    scene = make_scene(size=size, language=language, welcome_s=30.0).run()
    scene.see(face(DecisionKind.WELCOME, 1.0), face(DecisionKind.UNKNOWN, 0.0, 9, 300))
    scene.engine.decide(notice(DecisionKind.WELCOME))
    scene.engine.decide(notice(DecisionKind.UNKNOWN, person_id=9))
    scene.wait(lambda: any(card.isVisible() for card in scene.window.findChildren(NoticeCard)))

    (refusal,) = scene.window.findChildren(NoticeCard)
    assert refusal.is_small
    words = [label for label in refusal.findChildren(FittedLabel) if label.isVisible()]
    assert words
    assert not any(label.is_cut for label in words)
    for label in words:
        assert label.height() >= label.heightForWidth(label.width())


def test_that_every_face_says_whose_it_is(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    camera = scene.window.view.area.camera
    scene.see(face(DecisionKind.WELCOME, 1.0, 1, -260), face(DecisionKind.UNKNOWN, 0.0, 9, 220))
    scene.answer(notice(DecisionKind.WELCOME))
    scene.answer(notice(DecisionKind.UNKNOWN, person_id=9))
    assert (camera.tag(1), camera.tag(9)) == ("Li Na", "Please see reception")

    LanguageSwitch.instance().set_language("zh_CN")
    scene.wait(lambda: camera.tag(9) == "请联系前台")
    scene.see(face(None, 0.0, 1, -260))
    assert camera.tag(1) == ""


def test_that_a_refusal_shows_whose_it_is(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    scene.see(face(DecisionKind.UNKNOWN, 0.0, 9))
    scene.answer(notice(DecisionKind.UNKNOWN, person_id=9))

    assert scene.window.view.column.cards[0]._photo._image.width() > 0
    assert scene.window.view.area.camera.tag(9) == ""  # alone, the card says it


def test_that_recognition_that_hangs_is_started_again_and_then_people_are_sent_to_reception(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene().run()
    window = scene.window
    for restarted in range(1, restarts.MOST + 1):
        hung = RecognitionHung("one picture takes for ever")
        scene.engine.call(lambda error=hung: scene.engine.listener.on_crashed(error))
        scene.wait(lambda count=restarted: len(scene.engines) == count + 1 and window._phase == "running")
    scene.engine.call(lambda: scene.engine.listener.on_crashed(RecognitionHung("again")))

    scene.wait(lambda: window.state_panel.state == "error")
    assert window.state_panel.title() == "Please see reception"
    assert window.state_panel.isVisible()
    assert window._restarts._later.remainingTime() > 0

    window._restarts._later.start(0)  # the minute is over
    scene.wait(lambda: window._phase == "running")
    assert len(scene.engines) == restarts.MOST + 2


def test_that_a_camera_whose_process_fails_again_and_again_sends_to_reception(make_scene: MakeScene) -> None:
    scene = make_scene().run()
    scene.engine.stream(StreamState.LOST, CameraStopped(source="0", count=5))

    scene.wait(lambda: scene.window.view.area.guidance.text() == "Camera out of order")
    assert scene.window.view.idle.advice() == "Please see reception"
    assert scene.window.bar.isVisible()

    scene.window.view.offers_entry = True
    scene.window.view.refresh(scene.window.metrics)
    assert scene.window.view.idle.advice() == "Use PIN or badge"
