"""The card of somebody who was recognised: what was booked, hours, and how to take it back."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from attendance.core.hours.next_step import DoorNote
from attendance.core.types import Decision, DecisionKind, Direction, ImageBgr
from attendance.ui.kiosk.action_row import CARD_TEXT_SMALLEST, Action, ActionRow
from attendance.ui.kiosk.cards.card import Card, NoticeCard, slim_text
from attendance.ui.kiosk.direction_words import already_text, event_text
from attendance.ui.kiosk.hours_words import late_text, worked_text
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel

__all__ = ["CardState", "NoticeCard", "WelcomeCard"]

translate = QCoreApplication.translate

_NO_NOTE = DoorNote()
CardState = Literal["plain", "open", "busy", "undone", "disputed", "thanks", "refused"]
"""plain: nothing to press; open: may be taken back; busy: an answer is being booked; disputed: asks for the picture."""


class WelcomeCard(Card):
    """Name, and IN, OUT, BREAK or BACK with the local time; or since when the person already is.

    Args:
        decision: WELCOME (already saved) or ALREADY_IN.
        name: the person's name as given.
        zone: the site's zone, for the time on the pill.
        crop_bgr: (112, 112, 3) uint8 BGR face of this moment, None shows an icon.
        note: hours of the person.
        can_break: an OUT may be turned into a break.

    Signals:
        acted: the card, and "undo", "dispute", "break", "yes" or "no".
    """

    acted = Signal(object, str)

    def __init__(
        self,
        decision: Decision,
        name: str,
        *,
        zone: ZoneInfo,
        metrics: KioskMetrics,
        crop_bgr: ImageBgr | None = None,
        note: DoorNote = _NO_NOTE,
        can_break: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"person {decision.person_id}", decision.track_id, metrics, crop_bgr, parent)
        self._decision = decision
        self._name = name
        self._note = note
        self._zone = zone
        self._can_break = can_break and decision.direction is Direction.OUT
        self._state: CardState = "plain"
        self._undo_until_s = 0.0
        self._facts = FittedLabel(self, max_lines=3, tabular=True)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.row = ActionRow(self)
        self.row.pressed.connect(self._on_pressed)
        self._arrange()

    @property
    def state(self) -> CardState:
        """What the card is about now."""
        return self._state

    @property
    def facts_text(self) -> str:
        """The line below the pill."""
        return self._facts.text()

    @property
    def has_buttons(self) -> bool:
        """True while something can be pressed."""
        return self._state in {"open", "disputed"}

    @property
    def is_awaited(self) -> bool:
        """True while somebody may press something, or waits for what they pressed."""
        return self._state in {"open", "disputed", "busy"}

    @property
    def undo_left_s(self) -> int:
        """Whole seconds in which the event can still be taken back."""
        return max(0, math.ceil(self._undo_until_s - time.monotonic()))

    def open_undo(self, seconds: float) -> None:
        """Offer to take the event back for so long."""
        self._undo_until_s = time.monotonic() + seconds
        self.show_state("open")

    def show_state(self, state: CardState) -> None:
        """Say something else."""
        self._state = state
        self._arrange()

    def count_down(self) -> None:
        """Write the seconds that are left; without any, the buttons go."""
        if self._state == "open" and self.undo_left_s == 0:
            self.show_state("plain")
        elif self._state == "open":
            self._show_actions(self._metrics)

    def _arrange(self) -> None:
        state = self._state
        has_facts = bool(self._facts_words()[0])
        self._facts.setVisible(has_facts)
        self.row.setVisible(self.is_awaited)
        # A question needs the room; whose it is, is known to whoever pressed.
        is_only_question = self._form == "slim" and state == "disputed"
        self._title.setVisible(not is_only_question)
        self._pill.setVisible(not is_only_question)
        for part, is_wanted in ((self._facts, has_facts), (self.row, self.is_awaited)):
            if is_wanted and part not in self._extras:
                self._extras.append(part)
            elif not is_wanted and part in self._extras:
                self._extras.remove(part)
                self._grid.removeWidget(part)
        self._extras.sort(key=lambda part: part is self.row)
        super()._arrange()

    def _shown_extras(self) -> list[QWidget]:
        """Leave hours out of the small forms, but no question and no answer."""
        is_said = not self.is_small or self._state in {"disputed", "refused"}
        return [part for part in self._extras if is_said or part is self.row]

    def _show_words(self, metrics: KioskMetrics) -> None:
        decision = self._decision
        direction = decision.direction or Direction.IN
        is_over = self._state in {"disputed", "thanks"}
        self._title.setText(translate("kiosk", "Thank you") if is_over else self._name)
        if is_over or self._state == "undone":
            self._show_pill(self._over_text(), "undo", "muted")
        elif decision.kind is DecisionKind.ALREADY_IN:
            since = self._local(decision.since_utc or decision.at_utc)
            self._show_pill(already_text(direction).format(time=since), "clock", "accent")
        else:
            text = event_text(direction).format(time=self._local(decision.at_utc))
            arrival = ("arrow-in", "ok") if direction.is_arrival else ("arrow-out", "accent")
            self._show_pill(text, *arrival)
        words, role = self._facts_words()
        set_role(self._facts, role)
        self._facts.set_sizes(slim_text(metrics) if self.is_small else metrics.body, CARD_TEXT_SMALLEST)
        self._facts.setText(words)
        self._show_actions(metrics)
        self.setAccessibleName(", ".join(part for part in (self.title, self.pill_text, words) if part))

    def _show_pill(self, text: str, icon: str, tone: str) -> None:
        self._pill.show_words(text, icon, tone, self._metrics, is_slim=self._form == "slim")

    def _over_text(self) -> str:
        return translate("kiosk", "Undone") if self._state == "undone" else translate("kiosk", "Taken back")

    def _facts_words(self) -> tuple[str, str]:
        """Return the line below the pill and its role."""
        note = self._note
        if self._state == "disputed":
            return translate("kiosk", "May we keep this picture to learn from it?"), ""
        if self._state == "refused":
            return translate("kiosk", "That did not work. Please see reception."), "warn"
        if self._state in {"undone", "thanks"}:
            return "", "muted"
        if note.late_by_s >= 60:
            return late_text(note.late_by_s), "warn"
        if note.worked_s is not None and note.worked_s >= 60:
            return worked_text(note.worked_s), "muted"
        return "", "muted"

    def _show_actions(self, metrics: KioskMetrics) -> None:
        if self._state == "disputed":
            shown = [Action("yes", translate("kiosk", "Yes")), Action("no", translate("kiosk", "No"))]
        elif self._state in {"open", "busy"}:
            shown = [Action("dispute", translate("kiosk", "That's not me"))]
            if self.undo_left_s > 0:
                undo = translate("kiosk", "Undo ({seconds})").format(seconds=self.undo_left_s)
                shown.insert(0, Action("undo", undo))
            if self._can_break and self._form != "slim":  # there is room for the two that everybody must have
                shown.append(Action("break", translate("kiosk", "It's a break")))
        else:
            shown = []
        self.row.show_actions(shown, metrics)
        self.row.setEnabled(self._state != "busy")

    @Slot(str)
    def _on_pressed(self, key: str) -> None:
        self.acted.emit(self, key)

    def _local(self, at_utc: datetime) -> str:
        return f"{at_utc.astimezone(self._zone):%H:%M}"
