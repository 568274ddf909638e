"""Charts of a report in the window: arrivals over the day, lateness by department, hours per week."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QLocale, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from attendance.core.report_table import Summary
from attendance.errors import AttendanceError, Reason
from attendance.errors.reports import ReportError
from attendance.file_errors import reason_of
from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import choose_new_file
from attendance.ui.admin.parts.quiet_plot import quiet_plot
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role
from attendance.whole_file import made_beside, replaced_text

CHART_HEIGHT = theme.SPACE_16 * 3
_BAR = 0.8
_MAX_TICKS = 12
_QUARTERS_AN_HOUR = 4
_LABEL_LETTERS = 84
"""Letters of all labels together that fit under a chart in the smallest window."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: under it.
        value: its height.
        text: the value in words, for the pointer and for a file.
    """

    label: str
    value: float
    text: str


class BarChart(QWidget):
    """Bars with a heading, labels and the value under the pointer; the right mouse button saves it.

    Args:
        plotting: what ``quiet_plot.load_plotting`` returned.
        token: attribute name of ``theme.Tokens``, colour of the bars.

    Signals:
        failed: the error of a file that could not be written.
    """

    failed = Signal(object)

    def __init__(self, plotting: Any, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plotting = plotting
        self._token = token
        self._bars: tuple[Bar, ...] = ()
        self.heading, self.value = QLabel(), QLabel()
        set_role(self.value, "caption")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.plot = quiet_plot(plotting, self, CHART_HEIGHT)
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.plot.customContextMenuRequested.connect(self._on_menu)
        self.item = plotting.BarGraphItem(x=[], height=[], width=_BAR)
        self.plot.addItem(self.item)
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
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def show_bars(self, heading: str, unit: str, bars: Sequence[Bar]) -> None:
        """Show these bars from left to right.

        Args:
            heading: what the chart says.
            unit: label of the axis of values.
            bars: any number.
        """
        self._bars = tuple(bars)
        self.heading.setText(heading)
        self.item.setOpts(x=list(range(len(bars))), height=[bar.value for bar in bars], width=_BAR)
        step = max(1, -(-len(bars) // _MAX_TICKS))
        shown = max(1, -(-len(bars) // step))
        self.plot.getAxis("bottom").setTicks(
            [[(n, _short(bar.label, shown)) for n, bar in enumerate(bars) if n % step == 0]]
        )
        style = {"color": theme.tokens().text_muted, "font-size": f"{theme.ADMIN_CAPTION}px"}
        self.plot.setLabel("left", unit, **style)
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.plot.setXRange(-0.6, max(len(bars) - 0.4, 0.6), padding=0.01)
        self.plot.setYRange(0, max((bar.value for bar in bars), default=1) or 1, padding=0.05)
        self._say(None)

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
        self.item.setOpts(brush=self._plotting.mkBrush(colour), pen=self._plotting.mkPen(None))

    def save(self, path: Path) -> None:
        """Write the chart as a picture, or its values where the name ends in .csv.

        Raises:
            ReportError: the file cannot be written.
        """
        try:
            if path.suffix.lower() != ".csv":
                with made_beside(path) as part:
                    # Qt goes by the ending of a name unless it is told; it gives no reason.
                    if not self.grab().save(str(part), path.suffix[1:] or None):
                        reason = Reason("Permission denied") if path.parent.is_dir() else Reason("Not a directory")
                        raise ReportError(path=path, reason=reason)
                return
            with replaced_text(path, encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([(bar.label, bar.text) for bar in self._bars])
        except OSError as err:
            raise ReportError(path=path, reason=reason_of(err)) from err

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(translate("admin", "Save as a picture (PNG)…"), lambda: self._ask_path("png"))
        menu.addAction(translate("admin", "Save the values (CSV)…"), lambda: self._ask_path("csv"))
        menu.popup(self.plot.mapToGlobal(place))

    def _ask_path(self, suffix: str) -> None:
        choose_new_file(self, self.heading.text(), self._on_path, name=f"chart.{suffix}", start=Path.home())

    def _on_path(self, path: Path) -> None:
        try:
            self.save(path)
        except AttendanceError as error:
            self.failed.emit(error)

    def _say(self, bar: Bar | None) -> None:
        self.value.setText("" if bar is None else f"{bar.label}: {bar.text}")
        shown = self.value.text() or ", ".join(f"{b.label}: {b.text}" for b in self._bars[:_MAX_TICKS])
        self.setAccessibleName(f"{self.heading.text()} {shown}".strip())

    @Slot(object)
    def _on_moved(self, place: QPointF) -> None:
        number = round(self.plot.getPlotItem().vb.mapSceneToView(place).x())
        self._say(self._bars[number] if 0 <= number < len(self._bars) else None)


class ReportCharts(QWidget):
    """The three charts of a report.

    Signals:
        failed: the error of a file that could not be written.
    """

    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts: tuple[BarChart, ...] = ()
        self._summary: Summary | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, theme.SPACE_2, 0)
        self._column.setSpacing(theme.SPACE_4)
        self._column.addStretch(1)

    def add_plots(self, plotting: Any) -> None:
        """Make the charts, once the drawing library is loaded."""
        if self.charts:
            return
        self.charts = tuple(BarChart(plotting, "accent") for _ in range(3))
        for number, chart in enumerate(self.charts):
            chart.failed.connect(self.failed)
            self._column.insertWidget(number, chart)
        self.show_summary(self._summary)

    def show_summary(self, summary: Summary | None) -> None:
        """Show the summary of a report; None shows empty charts."""
        self._summary = summary
        if not self.charts:
            return
        shown = summary or Summary((0,) * 96, (), ())
        arrivals, lateness, weeks = self.charts
        arrivals.show_bars(
            translate("admin", "Arrivals over the day"),
            translate("admin", "arrivals a quarter"),
            _arrival_bars(shown.arrivals),
        )
        lateness.show_bars(
            translate("admin", "Lateness by department"), translate("admin", "% late"), _lateness_bars(shown)
        )
        weeks.show_bars(translate("admin", "Hours per week"), translate("admin", "hours"), _week_bars(shown))

    def restyle(self) -> None:
        """Draw in the colours now in use."""
        for chart in self.charts:
            chart.restyle()
        self.show_summary(self._summary)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.show_summary(self._summary)


def _short(label: str, count: int) -> str:
    """Return a label that leaves room for the others; the pointer shows it whole."""
    most = max(_LABEL_LETTERS // count, 5)
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _arrival_bars(arrivals: Sequence[int]) -> list[Bar]:
    """Return the quarters of an hour from the first arrival to the last, with one hour around them."""
    busy = [number for number, count in enumerate(arrivals) if count]
    if not busy:
        return []
    first = max(0, busy[0] // _QUARTERS_AN_HOUR * _QUARTERS_AN_HOUR - _QUARTERS_AN_HOUR)
    last = min(len(arrivals), (busy[-1] // _QUARTERS_AN_HOUR + 2) * _QUARTERS_AN_HOUR)
    number = QLocale().toString
    return [
        Bar(f"{n // _QUARTERS_AN_HOUR:02}:{n % _QUARTERS_AN_HOUR * 15:02}", arrivals[n], number(arrivals[n]))
        for n in range(first, last)
    ]


def _lateness_bars(summary: Summary) -> list[Bar]:
    number = QLocale().toString
    bars = []
    for name, late, days in summary.lateness:
        text = translate("admin", "{late} of {days} days").format(late=number(late), days=number(days))
        bars.append(Bar(name or translate("admin", "no department"), 100 * late / days, text))
    return bars


def _week_bars(summary: Summary) -> list[Bar]:
    locale = QLocale()
    return [
        Bar(
            locale.toString(QDate(monday.year, monday.month, monday.day), QLocale.FormatType.ShortFormat),
            seconds / 3600,
            translate("admin", "{hours} h").format(hours=locale.toString(seconds / 3600, "f", 1)),
        )
        for monday, seconds in summary.weeks
    ]
