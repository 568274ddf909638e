"""One labelled input with the line beneath it that says what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role


class Field(QWidget):
    """Label, editor, and one line for an error or a remark.

    The label is the editor's buddy and accessible name, the line its accessible description.
    """

    def __init__(self, editor: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._label = QLabel()
        set_role(self._label, "caption")
        self._label.setBuddy(editor)
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_1)
        column.addWidget(self._label)
        column.addWidget(editor)
        column.addWidget(self.line)
        self.setFocusProxy(editor)

    @property
    def has_error(self) -> bool:
        """True while an error is shown."""
        return bool(self.editor.property("invalid"))

    def set_label(self, text: str) -> None:
        """Name the field."""
        self._label.setText(text)
        self.editor.setAccessibleName(text)

    def say_error(self, text: str) -> None:
        """Mark the field and say why; an empty text clears the mark."""
        self._say(text, is_error=bool(text))

    def say_remark(self, text: str) -> None:
        """Say something that is not an error."""
        self._say(text, is_error=False)

    def _say(self, text: str, *, is_error: bool) -> None:
        set_role(self.line, "error" if is_error else "caption")
        self.line.setText(f"⚠ {text}" if is_error else text)
        self.line.setVisible(bool(text))
        self.editor.setAccessibleDescription(text)
        if bool(self.editor.property("invalid")) != is_error:
            self.editor.setProperty("invalid", is_error)
            style = self.editor.style()
            style.unpolish(self.editor)
            style.polish(self.editor)
