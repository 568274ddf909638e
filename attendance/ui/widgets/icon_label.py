"""A label that shows one icon, sharp at any size and screen scale."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from attendance.ui import theme


class IconLabel(QLabel):
    """One icon of ``resources/icons``; decorative, the words beside it carry the meaning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def set_icon(self, name: str, colour: str, size_px: int) -> None:
        """Show another icon.

        Args:
            name: file name without ".svg".
            colour: "#RRGGBB".
            size_px: edge length in logical pixels.
        """
        self.setPixmap(theme.icon_pixmap(name, colour, size_px, self.devicePixelRatioF()))
        self.setFixedSize(size_px, size_px)
