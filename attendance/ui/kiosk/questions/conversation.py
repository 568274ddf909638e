"""What people answer at the kiosk: undo, "that's not me", which way, and when they left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from attendance.core.hours.next_step import MissingCheckOut
from attendance.core.types import CheckIn, DecisionKind, Direction, FrameResult
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice
from attendance.services.hours.corrections import DISPUTE_WITHIN_S, UNDO_WITHIN_S
from attendance.ui.kiosk.cards.welcome_card import CardState, WelcomeCard
from attendance.ui.kiosk.door_view import DoorView
from attendance.ui.kiosk.questions.answer_runner import AnswerRunner, Answers

CHOICE_S = 8.0
"""How long the buttons of a manual door wait without a touch; then nothing is booked."""
QUESTION_S = 20.0
"""How long "when did you leave?" waits without a touch; then it is "Not now"."""
PICTURE_S = 15.0
"""How long "may we keep this picture?" waits without a touch; then it is "No"."""
ANSWERED_S = 4.0
"""How long the outcome of an answer stays."""
ASK_AFTER_S = 3.0
"""The welcome is read first; the question about another day follows."""
AWAY_S = 2.0
"""Somebody else alone before the camera for so long is not asked in the place of whoever left. A face that is lost for
a moment, by a turn of the head, is recognised again sooner."""
_MARGIN_S = 0.5  # so that a press in the last moment is not refused
_TICK_MS = 250


@dataclass(frozen=True, slots=True, eq=False)
class _About:
    """What an answer in work is about."""

    card: WelcomeCard | None
    action: str


class Conversation(QObject):
    """Puts questions beside the picture and books the answers; blocks nobody who comes next.

    Args:
        view: shows cards and panels.
        answers: returns what books them, asked in the answers' thread; None offers nothing to answer.
        now: aware instant.
        welcome_s: how long a card without buttons stays.
        can_break: an OUT may be turned into a break with one more button.

    Signals:
        disputed: a check-in was taken back by "That's not me", and nothing more is asked about it.
    """

    disputed = Signal()

    def __init__(
        self,
        view: DoorView,
        answers: Callable[[], Answers] | None,
        *,
        now: Callable[[], datetime],
        welcome_s: float,
        can_break: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._answers = answers
        self._engine: KioskEngine | None = None
        self._now = now
        self._welcome_s = welcome_s
        self._can_break = can_break
        self._notices: dict[str, DecisionNotice] = {}
        self._asked: DecisionNotice | None = None
        self._asked_tracks: set[int] = set()
        self._away_since_s: float | None = None
        self._waiting: DecisionNotice | None = None
        self._runner = AnswerRunner(self)
        self._runner.done.connect(self._on_done)
        self._ask_later = _single_shot(self, self._on_ask_later)
        self._panel_end = _single_shot(self, self._on_declined)
        self._dispute_end = _single_shot(self, view.left.end_dispute)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        view.choice.chosen.connect(self._on_chosen)
        view.choice.declined.connect(self._on_declined)
        view.left.confirmed.connect(self._on_left)
        view.left.declined.connect(self._on_declined)
        view.left.disputed.connect(self._on_disputed)

    # --- what the engine reports ---------------------------------------------------------------------

    def use_engine(self, engine: KioskEngine | None) -> None:
        """Book directions with this engine from now on; None while none runs."""
        self._engine = engine

    def take(self, notice: DecisionNotice) -> None:
        """Answer a decision with a card or a question."""
        decision = notice.decision
        if decision.kind is DecisionKind.CHOOSE:
            self._stop_asking()
            self._ask_direction(notice)
            return
        if decision.kind not in {DecisionKind.WELCOME, DecisionKind.ALREADY_IN}:
            self._view.show_decision(notice)
            return
        is_asked = self._asked is not None and self._asked.decision.person_id == decision.person_id
        if is_asked and decision.kind is DecisionKind.ALREADY_IN:
            self._asked_tracks.add(decision.track_id)
        else:
            self._stop_asking()  # somebody else stands there now
        undo_s = self._undo_s(notice.check_in)
        shown_s = max(self._welcome_s, undo_s)
        card = self._view.show_decision(notice, shown_s=shown_s, can_break=self._can_break and undo_s > 0)
        if card is not None and undo_s > 0:
            self._listen(card, notice)
            card.open_undo(undo_s)
            self._view.column.keep(card, shown_s)
        if notice.note.missing is not None and notice.check_in is not None and self._answers is not None:
            self._waiting = notice
            self._ask_later.start(round(min(self._welcome_s, ASK_AFTER_S) * 1000))

    def see(self, result: FrameResult) -> None:
        """Ask nobody else: a question goes when whoever it is for has left and somebody else stands there."""
        if self._asked is None or not self._view.is_asking:
            return
        there = {face.track_id for face in result.faces}
        if not there or there & self._asked_tracks:
            self._away_since_s = None
        elif self._away_since_s is None:
            self._away_since_s = time.monotonic()
        elif time.monotonic() - self._away_since_s >= AWAY_S:
            self._stop_asking()

    def touched(self) -> None:
        """Somebody touches the screen: whoever decides gets the whole time again."""
        if self._panel_end.isActive():
            self._panel_end.start()
        for card in self._view.column.cards:
            if isinstance(card, WelcomeCard) and card.state == "disputed":
                self._view.column.keep(card, PICTURE_S)

    def close(self) -> None:
        """Ask nothing more, and wait until the last answer is booked."""
        self._stop_asking()
        self._tick.stop()
        self._runner.close()

    def _listen(self, card: WelcomeCard, notice: DecisionNotice) -> None:
        """Take answers on a card."""
        self._notices[card.key] = notice
        card.acted.connect(self._on_acted)
        self._tick.start()

    def _undo_s(self, check_in: CheckIn | None) -> float:
        """Return how long this event can be taken back here, seconds."""
        return self._left_s(check_in, UNDO_WITHIN_S)

    def _left_s(self, check_in: CheckIn | None, within_s: float) -> float:
        if check_in is None or self._answers is None:
            return 0.0
        age_s = abs((self._now() - check_in.at_utc).total_seconds())
        return max(0.0, within_s - _MARGIN_S - age_s)

    # --- questions beside the picture ----------------------------------------------------------------

    def _ask_direction(self, notice: DecisionNotice) -> None:
        self._begin_asking(notice)
        self._view.choice.show_choices(_name(notice), notice.crop_bgr, notice.note.choices)
        self._view.ask(self._view.choice)
        self._view.choice.focus_likely()
        self._panel_end.start(round(CHOICE_S * 1000))

    @Slot()
    def _on_ask_later(self) -> None:
        notice, self._waiting = self._waiting, None
        if notice is None or notice.note.missing is None:
            return
        self._begin_asking(notice)
        dispute_s = self._left_s(notice.check_in, DISPUTE_WITHIN_S)
        self._view.left.show_question(_name(notice), notice.crop_bgr, notice.note.missing, can_dispute=dispute_s > 0)
        self._dispute_end.start(round(dispute_s * 1000))
        self._view.ask(self._view.left)
        self._panel_end.start(round(QUESTION_S * 1000))

    def _begin_asking(self, notice: DecisionNotice) -> None:
        self._asked, self._asked_tracks, self._away_since_s = notice, {notice.decision.track_id}, None

    @Slot()
    def _on_declined(self) -> None:
        self._stop_asking()

    @Slot()
    def _on_disputed(self) -> None:
        """Take the check-in back on its card, which is shown again when its time was over."""
        notice = self._asked
        self._stop_asking()
        if notice is None:
            return
        shown = [
            c for c in self._view.column.cards if isinstance(c, WelcomeCard) and self._notices.get(c.key) is notice
        ]
        card = shown[0] if shown else self._view.show_decision(notice, shown_s=PICTURE_S)
        if card is None:
            return
        if not shown:
            self._listen(card, notice)
        self._on_acted(card, "dispute")

    def _stop_asking(self) -> None:
        self._ask_later.stop()
        self._panel_end.stop()
        self._dispute_end.stop()
        self._asked = self._waiting = None
        self._view.stop_asking()

    @Slot(object)
    def _on_chosen(self, direction: Direction) -> None:
        notice, engine = self._asked, self._engine
        self._stop_asking()
        if notice is not None and engine is not None:
            self._runner.ask(_About(None, "choose"), partial(engine.choose, notice, direction))

    @Slot(object, object)
    def _on_left(self, missing: MissingCheckOut, left_utc: datetime) -> None:
        answers = self._answers
        if answers is None:
            return
        self._view.left.show_busy()
        self._panel_end.stop()
        self._runner.ask(_About(None, "left"), lambda: answers().left(missing, left_utc))

    # --- answers on a card ---------------------------------------------------------------------------

    @Slot(object, str)
    def _on_acted(self, card: WelcomeCard, action: str) -> None:
        notice = self._notices.get(card.key)
        answers = self._answers
        if notice is None or notice.check_in is None or answers is None:
            return
        if action == "no":
            self._end(card, "thanks")
            self.disputed.emit()
            return
        check_in, crop_bgr = notice.check_in, notice.crop_bgr
        work: dict[str, Callable[[], object]] = {
            "undo": lambda: answers().undo(check_in),
            "dispute": lambda: answers().dispute(check_in),
            "break": lambda: self._turn_into_break(notice, check_in),
        }
        if crop_bgr is not None:
            work["yes"] = lambda: answers().keep_picture(check_in, crop_bgr)
        card.show_state("busy" if action != "yes" else "thanks")
        self._view.column.bring_up(card)
        self._view.column.keep(card, PICTURE_S)
        if self._waiting is not None and self._waiting.decision.person_id == notice.decision.person_id:
            self._stop_asking()  # whoever takes it back is not asked about another day
        self._runner.ask(_About(card, action), work[action])

    def _turn_into_break(self, notice: DecisionNotice, check_in: CheckIn) -> None:
        """Take the OUT back and book the break; runs in the answers' thread."""
        engine = self._engine
        if engine is not None and self._answers is not None:
            self._answers().undo(check_in)
            engine.choose(notice, Direction.BREAK_START)

    @Slot(object, object)
    def _on_done(self, about: _About, error: Exception | None) -> None:
        if about.action == "left":
            self._view.left.show_answer(is_booked=error is None)
            self._panel_end.start(round(ANSWERED_S * 1000))
            return
        card = about.card
        if card is None or card not in self._view.column.cards:
            return  # another one took its place
        if error is not None:
            self._end(card, "refused")
        elif about.action == "dispute" and self._notices[card.key].crop_bgr is not None:
            card.show_state("disputed")
            self._view.column.keep(card, PICTURE_S)
        else:
            self._end(card, "undone" if about.action in {"undo", "break"} else "thanks")
            if about.action in {"yes", "dispute"}:
                self.disputed.emit()

    def _end(self, card: WelcomeCard, state: CardState) -> None:
        card.show_state(state)
        self._view.column.keep(card, ANSWERED_S)

    @Slot()
    def _on_tick(self) -> None:
        cards = [card for card in self._view.column.cards if isinstance(card, WelcomeCard)]
        for card in cards:
            card.count_down()
        shown = {card.key for card in cards}
        for key in set(self._notices) - shown:
            del self._notices[key]  # a picture is not kept longer than its card
        if not self._notices:
            self._tick.stop()


def _single_shot(owner: QObject, slot: Callable[[], None]) -> QTimer:
    made = QTimer(owner)
    made.setSingleShot(True)
    made.timeout.connect(slot)
    return made


def _name(notice: DecisionNotice) -> str:
    return notice.person.name if notice.person is not None else ""
