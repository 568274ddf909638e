"""The alarm that stays while an accepted check-in is not on disk yet."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from attendance.core.types import Decision
from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

translate = QCoreApplication.translate


class SaveAlarm(QFrame):
    """A row over the whole width; visible while at least one check-in waits."""

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "alarm")
        self._waiting: set[tuple[int, float]] = set()
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
        self.show()

    def settle(self, decision: Decision) -> None:
        """Note that a check-in is on disk; the alarm goes with the last one."""
        self._waiting.discard(_key(decision))
        self.setVisible(bool(self._waiting))

    def text(self) -> str:
        """Return the words."""
        return self._label.text()

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._row.setContentsMargins(metrics.gap, metrics.gap // 2, metrics.gap, metrics.gap // 2)
        self._row.setSpacing(metrics.gap)
        self._icon.set_icon("warning", theme.tokens().bad, metrics.guidance)
        self._label.set_sizes(metrics.guidance, metrics.body)
        self._label.setText(translate("kiosk", "Not saved yet – keep this screen on"))
        self.setAccessibleName(self._label.text())


def _key(decision: Decision) -> tuple[int, float]:
    # The same decision comes back unchanged when the write succeeds.
    return decision.track_id, decision.mono_s
