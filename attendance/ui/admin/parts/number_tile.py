"""Large numbers with their meaning beneath, in a row of cards."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role


class NumberTile(QFrame):
    """One number and what it counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.number = QLabel()
        set_role(self.number, "tile")
        self.meaning = QLabel()
        set_role(self.meaning, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_2, theme.SPACE_4, theme.SPACE_2)
        column.setSpacing(0)
        column.addWidget(self.number)
        column.addWidget(self.meaning)
        self._value: int | None = None
        self._words = self._words_of_one = ""

    def set_value(self, value: int | None) -> None:
        """Show a number; None shows that it is not known yet."""
        self._value = value
        self.number.setText("–" if value is None else QLocale().toString(value))
        self.meaning.setText(self._words_of_one if value == 1 else self._words)
        self.setAccessibleName(f"{self.meaning.text()}: {self.number.text()}")

    def set_meaning(self, words: str, words_of_one: str = "") -> None:
        """Say what is counted.

        Args:
            words: of several.
            words_of_one: of one, where that is said otherwise.
        """
        self._words, self._words_of_one = words, words_of_one or words
        self.set_value(self._value)
