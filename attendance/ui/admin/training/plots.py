"""Live curves of a training: the loss, and how many photographs of people kept aside are recognised."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLocale, QPointF, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.quiet_plot import quiet_plot
from attendance.ui.stylesheet import set_role

Points = Sequence[tuple[int, float]]
PLOT_HEIGHT = theme.SPACE_16 * 3
_MARKERS_UP_TO = 60
"""Points of a curve that are shown one by one; more would hide the line."""


class CurvePlot(QWidget):
    """One curve with a heading, axis labels and the value under the pointer.

    Args:
        plotting: what ``quiet_plot.load_plotting`` returned.
        token: attribute name of ``theme.Tokens``, colour of the curve.
        is_share: True for values from 0 to 1, shown as percent.
    """

    def __init__(self, plotting: Any, token: str, *, is_share: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plotting = plotting
        self._token = token
        self._is_share = is_share
        self._labels = ("", "")
        self._points: Points = ()
        self.heading = QLabel()
        self.value = QLabel()
        set_role(self.value, "caption")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.plot = quiet_plot(plotting, self, PLOT_HEIGHT)
        self.curve = self.plot.plot([], [])
        self.plot.scene().sigMouseMoved.connect(self._on_moved)
        row = QHBoxLayout()
        row.addWidget(self.heading)
        row.addWidget(self.value, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_1)
        column.addLayout(row)
        column.addWidget(self.plot)
        self.restyle()

    @property
    def points(self) -> Points:
        """What is shown."""
        return self._points

    def show_points(self, points: Points) -> None:
        """Show step and value pairs, by rising step."""
        if points == self._points:
            return
        self._points = points
        factor = 100.0 if self._is_share else 1.0
        self.curve.setData([step for step, _ in points], [value * factor for _, value in points])
        self._mark()
        self._say(points[-1] if points else None)

    def say(self, heading: str, x_label: str, y_label: str) -> None:
        """Set heading and axis labels."""
        self.heading.setText(heading)
        self._labels = (x_label, y_label)
        self._label_axes()
        self._say(self._points[-1] if self._points else None)

    def restyle(self) -> None:
        """Draw in the colours now in use."""
        t = theme.tokens()
        self.plot.setBackground(t.surface)
        small = theme.font(theme.ADMIN_CAPTION)
        for name in ("bottom", "left"):
            axis = self.plot.getAxis(name)
            axis.setPen(self._plotting.mkPen(t.line))
            axis.setTextPen(self._plotting.mkPen(t.text_muted))
            axis.setStyle(tickFont=small)
        self.plot.showGrid(x=False, y=True, alpha=0.15)
        colour = getattr(t, self._token)
        self.curve.setPen(self._plotting.mkPen(colour, width=theme.FOCUS_LINE))
        self._mark()
        self._label_axes()

    def _mark(self) -> None:
        is_marked = 0 < len(self._points) <= _MARKERS_UP_TO
        self.curve.setSymbol("o" if is_marked else None)
        if is_marked:
            colour = getattr(theme.tokens(), self._token)
            self.curve.setSymbolSize(theme.SPACE_1)
            self.curve.setSymbolBrush(self._plotting.mkBrush(colour))
            self.curve.setSymbolPen(self._plotting.mkPen(colour))

    def _label_axes(self) -> None:
        style = {"color": theme.tokens().text_muted, "font-size": f"{theme.ADMIN_CAPTION}px"}
        for name, text in zip(("bottom", "left"), self._labels, strict=True):
            self.plot.setLabel(name, text, **style)
            self.plot.getAxis(name).enableAutoSIPrefix(False)

    def _say(self, point: tuple[int, float] | None) -> None:
        if point is None:
            self.value.setText("")
        else:
            step, value = point
            text = (
                f"{QLocale().toString(100 * value, 'f', 1)} %" if self._is_share else QLocale().toString(value, "g", 3)
            )
            self.value.setText(f"{self._labels[0]} {QLocale().toString(step)}: {text}")
        self.setAccessibleName(f"{self.heading.text()} {self.value.text()}".strip())

    @Slot(object)
    def _on_moved(self, place: QPointF) -> None:
        if self._points:
            step = self.plot.getPlotItem().vb.mapSceneToView(place).x()
            self._say(self._points[nearest(self._points, step)])


def nearest(points: Points, step: float) -> int:
    """Return the index of the point whose step is nearest; there is at least one."""
    right = bisect_left(points, step, key=lambda point: point[0])
    if right == 0:
        return 0
    if right == len(points):
        return right - 1
    return right if points[right][0] - step < step - points[right - 1][0] else right - 1
