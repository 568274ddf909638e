"""Cards that answer a person: welcome, already in, or please see reception."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QEasingCurve, QPropertyAnimation, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QGridLayout, QHBoxLayout, QWidget

from attendance.core.types import Decision, DecisionKind, Direction, ImageBgr
from attendance.ui import theme
from attendance.ui.kiosk.sentences import GUIDANCE, tone_colour
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel
from attendance.ui.widgets.photo import Photo

translate = QCoreApplication.translate

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
    """

    is_refusal: ClassVar[bool] = False

    def __init__(self, key: str, metrics: KioskMetrics, crop_bgr: ImageBgr | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.key = key
        self.is_compact = False
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the pill below the name where there is no room beside the photo."""
        is_narrow = event.size().width() < _NARROW_BODIES * self._metrics.body
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._arrange()

    def _arrange(self) -> None:
        m = self._metrics
        for part in (self._photo, self._title, self._pill):
            self._grid.removeWidget(part)
        inside = m.gap // 2 if self.is_compact or self._is_narrow else m.gap
        self._photo.setVisible(not (self.is_compact and self._is_narrow))
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
            self._title.set_sizes(m.name, m.body)
            self._title.set_max_lines(4)
            self._grid.addWidget(self._photo, 0, 0)
            self._grid.addWidget(self._title, 1, 0, 1, 2)
            if self._is_narrow:
                self._grid.addWidget(self._pill, 2, 0, 1, 2, left)
            else:
                self._grid.addWidget(self._pill, 0, 1, left)
        self._show_words(m)

    def _show_words(self, metrics: KioskMetrics) -> None:
        raise NotImplementedError


class WelcomeCard(Card):
    """Name, and IN, OUT, BREAK or BACK with the local time; or since when the person already is.

    Args:
        decision: WELCOME (already saved) or ALREADY_IN.
        name: the person's name as given.
        zone: the site's zone, for the time on the pill.
        crop_bgr: (112, 112, 3) uint8 BGR face of this moment, None shows an icon.
    """

    def __init__(
        self,
        decision: Decision,
        name: str,
        *,
        zone: ZoneInfo,
        metrics: KioskMetrics,
        crop_bgr: ImageBgr | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"person {decision.person_id}", metrics, crop_bgr, parent)
        self._decision = decision
        self._zone = zone
        self._title.setText(name)
        self._arrange()

    def _show_words(self, metrics: KioskMetrics) -> None:
        decision = self._decision
        direction = decision.direction or Direction.IN
        if decision.kind is DecisionKind.ALREADY_IN:
            since = self._local(decision.since_utc or decision.at_utc)
            self._pill.show_words(_standing_text(direction).format(time=since), "clock", "accent", metrics)
        else:
            text = _event_text(direction).format(time=self._local(decision.at_utc))
            arrival = ("arrow-in", "ok") if direction.is_arrival else ("arrow-out", "accent")
            self._pill.show_words(text, *arrival, metrics)
        self.setAccessibleName(f"{self.title}, {self.pill_text}")

    def _local(self, at_utc: datetime) -> str:
        return f"{at_utc.astimezone(self._zone):%H:%M}"


def _event_text(direction: Direction) -> str:
    """Return what a new event is called, with a place for the time."""
    return {
        Direction.IN: translate("kiosk", "IN {time}"),
        Direction.OUT: translate("kiosk", "OUT {time}"),
        Direction.BREAK_START: translate("kiosk", "BREAK {time}"),
        Direction.BREAK_END: translate("kiosk", "BACK {time}"),
    }[direction]


def _standing_text(direction: Direction) -> str:
    """Return what a second look within the cool-down is told, with a place for the time."""
    return {
        Direction.IN: translate("kiosk", "Already in since {time}"),
        Direction.OUT: translate("kiosk", "Already out since {time}"),
        Direction.BREAK_START: translate("kiosk", "On a break since {time}"),
        Direction.BREAK_END: translate("kiosk", "Back since {time}"),
    }[direction]


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
