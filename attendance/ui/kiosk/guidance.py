"""The one place where the kiosk says what to do."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.kiosk.sentences import Sentence, tone_colour
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

# An invitation stays at least this long: shorter ones cannot be read (five words, about 0.2 s a word, and
# recognition changes its mind several times a second while somebody walks up). A problem does not wait for it, unless
# it has just made room for another one: then the two would flicker.
MIN_SHOWN_S = 0.7
_PROBLEMS = frozenset({"warn", "bad"})


class GuidanceLine(QFrame):
    """Icon and sentence; hidden while there is nothing to say.

    Signals:
        changed: another Sentence is on screen, or None.
    """

    changed = Signal(object)

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._metrics = metrics
        self._sentence: Sentence | None = None
        self._waiting: Sentence | None = None
        self._shown_since_s = -MIN_SHOWN_S
        self._before: tuple[Sentence | None, float] = (None, -math.inf)
        self._icon = IconLabel(self)
        self._label = FittedLabel(self, max_lines=4, weight=QFont.Weight.DemiBold)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._label, 1)
        self._change = QTimer(self)
        self._change.setSingleShot(True)
        self._change.timeout.connect(self._show_waiting)
        self.hide()
        self.refresh(metrics)

    @property
    def sentence(self) -> Sentence | None:
        """What is shown now."""
        return self._sentence

    def text(self) -> str:
        """Return the words on screen, "" when hidden."""
        return self._label.text() if self._sentence is not None else ""

    def say(self, sentence: Sentence | None, *, at_once: bool = False) -> None:
        """Show a sentence, or nothing; the present one stays readable for a moment unless a problem or ``at_once``."""
        self._waiting = sentence
        if sentence == self._sentence:
            self._change.stop()
            return
        left_s = self._shown_since_s + MIN_SHOWN_S - time.monotonic()
        is_new_problem = sentence is not None and sentence.tone in _PROBLEMS and not self._was_just_shown(sentence)
        if at_once or left_s <= 0 or self._sentence is None or is_new_problem:
            self._show_waiting()
        elif not self._change.isActive():
            self._change.start(round(left_s * 1000))

    def _was_just_shown(self, sentence: Sentence) -> bool:
        """Return whether another problem took the place of this one a moment ago."""
        before, gone_at_s = self._before
        is_problem = self._sentence is not None and self._sentence.tone in _PROBLEMS
        return is_problem and sentence == before and time.monotonic() - gone_at_s < MIN_SHOWN_S

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        self._row.setContentsMargins(metrics.gap, metrics.gap // 2, metrics.gap, metrics.gap // 2)
        self._row.setSpacing(metrics.gap)
        self._label.set_sizes(metrics.guidance, theme.GUIDANCE_SMALLEST)
        if self._sentence is not None:
            colour = tone_colour(theme.tokens(), self._sentence.tone)
            self._icon.set_icon(self._sentence.icon, colour, metrics.guidance)
            self._label.setText(self._sentence.text())
            self.setAccessibleName(self._sentence.text())

    def height_for(self, width: int) -> int:
        """Return the height that the present sentence needs at a width, in logical pixels."""
        return max(theme.TOUCH_TARGET, self._row.totalHeightForWidth(width))

    def _show_waiting(self) -> None:
        self._change.stop()
        self._before = (self._sentence, time.monotonic())
        self._sentence = self._waiting
        self._shown_since_s = time.monotonic()
        self.refresh(self._metrics)
        self.setVisible(self._sentence is not None)
        parent = self.parentWidget()
        if parent is not None:
            parent.updateGeometry()
            place(self, parent)
        self.changed.emit(self._sentence)


def place(line: GuidanceLine, area: QWidget) -> None:
    """Lay the line along the lower edge of the area that it belongs to."""
    margin = theme.SPACE_3
    width = max(1, area.width() - 2 * margin)
    height = min(line.height_for(width), max(1, area.height() - 2 * margin))
    line.setGeometry(margin, area.height() - height - margin, width, height)
