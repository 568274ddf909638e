"""Sentences that stand where they belong: banners, inline notes and empty states."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.stylesheet import ICON_LARGE, TEXT_WIDTH
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role

Kind = Literal["info", "ok", "warn", "bad"]

_ICONS: dict[Kind, tuple[str, str]] = {
    "info": ("info", "text_muted"),
    "ok": ("check", "ok"),
    "warn": ("warning", "warn"),
    "bad": ("warning", "bad"),
}
_ROLES: dict[Kind, str] = {"info": "note", "ok": "note-ok", "warn": "banner", "bad": "note-bad"}


class Notice(QFrame):
    """An icon, a sentence, an optional hint and optional buttons; hidden while it has nothing to say.

    Args:
        is_narrow: True puts the buttons one below the other.
    """

    def __init__(self, parent: QWidget | None = None, *, is_narrow: bool = False) -> None:
        super().__init__(parent)
        # Below each other they would be as wide as the notice, which is no button any more on a large screen.
        self._side = Qt.AlignmentFlag.AlignLeft if is_narrow else Qt.AlignmentFlag(0)
        self._icon = QLabel()
        self.label = QLabel()
        self.hint = QLabel()
        set_role(self.hint, "muted")
        for label in (self.label, self.hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(theme.SPACE_1)
        words.addWidget(self.label)
        words.addWidget(self.hint)
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        self._buttons = QBoxLayout(direction)
        self._buttons.setSpacing(theme.SPACE_2)
        # Without the stretch an empty row has width 0 and squeezes the words.
        self._buttons.addStretch(1)
        words.addLayout(self._buttons)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_3, theme.SPACE_2)
        row.setSpacing(theme.SPACE_3)
        self._before = QVBoxLayout()
        self._before.setSpacing(theme.SPACE_2)
        self._before.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._before.addStretch(1)
        row.addLayout(self._before)
        row.addLayout(words, 1)
        self.hide()

    def add_beside(self, button: QAbstractButton) -> None:
        """Put a small button behind the sentence, on its line."""
        self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def add_picture(self, picture: QLabel) -> None:
        """Put a small picture under the icon, before the sentence."""
        self._before.insertWidget(self._before.count() - 1, picture)

    def add_button(self, button: QPushButton) -> None:
        """Put a button under the sentence."""
        self._buttons.insertWidget(self._buttons.count() - 1, button, 0, self._side)

    def say(self, text: str, *, hint: str = "", kind: Kind = "info") -> None:
        """Show a sentence; an empty one hides the notice."""
        set_role(self, _ROLES[kind])
        set_icon(self._icon, *_ICONS[kind])
        self.label.setText(text)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.setAccessibleName(f"{text} {hint}".strip())
        self.setVisible(bool(text))

    def say_error(self, error: BaseException) -> None:
        """Show what happened and what to do now."""
        text, hint = error_text(error)
        self.say(text, hint=hint, kind="bad")

    def clear(self) -> None:
        """Say nothing."""
        self.say("")


class EmptyState(QWidget):
    """What stands in place of a list without rows: an icon, why it is empty and the next step as buttons."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        set_icon(self._icon, icon, "text_muted", ICON_LARGE)
        self.title = QLabel()
        set_role(self.title, "heading")
        self.sentence = QLabel()
        set_role(self.sentence, "muted")
        for label in (self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setMaximumWidth(TEXT_WIDTH)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.SPACE_3)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE_3)
        column.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.sentence):
            centred = QHBoxLayout()
            centred.addStretch(1)
            centred.addWidget(label, 8)
            centred.addStretch(1)
            column.addLayout(centred)
        column.addLayout(self._buttons)
        column.addStretch(2)

    def set_picture(self, icon: str, token: str = "text_muted") -> None:
        """Change the icon."""
        set_icon(self._icon, icon, token, ICON_LARGE)

    def add_button(self, button: QPushButton) -> None:
        """Offer a next step."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def say(self, title: str, sentence: str = "") -> None:
        """Set both texts."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    def say_error(self, error: BaseException) -> None:
        """Show an error in place of the list."""
        self.set_picture("warning", "bad")
        self.say(*error_text(error))
