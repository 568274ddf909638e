"""A question beside the picture, in the place of the cards."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from attendance.core.types import ImageBgr
from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.photo import Photo

# Below this width, in multiples of the body size, a long name needs the photo's room.
_NARROW_BODIES = 12


class AskPanel(QWidget):
    """Photo and name of who is asked, and what the subclass puts below.

    Signals:
        declined: "Not now".
    """

    declined = Signal()

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The picture keeps its share of the screen whatever is asked.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._metrics = metrics
        self._card = QFrame(self)
        set_role(self._card, "card")
        self._photo = Photo(self._card)
        self._name = FittedLabel(self._card, max_lines=3, weight=QFont.Weight.Bold)
        self._name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._who = QHBoxLayout()
        self._who.addWidget(self._photo)
        self._who.addWidget(self._name, 1)
        self._column = QVBoxLayout(self._card)
        self._column.addLayout(self._who)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_3, 0)
        outer.addStretch(1)
        outer.addWidget(self._card)
        outer.addStretch(1)

    def name(self) -> str:
        """Return whom the question is for."""
        return self._name.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the photo where there is room for it."""
        self._show_photo()

    def _set_spaces(self, *, is_tight: bool) -> None:
        """Set margins, distances and the name, as small as can be where there is no height."""
        largest = self._metrics.caption + theme.SPACE_1 if is_tight else self._metrics.guidance
        self._name.set_sizes(largest, self._metrics.caption)
        gap = self._metrics.gap
        inside = gap // 2 if is_tight else gap
        self._column.setContentsMargins(gap, inside, gap, inside)
        self._column.setSpacing(theme.SPACE_1 if is_tight else max(theme.SPACE_2, gap // 2))

    def _needed_height(self) -> int:
        """Return the height of the card at the present width, logical pixels."""
        self._column.invalidate()
        return self._column.totalHeightForWidth(max(1, self.width() - 2 * theme.SPACE_3))

    def _show_photo(self) -> None:
        self._photo.setVisible(self.width() >= _NARROW_BODIES * self._metrics.body)

    def _show_person(self, name: str, crop_bgr: ImageBgr | None) -> None:
        self._name.setText(name)
        self._photo.show_crop(crop_bgr)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        self._photo.set_size(2 * metrics.body)
        self._show_photo()
        self._set_spaces(is_tight=False)
        self._who.setSpacing(metrics.gap)
