"""Round photos of people, with the initial where no photo is kept."""

from __future__ import annotations

import threading

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QImage, QPainter, QPixmap

from attendance.core.ports.people import Roster
from attendance.core.types import ImageBgr
from attendance.ui import theme
from attendance.ui.admin.parts.stylesheet import AVATAR, AVATAR_LARGE

MAX_CROPS_READ = 3000
"""Crops looked at for thumbnails: each is decrypted from the database, and a large roster has tens of thousands.
People beyond that show their initial."""


def image_from_bgr(image_bgr: ImageBgr) -> QImage:
    """Return a (H, W, 3) uint8 BGR picture as a QImage that owns its pixels; any thread."""
    height, width = image_bgr.shape[:2]
    pixels = image_bgr.tobytes()
    return QImage(pixels, width, height, 3 * width, QImage.Format.Format_BGR888).copy()


def load_photos(roster: Roster, stop: threading.Event) -> dict[int, QImage]:
    """Return one small picture for each person with a kept crop; for a worker thread.

    Args:
        roster: where the crops are.
        stop: set from outside to give up early.
    """
    photos: dict[int, QImage] = {}
    edge = AVATAR_LARGE * 2  # sharp at 200 % scale
    for number, (person_id, crop_bgr) in enumerate(roster.iter_crops()):
        if stop.is_set() or number >= MAX_CROPS_READ:
            break
        if person_id not in photos:
            photos[person_id] = image_from_bgr(crop_bgr).scaled(
                edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
    return photos


def paint_avatar(name: str, photo: QImage | None, size_px: int) -> QPixmap:
    """Return a round picture: the photo, or the first character of the name on a quiet ground."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    pixmap = QPixmap(round(size_px * ratio), round(size_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    area = QRectF(0, 0, size_px, size_px)
    painter.setPen(Qt.PenStyle.NoPen)
    colours = theme.tokens()
    if photo is not None:
        brush = QBrush(photo)
        transform = brush.transform()
        transform.scale(size_px / photo.width(), size_px / photo.height())
        brush.setTransform(transform)
        painter.setBrush(brush)
        painter.drawEllipse(area)
    else:
        painter.setBrush(QColor(colours.tint(colours.accent, 0.18)))
        painter.drawEllipse(area)
        painter.setPen(QColor(colours.accent))
        painter.setFont(theme.font(round(size_px * 0.45), weight=theme.font(1).Weight.DemiBold))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name.strip()[:1].upper())
    painter.end()
    return pixmap


class Avatars:
    """Photos by person and the small pixmaps made from them, drawn once for each theme."""

    def __init__(self) -> None:
        self._photos: dict[int, QImage] = {}
        self._drawn: dict[tuple[int, str, str, int], QPixmap] = {}

    def add(self, photos: dict[int, QImage]) -> None:
        """Take over photos by person id."""
        self._photos.update(photos)
        self._drawn.clear()

    def pixmap(self, person_id: int, name: str, size_px: int = AVATAR) -> QPixmap:
        """Return the avatar of a person; window thread only."""
        photo = self._photos.get(person_id)
        # People without a photo share one drawing for each initial.
        key = (person_id if photo else 0, "" if photo else name.strip()[:1].upper(), theme.tokens().name, size_px)
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = paint_avatar(name, photo, size_px)
        return found
