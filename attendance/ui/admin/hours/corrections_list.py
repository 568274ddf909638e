"""Corrections that wait for a decision, each with its two buttons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QLocale, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from attendance.core.corrections import Correction
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.day import OpenCorrection
from attendance.ui.admin.hours.words import correction_text, event_text, state_text
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.reasons import fixed_text
from attendance.ui.stylesheet import set_role

MAX_CARDS = 50
"""More are counted, and shown as those before them are decided."""


class CorrectionCard(QFrame):
    """One open correction.

    Signals:
        approve_asked: it is to count.
        reject_asked: it is not to count.
    """

    approve_asked = Signal()
    reject_asked = Signal()

    def __init__(
        self, shown: OpenCorrection, services: AdminServices, hours_services: HoursServices, *, with_name: bool
    ) -> None:
        super().__init__()
        self.shown = shown
        self._services, self._hours_services, self._with_name = services, hours_services, with_name
        set_role(self, "note")
        self.what, self.why, self.who, self.own = QLabel(), QLabel(), QLabel(), QLabel()
        set_role(self.who, "caption")
        set_role(self.own, "warn")
        self.approve, self.reject = QPushButton(), QPushButton()
        set_role(self.reject, "quiet")
        self.error = Notice(is_narrow=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_3, theme.SPACE_2)
        column.setSpacing(theme.SPACE_1)
        for label in (self.what, self.why, self.who, self.own):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(self.approve)
        buttons.addWidget(self.reject)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.error)
        self.approve.clicked.connect(self.approve_asked)
        self.reject.clicked.connect(self.reject_asked)
        self.retranslate()

    @property
    def is_own(self) -> bool:
        """True when the two-person rule keeps this account from approving it."""
        asked = self.shown.correction.requested_by
        return self._hours_services.two_person_rule and _folded(asked) == _folded(self._hours_services.account)

    def set_busy(self, is_busy: bool) -> None:
        """Let nothing be pressed twice."""
        self.approve.setEnabled(not is_busy and not self.is_own)
        self.reject.setEnabled(not is_busy)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        correction, zone = self.shown.correction, self._services.zone
        before = self.shown.before
        before_text = event_text(before.at_utc, before.direction, zone) if before is not None else ""
        what = correction_text(correction, zone, self._name_of, before_text)
        name = self._name_of(correction.person_id) if self._with_name else ""
        self.what.setText(f"{name} · {what}" if name else what)
        self.why.setText(translate("admin", "“{reason}”").format(reason=fixed_text(correction.reason)))
        by = translate("admin", "Asked by {name} · {state}")
        self.who.setText(by.format(name=correction.requested_by, state=state_text(correction.state)))
        self.own.setText(
            translate("admin", "You asked for this yourself: somebody else has to approve it.") if self.is_own else ""
        )
        self.own.setVisible(self.is_own)
        self.approve.setText(translate("admin", "Approve"))
        self.reject.setText(translate("admin", "Reject"))
        for button in (self.approve, self.reject):
            button.setAccessibleDescription(self.what.text())
        self.set_busy(False)

    def _name_of(self, person_id: int | None) -> str:
        if person_id is None:
            return translate("admin", "nobody")
        people: tuple[Person | None, ...] = (self.shown.person, self.shown.new_person)
        found = next((p for p in people if p is not None and p.id == person_id), None)
        return found.name if found is not None else translate("admin", "Erased person")


class OpenCorrections(QWidget):
    """A column of cards.

    Args:
        with_name: each card names the person.

    Signals:
        decided: the correction as it stands now.
    """

    decided = Signal(object)

    def __init__(
        self,
        services: AdminServices,
        hours_services: HoursServices,
        jobs: Jobs,
        *,
        with_name: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._hours_services, self._jobs, self._with_name = services, hours_services, jobs, with_name
        self.cards: list[CorrectionCard] = []
        self._hidden = 0
        self.more = QLabel()
        set_role(self.more, "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_2)
        self._column.addWidget(self.more)
        self._say_more()

    def show_open(self, waiting: Sequence[OpenCorrection]) -> None:
        """Show these corrections and no others."""
        self._hidden = max(0, len(waiting) - MAX_CARDS)
        wanted = list(waiting[:MAX_CARDS])
        if [card.shown for card in self.cards] != wanted:
            for card in self.cards:
                self._column.removeWidget(card)
                card.deleteLater()
            self.cards = [self._card(one) for one in wanted]
        self._say_more()

    def _card(self, one: OpenCorrection) -> CorrectionCard:
        card = CorrectionCard(one, self._services, self._hours_services, with_name=self._with_name)
        service, by, correction_id = (
            self._hours_services.corrections,
            self._hours_services.account,
            one.correction.correction_id,
        )
        card.approve_asked.connect(partial(self._decide, card, partial(service.approve, correction_id, by=by)))
        card.reject_asked.connect(partial(self._decide, card, partial(service.reject, correction_id, by=by)))
        self._column.insertWidget(self._column.count() - 1, card)
        return card

    def _decide(self, card: CorrectionCard, work: partial[Correction]) -> None:
        card.error.clear()
        card.set_busy(True)
        self._jobs.submit(work, self.decided.emit, partial(self._on_failed, card))

    def _on_failed(self, card: CorrectionCard, error: Exception) -> None:
        if card in self.cards:  # others may be shown by now
            card.set_busy(False)
            card.error.say_error(error)

    def _say_more(self) -> None:
        text = translate("admin", "{count} more wait.").format(count=QLocale().toString(self._hidden))
        self.more.setText(text)
        self.more.setVisible(self._hidden > 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            for card in self.cards:
                card.retranslate()
            self._say_more()
        super().changeEvent(event)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
