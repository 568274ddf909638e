"""What all cards have in common, and the one that sends somebody to reception."""

from __future__ import annotations

from typing import ClassVar, Literal

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

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Form = Literal["large", "tight", "compact", "slim"]
"""large: photo, name, pill and all that is said; tight: the same without the photo; compact: small photo, name and
pill; slim: name and pill in one line. What can be pressed is there in every form."""


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

    def show_words(self, text: str, icon: str, tone: str, metrics: KioskMetrics, *, is_slim: bool = False) -> None:
        """Set words, icon and colours; a slim pill is as high as its words."""
        if self.property("slim") is not is_slim:
            self.setProperty("slim", is_slim)
            set_role(self, "")  # the style looks at both again
        set_role(self, f"pill-{tone}")
        colour = tone_colour(theme.tokens(), tone)
        size = slim_text(metrics) if is_slim else metrics.body
        self._icon.set_icon(icon, colour, size)
        set_role(self._label, tone)
        self._label.set_sizes(size, min(size, theme.KIOSK_SMALLEST))
        self._label.set_max_lines(1 if is_slim else 2)
        self._label.setText(text)
        above = 0 if is_slim else metrics.gap // 4
        self._row.setContentsMargins(metrics.gap // 2, above, metrics.gap // 2, above)
        self._row.setSpacing(metrics.gap // 2)


def slim_text(metrics: KioskMetrics) -> int:
    """Return the size of words in a slim card, logical pixels: a little more than the lower edge's captions."""
    return metrics.caption + theme.SPACE_1


class Card(QFrame):
    """Photo or icon, a large line, and a pill below; smaller forms put them side by side.

    Args:
        key: who the card is about; a newer card with the same key takes its place.
        track_id: number of the face that the card answers.

    Attributes:
        is_refusal: nobody was checked in; such a card stays below those of people who are still there.
        slide: moves the card into its column.

    Signals:
        picked: somebody touched a small card that says more in its large form; carries the card.
    """

    picked = Signal(object)
    is_refusal: ClassVar[bool] = False

    def __init__(
        self, key: str, track_id: int, metrics: KioskMetrics, crop_bgr: ImageBgr | None, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.key = key
        self.track_id = track_id
        self._form: Form = "large"
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

    @property
    def form(self) -> Form:
        """How much of the card is shown."""
        return self._form

    @property
    def is_small(self) -> bool:
        """True when the card leaves something out."""
        return self._form in {"compact", "slim"}

    def set_form(self, form: Form) -> None:
        """Choose how much of the card is shown."""
        if form != self._form:
            self._form = form
            self._arrange()

    @property
    def has_buttons(self) -> bool:
        """True while there is something to press."""
        return False

    @property
    def is_awaited(self) -> bool:
        """True while somebody may press something, or waits for what they pressed."""
        return self.has_buttons

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let a small card with buttons become the large one."""
        self._pick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do the same for Return and Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.is_small:
            self._pick()
        else:
            super().keyPressEvent(event)

    def _pick(self) -> None:
        if self.is_small and self.has_buttons:
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
        is_reachable = self.is_small and self.has_buttons
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_reachable else Qt.FocusPolicy.NoFocus)
        inside = m.gap // 2 if self.is_small or self._is_narrow else m.gap
        self._photo.setVisible(self._form == "large" or (self._form == "compact" and not self._is_narrow))
        self._grid.setContentsMargins(inside, inside, inside, inside)
        self._grid.setHorizontalSpacing(inside)
        self._grid.setVerticalSpacing(inside // 2 if self.is_small else inside)
        place = {"compact": self._place_compact, "slim": self._place_slim}.get(self._form, self._place_large)
        place(m)
        shown = self._shown_extras()
        for extra in self._extras:
            extra.setVisible(extra in shown)
        for number, extra in enumerate(shown, start=3):
            self._grid.addWidget(extra, number, 0, 1, 3)
        self._show_words(m)

    def _place_large(self, m: KioskMetrics) -> None:
        is_tight = self._form == "tight"
        self._photo.set_size(2 * m.name)
        self._title.set_sizes(*((m.guidance, m.caption + theme.SPACE_1) if is_tight else (m.name, m.body)))
        self._title.set_max_lines(3 if is_tight else 4)
        self._grid.addWidget(self._photo, 0, 0)
        self._grid.addWidget(self._title, 1, 0, 1, 3)
        if self._is_narrow or is_tight:
            self._grid.addWidget(self._pill, 2, 0, 1, 3, _LEFT)
        else:
            self._grid.addWidget(self._pill, 0, 1, _LEFT)

    def _place_compact(self, m: KioskMetrics) -> None:
        self._photo.set_size(2 * m.body)
        self._title.set_sizes(m.body, m.body)
        # Without a pill the second row is free, and a sentence must be read whole.
        self._title.set_max_lines(2 if self._pill.isHidden() else 1)
        self._grid.addWidget(self._photo, 0, 0, 2, 1)
        self._grid.addWidget(self._title, 0, 1, 2 if self._pill.isHidden() else 1, 2)
        self._grid.addWidget(self._pill, 1, 1, _LEFT)

    def _place_slim(self, m: KioskMetrics) -> None:
        self._title.set_sizes(slim_text(m) + theme.SPACE_1, slim_text(m))
        self._title.set_max_lines(1)
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        self._grid.addWidget(self._pill, 0, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _shown_extras(self) -> list[QWidget]:
        """Return what stands below name and pill in the present form."""
        return self._extras

    def _show_words(self, metrics: KioskMetrics) -> None:
        raise NotImplementedError


class NoticeCard(Card):
    """Neutral card for somebody the kiosk cannot check in; says where to go, not why.

    Args:
        track_id: number of the face.
        crop_bgr: (112, 112, 3) uint8 BGR face of this moment, so that nobody takes the card for theirs; None shows an
            icon.
    """

    is_refusal = True

    def __init__(
        self, track_id: int, metrics: KioskMetrics, crop_bgr: ImageBgr | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(f"track {track_id}", track_id, metrics, crop_bgr, parent)
        self._pill.hide()
        self._arrange()

    def _show_words(self, metrics: KioskMetrics) -> None:
        self._title.setText(GUIDANCE[DecisionKind.UNKNOWN].text())
        self.setAccessibleName(self.title)
