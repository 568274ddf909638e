"""Corrections and files of check-ins that wait for a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QLocale, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from attendance.core.event_imports import EventImport
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.day import OpenCorrection
from attendance.ui.admin.hours.decision_card import DecisionCard
from attendance.ui.admin.hours.words import correction_text, day_text, event_text, state_text
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.reasons import fixed_text
from attendance.ui.stylesheet import set_role

MAX_CARDS = 50
"""More are counted, and shown as those before them are decided."""


class CorrectionCard(DecisionCard):
    """One open correction."""

    def __init__(
        self, shown: OpenCorrection, services: AdminServices, hours_services: HoursServices, *, with_name: bool
    ) -> None:
        super().__init__()
        self.shown = shown
        self._services, self._hours_services, self._with_name = services, hours_services, with_name
        self.retranslate()

    @property
    def key(self) -> OpenCorrection:
        """What is shown."""
        return self.shown

    @property
    def is_own(self) -> bool:
        """True when the two-person rule keeps this account from approving it."""
        hours = self._hours_services
        return hours.two_person_rule and hours.corrections.may_have_asked(self.shown.correction, hours.account)

    @property
    def decide(self) -> tuple[Callable[[], object], Callable[[], object]]:
        """How to approve and how to reject it; for a worker."""
        service, by = self._hours_services.corrections, self._hours_services.account
        correction_id = self.shown.correction.correction_id
        return partial(service.approve, correction_id, by=by), partial(service.reject, correction_id, by=by)

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
        self.who.setText(by.format(name=correction.asked.shown, state=state_text(correction.state)))
        super().retranslate()

    def _name_of(self, person_id: int | None) -> str:
        if person_id is None:
            return translate("admin", "nobody")
        people: tuple[Person | None, ...] = (self.shown.person, self.shown.new_person)
        found = next((p for p in people if p is not None and p.id == person_id), None)
        return found.name if found is not None else translate("admin", "Erased person")


class ImportCard(DecisionCard):
    """One file of check-ins that waits."""

    def __init__(self, shown: EventImport, services: AdminServices, hours_services: HoursServices) -> None:
        super().__init__()
        self.shown = shown
        self._services, self._hours_services = services, hours_services
        self.retranslate()

    @property
    def key(self) -> EventImport:
        """What is shown."""
        return self.shown

    @property
    def is_own(self) -> bool:
        """True when the two-person rule keeps this account from approving it."""
        imports = self._hours_services.imports
        return self._hours_services.two_person_rule and imports is not None and imports.may_have_imported(self.shown)

    @property
    def decide(self) -> tuple[Callable[[], object], Callable[[], object]]:
        """How to approve and how to reject it; for a worker."""
        imports = self._hours_services.imports
        assert imports is not None
        return partial(imports.approve, self.shown.import_id), partial(imports.reject, self.shown.import_id)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        number, one = QLocale().toString, self.shown
        days = [day_text(at.astimezone(self._services.zone).date()) for at in (one.first_utc, one.last_utc) if at]
        what = translate("admin", "Check-ins from the file {file}: {count}, of people: {people} · {days}")
        shown = {"file": one.file_name, "count": number(one.events), "people": number(one.people)}
        self.what.setText(what.format(days=" – ".join(dict.fromkeys(days)), **shown))
        self.why.setText(translate("admin", "SHA-256 of the file: {digest}").format(digest=one.sha256))
        self.who.setText(translate("admin", "Imported by {name}").format(name=one.asked.shown))
        super().retranslate()


class OpenCorrections(QWidget):
    """A column of cards.

    Args:
        with_name: each card names the person.

    Signals:
        decided: the correction or import as it stands now.
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
        self.cards: list[DecisionCard] = []
        self._hidden = 0
        self.more = QLabel()
        set_role(self.more, "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_2)
        self._column.addWidget(self.more)
        self._say_more()

    def show_open(self, waiting: Sequence[OpenCorrection], imports: Sequence[EventImport] = ()) -> None:
        """Show these corrections and imports and no others."""
        every: list[OpenCorrection | EventImport] = [*imports, *waiting]
        self._hidden = max(0, len(every) - MAX_CARDS)
        wanted = every[:MAX_CARDS]
        if [card.key for card in self.cards] != wanted:
            for card in self.cards:
                self._column.removeWidget(card)
                card.deleteLater()
            self.cards = [self._card(one) for one in wanted]
        self._say_more()

    def _card(self, one: OpenCorrection | EventImport) -> DecisionCard:
        card: DecisionCard
        if isinstance(one, EventImport):
            card = ImportCard(one, self._services, self._hours_services)
        else:
            card = CorrectionCard(one, self._services, self._hours_services, with_name=self._with_name)
        approve, reject = card.decide
        card.approve_asked.connect(partial(self._decide, card, approve))
        card.reject_asked.connect(partial(self._decide, card, reject))
        self._column.insertWidget(self._column.count() - 1, card)
        return card

    def _decide(self, card: DecisionCard, work: Callable[[], object]) -> None:
        card.error.clear()
        card.set_busy(True)
        self._jobs.submit(work, self.decided.emit, partial(self._on_failed, card))

    def _on_failed(self, card: DecisionCard, error: Exception) -> None:
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
