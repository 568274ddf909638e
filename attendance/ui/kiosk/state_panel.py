"""A message over the whole content area: starting, closing, or an error with what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from attendance.core.types import DecisionKind
from attendance.services.door.listener import RecognitionHung, RecognitionStopped
from attendance.ui import theme
from attendance.ui.kiosk.sentences import GUIDANCE, tone_colour
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

translate = QCoreApplication.translate


class StatePanel(QWidget):
    """Icon, one sentence, a hint and, for errors, a Retry button.

    Signals:
        retry_asked: the person wants another try.
    """

    retry_asked = Signal()

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = "starting"
        self._error: BaseException | None = None
        self._icon = IconLabel(self)
        self._title = FittedLabel(self, max_lines=4, weight=QFont.Weight.DemiBold)
        self._hint = FittedLabel(self, max_lines=4)
        set_role(self._hint, "muted")
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.retry_button = QPushButton(self)
        set_role(self.retry_button, "primary")
        self.retry_button.clicked.connect(self.retry_asked)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self._title)
        self._column.addWidget(self._hint)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.retry_button)
        row.addStretch(1)
        self._column.addLayout(row)
        self._column.addStretch(1)
        self.refresh(metrics)

    @property
    def state(self) -> str:
        """One of "starting", "closing", "error"."""
        return self._state

    def title(self) -> str:
        """Return the sentence on screen."""
        return self._title.text()

    def hint(self) -> str:
        """Return the hint on screen."""
        return self._hint.text()

    def show_starting(self, metrics: KioskMetrics) -> None:
        """Say that models are being loaded."""
        self._state, self._error = "starting", None
        self.refresh(metrics)

    def show_closing(self, metrics: KioskMetrics) -> None:
        """Say that the last check-ins are being written."""
        self._state, self._error = "closing", None
        self.refresh(metrics)

    def show_error(self, error: BaseException, metrics: KioskMetrics) -> None:
        """Say what happened and what to do; offer another try."""
        self._state, self._error = "error", error
        self.refresh(metrics)
        self.retry_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        icon, tone, title, hint = self._words()
        edge = metrics.clock * 3 // 4
        self._icon.set_icon(icon, tone_colour(theme.tokens(), tone), edge)
        self._title.set_sizes(metrics.guidance, metrics.body)
        self._hint.set_sizes(metrics.body, theme.KIOSK_SMALLEST)
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(f"{title} {hint}".strip())
        self._column.setContentsMargins(2 * metrics.gap, metrics.gap, 2 * metrics.gap, metrics.gap)
        self._column.setSpacing(metrics.gap)
        self.retry_button.setVisible(self._error is not None)
        self.retry_button.setFont(theme.font(metrics.body, weight=QFont.Weight.DemiBold))
        self.retry_button.setText(translate("kiosk", "Try again"))
        self.retry_button.setAccessibleName(self.retry_button.text())

    def _words(self) -> tuple[str, str, str, str]:
        if self._error is not None:
            if isinstance(self._error, RecognitionStopped | RecognitionHung):
                hint = translate("kiosk", "Face recognition stopped. It is started again in a minute.")
                return "person", "muted", GUIDANCE[DecisionKind.UNKNOWN].text(), hint
            return ("warning", "bad", *error_text(self._error))
        if self._state == "closing":
            return "clock", "muted", translate("kiosk", "Closing…"), translate("kiosk", "Saving the last check-ins.")
        return "clock", "accent", translate("kiosk", "Starting…"), ""
