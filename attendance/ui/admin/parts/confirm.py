"""One question before something that cannot be taken back at once: what will happen, and the answers, in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """A second answer to a question.

    Attributes:
        text: returns the text of its button.
        action: done when it was chosen.
    """

    text: Callable[[], str]
    action: Callable[[], None]


class ConfirmPanel(QFrame):
    """Hidden until something is asked; the texts are functions, so that a question survives a change of language.

    Args:
        is_narrow: True puts the buttons one below the other, as it is with three of them anyway.

    Signals:
        changed: a question stands, or does no more.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_narrow: bool = False) -> None:
        super().__init__(parent)
        set_role(self, "banner")
        icon = QLabel()
        set_icon(icon, "warning", "warn")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.confirm, self.other, self.cancel = QPushButton(), QPushButton(), QPushButton()
        set_role(self.confirm, "primary")
        set_role(self.cancel, "quiet")
        self._question: Callable[[], tuple[str, str]] | None = None
        self._action: Callable[[], None] | None = None
        self._other: OtherAnswer | None = None
        self._is_narrow = is_narrow
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(theme.SPACE_2)
        for button in (self.confirm, self.other, self.cancel):
            if is_narrow:
                self._buttons.addWidget(button)
            else:
                self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(theme.SPACE_2)
        words.addWidget(self.sentence)
        words.addLayout(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        row.setSpacing(theme.SPACE_3)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.confirm.clicked.connect(lambda: self._answer(self._action))
        self.other.clicked.connect(lambda: self._answer(self._other.action if self._other else None))
        self.cancel.clicked.connect(self.dismiss)
        self.hide()

    @property
    def is_asking(self) -> bool:
        """True while a question stands."""
        return self._action is not None

    def ask(
        self,
        question: Callable[[], tuple[str, str]],
        action: Callable[[], None],
        other: OtherAnswer | None = None,
    ) -> None:
        """Ask.

        Args:
            question: returns the sentence and the text of the button that confirms.
            action: done once it was confirmed.
            other: what else can be answered, besides "no".
        """
        self._question, self._action, self._other = question, action, other
        self.retranslate()
        self.show()
        self.cancel.setFocus()
        self.changed.emit()
        QTimer.singleShot(0, self, self._come_into_view)  # when it has its place

    @Slot()
    def dismiss(self) -> None:
        """Ask nothing any more."""
        self._question = self._action = self._other = None
        self.hide()
        self.changed.emit()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.cancel.setText(translate("admin", "Cancel"))
        if self._question is not None:
            sentence, confirm = self._question()
            self.sentence.setText(sentence)
            self.confirm.setText(confirm)
            self.setAccessibleName(sentence)
        is_stacked = self._is_narrow or self._other is not None
        direction = QBoxLayout.Direction.TopToBottom if is_stacked else QBoxLayout.Direction.LeftToRight
        self._buttons.setDirection(direction)
        self.other.setVisible(self._other is not None)
        if self._other is not None:
            self.other.setText(self._other.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "no"; everything else is Qt's."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _come_into_view(self) -> None:
        """Scroll to the question: in a small window it may stand below what is seen."""
        part = self.parentWidget()
        while part is not None:
            if isinstance(part, QScrollArea):
                part.ensureWidgetVisible(self)
            part = part.parentWidget()

    def _answer(self, action: Callable[[], None] | None) -> None:
        self.dismiss()
        if action is not None:
            action()
