"""Lines of "what: value"."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.page import stacked
from attendance.ui.stylesheet import set_role


class FactForm(QFormLayout):
    """Facts that can be selected and copied.

    Args:
        is_narrow: True puts each value below its name.
    """

    def __init__(self, parent: QWidget | None = None, *, is_narrow: bool = False) -> None:
        super().__init__(parent)
        self.setHorizontalSpacing(theme.SPACE_4)
        self.setVerticalSpacing(theme.SPACE_2)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._is_narrow = is_narrow
        self.facts: list[tuple[str, str]] = []

    def say(self, facts: list[tuple[str, str]]) -> None:
        """Show these facts and no others."""
        self.facts = facts
        while self.rowCount():
            self.removeRow(0)
        for name, value in facts:
            label, text = QLabel(name), QLabel(value)
            set_role(label, "caption" if self._is_narrow else "muted")
            text.setWordWrap(True)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setAccessibleName(f"{name}: {value}")
            if self._is_narrow:
                self.addRow(stacked(label, text))
            else:
                self.addRow(label, text)
