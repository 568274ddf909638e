"""Something that waits for a decision, with its two buttons."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from attendance.ui import theme
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role


class DecisionCard(QFrame):
    """Base of the cards; what is shown is plain text.

    Signals:
        approve_asked: it is to count.
        reject_asked: it is not to count.
    """

    approve_asked = Signal()
    reject_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
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

    @property
    @abstractmethod
    def key(self) -> object:
        """What is shown; a card with an equal one is kept."""

    @property
    @abstractmethod
    def is_own(self) -> bool:
        """True when the two-person rule keeps this account from approving it."""

    @property
    @abstractmethod
    def decide(self) -> tuple[Callable[[], object], Callable[[], object]]:
        """How to approve and how to reject it; for a worker."""

    def set_busy(self, is_busy: bool) -> None:
        """Let nothing be pressed twice."""
        self.approve.setEnabled(not is_busy and not self.is_own)
        self.reject.setEnabled(not is_busy)

    def retranslate(self) -> None:
        """Set every text in the language now in use; the sub-class has set ``what``, ``why`` and ``who``."""
        self.own.setText(
            translate("admin", "You asked for this yourself: somebody else has to approve it.") if self.is_own else ""
        )
        self.own.setVisible(self.is_own)
        self.approve.setText(translate("admin", "Approve"))
        self.reject.setText(translate("admin", "Reject"))
        for button in (self.approve, self.reject):
            button.setAccessibleDescription(self.what.text())
        self.set_busy(False)
