"""A label whose text never leaves its box: it wraps, then shrinks, then ends in an ellipsis."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from attendance.ui import theme

_STEP_PX = 2
# Fewer lines are worth this much of the size: a sentence on one line reads faster than a larger one with a lone
# last word.
_FEWER_LINES_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class _Setting:
    """Text broken into lines at one size."""

    size_px: int
    lines: tuple[str, ...]
    is_complete: bool


class FittedLabel(QLabel):
    """Text in the largest size between two limits that fits the width within a number of lines.

    Args:
        max_lines: more text is cut with an ellipsis; the whole stays readable for assistive technology.
        tabular: digits of equal width.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        max_lines: int = 2,
        weight: QFont.Weight = QFont.Weight.Normal,
        tabular: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # as it is painted
        self._largest_px, self._smallest_px = theme.ADMIN_HEADING, theme.ADMIN_BODY
        self._max_lines = max_lines
        self._weight = weight
        self._tabular = tabular
        self._fitted: tuple[tuple[str, int, int, int, int], _Setting] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_sizes(self, largest_px: int, smallest_px: int) -> None:
        """Set both limits in logical pixels."""
        self._largest_px, self._smallest_px = largest_px, min(smallest_px, largest_px)
        self.updateGeometry()
        self.update()

    def set_max_lines(self, max_lines: int) -> None:
        """Set the number of lines."""
        self._max_lines = max_lines
        self.updateGeometry()
        self.update()

    @property
    def is_cut(self) -> bool:
        """True when the text does not fit even in the smallest size."""
        return not self._fit(self.width()).is_complete

    @property
    def shown_size_px(self) -> int:
        """The text size in use at the present width, in logical pixels."""
        return self._fit(self.width()).size_px

    def hasHeightForWidth(self) -> bool:
        """Return True: narrower needs more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that the text needs at a width."""
        setting = self._fit(width)
        return round(self._line_height(setting.size_px) * max(1, len(setting.lines)))

    def sizeHint(self) -> QSize:
        """Return the size of the text on one line at the largest size."""
        metrics = QFontMetricsF(self._font(self._largest_px))
        return QSize(round(metrics.horizontalAdvance(self.text())) + 2, round(self._line_height(self._largest_px)))

    def minimumSizeHint(self) -> QSize:
        """Return one line of a few characters at the smallest size."""
        return QSize(self._smallest_px * 2, round(self._line_height(self._smallest_px)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines in the palette's text colour."""
        painter = QPainter(self)
        setting = self._fit(self.width())
        painter.setFont(self._font(setting.size_px))
        painter.setPen(self.palette().color(self.foregroundRole()))
        metrics = QFontMetricsF(painter.font())
        step = self._line_height(setting.size_px)
        top = self._top(step * len(setting.lines))
        for number, line in enumerate(setting.lines):
            spare = self.width() - metrics.horizontalAdvance(line)
            left = 0.0
            if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
                left = spare / 2
            elif self.alignment() & Qt.AlignmentFlag.AlignRight:
                left = spare
            painter.drawText(QPointF(max(0.0, left), top + number * step + metrics.ascent()), line)

    def _top(self, text_height: float) -> float:
        if self.alignment() & Qt.AlignmentFlag.AlignTop:
            return 0.0
        spare = max(0.0, self.height() - text_height)
        return spare if self.alignment() & Qt.AlignmentFlag.AlignBottom else spare / 2

    def _font(self, size_px: int) -> QFont:
        return theme.font(size_px, weight=self._weight, tabular=self._tabular)

    def _line_height(self, size_px: int) -> float:
        metrics = QFontMetricsF(self._font(size_px))
        return metrics.ascent() + metrics.descent()

    def _fit(self, width: int) -> _Setting:
        key = (self.text(), width, self._largest_px, self._smallest_px, self._max_lines)
        if self._fitted is None or self._fitted[0] != key:
            self._fitted = (key, self._choose(width))
        return self._fitted[1]

    def _choose(self, width: int) -> _Setting:
        still_large = max(self._smallest_px, round(self._largest_px * _FEWER_LINES_SHARE))
        for count in range(1, self._max_lines + 1):
            lowest = self._smallest_px if count == self._max_lines else still_large
            for size in range(self._largest_px, lowest - 1, -_STEP_PX):
                setting = self._set(size, width, count, anywhere=False)
                if setting.is_complete:
                    return setting
        return self._set(self._smallest_px, width, self._max_lines, anywhere=True)

    def _set(self, size_px: int, width: int, max_lines: int, *, anywhere: bool) -> _Setting:
        """Break the text at words; with ``anywhere`` also inside words, and cut what is too much."""
        font = self._font(size_px)
        option = QTextOption()
        mode = QTextOption.WrapMode
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if anywhere else mode.WordWrap)
        text = self.text()
        layout = QTextLayout(text, font)
        layout.setTextOption(option)
        spans: list[tuple[int, int]] = []
        is_complete = True
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            spans.append((line.textStart(), line.textLength()))
            is_complete = is_complete and line.naturalTextWidth() <= width + 0.5
        layout.endLayout()
        lines = [text[start : start + count].rstrip() for start, count in spans]
        if len(lines) > max_lines:
            is_complete = False
            rest = text[spans[max_lines - 1][0] :]
            cut = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
            lines = [*lines[: max_lines - 1], cut]
        return _Setting(size_px, tuple(lines), is_complete)
