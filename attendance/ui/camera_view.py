"""The live picture, mirrored like a looking-glass, with an outline around each face."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from attendance.core.types import DecisionKind, FaceView, FrameResult, ImageBgr
from attendance.ui import theme
from attendance.ui.motion import motion_ms
from attendance.ui.picture import to_qimage

# Share of the way to its target that an outline moves with each picture: at 30 pictures a second it arrives in
# about 0.1 s, which hides the steps of the slower recognition without trailing behind.
_FOLLOW = 0.5
# The outline is larger than the detector's box, which cuts off hair and chin.
_ROOM = 0.14
# Words above an outline may be so much wider than it: two people side by side stand about two faces apart.
_TAG_SHARE = 1.4


class CameraView(QWidget):
    """Paints the newest frame, filling the widget, and the outlines of the last result.

    Args:
        corner_px: radius of the rounded corners; 0 paints square ones.
    """

    def __init__(self, parent: QWidget | None = None, *, corner_px: int = theme.RADIUS_CARD) -> None:
        super().__init__(parent)
        self._corner_px = corner_px
        self._image = QImage()
        self._placeholder = "camera"
        self._faces: tuple[FaceView, ...] = ()
        self._kinds: dict[int, DecisionKind | None] = {}
        self._result_wh = (1, 1)
        self._shown: dict[int, tuple[QRectF, float]] = {}
        self._tags: dict[int, str] = {}
        self._tag_px = theme.SPACE_4
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        """Return a small 4:3 picture; layouts give it more."""
        return QSize(320, 240)

    @property
    def has_picture(self) -> bool:
        """True once a frame was shown and not cleared since."""
        return not self._image.isNull()

    def show_frame(self, image_bgr: ImageBgr) -> None:
        """Paint another frame.

        Args:
            image_bgr: (H, W, 3) uint8 BGR; copied, so the caller may reuse it.
        """
        # Scaling a 32-bit picture takes less than half the time of scaling a 24-bit one (1.9 ms, not 4.5 ms).
        self._image = to_qimage(image_bgr).convertToFormat(QImage.Format.Format_RGB32)
        self._advance()
        self.update()

    def set_faces(self, result: FrameResult) -> None:
        """Outline the faces of a result; the outlines glide there with the next frames."""
        self._result_wh = result.size_wh
        self._faces = result.faces
        self._kinds = {face.track_id: _kind_of(face, result) for face in result.faces}
        if not self.has_picture or motion_ms() == 0:
            self._shown = {face.track_id: (_box(face), face.progress) for face in result.faces}
            self.update()

    def set_tags(self, tags: Mapping[int, str], size_px: int) -> None:
        """Write words above outlines.

        Args:
            tags: words by track id; "" writes none.
            size_px: of the letters, logical pixels.
        """
        wanted = {track_id: words for track_id, words in tags.items() if words}
        if (wanted, size_px) != (self._tags, self._tag_px):
            self._tags, self._tag_px = wanted, size_px
            self.update()

    def tag(self, track_id: int) -> str:
        """Return the words at a face, "" when there are none."""
        return self._tags.get(track_id, "") if track_id in self._shown else ""

    def clear(self, placeholder: str = "camera") -> None:
        """Show no picture but an icon, by its name in ``resources/icons``."""
        self._image = QImage()
        self._faces = ()
        self._shown = {}
        self._placeholder = placeholder
        self.update()

    def outline_rect(self, track_id: int) -> QRectF | None:
        """Return where the outline of a face is now, in widget coordinates; None when it is not shown."""
        shown = self._shown.get(track_id)
        return None if shown is None else self._to_widget(shown[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture, outlines and rounded corners."""
        painter = QPainter(self)
        if self.has_picture:
            self._paint_picture(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.save()
            painter.setClipRect(self.rect())
            for face in self._faces:
                self._paint_outline(painter, face)
            for face in self._faces:
                self._paint_tag(painter, face.track_id)
            painter.restore()
        else:
            self._paint_placeholder(painter)
        self._paint_corners(painter)

    def _paint_picture(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(self.width(), 0)
        painter.scale(-1, 1)
        painter.drawImage(QRectF(self.rect()), self._image, self._visible_part())
        painter.restore()

    def _visible_part(self) -> QRectF:
        """Return the middle part of the picture that has the widget's aspect ratio, in picture pixels."""
        width, height = self._image.width(), self._image.height()
        scale = max(self.width() / width, self.height() / height)
        seen_w, seen_h = self.width() / scale, self.height() / scale
        return QRectF((width - seen_w) / 2, (height - seen_h) / 2, seen_w, seen_h)

    def _to_widget(self, box: QRectF) -> QRectF:
        """Map a box in pixels of the result's picture to the mirrored widget."""
        if not self.has_picture:
            return QRectF()
        part = self._visible_part()
        scale = self.width() / part.width()
        share = self._image.width() / self._result_wh[0]
        left = (box.left() * share - part.left()) * scale
        top = (box.top() * share - part.top()) * scale
        width, height = box.width() * share * scale, box.height() * share * scale
        return QRectF(self.width() - left - width, top, width, height)

    def _advance(self) -> None:
        """Move every outline towards its face; new faces start in place, gone ones vanish."""
        moved = {}
        for face in self._faces:
            target, progress = _box(face), face.progress
            before = self._shown.get(face.track_id)
            if before is not None and motion_ms() > 0:
                target = _between(before[0], target)
                progress = before[1] + (progress - before[1]) * _FOLLOW
            moved[face.track_id] = (target, progress)
        self._shown = moved

    def _paint_outline(self, painter: QPainter, face: FaceView) -> None:
        shown = self._shown.get(face.track_id)
        if shown is None:
            return
        box, progress = self._to_widget(shown[0]), shown[1]
        edge = min(box.width(), box.height())
        if edge < 2:
            return
        thick = max(3.0, min(self.width(), self.height()) * 0.008)
        radius = edge * 0.22
        colour = QColor(outline_colour(self._kinds[face.track_id]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A dark line below keeps the bright one visible on a bright wall, and the other way round.
        brackets = _brackets(box, radius)
        for pen_colour, width in ((theme.alpha(theme.DARK.bg, 0.55), thick * 2), (colour, thick)):
            painter.setPen(QPen(pen_colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(brackets)
        self._paint_ring(painter, box.adjusted(-2 * thick, -2 * thick, 2 * thick, 2 * thick), radius, colour, progress)

    def _paint_tag(self, painter: QPainter, track_id: int) -> None:
        outline, words = self.outline_rect(track_id), self.tag(track_id)
        if outline is None or not words:
            return
        font = theme.font(self._tag_px, weight=QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        padding = self._tag_px / 2
        widest = min(self.width() - 2 * padding, max(outline.width() * _TAG_SHARE, self._tag_px * 8)) - 2 * padding
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, widest)
        width, height = metrics.horizontalAdvance(shown) + 2 * padding, metrics.height() + padding / 2
        left = min(max(outline.center().x() - width / 2, 0.0), self.width() - width)
        top = max(outline.top() - height - padding, padding / 2)
        area = QRectF(left, top, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.DARK.bg))
        painter.drawRoundedRect(area, theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        painter.setPen(QColor(theme.DARK.text))
        painter.setFont(font)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_ring(self, painter: QPainter, box: QRectF, radius: float, colour: QColor, progress: float) -> None:
        thin = max(2.0, min(self.width(), self.height()) * 0.004)
        ring = _ring(box, radius * 1.1)
        painter.setPen(QPen(theme.alpha(theme.DARK.text, 0.30), thin))
        painter.drawPath(ring)
        if progress <= 0:
            return
        pen = QPen(colour, thin * 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        if progress < 0.995:
            # Dash lengths count in pen widths: one dash as long as the finished part, then a gap past the end.
            length = ring.length() / pen.widthF()
            pen.setDashPattern([length * progress, length])
        painter.setPen(pen)
        painter.drawPath(ring)

    def _paint_placeholder(self, painter: QPainter) -> None:
        t = theme.tokens()
        painter.fillRect(self.rect(), QColor(t.surface))
        edge = max(theme.SPACE_12, min(self.width(), self.height()) // 5)
        mark = theme.icon_pixmap(self._placeholder, t.text_muted, edge, self.devicePixelRatioF())
        # Above the middle: the sentence that explains it covers the lower part.
        painter.drawPixmap(QPointF((self.width() - edge) / 2, self.height() * 0.38 - edge / 2), mark)

    def _paint_corners(self, painter: QPainter) -> None:
        """Cover the corners with the background: far cheaper than clipping the picture."""
        if self._corner_px <= 0:
            return
        whole, rounded = QPainterPath(), QPainterPath()
        whole.addRect(QRectF(self.rect()))
        rounded.addRoundedRect(QRectF(self.rect()), self._corner_px, self._corner_px)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(whole.subtracted(rounded), QColor(theme.tokens().bg))


def outline_colour(state: DecisionKind | None) -> str:
    """Return the colour of what a face's track came to; words and icon beside it say the same."""
    t = theme.DARK  # over a photograph the bright set is the visible one in either theme
    if state is None:
        return t.accent
    if state in {DecisionKind.WELCOME, DecisionKind.ALREADY_IN, DecisionKind.CHOOSE}:
        return t.ok
    if state in {DecisionKind.UNKNOWN, DecisionKind.NOT_LIVE}:
        return t.text
    return t.bad if state is DecisionKind.CAMERA_LOST else t.warn


def _kind_of(face: FaceView, result: FrameResult) -> DecisionKind | None:
    """Return what the colour says: the face's own, else the guidance, which is for everybody or the nearest."""
    if face.state is not None or result.guidance is None:
        return face.state
    is_meant = result.guidance is DecisionKind.SEVERAL_FACES or face is max(result.faces, key=_area)
    return result.guidance if is_meant else None


def _area(face: FaceView) -> float:
    left, top, right, bottom = (float(v) for v in face.box_xyxy_px)
    return (right - left) * (bottom - top)


def _box(face: FaceView) -> QRectF:
    left, top, right, bottom = (float(v) for v in face.box_xyxy_px)
    room_x, room_y = (right - left) * _ROOM, (bottom - top) * _ROOM
    return QRectF(left - room_x, top - room_y, right - left + 2 * room_x, bottom - top + 2 * room_y)


def _between(a: QRectF, b: QRectF) -> QRectF:
    def mid(x: float, y: float) -> float:
        return x + (y - x) * _FOLLOW

    return QRectF(mid(a.x(), b.x()), mid(a.y(), b.y()), mid(a.width(), b.width()), mid(a.height(), b.height()))


def _brackets(box: QRectF, radius: float) -> QPainterPath:
    """Return four rounded corners with short arms."""
    arm = radius * 0.7
    path = QPainterPath()
    # Corner point, then unit steps along x and y into the box.
    corners = (
        (box.topLeft(), 1, 1),
        (box.topRight(), -1, 1),
        (box.bottomRight(), -1, -1),
        (box.bottomLeft(), 1, -1),
    )
    for corner, right, down in corners:
        x, y = corner.x(), corner.y()
        path.moveTo(x, y + down * (radius + arm))
        path.lineTo(x, y + down * radius)
        path.quadTo(x, y, x + right * radius, y)
        path.lineTo(x + right * (radius + arm), y)
    return path


def _ring(box: QRectF, radius: float) -> QPainterPath:
    """Return a closed rounded rectangle that starts at the top middle and runs clockwise."""
    r = min(radius, box.width() / 2, box.height() / 2)
    path = QPainterPath(QPointF(box.center().x(), box.top()))
    turns = (
        (box.right() - 2 * r, box.top(), 90.0),
        (box.right() - 2 * r, box.bottom() - 2 * r, 0.0),
        (box.left(), box.bottom() - 2 * r, -90.0),
        (box.left(), box.top(), 180.0),
    )
    for x, y, start_deg in turns:
        middle = math.radians(start_deg)
        path.lineTo(x + r + r * math.cos(middle), y + r - r * math.sin(middle))
        path.arcTo(QRectF(x, y, 2 * r, 2 * r), start_deg, -90.0)
    path.closeSubpath()
    return path
