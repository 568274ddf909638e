"""The alarm that stays while an accepted check-in is not on disk yet, or while the clock is wrong."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from attendance.core.types import Decision
from attendance.errors import AttendanceError
from attendance.ui import theme
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

translate = QCoreApplication.translate


class SaveAlarm(QFrame):
    """A row over the whole width; visible while at least one check-in waits or there is a standing alarm."""

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "alarm")
        self._waiting: set[tuple[int, float]] = set()
        self._standing: AttendanceError | None = None
        self._icon = IconLabel(self)
        self._label = FittedLabel(self, max_lines=2, weight=QFont.Weight.DemiBold)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._label, 1)
        self.hide()
        self.refresh(metrics)

    @property
    def waiting(self) -> int:
        """Number of check-ins that are not saved."""
        return len(self._waiting)

    def raise_for(self, decision: Decision) -> None:
        """Note a check-in that could not be written."""
        self._waiting.add(_key(decision))
        self._say()

    def settle(self, decision: Decision) -> None:
        """Note that a check-in is on disk; the alarm goes with the last one."""
        self._waiting.discard(_key(decision))
        self._say()

    def stand(self, error: AttendanceError | None) -> None:
        """Set what everybody at the door should know as long as it lasts, None for nothing."""
        self._standing = error
        self._say()

    def text(self) -> str:
        """Return the words."""
        return self._label.text()

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._row.setContentsMargins(metrics.gap, metrics.gap // 2, metrics.gap, metrics.gap // 2)
        self._row.setSpacing(metrics.gap)
        self._icon.set_icon("warning", theme.tokens().bad, metrics.guidance)
        self._label.set_sizes(metrics.guidance, metrics.body)
        self._say()

    def _say(self) -> None:
        if self._waiting or self._standing is None:
            self._label.setText(translate("kiosk", "Not saved yet – keep this screen on"))
        else:
            self._label.setText(error_text(self._standing)[0])
        self.setAccessibleName(self._label.text())
        self.setVisible(bool(self._waiting) or self._standing is not None)


def _key(decision: Decision) -> tuple[int, float]:
    # The same decision comes back unchanged when the write succeeds.
    return decision.track_id, decision.mono_s
