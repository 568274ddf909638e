"""PIN and badge of a person, or badges of several."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from attendance.core.credentials.records import Badge, PinState
from attendance.core.recognition.unknown_people import first_people
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import choose_new_file
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.reasons import shown
from attendance.ui.stylesheet import set_role


class WayInPanel(QFrame):
    """Says whether there is a PIN and how many badges, sets and takes away.

    Signals:
        printed: names of the people, and the file.
    """

    printed = Signal(object, object)

    def __init__(self, services: AdminServices, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._people: list[Person] = []
        self._pin: PinState | None = None
        self._badges: list[Badge] = []
        self._look_alikes: list[Person] = []
        self._is_known = False
        self._shown_pin = ""
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.facts = QLabel()
        set_role(self.facts, "muted")
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.look_alikes = Notice()
        self.new_pin = Notice()
        self.set_pin = QPushButton()
        set_icon(self.set_pin, "keypad")
        self.remove_pin = QPushButton()
        self.print_badges = QPushButton()
        set_icon(self.print_badges, "download")
        self.revoke = QPushButton()
        self.error = Notice()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_2)
        column.addWidget(self.heading)
        column.addWidget(self.facts)
        column.addWidget(self.look_alikes)
        column.addWidget(self.new_pin)
        for part in (self.set_pin, self.remove_pin, self.print_badges, self.revoke, self.error):
            column.addWidget(part)
        self.set_pin.clicked.connect(self._on_set_pin)
        self.remove_pin.clicked.connect(self._on_remove_pin)
        self.print_badges.clicked.connect(self._on_print)
        self.revoke.clicked.connect(self._on_revoke)
        self.retranslate()

    def show_people(self, people: list[Person]) -> None:
        """Show one person's PIN and badges, or offer badges for several."""
        self._people = list(people)
        self._pin, self._badges, self._look_alikes, self._is_known = None, [], [], False
        self._shown_pin = ""
        self.error.clear()
        self.retranslate()
        self._load()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        is_one = len(self._people) == 1
        self.setVisible(self._services.credentials is not None and bool(self._people))
        self.heading.setText(translate("admin", "PIN and badge"))
        self.facts.setText(self._facts() if is_one else "")
        self.facts.setVisible(is_one)
        self.set_pin.setText(
            translate("admin", "Set a PIN") if self._pin is None else translate("admin", "Reset the PIN")
        )
        self.remove_pin.setText(translate("admin", "Remove the PIN"))
        self.print_badges.setText(
            translate("admin", "Print a badge…") if is_one else translate("admin", "Print badges…")
        )
        self.print_badges.setToolTip(translate("admin", "Earlier badges are no longer valid then."))
        self.revoke.setText(translate("admin", "Revoke badges"))
        for button in (self.set_pin, self.remove_pin, self.revoke):
            button.setVisible(is_one)
        for button in (self.set_pin, self.print_badges):
            button.setEnabled(self._is_known or not is_one)
        self.remove_pin.setEnabled(self._pin is not None)
        self.revoke.setEnabled(bool(self._good()))
        self.look_alikes.say(self._look_alike_text(), kind="info" if self._pin is not None else "warn")
        if self._shown_pin:
            self.new_pin.say(
                translate("admin", "PIN {pin}").format(pin=self._shown_pin),
                hint=translate(
                    "admin", "Hand it over now: it is not shown again. The door asks for another one at its first use."
                ),
                kind="ok",
            )
        else:
            self.new_pin.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _good(self) -> list[Badge]:
        return [badge for badge in self._badges if badge.revoked_utc is None]

    def _facts(self) -> str:
        if not self._is_known:
            return ""
        count = len(self._good())
        if count == 0:
            badges = translate("admin", "no badge")
        elif count == 1:
            badges = translate("admin", "1 badge")
        else:
            badges = translate("admin", "{count} badges").format(count=QLocale().toString(count))
        return f"{self._pin_text()} · {badges}"

    def _look_alike_text(self) -> str:
        if not self._look_alikes:
            return ""
        names = shown(first_people(self._look_alikes))
        return translate("admin", "Looks like {names}: the door asks for the PIN after the face.").format(names=names)

    def _pin_text(self) -> str:
        pin = self._pin
        if pin is None:
            return translate("admin", "No PIN")
        until = pin.blocked_until_utc
        if until is not None and until > self._services.clock.now_utc():
            return translate("admin", "PIN paused until {time} after wrong tries").format(time=self._time(until))
        if pin.must_change:
            return translate("admin", "Temporary PIN, not used yet")
        return translate("admin", "PIN set by the person")

    def _time(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._services.zone):%H:%M}"

    # --- work ----------------------------------------------------------------------------------------

    def _load(self) -> None:
        credentials = self._services.credentials
        if credentials is None or len(self._people) != 1:
            return
        person = self._people[0]
        self._jobs.submit(
            lambda: (
                credentials.pins.state(person.code),
                credentials.badges.of(person.code),
                list(credentials.look_alikes(person)),
            ),
            lambda found: self._on_loaded(person, found),
            self.error.say_error,
        )

    def _on_loaded(self, person: Person, found: tuple[PinState | None, list[Badge], list[Person]]) -> None:
        if self._people == [person]:
            self._pin, self._badges, self._look_alikes = found
            self._is_known = True
            self.retranslate()

    @Slot()
    def _on_set_pin(self) -> None:
        credentials = self._services.credentials
        if credentials is None or len(self._people) != 1:
            return
        person = self._people[0]
        self.set_pin.setEnabled(False)
        self._jobs.submit(
            lambda: credentials.pins.set_temporary(person.code), lambda pin: self._on_pin_set(person, pin), self._failed
        )

    def _on_pin_set(self, person: Person, pin: str) -> None:
        if self._people == [person]:
            self._shown_pin = pin
            self.error.clear()
            self._load()

    @Slot()
    def _on_remove_pin(self) -> None:
        credentials = self._services.credentials
        if credentials is None or len(self._people) != 1:
            return
        code = self._people[0].code
        self._shown_pin = ""
        self._jobs.submit(lambda: credentials.pins.remove(code), lambda _: self._load(), self._failed)

    @Slot()
    def _on_revoke(self) -> None:
        credentials = self._services.credentials
        if credentials is None or len(self._people) != 1:
            return
        code = self._people[0].code
        self._jobs.submit(lambda: credentials.badges.revoke(code), lambda _: self._load(), self._failed)

    @Slot()
    def _on_print(self) -> None:
        people = list(self._people)
        name = f"badge-{people[0].code}.pdf" if len(people) == 1 else "badges.pdf"
        choose_new_file(
            self,
            translate("admin", "Print badges"),
            lambda path: self.print_to(people, path),
            name="".join(c if c.isalnum() or c in "-_." else "_" for c in name),
            start="",
            filters=[translate("admin", "PDF files (*.pdf)")],
        )

    def print_to(self, people: list[Person], path: Path) -> None:
        """Write new badges of people into a file."""
        credentials = self._services.credentials
        if credentials is None:
            return
        self.error.clear()
        self._jobs.submit(
            lambda: credentials.badges.print([person.code for person in people], path),
            lambda printed: self._on_printed(printed, path),
            self._failed,
        )

    def _on_printed(self, people: list[Person], path: Path) -> None:
        self.printed.emit([person.name for person in people], path)
        self._load()

    def _failed(self, error: Exception) -> None:
        self.error.say_error(error)
        self.retranslate()
