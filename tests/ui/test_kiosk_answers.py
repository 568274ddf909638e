"""What people answer at the kiosk: undo, "that's not me", which way, and when they left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from attendance.core.hours.next_step import DoorNote
from attendance.core.types import DecisionKind, Direction
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused
from attendance.services.door.listener import DecisionNotice
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.cards.welcome_card import WelcomeCard
from attendance.ui.kiosk.questions import conversation
from attendance.ui.theme import SPACE_12, TOUCH_TARGET
from tests.ui.kiosk_scenes import FORGOTTEN, FakeAnswers, Scene, crop, face, notice, settle

MakeScene = Callable[..., Scene]


@pytest.fixture
def answers() -> FakeAnswers:
    return FakeAnswers()


@pytest.fixture
def scene(make_scene: MakeScene, answers: FakeAnswers) -> Scene:
    made = make_scene(answers=answers, welcome_s=30.0)
    made.run()
    return made


def card(scene: Scene) -> WelcomeCard:
    shown = scene.window.view.column.cards[0]
    assert isinstance(shown, WelcomeCard)
    return shown


def press(scene: Scene, key: str, state: str) -> None:
    card(scene).row.buttons[key].click()
    scene.wait(lambda: card(scene).state == state)


def ask_now(scene: Scene, **options: object) -> None:
    scene.answer(notice(DecisionKind.WELCOME, note=DoorNote(missing=FORGOTTEN), **options))  # type: ignore[arg-type]
    scene.window.talk._ask_later.setInterval(0)
    scene.window.talk._ask_later.start()
    scene.wait(lambda: scene.window.view.is_asking)


def test_that_a_welcome_can_be_undone(scene: Scene, answers: FakeAnswers) -> None:
    scene.answer(notice(DecisionKind.WELCOME))
    assert card(scene).row.buttons["undo"].text() == "Undo (10)"

    press(scene, "undo", "undone")

    assert answers.calls == [("undo", "e1")]
    assert card(scene).pill_text == "Undone"
    assert not card(scene).has_buttons


def test_that_an_old_event_and_a_second_sighting_have_no_buttons(scene: Scene) -> None:
    old = notice(DecisionKind.WELCOME)
    assert old.check_in is not None
    late = replace(old.check_in, at_utc=old.check_in.at_utc - timedelta(seconds=10))
    scene.answer(replace(old, check_in=late))
    assert card(scene).state == "plain"

    scene.answer(notice(DecisionKind.ALREADY_IN, person_id=2, since=datetime(2026, 11, 22, 0, 54, tzinfo=UTC)))
    assert not card(scene).has_buttons


def test_that_the_buttons_go_when_it_is_too_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "UNDO_WITHIN_S", 0.6)
    scene.answer(notice(DecisionKind.WELCOME))

    scene.wait(lambda: card(scene).state == "plain")
    assert card(scene).row.buttons == {}


def test_that_a_picture_is_kept_only_after_a_yes(scene: Scene, answers: FakeAnswers) -> None:
    scene.answer(notice(DecisionKind.WELCOME))
    press(scene, "dispute", "disputed")
    assert card(scene).title == "Thank you"
    assert card(scene).facts_text == "May we keep this picture to learn from it?"
    assert answers.calls == [("dispute", "e1")]

    press(scene, "yes", "thanks")

    scene.wait(lambda: len(answers.calls) == 2)
    assert answers.calls[1] == ("keep", "e1", crop().shape)


def test_that_no_and_silence_keep_no_picture(
    scene: Scene, answers: FakeAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.answer(notice(DecisionKind.WELCOME))
    press(scene, "dispute", "disputed")
    press(scene, "no", "thanks")

    monkeypatch.setattr(conversation, "PICTURE_S", 0.2)
    scene.answer(notice(DecisionKind.WELCOME, person_id=2))
    card(scene).row.buttons["dispute"].click()
    scene.wait(lambda: all(c.key != "person 2" for c in scene.window.view.column.cards))

    assert answers.calls == [("dispute", "e1"), ("dispute", "e2")]


def test_that_a_refused_answer_sends_to_reception(scene: Scene, answers: FakeAnswers) -> None:
    answers.error = CorrectionRefused(reason=Reason("too late"))
    scene.answer(notice(DecisionKind.WELCOME))
    press(scene, "undo", "refused")

    assert card(scene).pill_text == "IN 08:57"
    assert card(scene).facts_text == "That did not work. Please see reception."


def test_that_a_card_tells_the_hours_and_lateness(scene: Scene) -> None:
    late = DoorNote(worked_s=0, late_by_s=72 * 60)
    scene.answer(notice(DecisionKind.WELCOME, note=late))
    assert card(scene).facts_text == "1 h 12 min late"

    worked = DoorNote(worked_s=7 * 3600 + 42 * 60)
    scene.answer(notice(DecisionKind.WELCOME, person_id=2, direction=Direction.OUT, note=worked))
    assert card(scene).facts_text == "Today 7 h 42 min"
    LanguageSwitch.instance().set_language("zh_CN")
    scene.wait(lambda: card(scene).facts_text == "今天 7 小时 42 分钟")


def test_that_a_small_card_with_buttons_is_made_large_by_touch_and_key(scene: Scene) -> None:
    scene.answer(notice(DecisionKind.WELCOME, person_id=1))
    scene.answer(notice(DecisionKind.WELCOME, person_id=2, name="Wang"))
    column = scene.window.view.column
    assert [c.is_small for c in column.cards] == [False, True]

    QTest.mouseClick(column.cards[1], Qt.MouseButton.LeftButton)
    assert [(c.key, c.is_small) for c in column.cards] == [("person 1", False), ("person 2", True)]
    QTest.keyClick(column.cards[1], Qt.Key.Key_Return)
    assert column.cards[0].key == "person 2"


def test_that_an_out_can_be_turned_into_a_break(make_scene: MakeScene, answers: FakeAnswers) -> None:
    scene = make_scene(answers=answers, welcome_s=30.0, can_break=True).run()
    scene.answer(notice(DecisionKind.WELCOME, direction=Direction.IN, person_id=2))
    assert "break" not in card(scene).row.buttons

    scene.answer(notice(DecisionKind.WELCOME, direction=Direction.OUT))
    press(scene, "break", "undone")

    assert answers.calls == [("undo", "e1")]
    assert scene.engine.chosen == [(1, Direction.BREAK_START)]


def choosing(person_id: int = 1) -> DecisionNotice:
    note = DoorNote(choices=(Direction.OUT, Direction.BREAK_START))
    return notice(DecisionKind.CHOOSE, person_id=person_id, direction=Direction.OUT, note=note)


def test_that_a_manual_door_asks_and_books_the_button(scene: Scene) -> None:
    scene.engine.decide(choosing())
    panel = scene.window.view.choice
    scene.wait(panel.isVisible)
    assert panel.choices == (Direction.OUT, Direction.BREAK_START)
    assert panel.buttons[Direction.OUT].hasFocus()
    assert not panel.buttons[Direction.IN].isVisible()

    panel.buttons[Direction.BREAK_START].click()

    scene.wait(lambda: scene.engine.chosen == [(1, Direction.BREAK_START)])
    assert not scene.window.view.is_asking


def test_that_a_manual_door_books_nothing_without_an_answer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "CHOICE_S", 0.1)
    scene.engine.decide(choosing())
    scene.wait(scene.window.view.choice.isVisible)

    scene.wait(lambda: not scene.window.view.is_asking)
    assert scene.engine.chosen == []


def test_that_a_forgotten_check_out_is_asked_for_and_booked(scene: Scene, answers: FakeAnswers) -> None:
    ask_now(scene)
    panel = scene.window.view.left
    assert panel.question() == "You did not check out on Wednesday. When did you leave?"
    assert panel.time_text() == "17:30"
    for key in ("-15", "5", "-5", "15", "5"):
        panel.steps.buttons[key].click()
    assert panel.time_text() == "17:35"

    panel.answers.buttons["confirm"].click()

    scene.wait(lambda: panel.question() == "Thank you. Your manager will confirm it.")
    assert answers.calls == [("left", "before", datetime(2026, 11, 18, 9, 35, tzinfo=UTC))]


def test_that_the_time_stays_where_somebody_can_have_left(scene: Scene, answers: FakeAnswers) -> None:
    ask_now(scene)
    panel = scene.window.view.left
    for _ in range(40):
        panel.steps.buttons["-15"].click()
    assert panel.time_text() == "08:57"  # the arrival, and a second
    panel.answers.buttons["confirm"].click()
    scene.wait(lambda: len(answers.calls) == 1)

    left_utc = answers.calls[0][2]
    assert isinstance(left_utc, datetime)
    assert FORGOTTEN.allows(left_utc)


@pytest.mark.parametrize(
    ("days", "wanted"),
    [(1, "You did not check out yesterday. When did you leave?"), (30, "You did not check out on ")],
)
def test_that_the_day_is_called_as_people_call_it(scene: Scene, days: int, wanted: str) -> None:
    panel = scene.window.view.left
    day = (datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=days)).date()
    panel.show_question("Li Na", None, replace(FORGOTTEN, day=day))

    assert panel.question().startswith(wanted)


def test_that_without_a_plan_the_time_starts_eight_hours_after_the_arrival(scene: Scene) -> None:
    panel = scene.window.view.left
    panel.show_question("Li Na", None, replace(FORGOTTEN, suggested_utc=None))

    assert panel.time_text() == "16:55"


def test_that_the_question_goes_with_not_now_and_with_silence(
    scene: Scene, answers: FakeAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_now(scene)
    scene.window.view.left.answers.buttons["later"].click()
    assert not scene.window.view.is_asking

    monkeypatch.setattr(conversation, "QUESTION_S", 0.1)
    ask_now(scene, person_id=2)
    scene.wait(lambda: not scene.window.view.is_asking)
    assert answers.calls == []


def test_that_the_next_person_is_not_held_up(scene: Scene, answers: FakeAnswers) -> None:
    ask_now(scene)
    scene.answer(notice(DecisionKind.WELCOME, person_id=2, name="Wang"))

    assert not scene.window.view.is_asking
    assert card(scene).title == "Wang"
    assert card(scene).isVisible()
    assert answers.calls == []


def test_that_who_answers_keeps_the_question_at_their_own_second_sighting(scene: Scene) -> None:
    ask_now(scene)
    scene.answer(notice(DecisionKind.ALREADY_IN, since=datetime(2026, 11, 22, 0, 57, tzinfo=UTC)))

    assert scene.window.view.is_asking


def test_that_whoever_takes_a_check_in_back_is_not_asked(scene: Scene) -> None:
    scene.answer(notice(DecisionKind.WELCOME, note=DoorNote(missing=FORGOTTEN)))
    assert scene.window.talk._ask_later.isActive()
    press(scene, "dispute", "disputed")

    assert not scene.window.talk._ask_later.isActive()


def test_that_the_wrong_person_says_so_while_the_question_shows(scene: Scene, answers: FakeAnswers) -> None:
    ask_now(scene)
    scene.window.view.left.answers.buttons["dispute"].click()

    assert not scene.window.view.is_asking
    scene.wait(lambda: card(scene).state == "disputed")
    assert answers.calls == [("dispute", "e1")]


def test_that_the_wrong_person_says_so_after_the_card_has_gone(scene: Scene, answers: FakeAnswers) -> None:
    ask_now(scene)
    column = scene.window.view.column
    column.keep(card(scene), 0.0)
    scene.wait(lambda: not column.cards)
    scene.window.view.left.answers.buttons["dispute"].click()

    scene.wait(lambda: bool(column.cards) and card(scene).state == "disputed")
    assert card(scene).isVisible()
    assert answers.calls == [("dispute", "e1")]


def test_that_it_cannot_be_said_when_it_is_too_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "DISPUTE_WITHIN_S", 0.6)
    ask_now(scene)

    scene.wait(lambda: "dispute" not in scene.window.view.left.answers.buttons)
    assert scene.window.view.is_asking


def test_that_somebody_else_in_front_is_not_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "AWAY_S", 0.1)
    ask_now(scene)
    scene.see(face(DecisionKind.WELCOME, 1.0), face(None, 0.0, 2, 300))
    scene.see()
    assert scene.window.view.is_asking

    def is_gone() -> bool:
        scene.see(face(DecisionKind.UNKNOWN, 0.0, 2))
        return not scene.window.view.is_asking

    scene.wait(is_gone)


def test_that_a_face_that_is_followed_anew_is_still_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "AWAY_S", 0.0)
    ask_now(scene)
    again = notice(DecisionKind.ALREADY_IN, since=datetime(2026, 11, 22, 0, 57, tzinfo=UTC))
    scene.answer(replace(again, decision=replace(again.decision, track_id=7)))
    for _ in range(3):
        scene.see(face(DecisionKind.ALREADY_IN, 1.0, 7))

    assert scene.window.view.is_asking


def test_that_a_stranger_beside_the_question_is_told_where_to_go(scene: Scene) -> None:
    ask_now(scene)
    scene.see(face(DecisionKind.WELCOME, 1.0), face(DecisionKind.UNKNOWN, 0.0, 9, 300))
    scene.answer(notice(DecisionKind.UNKNOWN, person_id=9))

    assert scene.window.view.is_asking
    scene.wait(lambda: scene.window.view.area.guidance.text() == "Please see reception")


def test_that_an_answer_makes_its_card_the_large_one(scene: Scene, answers: FakeAnswers) -> None:
    for person_id in (1, 2, 3):
        scene.answer(notice(DecisionKind.WELCOME, person_id=person_id))
    column = scene.window.view.column
    last = column.cards[-1]
    assert isinstance(last, WelcomeCard)
    last.row.buttons["dispute"].click()

    assert column.cards[0] is last
    scene.wait(lambda: last.state == "disputed")
    assert answers.calls == [("dispute", "e1")]
    assert last.facts_text == "May we keep this picture to learn from it?"


def test_that_every_button_is_large_enough_and_in_the_tab_order(scene: Scene) -> None:
    scene.window.resize(800, 480)
    ask_now(scene)
    settle()
    panel = scene.window.view.left
    shown = [*panel.steps.buttons.values(), *panel.answers.buttons.values()]

    assert len(shown) == 7
    for button in shown:
        assert button.width() >= SPACE_12
        assert button.height() >= TOUCH_TARGET
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName()


def test_that_a_kiosk_without_answers_offers_none(make_scene: MakeScene) -> None:
    scene = make_scene(welcome_s=30.0).run()
    scene.answer(notice(DecisionKind.WELCOME, note=DoorNote(missing=FORGOTTEN)))

    assert card(scene).state == "plain"
    assert not scene.window.talk._ask_later.isActive()
