"""The other way in: what is typed and shown becomes a check-in, the same as that of a face."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent

from attendance.core.check_in_method import CheckInMethod
from attendance.core.credentials.badge import is_badge_text
from attendance.core.credentials.pin import LONGEST
from attendance.core.types import DecisionKind, Person
from attendance.errors import Refusal
from attendance.services.credentials.door_entry import Claim, PinAnswer, Verdict
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice
from attendance.services.door.recognition import Expected
from attendance.ui.kiosk.door_view import DoorView
from attendance.ui.kiosk.entry import steps
from attendance.ui.kiosk.entry.key_pad import BACK, DONE
from attendance.ui.kiosk.entry.steps import Line, Step
from attendance.ui.kiosk.questions.answer_runner import AnswerRunner

IDLE_S = 20.0
"""How long the panel waits without a touch or key."""
FACE_S = 15.0
"""How long the face may take that confirms a badge or PIN: a track is judged anew every three seconds."""
SAID_S = 4.0
"""How long the outcome stays."""
REFUSALS_WITHIN_S = 60.0
"""Refusals that lie further apart are of different people."""
_REFUSED = frozenset({DecisionKind.UNKNOWN, DecisionKind.UNSURE, DecisionKind.NOT_LIVE})
_NO_LETTERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class Entry(Protocol):
    """What looks at codes, badges and PINs; see ``services.credentials.door_entry.DoorEntry``. Waits for the disk."""

    def claim(self, text: str, *, is_shown: bool = False) -> Claim | None:
        """Return whom a text names that was typed or shown to the camera, None for a badge that is not good here."""

    def look_alike(self, person: Person) -> Claim | None:
        """Return what is asked of somebody with a look-alike, None when they have no PIN."""

    def check_pin(self, claim: Claim, pin: str) -> PinAnswer:
        """Compare a PIN."""

    def change_pin(self, claim: Claim, old: str, new: str) -> None:
        """Replace a temporary PIN; raises Refusal for one that cannot be taken."""

    def method_of(self, claim: Claim, *, with_pin: bool) -> CheckInMethod:
        """Return by what a person is known without the face."""


class _Work:
    """One thing done in the other thread, and its result."""

    def __init__(self, work: Callable[[], Any], then: Callable[[Any], None], turn: int) -> None:
        self._work = work
        self.then = then
        self.turn = turn
        self.result: Any = None

    def run(self) -> None:
        self.result = self._work()


class EntryTalk(QObject):
    """Opens the panel, by a press or by itself, and takes somebody through it.

    Args:
        view: shows the panel.
        entry: returns what looks at codes and PINs, asked in a thread of its own; None: this kiosk has no other way in.
        refusals: faces refused in a row after which the panel opens by itself; 0 = never.
    """

    def __init__(
        self, view: DoorView, entry: Callable[[], Entry] | None, *, refusals: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._panel = view.entry
        view.offers_entry = entry is not None
        self._entry = entry
        self._refusals = refusals
        self._refused_at_s: list[float] = []
        self._engine: KioskEngine | None = None
        self._claim: Claim | None = None
        self._is_look_alike = False
        self._old_pin = self._new_pin = ""
        self._is_expecting = False
        self._turn = 0
        self._runner = AnswerRunner(self)
        self._runner.done.connect(self._on_done)
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.timeout.connect(self._on_end)
        self._panel.entered.connect(self._on_entered)
        self._panel.cancelled.connect(self.close_panel)

    @property
    def is_there(self) -> bool:
        """Whether this kiosk has another way in."""
        return self._entry is not None

    @property
    def is_open(self) -> bool:
        """Whether the panel is on screen."""
        return self._view.is_entry_open

    def use_engine(self, engine: KioskEngine | None) -> None:
        """Book with this engine from now on; None while none runs."""
        self.close_panel()
        self._engine = engine

    def close(self) -> None:
        """Ask nothing more, and wait until what was begun is booked."""
        self.close_panel()
        self._runner.close()

    # --- what opens and closes the panel -------------------------------------------------------------

    @Slot()
    def open_panel(self, line: Line = steps.BADGE_OR_CODE) -> None:
        """Ask for a code or badge."""
        if self._entry is None or self._engine is None:
            return
        self._begin_anew()
        self._panel.ask(Step.NAME, line)
        self._view.open_entry()
        self._engine.read_badges(True)
        self._end.start(round(IDLE_S * 1000))

    @Slot()
    def toggle_panel(self) -> None:
        """Open the panel, or close it."""
        if self.is_open:
            self.close_panel()
        else:
            self.open_panel()

    @Slot()
    def close_panel(self) -> None:
        """Forget what was typed and show cards or clock again."""
        self._begin_anew()
        self._end.stop()
        if self._engine is not None:
            self._engine.read_badges(False)
        self._panel.show_digits()
        self._view.close_entry()

    def _begin_anew(self) -> None:
        self._turn += 1  # an answer that is still on its way belongs to somebody else
        self._claim = None
        self._is_look_alike = False
        self._old_pin = self._new_pin = ""
        self._expect(None)

    def key(self, event: QKeyEvent) -> bool:
        """Take a key of a keyboard or reader; opens the panel. False when it is none for this."""
        key, text = event.key(), event.text()
        is_text = bool(text) and text.isprintable() and not text.isspace()
        if not self.is_open:
            if not is_text or event.modifiers() & (
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            ):
                return False
            self.open_panel()
        if not self.is_open:
            return False
        self.touched()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._panel.press(DONE)
        elif key == Qt.Key.Key_Backspace:
            self._panel.press(BACK)
        elif key == Qt.Key.Key_Escape:
            self.close_panel()
        elif is_text:
            self._panel.type(text)
        else:
            return False
        return True

    def touched(self) -> None:
        """Somebody touches the screen or a key: the whole time again."""
        if self.is_open and self._panel.step.is_typing:
            self._end.start(round(IDLE_S * 1000))

    @Slot()
    def _on_end(self) -> None:
        if self._panel.step is Step.FACE:
            self._say(steps.SEE_RECEPTION)
        else:
            self.close_panel()

    # --- what the engine reports ---------------------------------------------------------------------

    def take(self, notice: DecisionNotice) -> bool:
        """Look at a decision before anybody else; True when it is dealt with here."""
        decision = notice.decision
        if self._entry is None:
            return False
        if decision.kind is DecisionKind.ASK_PIN:
            if notice.person is not None and not self._is_busy():
                self._ask_look_alike(notice.person)
            return True
        if decision.method is not CheckInMethod.FACE and decision.kind in _REFUSED:
            if self._is_expecting:
                self._panel.ask(self._panel.step, steps.LOOK_STRAIGHT, name=self._name())
            return True
        if decision.kind in _REFUSED:
            self._count_refusal()
        else:
            self._refused_at_s.clear()
            if self.is_open and (self._is_of_claim(decision.person_id) or not self._is_busy()):
                self.close_panel()
        return False

    @Slot(str)
    def see_badge(self, text: str) -> None:
        """Take what a badge in the picture holds; opens the panel."""
        if self._panel.step is Step.BUSY and self.is_open:
            return
        if not self.is_open:
            self.open_panel()
        if self.is_open:
            self._name_with(text, is_shown=True)

    def _is_busy(self) -> bool:
        """Whether somebody is in the middle of it."""
        return self.is_open and (self._panel.step is not Step.NAME or not self._panel.is_empty)

    def _is_of_claim(self, person_id: int | None) -> bool:
        person = None if self._claim is None else self._claim.person
        return person is not None and person.id == person_id

    def _count_refusal(self) -> None:
        now_s = time.monotonic()
        self._refused_at_s = [at_s for at_s in self._refused_at_s if now_s - at_s < REFUSALS_WITHIN_S] + [now_s]
        if self._refusals and len(self._refused_at_s) >= self._refusals:
            self._refused_at_s.clear()
            if not self.is_open:
                self.open_panel()

    def _ask_look_alike(self, person: Person) -> None:
        entry = self._entry
        assert entry is not None
        self.open_panel()
        if self.is_open:
            self._is_look_alike = True
            self._do(lambda: entry().look_alike(person), self._on_look_alike)

    def _on_look_alike(self, claim: Claim | None) -> None:
        if claim is None:
            self._say(steps.SEE_RECEPTION)
            return
        self._claim = claim
        self._panel.ask(Step.PIN, steps.TYPE_PIN, name=self._name())

    # --- what is typed -------------------------------------------------------------------------------

    @Slot(str)
    def _on_entered(self, typed: str) -> None:
        step, claim, entry = self._panel.step, self._claim, self._entry
        if entry is None:
            return
        if step is Step.NAME or is_badge_text(typed) or len(typed) > LONGEST:
            self._name_with(typed)  # a reader does not wait until it is asked
        elif claim is None:
            self.open_panel()
        elif step is Step.PIN:
            self._old_pin = typed
            self._do(lambda: entry().check_pin(claim, typed), self._on_pin)
        elif step is Step.NEW:
            self._new_pin = typed
            self._panel.ask(Step.AGAIN, steps.PIN_AGAIN, name=self._name())
        elif typed != self._new_pin:
            self._panel.ask(Step.NEW, steps.NOT_THE_SAME)
        else:
            old = self._old_pin
            self._do(lambda: entry().change_pin(claim, old, typed), lambda _: self._after_pin())

    def _name_with(self, text: str, *, is_shown: bool = False) -> None:
        entry = self._entry
        assert entry is not None
        self._begin_anew()
        self._do(lambda: entry().claim(text, is_shown=is_shown), self._on_claim)

    def _on_claim(self, claim: Claim | None) -> None:
        if claim is None:
            self._panel.ask(Step.NAME, steps.BADGE_UNKNOWN)
            self.touched()
            return
        self._claim = claim
        if claim.is_enough:
            self._admit(with_pin=False)
            return
        if claim.may_face:
            self._expect(CheckInMethod.BADGE_FACE)
        if not claim.may_pin:
            self._wait_for_face()
            return
        self._panel.ask(Step.PIN, steps.PIN_OR_FACE if claim.may_face else steps.TYPE_PIN, name=self._name())
        self.touched()

    def _on_pin(self, answer: PinAnswer) -> None:
        if answer.verdict is Verdict.RIGHT:
            self._after_pin()
        elif answer.verdict is Verdict.MUST_CHANGE:
            self._expect(None)  # the PIN first: a face would leave the temporary one as it is
            self._panel.ask(Step.NEW, steps.NEW_PIN, name=self._name())
        elif answer.verdict is Verdict.BLOCKED:
            self._say(steps.pause(max(1, math.ceil(answer.wait / timedelta(minutes=1)))))
        elif self._claim is not None and (self._claim.is_badge or self._is_look_alike):
            self._panel.ask(Step.PIN, steps.PIN_WRONG, name=self._name())
        else:
            self._begin_anew()
            self._panel.ask(Step.NAME, steps.CODE_OR_PIN_WRONG)
        self.touched()

    def _after_pin(self) -> None:
        if self._claim is not None and self._claim.then_face:
            self._expect(CheckInMethod.PIN_FACE)
            self._wait_for_face()
        else:
            self._admit(with_pin=True)

    def _wait_for_face(self) -> None:
        self._panel.ask(Step.FACE, steps.LOOK_HERE, name=self._name())
        self._end.start(round(FACE_S * 1000))

    def _admit(self, *, with_pin: bool) -> None:
        claim, engine, entry = self._claim, self._engine, self._entry
        if claim is None or claim.person is None or engine is None or entry is None:
            self._say(steps.FAILED)
            return
        person = claim.person
        method = CheckInMethod.PIN_FACE if self._is_look_alike else entry().method_of(claim, with_pin=with_pin)
        self._expect(None)
        self._do(partial(engine.admit, person, method), lambda _: self.close_panel())

    def _expect(self, method: CheckInMethod | None) -> None:
        person = None if self._claim is None else self._claim.person
        if self._engine is None or (method is None and not self._is_expecting):
            return
        self._is_expecting = method is not None and person is not None
        self._engine.expect(Expected(person.id, method) if method is not None and person is not None else None)

    def _name(self) -> str:
        """Return whom to show; a typed code shows nobody, or the door would tell who works here."""
        claim = self._claim
        is_shown = claim is not None and claim.person is not None and (claim.is_badge or self._is_look_alike)
        return claim.person.name if is_shown and claim is not None and claim.person is not None else ""

    # --- work in the other thread --------------------------------------------------------------------

    def _do(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._end.stop()
        self._panel.ask(Step.BUSY, steps.ONE_MOMENT, name=self._name())
        made = _Work(work, then, self._turn)
        self._runner.ask(made, made.run)

    @Slot(object, object)
    def _on_done(self, made: _Work, error: Exception | None) -> None:
        if made.turn != self._turn or not self.is_open:
            return  # whoever asked has gone
        if error is None:
            made.then(made.result)
        elif isinstance(error, Refusal):
            self._panel.ask(Step.NEW, steps.said(error.reason))
            self.touched()
        else:
            self._say(steps.FAILED)

    def _say(self, line: Line) -> None:
        """Say how it ended, and close a little later."""
        self._begin_anew()
        self._panel.ask(Step.SAID, line)
        self._end.start(round(SAID_S * 1000))
