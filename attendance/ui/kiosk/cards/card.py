"""What all cards have in common, and the one that sends somebody to reception."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QGridLayout, QHBoxLayout, QWidget

from attendance.core.types import DecisionKind, ImageBgr
from attendance.ui import theme
from attendance.ui.kiosk.sentences import GUIDANCE, tone_colour
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel
from attendance.ui.widgets.photo import Photo

# Below this width, in multiples of the body size, photo and pill do not fit side by side.
_NARROW_BODIES = 12


class Pill(QFrame):
    """Icon and a few words in a tinted, fully rounded area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pill")
        self._icon = IconLabel(self)
        self._label = FittedLabel(self, max_lines=2, weight=QFont.Weight.DemiBold, tabular=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._label, 1)

    def text(self) -> str:
        """Return the words."""
        return self._label.text()

    def show_words(self, text: str, icon: str, tone: str, metrics: KioskMetrics) -> None:
        """Set words, icon and colours."""
        set_role(self, f"pill-{tone}")
        colour = tone_colour(theme.tokens(), tone)
        size = metrics.body
        self._icon.set_icon(icon, colour, size)
        set_role(self._label, tone)
        self._label.set_sizes(size, theme.KIOSK_SMALLEST)
        self._label.setText(text)
        self._row.setContentsMargins(metrics.gap // 2, metrics.gap // 4, metrics.gap // 2, metrics.gap // 4)
        self._row.setSpacing(metrics.gap // 2)


class Card(QFrame):
    """Photo or icon, a large line, and a pill below; compact cards put all of it in one row.

    Args:
        key: who the card is about; a newer card with the same key takes its place.

    Attributes:
        is_refusal: nobody was checked in; such a card stays below the others.
        slide: moves the card into its column.

    Signals:
        picked: somebody touched a compact card that has buttons in its large form; carries the card.
    """

    picked = Signal(object)
    is_refusal: ClassVar[bool] = False

    def __init__(self, key: str, metrics: KioskMetrics, crop_bgr: ImageBgr | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.key = key
        self.is_compact = False
        self._is_tight = False
        self._extras: list[QWidget] = []
        self.slide = QPropertyAnimation(self, b"pos", self)
        self.slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._is_narrow = False
        self._metrics = metrics
        self._photo = Photo(self)
        self._photo.show_crop(crop_bgr)
        self._title = FittedLabel(self, max_lines=3, weight=QFont.Weight.Bold)
        self._title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._pill = Pill(self)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(theme.SHADOW_BLUR)
        self._shadow.setOffset(0, theme.SHADOW_OFFSET)
        self.setGraphicsEffect(self._shadow)
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._dress()

    @property
    def title(self) -> str:
        """The large line."""
        return self._title.text()

    @property
    def pill_text(self) -> str:
        """The words of the pill."""
        return self._pill.text()

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        self._dress()
        self._arrange()

    def _dress(self) -> None:
        # On dark ground the lighter fill lifts the card; a shadow would not be seen.
        t = theme.tokens()
        self._shadow.setEnabled(not t.is_dark)
        self._shadow.setColor(theme.alpha(t.shadow, theme.SHADOW_ALPHA / 255))

    def set_compact(self, is_compact: bool) -> None:
        """Choose between the large form and one row."""
        if is_compact != self.is_compact:
            self.is_compact = is_compact
            self._arrange()

    def set_tight(self, is_tight: bool) -> None:
        """Leave the photo out of the large form, where there is no height for it."""
        if is_tight != self._is_tight:
            self._is_tight = is_tight
            self._arrange()

    @property
    def has_buttons(self) -> bool:
        """True while the large form has something to press."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let a compact card with buttons become the large one."""
        self._pick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do the same for Return and Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.is_compact:
            self._pick()
        else:
            super().keyPressEvent(event)

    def _pick(self) -> None:
        if self.is_compact and self.has_buttons:
            self.picked.emit(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the pill below the name where there is no room beside the photo."""
        is_narrow = event.size().width() < _NARROW_BODIES * self._metrics.body
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._arrange()

    def _arrange(self) -> None:
        m = self._metrics
        for part in (self._photo, self._title, self._pill, *self._extras):
            self._grid.removeWidget(part)
        is_reachable = self.is_compact and self.has_buttons
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_reachable else Qt.FocusPolicy.NoFocus)
        inside = m.gap // 2 if self.is_compact or self._is_narrow else m.gap
        self._photo.setVisible(not (self.is_compact and self._is_narrow) and (self.is_compact or not self._is_tight))
        self._grid.setContentsMargins(inside, inside, inside, inside)
        self._grid.setHorizontalSpacing(inside)
        self._grid.setVerticalSpacing(inside // 2 if self.is_compact else inside)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if self.is_compact:
            self._photo.set_size(2 * m.body)
            self._title.set_sizes(m.body, m.body)
            # Without a pill the second row is free, and a sentence must be read whole.
            self._title.set_max_lines(2 if self._pill.isHidden() else 1)
            self._grid.addWidget(self._photo, 0, 0, 2, 1)
            self._grid.addWidget(self._title, 0, 1, 2 if self._pill.isHidden() else 1, 1)
            self._grid.addWidget(self._pill, 1, 1, left)
        else:
            self._photo.set_size(2 * m.name)
            self._title.set_sizes(*((m.guidance, m.caption + theme.SPACE_1) if self._is_tight else (m.name, m.body)))
            self._title.set_max_lines(3 if self._is_tight else 4)
            self._grid.addWidget(self._photo, 0, 0)
            self._grid.addWidget(self._title, 1, 0, 1, 2)
            is_below = self._is_narrow or self._is_tight
            if is_below:
                self._grid.addWidget(self._pill, 2, 0, 1, 2, left)
            else:
                self._grid.addWidget(self._pill, 0, 1, left)
            for number, extra in enumerate(self._extras, start=3):
                self._grid.addWidget(extra, number, 0, 1, 2)
        for extra in self._extras:
            extra.setVisible(not self.is_compact)
        self._show_words(m)

    def _show_words(self, metrics: KioskMetrics) -> None:
        raise NotImplementedError


class NoticeCard(Card):
    """Neutral card for somebody the kiosk cannot check in; says where to go, not why."""

    KEY = "reception"
    is_refusal = True

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(self.KEY, metrics, None, parent)
        self._pill.hide()
        self._arrange()

    def _show_words(self, metrics: KioskMetrics) -> None:
        self._title.setText(GUIDANCE[DecisionKind.UNKNOWN].text())
        self.setAccessibleName(self.title)
