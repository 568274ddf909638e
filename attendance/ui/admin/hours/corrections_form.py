"""What one correction needs: a time, a person, days, and always a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from enum import Enum

from PySide6.QtCore import QDate, QEvent, QLocale, Qt, QTime, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from attendance.core.corrections import Correction
from attendance.core.site_time import instants_of_local
from attendance.core.types import Direction, Person
from attendance.ui import theme
from attendance.ui.admin.hours.day import DayEvent
from attendance.ui.admin.hours.fields import inset
from attendance.ui.admin.hours.words import LEAVE_KINDS, date_pattern, direction_text, leave_text
from attendance.ui.admin.parts.choices import fill, reword
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

DIRECTIONS = tuple(Direction)


class Action(Enum):
    """What the form is asked for."""

    ADD = "add"
    MOVE = "move"
    VOID = "void"
    REASSIGN = "reassign"
    LEAVE = "leave"


_WITH_TIME = {Action.ADD, Action.MOVE}


class CorrectionForm(QWidget):
    """The fields of one action; a worker makes the correction.

    Signals:
        made: the correction as it was stored.
        cancelled: nothing is to be done.
    """

    made = Signal(object)
    cancelled = Signal()

    def __init__(
        self, services: AdminServices, hours_services: HoursServices, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._hours_services, self._jobs = services, hours_services, jobs
        self.action = Action.ADD
        self._person: Person | None = None
        self._event: DayEvent | None = None
        self._people: list[Person] = []
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.heading.setWordWrap(True)
        self.date_edit, self.time_edit, self.direction_box = QDateEdit(), QTimeEdit(), QComboBox()
        self.last_edit, self.person_box, self.kind_box = QDateEdit(), QComboBox(), QComboBox()
        self.reason_edit = QLineEdit()
        self.half = QCheckBox()
        self.day, self.at = Field(self.date_edit), Field(self.time_edit)
        self.direction, self.last_day = Field(self.direction_box), Field(self.last_edit)
        self.to_person, self.kind = Field(self.person_box), Field(self.kind_box)
        self.reason = Field(self.reason_edit)
        self.error = Notice()
        self.submit, self.cancel = QPushButton(), QPushButton()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        for edit in (self.date_edit, self.last_edit):
            edit.setCalendarPopup(True)
        inset(self.time_edit)
        self.kind_box.setEditable(True)
        for box in (self.person_box, self.kind_box, self.direction_box):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        set_role(self.submit, "primary")
        set_role(self.cancel, "quiet")
        when = QHBoxLayout()
        when.setSpacing(theme.SPACE_2)
        when.addWidget(self.day, 3)
        when.addWidget(self.at, 2)
        when.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(self.submit)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_2)
        column.addWidget(self.heading)
        column.addLayout(when)
        for widget in (self.last_day, self.direction, self.to_person, self.kind, self.half, self.reason, self.error):
            column.addWidget(widget)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.submit.clicked.connect(self.make)
        self.cancel.clicked.connect(self.cancelled)
        self.reason_edit.returnPressed.connect(self.make)
        self.reason_edit.textChanged.connect(lambda: self.reason.say_error(""))
        for edit in (self.date_edit, self.last_edit):
            edit.dateChanged.connect(self._check_times)
        self.time_edit.timeChanged.connect(self._check_times)

    def set_people(self, people: Sequence[Person]) -> None:
        """Offer these people for events that are somebody else's."""
        self._people = list(people)
        self._fill_people()

    def ask(self, action: Action, person: Person, day: date, event: DayEvent | None = None) -> None:
        """Begin one action.

        Args:
            action: which.
            person: whose day it is.
            day: business day, the first choice of the date.
            event: the event it is about; None for ADD and LEAVE.
        """
        self.action, self._person, self._event = action, person, event
        self.error.clear()
        self.reason.say_error("")
        self.reason_edit.clear()
        self.half.setChecked(False)
        self._set_days(day)
        if event is not None:
            local = event.state.at_utc.astimezone(self._services.zone)
            self._set_days(local.date())
            self.time_edit.setTime(QTime(local.hour, local.minute))
            self.direction_box.setCurrentIndex(DIRECTIONS.index(event.state.direction))
        self.day.setVisible(action in _WITH_TIME or action is Action.LEAVE)
        self.at.setVisible(action in _WITH_TIME)
        self.direction.setVisible(action in _WITH_TIME)
        self.last_day.setVisible(action is Action.LEAVE)
        self.to_person.setVisible(action is Action.REASSIGN)
        self.kind.setVisible(action is Action.LEAVE)
        self.half.setVisible(action is Action.LEAVE)
        self._fill_people()
        self._say_labels()
        self._check_times()
        first = {Action.ADD: self.time_edit, Action.MOVE: self.time_edit, Action.REASSIGN: self.person_box}
        first.get(action, self.date_edit if action is Action.LEAVE else self.reason_edit).setFocus()

    def _set_days(self, day: date) -> None:
        for edit in (self.date_edit, self.last_edit):
            edit.setDate(QDate(day.year, day.month, day.day))

    # --- making --------------------------------------------------------------------------------------

    @Slot()
    def make(self) -> None:
        """Check the fields and make the correction in a worker."""
        if not self.submit.isEnabled():
            return
        if not self.reason_edit.text().strip():
            self.reason.say_error(translate("admin", "Say why; it stays with the correction."))
            self.reason_edit.setFocus()
            return
        work = self._work()
        if work is None:
            return
        self.error.clear()
        self.submit.setEnabled(False)
        self._jobs.submit(work, self._on_made, self._on_failed)

    def _work(self) -> Callable[[], Correction] | None:
        person, event = self._person, self._event
        assert person is not None
        service, reason, by = self._hours_services.corrections, self.reason_edit.text(), self._hours_services.account
        match self.action:
            case Action.LEAVE:
                first, last, half = _to_date(self.date_edit), _to_date(self.last_edit), self.half.isChecked()
                kind = self._leave_kind()
                return lambda: service.leave(person.id, first, last, leave_kind=kind, half=half, reason=reason, by=by)
            case Action.ADD | Action.MOVE:
                return self._timed_work(person, reason, by)
        assert event is not None
        if self.action is Action.VOID:
            return lambda: service.void_event(event.event_id, reason=reason, by=by)
        new_id = self.person_box.currentData()
        return lambda: service.reassign(event.event_id, new_person_id=new_id, reason=reason, by=by)

    def _timed_work(self, person: Person, reason: str, by: str) -> Callable[[], Correction] | None:
        instants = self._instants()
        if not instants:
            return None  # the field says why
        instant = instants[0]
        event, service = self._event, self._hours_services.corrections
        direction = DIRECTIONS[self.direction_box.currentIndex()]
        if self.action is Action.ADD:
            return lambda: service.add_event(person.id, instant, direction, reason=reason, by=by)
        assert event is not None
        before = event.state.at_utc.astimezone(self._services.zone)
        is_same_minute = before.replace(second=0, microsecond=0, tzinfo=None) == self._local()
        moved = None if is_same_minute else instant  # the field has no seconds
        return lambda: service.move_event(event.event_id, at_utc=moved, direction=direction, reason=reason, by=by)

    def _local(self) -> datetime:
        return datetime.combine(_to_date(self.date_edit), _to_time(self.time_edit))

    def _instants(self) -> tuple[datetime, ...]:
        return instants_of_local(self._local(), self._services.zone)

    def _leave_kind(self) -> str:
        words = {leave_text(kind): kind for kind in LEAVE_KINDS}
        text = self.kind_box.currentText().strip()
        return words.get(text, text)

    def _on_made(self, correction: Correction) -> None:
        self.submit.setEnabled(True)
        self.made.emit(correction)

    def _on_failed(self, error: Exception) -> None:
        self.submit.setEnabled(True)
        self.error.say_error(error)

    # --- words ---------------------------------------------------------------------------------------

    @Slot()
    def _check_times(self) -> None:
        self.at.say_error("")
        if self.action not in _WITH_TIME:
            return
        instants = self._instants()
        if not instants:
            self.at.say_error(translate("admin", "The clocks skip this time."))
        elif len(instants) > 1:
            self.at.say_remark(translate("admin", "Comes twice that night; the first is meant."))

    def _fill_people(self) -> None:
        others = [one for one in self._people if self._person is None or one.id != self._person.id]
        nobody = (translate("admin", "Nobody knows whose it is"), None)
        fill(self.person_box, [nobody, *((f"{one.name} ({one.code})", one.id) for one in others)])

    def _say_labels(self) -> None:
        headings = {
            Action.ADD: translate("admin", "Add an entry"),
            Action.MOVE: translate("admin", "Move the entry"),
            Action.VOID: translate("admin", "Void the entry"),
            Action.REASSIGN: translate("admin", "Give the entry to somebody else"),
            Action.LEAVE: translate("admin", "Book leave or absence"),
        }
        self.heading.setText(headings[self.action])
        is_leave = self.action is Action.LEAVE
        self.day.set_label(translate("admin", "First day") if is_leave else translate("admin", "Day"))

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.at.set_label(translate("admin", "Time"))
        self.last_day.set_label(translate("admin", "Last day"))
        self.direction.set_label(translate("admin", "In / out"))
        self.to_person.set_label(translate("admin", "Whose entry it is"))
        self.kind.set_label(translate("admin", "Kind"))
        self.half.setText(translate("admin", "Half days"))
        self.reason.set_label(translate("admin", "Reason (required)"))
        self.submit.setText(translate("admin", "Save"))
        self.cancel.setText(translate("admin", "Cancel"))
        for edit in (self.date_edit, self.last_edit):
            edit.setLocale(QLocale())
            edit.setDisplayFormat(date_pattern())
        self.time_edit.setLocale(QLocale())
        self.time_edit.setDisplayFormat("HH:mm")
        reword(self.direction_box, [direction_text(one) for one in DIRECTIONS])
        reword(self.kind_box, [leave_text(kind) for kind in LEAVE_KINDS])
        self._fill_people()
        self._say_labels()
        self._check_times()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _to_date(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def _to_time(edit: QTimeEdit) -> time:
    at = edit.time()
    return time(at.hour(), at.minute())
