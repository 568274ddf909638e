"""The question when a face is already enrolled under another code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from attendance.errors.people import DuplicatePerson
from attendance.ui import theme
from attendance.ui.admin.parts.avatar import paint_avatar
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.plain_tip import plain_tip

_FACE = theme.SPACE_12
"""Edge of a face; a larger one would take the words their place at 800 x 480."""


class DuplicatePanel(Notice):
    """Shows both faces, names the other person and offers the two ways on.

    Signals:
        add_asked: code of the other person, who is to get these pictures.
        twins_asked: enrol as a person of their own all the same.
    """

    add_asked = Signal(str)
    twins_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, is_narrow=True)
        self._other: tuple[str, str] | None = None
        self.new_face, self.other_face = QLabel(), QLabel()
        for face in (self.new_face, self.other_face):
            face.setFixedSize(_FACE, _FACE)
            self.add_picture(face)
        self.add = QPushButton()
        self.twins = QPushButton()
        self.add_button(self.add)
        self.add_button(self.twins)
        self.add.clicked.connect(lambda: self.add_asked.emit(self._other[1] if self._other else ""))
        self.twins.clicked.connect(self.twins_asked)
        self._retranslate()

    def ask(self, error: DuplicatePerson, new_face: QImage | None) -> None:
        """Show the question.

        Args:
            error: names the other person.
            new_face: one of the new photographs.
        """
        name = str(error.facts["other_name"])
        self._other = (name, str(error.facts["other_code"]))
        self.new_face.setPixmap(paint_avatar("?", new_face, _FACE))
        self.other_face.setPixmap(paint_avatar(name, None, _FACE))
        self._retranslate()
        self.add.setFocus()

    def show_other(self, code: str, face: QImage | None) -> None:
        """Show a kept photograph of the other person; the initial stays where none is kept.

        Args:
            code: of the person it is of; a question that was answered meanwhile is left alone.
            face: the photograph.
        """
        if face is not None and self._other is not None and self._other[1] == code:
            self.other_face.setPixmap(paint_avatar(self._other[0], face, _FACE))

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
        self.twins.setText(translate("admin", "Different people: enrol"))
        self.new_face.setToolTip(translate("admin", "The new photograph"))
        self.other_face.setToolTip(plain_tip(name))
        self.other_face.setAccessibleName(name)
        if self._other is None:
            return
        self.say(
            translate("admin", "This face is already enrolled as {name} ({code}).").format(name=name, code=code),
            hint=translate("admin", "Is it the same person, or somebody who looks alike?"),
            kind="warn",
        )
