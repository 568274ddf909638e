"""The way to the door on the Training page: a promoted model is installed first."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from attendance.services.training.service import TrainingService
from attendance.services.training.status import TrainingStatus
from attendance.ui.admin.parts.recognizers.door_card import DoorCard
from attendance.ui.admin.parts.recognizers.door_run import Doing, DoorRun
from attendance.ui.admin.parts.words import translate


class TrainingDoorCard(DoorCard):
    """Shown for a promoted pack as well; hidden while a training runs."""

    def __init__(self, service: TrainingService, run: DoorRun, parent: QWidget | None = None) -> None:
        self._service = service
        self._status = TrainingStatus()
        super().__init__(run, parent)

    def show_status(self, status: TrainingStatus) -> None:
        """Take in how the last training ended."""
        self._status = status
        self.update_parts()

    @property
    def has_result(self) -> bool:
        """True while a promoted pack waits to be installed."""
        result = self._status.result
        return result is not None and result.is_promoted

    @property
    def is_kept_back(self) -> bool:
        """True while a training runs."""
        return self._status.is_running

    def door_sentence(self) -> str:
        """Return what an installation does, or which model is where."""
        if not self.has_result:
            return super().door_sentence()
        return translate(
            "admin",
            "Installed, the new model first looks on: the kiosk goes on with the model in use and notes where the two "
            "differ. Nobody has to be enrolled again.",
        )

    def discard_question(self) -> tuple[str, str]:
        """Return what is lost, and the text of the button."""
        if not self.has_result:
            return super().discard_question()
        return translate(
            "admin", "The new model and its table are removed; another training would be needed to get it again."
        ), translate("admin", "Discard it")

    def install_text(self) -> str:
        """Return the text of the button that prepares."""
        return translate("admin", "Install and compare at the door") if self.has_result else super().install_text()

    def install_it(self) -> None:
        """Install and prepare the promoted pack, or go on with an interrupted preparation."""
        if self.has_result:
            self.run.begin(Doing.PREPARE, self._service.install)
        else:
            super().install_it()

    def discard_it(self) -> None:
        """Remove the promoted pack, or forget the candidate."""
        if self.has_result:
            self.run.begin(Doing.DISCARD, lambda _progress: self._service.put_away())
        else:
            super().discard_it()
