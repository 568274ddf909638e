"""Fit the recognition to the staff: what there is, a run with its curves, before and after, and the way to the door."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from attendance.services.training.service import TrainingService, install_command
from attendance.services.training.status import Obstacle, RunState, TrainingSummary
from attendance.ui import theme
from attendance.ui.admin.parts.confirm import ConfirmPanel
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.quiet_plot import load_plotting
from attendance.ui.admin.parts.recognizers.door_run import DoorRun
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.data_card import TrainingDataCard
from attendance.ui.admin.training.door_card import TrainingDoorCard
from attendance.ui.admin.training.result_card import TrainingResultCard
from attendance.ui.admin.training.run_card import TrainingRunCard
from attendance.ui.admin.training.words import install_text, obstacle_text, verdict_text
from attendance.ui.plain_tip import plain_tip
from attendance.ui.stylesheet import set_role

TICK_MS = 250
"""Between two readings of a running training."""


class TrainingPage(Page):
    """The Training page.

    Signals:
        people_asked: to the list of people.
        may_close: the training ended that the window's closing waited for.
    """

    people_asked = Signal()
    may_close = Signal()

    def __init__(
        self,
        services: AdminServices,
        service: TrainingService,
        jobs: Jobs,
        toasts: Toasts,
        door_run: DoorRun,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.service = service
        self._door_run = door_run
        self.start, self.cancel = QPushButton(), QPushButton()
        self.closing = ConfirmPanel()
        self.obstacle, self.notice = Notice(), Notice()
        self.data = TrainingDataCard()
        self.run = TrainingRunCard()
        self.result = TrainingResultCard()
        self.door = TrainingDoorCard(service, door_run)
        self._summary: TrainingSummary | None = None
        self._obstacle: Obstacle | None = None
        self._was_running = False
        self._is_starting = False
        self._is_closing = False
        self._is_plotting = False
        self._tick = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show_status()

    def _lay_out(self) -> None:
        set_role(self.start, "primary")
        self.header.addWidget(self.cancel)
        self.header.addWidget(self.start)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, theme.SPACE_2, 0)
        column.setSpacing(theme.SPACE_3)
        for widget in (self.obstacle, self.notice, self.result, self.door, self.run, self.data):
            column.addWidget(widget)
        column.addStretch(1)
        self.body.addWidget(self.closing)
        self.body.addWidget(scrolled(content), 1)

    def _connect(self) -> None:
        self.start.clicked.connect(self._on_start)
        self.cancel.clicked.connect(self._on_cancel)
        self.data.people_asked.connect(self.people_asked)
        self.data.others_faces_chosen.connect(self._on_others_faces)
        self._door_run.ended.connect(self._show_status)
        self._door_run.changed.connect(self._update)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_status)

    # --- coming and going ----------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        if not self._is_plotting:
            self._is_plotting = True
            self.jobs.submit(load_plotting, self.run.add_plots, self.notice.say_error)
        self.refresh()
        self._door_run.watch()

    def left(self) -> None:
        """Stop asking the door; a training goes on in the background and its verdict waits here."""
        self._door_run.unwatch()

    def refresh(self) -> None:
        """Count again what there is to train on."""
        service = self.service

        def work() -> tuple[TrainingSummary, str, Obstacle | None]:
            summary, others_faces = service.summary(), service.others_faces()
            return summary, others_faces, service.obstacle(summary, others_faces)

        self.jobs.submit(work, self._on_counted, self.notice.say_error)

    def ask_to_close(self) -> None:
        """Ask what becomes of the running training before the window closes."""
        self.closing.ask(_closing_question, self._on_close_confirmed)

    def close_down(self) -> None:
        """End everything; returns when no process is left."""
        self.service.close()

    def _on_close_confirmed(self) -> None:
        self._is_closing = True
        self.service.cancel()
        self._show_status()

    def _on_counted(self, found: tuple[TrainingSummary, str, Obstacle | None]) -> None:
        self._summary, others_faces, self._obstacle = found
        self.data.show_summary(self._summary)
        self.data.show_others_faces(others_faces)
        self._say_obstacle()
        self._update()

    # --- running -------------------------------------------------------------------------------------

    @Slot()
    def _on_start(self) -> None:
        self.notice.clear()
        self._is_starting = True
        self._update()
        service, path = self.service, self.data.path.text().strip()

        def work() -> None:
            service.set_others_faces(path)
            service.start()

        self.jobs.submit(work, lambda _nothing: self._on_started(), self._on_not_started)

    def _on_started(self) -> None:
        self._is_starting = False
        self._show_status()
        self.cancel.setFocus()

    def _on_not_started(self, error: Exception) -> None:
        self._is_starting = False
        self.notice.say_error(error)
        self._update()

    @Slot()
    def _on_cancel(self) -> None:
        self.service.cancel()
        self._show_status()

    @Slot(str)
    def _on_others_faces(self, path: str) -> None:
        self.notice.clear()
        self.jobs.submit(
            partial(self.service.set_others_faces, path), lambda _nothing: self.refresh(), self.notice.say_error
        )

    @Slot()
    def _show_status(self) -> None:
        status = self.service.status
        has_ended = self._was_running and not status.is_running
        self._was_running = status.is_running
        self.run.show_status(status)
        self.result.show_result(status.result)
        self.door.show_status(status)
        # A switch loads the services anew, and that would end the training.
        self._door_run.hinder("training", _waits_for_training if status.is_running else None)
        if status.is_running:
            self._tick.start()
        else:
            self._tick.stop()
        self._update()
        if has_ended:
            self._on_ended()

    def _on_ended(self) -> None:
        status = self.service.status
        self.closing.dismiss()
        if self._is_closing:
            self._is_closing = False
            self.may_close.emit()
            return
        self.refresh()
        if status.state is RunState.FINISHED and status.result is not None and not self.isVisible():
            self.toasts.show_text(verdict_text(status.result))

    @Slot()
    def _update(self) -> None:
        is_running = self._was_running
        can_start = self._summary is not None and self._obstacle is None and not self._is_starting
        self.start.setVisible(not is_running)
        self.start.setEnabled(can_start and not self._door_run.is_busy)
        self.cancel.setVisible(is_running)
        self.cancel.setEnabled(self.service.status.state is RunState.RUNNING)
        self.data.set_busy(is_running)

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Training"))
        self.caption.setText(translate("admin", "Fits the recognition to your staff."))
        self.start.setText(translate("admin", "Start the training"))
        self.cancel.setText(translate("admin", "Cancel the training"))
        self.closing.retranslate()
        for part in (self.data, self.run, self.result, self.door):
            part.retranslate()
        self._say_obstacle()

    def restyle(self) -> None:
        """Draw the curves in the colours now in use."""
        self.run.restyle()

    def _say_obstacle(self) -> None:
        if self._obstacle is None or self._summary is None:
            self.obstacle.clear()
            self.start.setToolTip("")
            return
        text = obstacle_text(self._obstacle, self._summary)
        hint = install_text(install_command()) if self._obstacle is Obstacle.NO_TORCH else ""
        self.obstacle.say(text, hint=hint, kind="warn")
        self.start.setToolTip(plain_tip(text))
        self.start.setAccessibleDescription(text)


def _waits_for_training() -> str:
    return translate("admin", "Another model can be put in use as soon as the training has ended.")


def _closing_question() -> tuple[str, str]:
    return (
        translate("admin", "A training is running. Closing the window stops it, and nothing of it is kept."),
        translate("admin", "Stop it and close"),
    )
