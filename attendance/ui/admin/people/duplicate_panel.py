"""The question when a face is already enrolled under another code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from attendance.errors.people import DuplicatePerson
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate


class DuplicatePanel(Notice):
    """Names the other person and offers the two ways on.

    Signals:
        add_asked: code of the other person, who is to get these pictures.
        twins_asked: enrol as a person of their own all the same.
    """

    add_asked = Signal(str)
    twins_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, is_narrow=True)
        self._other: tuple[str, str] | None = None
        self.add = QPushButton()
        self.twins = QPushButton()
        self.add_button(self.add)
        self.add_button(self.twins)
        self.add.clicked.connect(lambda: self.add_asked.emit(self._other[1] if self._other else ""))
        self.twins.clicked.connect(self.twins_asked)
        self._retranslate()

    def ask(self, error: DuplicatePerson) -> None:
        """Show the question."""
        self._other = (str(error.facts["other_name"]), str(error.facts["other_code"]))
        self._retranslate()
        self.add.setFocus()

    def dismiss(self) -> None:
        """Take the question back."""
        self._other = None
        self.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        name, code = self._other or ("…", "…")
        self.add.setText(translate("admin", "Add to {name}").format(name=name))
        self.twins.setText(translate("admin", "Enrol anyway (twins)"))
        if self._other is None:
            return
        self.say(
            translate("admin", "This face is already enrolled as {name} ({code}).").format(name=name, code=code),
            hint=translate("admin", "Is it the same person, or somebody who looks alike?"),
            kind="warn",
        )
