"""A small photograph with rounded corners, or a person's outline where there is none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from attendance.core.types import ImageBgr
from attendance.ui import theme
from attendance.ui.picture import to_qimage


class Photo(QWidget):
    """Shows one face crop; decorative, the name beside it says who it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._icon = "person"

    def show_crop(self, crop_bgr: ImageBgr | None) -> None:
        """Show a crop.

        Args:
            crop_bgr: (H, W, 3) uint8 BGR, copied; None shows the icon.
        """
        self._image = QImage() if crop_bgr is None else to_qimage(crop_bgr)
        self.update()

    def set_size(self, edge_px: int) -> None:
        """Set the edge length in logical pixels."""
        self.setFixedSize(edge_px, edge_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the crop or the icon in a rounded square."""
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        painter.fillPath(path, QColor(theme.mix(t.surface, t.text_muted, 0.16)))
        if self._image.isNull():
            edge = self.width() * 3 // 5
            mark = theme.icon_pixmap(self._icon, t.text_muted, edge, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - edge) // 2, (self.height() - edge) // 2, mark)
            return
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.drawImage(QRectF(self.rect()), self._image)
