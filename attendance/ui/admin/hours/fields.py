"""Fields of times and minutes that look like the other fields."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from attendance.ui import theme


def inset(edit: QAbstractSpinBox) -> None:
    """Move the text of a field away from its edge; a style sheet does not reach it."""
    inner = edit.findChild(QLineEdit)
    if isinstance(inner, QLineEdit):
        inner.setTextMargins(theme.SPACE_3, 0, theme.SPACE_1, 0)
