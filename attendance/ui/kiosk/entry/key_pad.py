"""Large keys for fingers: ten digits, or letters as well."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics

translate = QCoreApplication.translate

BACK, DONE = "back", "done"
_DIGITS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), (BACK, "0", DONE))
_LETTERS = (tuple("1234567890"), tuple("QWERTYUIOP"), (*"ASDFGHJKL", "-"), (*"ZXCVBNM", "_", BACK, DONE))
_LEAST_WIDTH = theme.SPACE_8


class KeyPad(QWidget):
    """One grid of keys.

    Signals:
        pressed: the letter or digit, ``BACK`` or ``DONE``.
    """

    pressed = Signal(str)

    def __init__(self, *, has_letters: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys: dict[str, QPushButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for row, names in enumerate(_LETTERS if has_letters else _DIGITS):
            for column, name in enumerate(names):
                button = QPushButton(self)
                button.setProperty("key", name)
                button.setText("" if name in {BACK, DONE} else name)
                set_role(button, "confirm" if name == DONE else "outline")
                # A touch leaves no focus ring behind; the ring is for the keyboard.
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
                button.clicked.connect(self._on_clicked)
                self._grid.addWidget(button, row, column)
                self.keys[name] = button

    def refresh(self, metrics: KioskMetrics, *, gap: int) -> None:
        """Set sizes, colours and words anew."""
        t = theme.tokens()
        self._grid.setSpacing(gap)
        for button in self.keys.values():
            button.setFont(theme.font(metrics.body, weight=QFont.Weight.DemiBold, tabular=True))
            button.setMinimumSize(_LEAST_WIDTH, metrics.touch)
            button.setMaximumHeight(2 * metrics.touch)
            button.setIconSize(QSize(metrics.body, metrics.body))
        rows = self._grid.rowCount()
        self.setMaximumHeight(2 * rows * metrics.touch + (rows - 1) * gap)
        self.keys[BACK].setIcon(theme.icon("backspace", t.text))
        self.keys[BACK].setAccessibleName(translate("kiosk", "Delete the last digit"))
        self.keys[DONE].setIcon(theme.icon("check", t.on_accent))
        self.keys[DONE].setAccessibleName(translate("kiosk", "Done"))

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self.pressed.emit(button.property("key"))
