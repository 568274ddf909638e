"""Erasing a person for good: the numbers first, then the code typed as confirmation."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from attendance.core.ports.door import CheckInLog
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.counts import kept_rows_text, photos_text, templates_text
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

# Wide enough for every row a log can hold; the port has no "all rows".
_FIRST_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_UTC = datetime(9999, 1, 1, tzinfo=UTC)


def count_events(log: CheckInLog, person_id: int) -> int:
    """Return how many attendance rows a person has; reads the whole log, for a worker thread."""
    return sum(event.person_id == person_id for event, _ in log.between(_FIRST_UTC, _LAST_UTC))


class ErasePanel(QFrame):
    """Says what will be lost, in numbers, and erases once the code was typed.

    Signals:
        erased: the person (as before) and the removed templates, removed photos and kept rows.
        cancelled: nothing was done.
    """

    erased = Signal(object, object)
    cancelled = Signal()

    def __init__(self, services: AdminServices, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "note-bad")
        self._services = services
        self._jobs = jobs
        self._person: Person | None = None
        self._rows: int | None = None
        icon = QLabel()
        set_icon(icon, "warning", "bad")
        self.sentence = QLabel()
        self.prompt = QLabel()
        for label in (self.sentence, self.prompt):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.code = QLineEdit()
        self.confirm = QPushButton()
        set_role(self.confirm, "danger")
        self.cancel = QPushButton()
        set_role(self.cancel, "quiet")
        self.error = Notice()
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_2)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.sentence, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.confirm)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        column.setSpacing(theme.SPACE_2)
        column.addLayout(top)
        column.addWidget(self.prompt)
        column.addWidget(self.code)
        column.addLayout(buttons)
        column.addWidget(self.error)
        self.code.textChanged.connect(self._on_typed)
        self.code.returnPressed.connect(self.confirm.click)
        self.confirm.clicked.connect(self._on_confirm)
        self.cancel.clicked.connect(self._on_cancel)
        self.retranslate()
        self.hide()

    def ask(self, person: Person) -> None:
        """Count what would be lost and ask."""
        self._person, self._rows = person, None
        self.code.clear()
        self.error.clear()
        self._say()
        self._on_typed()
        self.show()
        self.code.setFocus()
        self._jobs.submit(
            lambda: count_events(self._services.log, person.id),
            lambda rows: self._on_counted(person, rows),
            self.error.say_error,
        )

    def dismiss(self) -> None:
        """Hide the question."""
        self._person = None
        self.hide()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.confirm.setText(translate("admin", "Erase for good"))
        self.cancel.setText(translate("admin", "Cancel"))
        self.code.setAccessibleName(translate("admin", "Code of the person, as confirmation"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _say(self) -> None:
        person = self._person
        if person is None:
            return
        self.prompt.setText(translate("admin", "Type the code {code} to confirm.").format(code=person.code))
        self.sentence.setText(loss_text(person, self._rows))

    @Slot()
    def _on_typed(self) -> None:
        person = self._person
        # Without the number of rows the question is not complete yet.
        is_ready = person is not None and self._rows is not None and self.code.text().strip() == person.code
        self.confirm.setEnabled(is_ready)

    def _on_counted(self, person: Person, rows: int) -> None:
        if person is self._person:
            self._rows = rows
            self._say()
            self._on_typed()

    @Slot()
    def _on_confirm(self) -> None:
        person = self._person
        if person is None or not self.confirm.isEnabled():
            return
        self.confirm.setEnabled(False)
        self._jobs.submit(
            lambda: self._services.roster.erase(person.code),
            lambda counts: self.erased.emit(person, counts),
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self.error.say_error(error)
        self._on_typed()

    @Slot()
    def _on_cancel(self) -> None:
        self.dismiss()
        self.cancelled.emit()


def loss_text(person: Person, rows: int | None) -> str:
    """Return what erasing takes away and what it keeps, in numbers."""
    first = translate("admin", "This removes {templates} and {photos} of {name}.").format(
        templates=templates_text(person.template_count), photos=photos_text(person.crop_count), name=person.name
    )
    second = translate("admin", "Counting the attendance rows…") if rows is None else kept_rows_text(rows)
    return translate("admin", "{first} {second} It cannot be undone.").format(first=first, second=second)
