"""A training while it runs: phase in words, progress, live curves; and why it failed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

from attendance.services.training.status import RunState, TrainingStatus
from attendance.ui import theme
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.plots import PLOT_HEIGHT, CurvePlot
from attendance.ui.admin.training.words import failure_text, phase_text
from attendance.ui.stylesheet import set_role

_SIDE_BY_SIDE = theme.SPACE_16 * 11
"""Width from which the two plots stand beside each other."""


class TrainingRunCard(QFrame):
    """Hidden until there was a run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.phase = QLabel()
        set_role(self.phase, "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.failure = Notice()
        self.log = QLabel()
        set_role(self.log, "caption")
        self.log.setWordWrap(True)
        self.log.setTextFormat(Qt.TextFormat.PlainText)
        self.log.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.waiting = QLabel()
        set_role(self.waiting, "muted")
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.waiting.setFixedHeight(PLOT_HEIGHT)
        self.loss: CurvePlot | None = None
        self.validation: CurvePlot | None = None
        self._plots = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._plots.setSpacing(theme.SPACE_4)
        self._plots.addWidget(self.waiting)
        self._status = TrainingStatus()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_3)
        for widget in (self.heading, self.phase, self.bar, self.failure, self.log):
            column.addWidget(widget)
        column.addLayout(self._plots)
        self.retranslate()

    def add_plots(self, plotting: Any) -> None:
        """Put the curves in place, once pyqtgraph is loaded."""
        self.loss = CurvePlot(plotting, "accent", is_share=False)
        self.validation = CurvePlot(plotting, "ok", is_share=True)
        self.waiting.hide()
        for plot in (self.loss, self.validation):
            self._plots.addWidget(plot, 1)
        self.retranslate()

    def show_status(self, status: TrainingStatus) -> None:
        """Show one moment of a run."""
        self._status = status
        has_curve = bool(status.losses or status.validations)
        is_failed = status.state is RunState.FAILED
        self.setVisible(status.is_running or is_failed or has_curve or status.state is RunState.CANCELLED)
        self.bar.setVisible(status.is_running)
        self.bar.setRange(0, status.total)
        self.bar.setValue(status.done)
        for plot, points in ((self.loss, status.losses), (self.validation, status.validations)):
            if plot is not None:
                plot.setVisible(has_curve)
                plot.show_points(points)
        self.waiting.setVisible(self.loss is None and has_curve)
        self._say()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.heading.setText(translate("admin", "Progress"))
        self.waiting.setText(translate("admin", "Loading the curves…"))
        self.bar.setAccessibleName(translate("admin", "Progress of the training"))
        step = translate("admin", "Step")
        if self.loss is not None:
            self.loss.say(translate("admin", "Loss (lower is better)"), step, translate("admin", "Loss"))
        if self.validation is not None:
            self.validation.say(
                translate("admin", "People kept aside (higher is better)"), step, translate("admin", "TAR in %")
            )
        self._say()

    def restyle(self) -> None:
        """Draw in the colours now in use."""
        for plot in (self.loss, self.validation):
            if plot is not None:
                plot.restyle()

    def _say(self) -> None:
        status = self._status
        if status.is_running:
            self.phase.setText(phase_text(status))
        elif status.state is RunState.CANCELLED:
            self.phase.setText(translate("admin", "The training was cancelled; nothing of it was kept."))
        else:
            self.phase.setText("")
        self.phase.setVisible(bool(self.phase.text()))
        if status.state is RunState.FAILED:
            sentence, hint = failure_text(status)
            self.failure.say(sentence, hint=hint, kind="bad")
        else:
            self.failure.clear()
        self.log.setText("\n".join(status.log))
        self.log.setVisible(bool(status.log))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the plots beside or below each other."""
        is_wide = event.size().width() >= _SIDE_BY_SIDE
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        self._plots.setDirection(direction)
        super().resizeEvent(event)
