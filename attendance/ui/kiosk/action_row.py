"""Touch buttons side by side, in as many rows as their words need."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics

_PADDING = 2 * (theme.SPACE_1 + theme.FOCUS_RING) + 2  # of the style sheet, and a little air; large words have more
TOUCH_WIDTH = theme.SPACE_12
"""A button may be as narrow as this; it is never less high than a touch target."""
BUTTON_TEXT_SMALLEST = 16
"""As small as the lower edge: buttons are read from an arm's length."""
CARD_TEXT_SMALLEST = 20
"""Lines on a card that asks something are read from there as well."""


@dataclass(frozen=True, slots=True)
class Action:
    """One button.

    Attributes:
        key: what ``pressed`` tells.
        role: "outline" or "confirm".
    """

    key: str
    text: str
    role: str = "outline"


class ActionRow(QWidget):
    """Buttons that share the width; words shrink first, then the buttons wrap.

    Signals:
        pressed: key of the button.
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        self._largest, self._smallest = theme.KIOSK_SMALLEST, BUTTON_TEXT_SMALLEST
        self._height = theme.TOUCH_TARGET
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_actions(self, actions: list[Action], metrics: KioskMetrics) -> None:
        """Show these buttons from left to right; a button whose key stays is kept, with its focus."""
        self._largest, self._smallest = metrics.body, max(BUTTON_TEXT_SMALLEST, metrics.caption)
        self._height = metrics.touch
        for key in [k for k in self.buttons if k not in {a.key for a in actions}]:
            gone = self.buttons.pop(key)
            gone.hide()
            gone.deleteLater()
        for action in actions:
            button = self.buttons.get(action.key) or self._made(action.key)
            set_role(button, action.role)
            button.setText(action.text)
            button.setAccessibleName(action.text)
        self.buttons = {a.key: self.buttons[a.key] for a in actions}
        self.updateGeometry()
        self._place()

    def hasHeightForWidth(self) -> bool:
        """Return True: narrower may need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows at a width."""
        rows = len(self._rows(width)[1])
        return rows * self._height + max(0, rows - 1) * theme.SPACE_2

    def sizeHint(self) -> QSize:
        """Return one row."""
        return QSize(theme.TOUCH_TARGET, self._height)

    def minimumSizeHint(self) -> QSize:
        """Return one row."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the buttons out anew."""
        self._place()

    def _made(self, key: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("key", key)
        # A touch leaves no focus ring behind; the ring is for the keyboard.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._on_clicked)
        button.show()
        self.buttons[key] = button
        return button

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self.pressed.emit(button.property("key"))

    def _rows(self, width: int) -> tuple[int, list[list[QPushButton]]]:
        """Return the text size, and the buttons row by row."""
        buttons = list(self.buttons.values())
        if not buttons:
            return self._largest, []
        for size in range(self._largest, self._smallest - 1, -1):
            if _needed(buttons, size) <= width:
                return size, [buttons]
        rows: list[list[QPushButton]] = []
        for button in buttons:
            if rows and _needed([*rows[-1], button], self._smallest) <= width:
                rows[-1].append(button)
            else:
                rows.append([button])
        return self._smallest, rows

    def _place(self) -> None:
        size, rows = self._rows(self.width())
        top = 0
        for row in rows:
            spare = max(0, self.width() - _needed(row, size)) // len(row)
            left = 0
            for number, button in enumerate(row):
                button.setFont(_font(size))
                is_last = number == len(row) - 1
                wide = self.width() - left if is_last else _width(button, size) + spare
                button.setGeometry(QRect(left, top, wide, self._height))
                left += wide + _gap(size)
            top += self._height + theme.SPACE_2


def _font(size: int) -> QFont:
    return theme.font(size, weight=QFont.Weight.DemiBold, tabular=True)


def _width(button: QPushButton, size: int) -> int:
    # With every digit as wide as the widest, a countdown does not move the buttons.
    words = round(QFontMetricsF(_font(size)).horizontalAdvance(button.text()))
    return max(TOUCH_WIDTH, words + max(_PADDING, size))


def _needed(buttons: list[QPushButton], size: int) -> int:
    return sum(_width(button, size) for button in buttons) + _gap(size) * (len(buttons) - 1)


def _gap(size: int) -> int:
    return max(theme.SPACE_2, size // 3)
