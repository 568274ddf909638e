"""The picture with the guidance line along its lower edge."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from attendance.ui.camera_view import CameraView
from attendance.ui.kiosk.guidance import GuidanceLine, place
from attendance.ui.theme import KioskMetrics


class CameraArea(QWidget):
    """Keeps the preview filling the area and the guidance line on top of it."""

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = CameraView(self)
        self.guidance = GuidanceLine(metrics, self)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self.guidance.refresh(metrics)
        place(self.guidance, self)
        self.camera.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the area."""
        self.camera.setGeometry(self.rect())
        place(self.guidance, self)
        self.guidance.raise_()
