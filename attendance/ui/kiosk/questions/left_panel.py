"""The question after a day without a check-out: when did you leave?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from attendance.core.hours.next_step import MissingCheckOut
from attendance.core.types import ImageBgr
from attendance.ui.kiosk.action_row import CARD_TEXT_SMALLEST, Action, ActionRow
from attendance.ui.kiosk.hours_words import missing_text
from attendance.ui.kiosk.questions.ask_panel import AskPanel
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel

translate = QCoreApplication.translate

STEPS_MIN = (-15, -5, 5, 15)
UNPLANNED_STAY = timedelta(hours=8)
"""Where the time starts when no plan says when the shift ended."""
_GRID_S = 5 * 60


class LeftPanel(AskPanel):
    """Question, a time with buttons to move it, "Confirm", "Not now" and, while it can be said, "That's not me".

    Where the height is small, the time stands on the button that confirms it.

    Args:
        zone: of the site.
        today: the site's present date.
        locale: names the day.

    Signals:
        confirmed: MissingCheckOut and the chosen aware UTC instant, which the question allows.
        disputed: "That's not me".
    """

    confirmed = Signal(object, object)
    disputed = Signal()

    def __init__(
        self,
        metrics: KioskMetrics,
        *,
        zone: ZoneInfo,
        today: Callable[[], date],
        locale: Callable[[], QLocale],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(metrics, parent)
        self._zone = zone
        self._today = today
        self._locale = locale
        self._missing: MissingCheckOut | None = None
        self._left_utc = datetime.min.replace(tzinfo=UTC)
        self._answer = ""
        self._can_dispute = False
        self._is_tight = False
        self._is_fitting = False
        self._question = FittedLabel(self, max_lines=3)
        self._question.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._time = FittedLabel(self, max_lines=2, weight=QFont.Weight.Bold, tabular=True)
        self._time.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.steps = ActionRow(self)
        self.answers = ActionRow(self)
        self.steps.pressed.connect(self._on_step)
        self.answers.pressed.connect(self._on_answer)
        for part in (self._question, self._time, self.steps, self.answers):
            self._column.addWidget(part)
        self.refresh(metrics)

    @property
    def missing(self) -> MissingCheckOut | None:
        """What is asked."""
        return self._missing

    def question(self) -> str:
        """Return the words of the question, or of the answer to it."""
        return self._question.text()

    def time_text(self) -> str:
        """Return the time on screen."""
        return self._time.text()

    def show_question(
        self, name: str, crop_bgr: ImageBgr | None, missing: MissingCheckOut, *, can_dispute: bool = False
    ) -> None:
        """Ask somebody; the time starts at the end of the shift, or 8 hours after the arrival without a plan.

        Args:
            name: of the person.
            crop_bgr: (112, 112, 3) uint8 BGR, None shows an icon.
            missing: the day.
            can_dispute: offer "That's not me".
        """
        self._can_dispute = can_dispute
        self._show_person(name, crop_bgr)
        self._missing, self._answer = missing, ""
        self._set_time(missing.suggested_utc or missing.since_utc + UNPLANNED_STAY)

    def end_dispute(self) -> None:
        """Offer "That's not me" no more."""
        if self._can_dispute:
            self._can_dispute = False
            self.refresh(self._metrics)

    def show_busy(self) -> None:
        """Take no second answer while the first is booked."""
        self.steps.setEnabled(False)
        self.answers.setEnabled(False)

    def show_answer(self, *, is_booked: bool) -> None:
        """Say what became of the answer."""
        self._answer = "booked" if is_booked else "failed"
        self.refresh(self._metrics)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        super().refresh(metrics)
        set_role(self._question, "warn" if self._answer == "failed" else "")
        self._time.set_sizes(metrics.name, metrics.body)
        is_open = self._missing is not None and not self._answer
        self.steps.setVisible(is_open)
        self.answers.setVisible(is_open)
        if self._missing is None:
            self._time.setVisible(False)
            return
        self._question.setText(self._words(self._missing))
        self._time.setText(self._local_text(self._missing))
        self._time.setAccessibleName(self._time.text())
        numbers = {str(m): f"{m:+d}".replace("-", "−") for m in STEPS_MIN}
        self.steps.show_actions([Action(key, text) for key, text in numbers.items()], metrics)
        for key, text in numbers.items():
            self.steps.buttons[key].setAccessibleName(translate("kiosk", "{minutes} min").format(minutes=text))
        self.steps.setEnabled(is_open)
        self.answers.setEnabled(is_open)
        self.setAccessibleName(f"{self.name()}, {self.question()}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the height: parts that were never shown had none."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Write the time large, or on the button where there is no height for both."""
        if self._is_fitting:
            return  # showing and hiding parts lays this panel out anew
        self._is_fitting = True
        is_open = self._missing is not None and not self._answer
        for self._is_tight in (False, True):
            self._set_spaces(is_tight=self._is_tight)
            self._question.set_sizes(CARD_TEXT_SMALLEST if self._is_tight else self._metrics.body, CARD_TEXT_SMALLEST)
            self._time.setVisible(is_open and not self._is_tight)
            if is_open:
                self._show_answers()
            if self._needed_height() <= self.height():
                break
        self._is_fitting = False

    def _show_answers(self) -> None:
        confirm = translate("kiosk", "Confirm")
        on_button = translate("kiosk", "OK {time}").format(time=self.time_text()) if self._is_tight else confirm
        shown = [Action("confirm", on_button, "confirm"), Action("later", translate("kiosk", "Not now"))]
        if self._can_dispute:
            shown.append(Action("dispute", translate("kiosk", "That's not me")))
        self.answers.show_actions(shown, self._metrics)
        self.answers.buttons["confirm"].setAccessibleName(f"{confirm} {self.time_text()}")

    def _words(self, missing: MissingCheckOut) -> str:
        if self._answer == "booked":
            return translate("kiosk", "Thank you. Your manager will confirm it.")
        if self._answer == "failed":
            return translate("kiosk", "That did not work. Please see reception.")
        return missing_text(missing.day, self._today(), self._locale())

    def _local_text(self, missing: MissingCheckOut) -> str:
        local = self._left_utc.astimezone(self._zone)
        if local.date() == missing.day:
            return f"{local:%H:%M}"
        # A night shift ended on the next day.
        day = self._locale().dayName(local.isoweekday(), QLocale.FormatType.ShortFormat)
        return f"{day} {local:%H:%M}"

    def _set_time(self, wanted: datetime) -> None:
        """Take a time on the five-minute grid, or the nearest one that the question allows."""
        missing = self._missing
        assert missing is not None
        earliest, latest = missing.earliest_utc + timedelta(seconds=1), missing.latest_utc
        second = round(wanted.timestamp())
        on_grid = datetime.fromtimestamp(second - second % _GRID_S, UTC)
        self._left_utc = min(max(on_grid, earliest), latest)
        self.refresh(self._metrics)

    @Slot(str)
    def _on_step(self, minutes: str) -> None:
        self._set_time(self._left_utc + timedelta(minutes=int(minutes)))

    @Slot(str)
    def _on_answer(self, key: str) -> None:
        if key == "later":
            self.declined.emit()
        elif key == "dispute":
            self.disputed.emit()
        elif self._missing is not None:
            self.confirmed.emit(self._missing, self._left_utc)
