"""What the kiosk shows beside the picture while nobody is there: company, clock and date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QDate, QLocale, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel


class IdlePanel(QWidget):
    """Company name, time of day and date of the site, and what is missing while the kiosk is being set up.

    Args:
        now: returns the site's present aware local time.
        locale: returns the locale that writes the date.
    """

    def __init__(
        self,
        company: str,
        metrics: KioskMetrics,
        *,
        now: Callable[[], datetime],
        locale: Callable[[], QLocale],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._locale = locale
        self._company = FittedLabel(self, max_lines=3, weight=QFont.Weight.DemiBold)
        self._company.setText(company)
        self._company.setVisible(bool(company))
        self._clock = FittedLabel(self, max_lines=1, weight=QFont.Weight.DemiBold, tabular=True)
        self._date = FittedLabel(self, max_lines=2)
        self._advice = FittedLabel(self, max_lines=8)
        self._advice.hide()
        for label in (self._company, self._clock, self._date, self._advice):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._date, "muted")
        self._column = QVBoxLayout(self)
        self._column.addStretch(2)
        for label in (self._company, self._clock, self._date, self._advice):
            self._column.addWidget(label)
        self._column.addStretch(3)
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.timeout.connect(self._show_time)
        self.refresh(metrics)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes and words anew."""
        self._column.setContentsMargins(metrics.gap, metrics.gap, metrics.gap, metrics.gap)
        self._column.setSpacing(metrics.gap // 2)
        self._company.set_sizes(metrics.body, theme.KIOSK_SMALLEST)
        self._clock.set_sizes(metrics.clock, metrics.body)
        # On the smallest screens a date on one line is worth more than its size; the clock beside it is large.
        self._date.set_sizes(metrics.body, metrics.caption)
        self._advice.set_sizes(metrics.body, metrics.caption)
        self._show_time()

    def show_advice(self, words: str) -> None:
        """Say what to do before anybody can check in; it takes the company's place. "" says nothing."""
        self._advice.setText(words)
        self._advice.setVisible(bool(words))
        self._company.setVisible(bool(self._company.text()) and not words)

    def advice(self) -> str:
        """Return what is said to whoever sets the kiosk up."""
        return self._advice.text()

    def clock_text(self) -> str:
        """Return the time on screen."""
        return self._clock.text()

    def date_text(self) -> str:
        """Return the date on screen."""
        return self._date.text()

    def _show_time(self) -> None:
        now = self._now()
        self._clock.setText(f"{now:%H:%M}")
        self._date.setText(self._locale().toString(QDate(now.year, now.month, now.day), QLocale.FormatType.LongFormat))
        # To the next full minute, and a little past it so that the minute has changed for sure.
        self._tick.start(round((60 - now.second - now.microsecond / 1e6) * 1000) + 20)
