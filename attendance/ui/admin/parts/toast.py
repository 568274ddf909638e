"""Short confirmations in the corner of the window, each with at most one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.stylesheet import TEXT_WIDTH
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

STAY_MS = 8000
"""How long a toast stays: long enough to read a sentence and reach its action (WCAG 2.2.1 asks for time to act;
nothing is lost with the toast, every action can also be done elsewhere)."""
MAX_SHOWN = 3


class Toast(QFrame):
    """One confirmation."""

    def __init__(self, text: str, action_text: str, action: Callable[[], None] | None, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "toast")
        self.setMaximumWidth(TEXT_WIDTH)
        icon = QLabel()
        set_icon(icon, "check", "ok")
        self.label = QLabel(text)
        self.label.setWordWrap(len(text) > 60)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_4, theme.SPACE_2, theme.SPACE_2, theme.SPACE_2)
        row.setSpacing(theme.SPACE_3)
        row.addWidget(icon)
        row.addWidget(self.label, 1)
        self.button: QPushButton | None = None
        if action is not None:
            self.button = QPushButton(action_text)
            self.button.clicked.connect(lambda: (self.close(), action()))
            row.addWidget(self.button)
        dismiss = QToolButton()
        set_role(dismiss, "quiet")
        set_icon(dismiss, "close", "text_muted")
        dismiss.setAccessibleName(translate("admin", "Dismiss"))
        dismiss.setToolTip(translate("admin", "Dismiss"))
        dismiss.clicked.connect(self.close)
        row.addWidget(dismiss)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(text)


class Toasts(QWidget):
    """Stack of toasts over the lower left corner of the pages, where no page has its main button."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_2)
        self._shown: list[Toast] = []
        parent.installEventFilter(self)
        self.hide()

    @property
    def shown(self) -> list[Toast]:
        """The toasts on screen, oldest first."""
        return list(self._shown)

    def show_text(self, text: str, action_text: str = "", action: Callable[[], None] | None = None) -> None:
        """Show one sentence for a while; `action` runs when its button is pressed."""
        while len(self._shown) >= MAX_SHOWN:
            self._shown[0].close()
        toast = Toast(text, action_text, action, self)
        toast.destroyed.connect(self._place)
        self._shown.append(toast)
        toast.installEventFilter(self)
        self._column.addWidget(toast, 0, Qt.AlignmentFlag.AlignLeft)
        QTimer.singleShot(STAY_MS, toast, toast.close)
        toast.show()
        self.show()
        self._place()

    def clear(self) -> None:
        """Take every toast away."""
        for toast in self.shown:
            toast.close()

    def changeEvent(self, event: QEvent) -> None:
        """Take the toasts away when the language changes: they were put together in the one before."""
        if event.type() == QEvent.Type.LanguageChange:
            self.clear()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size and forget closed toasts."""
        if event.type() == QEvent.Type.Close and watched in self._shown:
            self._shown.remove(watched)
            self._column.removeWidget(watched)
            self._place()
        elif event.type() == QEvent.Type.Resize and watched is self.parent():
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _place(self) -> None:
        self.setVisible(bool(self._shown))
        if not self._shown:
            return
        area = self.parentWidget()
        assert area is not None
        size = self._column.sizeHint()
        self.setGeometry(theme.SPACE_6, area.height() - size.height() - theme.SPACE_4, size.width(), size.height())
        self.raise_()
