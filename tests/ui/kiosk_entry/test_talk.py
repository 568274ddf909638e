"""PIN and badge at the kiosk, from the first key to the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import DecisionKind
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.services.credentials.door_entry import Claim
from attendance.services.door.recognition import Expected
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.entry import talk
from attendance.ui.kiosk.entry.steps import Step
from tests.ui.kiosk_entry.fake_entry import ANN, BADGE, BOB, NEW, PIN, TEMPORARY, FakeEntry
from tests.ui.kiosk_scenes import FakeAnswers, Scene, notice

MakeScene = Callable[..., Scene]


@pytest.fixture
def entry() -> FakeEntry:
    return FakeEntry()


@pytest.fixture
def scene(make_scene: MakeScene, entry: FakeEntry) -> Scene:
    return make_scene(entry=entry, answers=FakeAnswers(), welcome_s=30.0).run()


def keys(scene: Scene, text: str) -> None:
    """Type as a keyboard or a reader does: letters, then Return."""
    QTest.keyClicks(scene.window, text)
    QTest.keyClick(scene.window, Qt.Key.Key_Return)


def step(scene: Scene) -> Step | None:
    return scene.window.view.entry.step if scene.window.view.is_entry_open else None


def reach(scene: Scene, wanted: Step) -> None:
    scene.wait(lambda: step(scene) is wanted)


def admitted(scene: Scene, *expected: tuple[str, CheckInMethod]) -> None:
    scene.wait(lambda: len(scene.engine.admitted) == len(expected) and step(scene) is None)
    assert scene.engine.admitted == [*expected]
    scene.wait(lambda: len(scene.window.view.column.cards) == 1)


def hold(scene: Scene, text: str) -> None:
    scene.engine.call(lambda: scene.engine.listener.on_badge(text))


def test_that_code_and_pin_bring_the_card_of_a_check_in(scene: Scene) -> None:
    scene.window.bar.entry_button.click()
    assert scene.engine.is_reading_badges
    keys(scene, "1007")
    reach(scene, Step.PIN)
    assert scene.window.view.entry.field_text() == ""  # a code does not tell whose it is
    keys(scene, PIN)
    admitted(scene, ("1007", CheckInMethod.PIN))
    assert not scene.engine.is_reading_badges


def test_that_typing_on_the_waiting_screen_opens_the_panel(scene: Scene) -> None:
    keys(scene, "1007")
    reach(scene, Step.PIN)


def test_that_a_shortcut_opens_nothing(scene: Scene) -> None:
    QTest.keyClick(scene.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(scene.window, Qt.Key.Key_Space)
    assert step(scene) is None


def test_that_a_badge_and_the_pin_are_enough(scene: Scene) -> None:
    hold(scene, BADGE)
    reach(scene, Step.PIN)
    assert scene.window.view.entry.field_text() == "Ann Example"
    assert scene.window.view.entry.sentence() == "Type PIN, or look here"
    keys(scene, PIN)
    admitted(scene, ("1007", CheckInMethod.BADGE_PIN))
    assert scene.engine.expected is None


def test_that_a_badge_and_the_face_are_enough(scene: Scene) -> None:
    hold(scene, BADGE)
    reach(scene, Step.PIN)
    assert scene.engine.expected == Expected(ANN.id, CheckInMethod.BADGE_FACE)
    refused = notice(DecisionKind.UNKNOWN)
    scene.engine.decide(replace(refused, decision=replace(refused.decision, method=CheckInMethod.BADGE_FACE)))
    scene.wait(lambda: scene.window.view.entry.sentence() == "Look straight, please")
    assert scene.window.view.column.cards == ()  # nobody is sent to reception
    scene.answer(notice(DecisionKind.WELCOME, person_id=ANN.id))
    assert step(scene) is None


def test_that_a_reader_may_type_a_badge_at_any_step(scene: Scene) -> None:
    keys(scene, "2044")
    reach(scene, Step.PIN)
    keys(scene, BADGE)
    scene.wait(lambda: scene.window.view.entry.field_text() == "Ann Example")


def test_that_a_badge_alone_is_enough_where_the_site_says_so(make_scene: MakeScene) -> None:
    scene = make_scene(entry=FakeEntry(Claim(ANN, True, is_enough=True)), welcome_s=30.0).run()
    hold(scene, BADGE)
    admitted(scene, ("1007", CheckInMethod.BADGE))


def test_that_a_foreign_or_revoked_badge_gets_one_sentence(scene: Scene) -> None:
    for text in ("https://example.com/menu", BADGE[:-1] + "7", "1007"):
        hold(scene, text)
        scene.wait(lambda: step(scene) is Step.NAME)
        scene.wait(lambda: scene.window.view.entry.sentence() == "This badge is not valid")
        assert scene.window.view.entry.step is Step.NAME
        scene.window.view.entry.close_button.click()


def test_that_a_temporary_pin_is_changed_before_anything_is_booked(scene: Scene, entry: FakeEntry) -> None:
    keys(scene, "2044")
    reach(scene, Step.PIN)
    keys(scene, TEMPORARY)
    reach(scene, Step.NEW)
    assert scene.engine.admitted == []
    keys(scene, "1234")
    reach(scene, Step.AGAIN)
    keys(scene, "1234")
    scene.wait(lambda: "easily guessed" in scene.window.view.entry.sentence())
    keys(scene, NEW)
    reach(scene, Step.AGAIN)
    keys(scene, NEW + "1")
    reach(scene, Step.NEW)
    assert scene.window.view.entry.sentence() == "The two PINs differ"
    keys(scene, NEW)
    reach(scene, Step.AGAIN)
    keys(scene, NEW)
    admitted(scene, ("2044", CheckInMethod.PIN))
    assert entry.changed == [NEW]


def test_that_a_wrong_pin_five_times_is_paused_in_words(scene: Scene) -> None:
    for _ in range(5):
        keys(scene, "1007")
        reach(scene, Step.PIN)
        keys(scene, "1111")
        scene.wait(lambda: step(scene) in {Step.NAME, Step.SAID})
    assert scene.window.view.entry.sentence() == "Try again in 2 min"
    assert scene.engine.admitted == []


def test_that_a_code_that_nobody_has_is_asked_for_a_pin_and_then_refused_alike(scene: Scene) -> None:
    said = []
    for code in ("1007", "9999"):
        keys(scene, code)
        reach(scene, Step.PIN)
        said.append(scene.window.view.entry.sentence())
        keys(scene, "1111")
        reach(scene, Step.NAME)
        said.append(scene.window.view.entry.sentence())
    assert said == ["Type your PIN", "Code or PIN not right"] * 2


def test_that_three_refused_faces_open_the_panel(scene: Scene) -> None:
    for kind in (DecisionKind.UNKNOWN, DecisionKind.UNSURE):
        scene.engine.decide(notice(kind))
    scene.answer(notice(DecisionKind.WELCOME, person_id=2))  # somebody else was let in: counted anew
    for kind in (DecisionKind.UNKNOWN, DecisionKind.NOT_LIVE):
        scene.engine.decide(notice(kind))
    QTest.qWait(20)
    assert step(scene) is None
    scene.engine.decide(notice(DecisionKind.UNSURE))
    reach(scene, Step.NAME)


def test_that_the_panel_opens_after_that_is_not_me(scene: Scene) -> None:
    scene.answer(notice(DecisionKind.WELCOME))
    shown = scene.window.view.column.cards[0]
    shown.row.buttons["dispute"].click()  # type: ignore[attr-defined]
    scene.wait(lambda: shown.state == "disputed")  # type: ignore[attr-defined]
    assert step(scene) is None  # the picture is asked about first
    shown.row.buttons["no"].click()  # type: ignore[attr-defined]
    reach(scene, Step.NAME)


def asked_for_pin(scene: Scene) -> None:
    made = notice(DecisionKind.CHOOSE, person_id=ANN.id, name=ANN.name)
    decision = replace(made.decision, kind=DecisionKind.ASK_PIN, direction=None)
    scene.engine.decide(replace(made, decision=decision, person=ANN))


def test_that_a_look_alike_is_asked_for_the_pin_after_the_face(scene: Scene) -> None:
    asked_for_pin(scene)
    reach(scene, Step.PIN)
    assert scene.window.view.entry.field_text() == "Ann Example"
    keys(scene, "1111")
    scene.wait(lambda: scene.window.view.entry.sentence() == "PIN not right")
    keys(scene, PIN)
    admitted(scene, ("1007", CheckInMethod.PIN_FACE))


def test_that_a_look_alike_without_a_pin_is_sent_to_reception(scene: Scene, entry: FakeEntry) -> None:
    entry.look_alike_has_pin = False
    asked_for_pin(scene)
    reach(scene, Step.SAID)
    assert scene.window.view.entry.sentence() == "Please see reception"


def test_that_the_face_confirms_after_the_pin_at_a_door_of_one_to_one(make_scene: MakeScene) -> None:
    scene = make_scene(entry=FakeEntry(then_face=True), looks_first=False).run()
    keys(scene, "1007")
    reach(scene, Step.PIN)
    keys(scene, PIN)
    reach(scene, Step.FACE)
    assert scene.engine.expected == Expected(ANN.id, CheckInMethod.PIN_FACE)
    assert scene.engine.admitted == []


def test_that_a_face_that_does_not_come_ends_at_reception(
    make_scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "FACE_S", 0.05)
    scene = make_scene(entry=FakeEntry(Claim(ANN, True, may_pin=False, may_face=True))).run()
    hold(scene, BADGE)
    reach(scene, Step.SAID)
    assert scene.window.view.entry.sentence() == "Please see reception"
    assert scene.engine.expected is None


def test_that_nobody_finds_what_another_one_began(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "IDLE_S", 0.05)
    hold(scene, BADGE)
    scene.wait(lambda: step(scene) is None and not scene.engine.is_reading_badges)
    assert scene.engine.expected is None
    scene.window.bar.entry_button.click()
    assert scene.window.view.entry.field_text() == ""


def test_that_somebody_who_was_recognised_meanwhile_closes_an_untouched_panel(scene: Scene) -> None:
    scene.window.bar.entry_button.click()
    scene.answer(notice(DecisionKind.WELCOME, person_id=BOB.id))
    assert step(scene) is None


def test_that_somebody_else_who_is_recognised_interrupts_nobody(scene: Scene) -> None:
    hold(scene, BADGE)
    reach(scene, Step.PIN)
    scene.answer(notice(DecisionKind.WELCOME, person_id=BOB.id))
    assert step(scene) is Step.PIN
    keys(scene, PIN)
    scene.wait(lambda: scene.engine.admitted == [("1007", CheckInMethod.BADGE_PIN)])


def test_that_a_disk_that_fails_is_one_sentence(scene: Scene, entry: FakeEntry) -> None:
    entry.error = StorageError(path="attendance.db", reason=Reason("the database is closed"))
    keys(scene, "1007")
    reach(scene, Step.SAID)
    assert scene.window.view.entry.sentence() == "That did not work. Please see reception."


def test_that_escape_closes_the_panel_and_the_language_follows(scene: Scene) -> None:
    scene.window.bar.entry_button.click()
    LanguageSwitch.instance().set_language("zh_CN")
    scene.wait(lambda: scene.window.view.entry.sentence() == "请出示工牌或输入工号")
    QTest.keyClick(scene.window, Qt.Key.Key_Escape)
    assert step(scene) is None
    assert not scene.window.isFullScreen()
