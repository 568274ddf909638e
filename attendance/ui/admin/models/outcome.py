"""What came out of a work on a pack; it stays until somebody dismisses it or begins something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QToolButton, QWidget

from attendance.core.types import PackInfo
from attendance.errors.models import ModelError
from attendance.services.recognizers.site_calibration import SiteCalibration
from attendance.ui.admin.models.pack_row import Part
from attendance.ui.admin.models.words import calibrated_hint, calibrated_text
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Kind, Notice
from attendance.ui.admin.parts.recognizers.door_words import uncalibrated_text
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sentence, what follows from it, and whether it is good."""

    text: str
    hint: str = ""
    kind: Kind = "ok"


class OutcomeNotice(Notice):
    """Hidden until something came out; outcomes are functions, so that they survive a change of language."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outcome: Callable[[], Outcome] | None = None
        self.dismiss = QToolButton()
        set_role(self.dismiss, "remove")
        set_icon(self.dismiss, "close")
        self.add_beside(self.dismiss)
        self.dismiss.clicked.connect(lambda: self.tell(None))

    def tell(self, outcome: Callable[[], Outcome] | None) -> None:
        """Show what came out; None takes it away."""
        self._outcome = outcome
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.dismiss.setAccessibleName(translate("admin", "Dismiss"))
        self.dismiss.setToolTip(translate("admin", "Dismiss"))
        if self._outcome is None:
            self.clear()
        else:
            found = self._outcome()
            self.say(found.text, hint=found.hint, kind=found.kind)


def failed(error: Exception) -> Outcome:
    """Return an error."""
    return Outcome(*error_text(error), "bad")


def checked(name: str, problems: list[ModelError]) -> Outcome:
    """Return what is wrong with the files of a pack."""
    if not problems:
        return Outcome(translate("admin", "Every file of {name} is as it should be.").format(name=name))
    return Outcome("\n".join(error_text(problem)[0] for problem in problems), error_text(problems[0])[1], "bad")


def installed(info: PackInfo) -> Outcome:
    """Return what a new pack still lacks."""
    text = translate("admin", "{name} is installed. Nothing has changed at the door yet.").format(name=info.pack_id)
    return Outcome(text, "" if info.calibration else uncalibrated_text(info.pack_id))


def calibrated(name: str, found: SiteCalibration, part: Part) -> Outcome:
    """Return what a calibration found."""
    return Outcome(calibrated_text(name, found), calibrated_hint(found, part), "warn" if found.is_much_worse else "ok")


def calibration_stopped(name: str) -> Outcome:
    """Return that a calibration was stopped."""
    text = translate("admin", "The calibration of {name} was stopped; nothing has changed.")
    return Outcome(text.format(name=name), kind="info")
