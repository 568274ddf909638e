"""The drawer of the plan: one shift, its hours, and for whom it is from when on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QEvent, QLocale, Qt, QTime, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from attendance.core.hours.shift import DAY_MIN, Shift
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.fields import inset
from attendance.ui.admin.hours.words import date_pattern
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import scrolled
from attendance.ui.admin.parts.stylesheet import DRAWER_WIDTH
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.plan.text import ShiftEntry
from attendance.ui.stylesheet import set_role

_MAX_BREAK_MIN = 240
_MAX_GRACE_MIN = 120
_BREAK_AFTER_MIN = 360
"""Of a new shift: a break is due to those who worked longer than six hours (German ArbZG § 4)."""


class PlanEditor(QFrame):
    """Asks for a shift entry.

    Signals:
        asked: the ShiftEntry to save.
        closed: nothing is to be saved.
    """

    asked = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setFixedWidth(DRAWER_WIDTH)
        self._shifts: dict[str, Shift] = {}
        self._people: list[Person] = []
        self._departments: list[str] = []
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.name_box, self.who_box = QComboBox(), QComboBox()
        self.start_edit, self.end_edit, self.first_edit = QTimeEdit(), QTimeEdit(), QDateEdit()
        self.break_spin, self.grace_spin = QSpinBox(), QSpinBox()
        self.name, self.who, self.first_day = Field(self.name_box), Field(self.who_box), Field(self.first_edit)
        self.start, self.end = Field(self.start_edit), Field(self.end_edit)
        self.pause, self.grace = Field(self.break_spin), Field(self.grace_spin)
        self.error = Notice(is_narrow=True)
        self.save, self.cancel = QPushButton(), QPushButton()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.name_box.setEditable(True)
        for box in (self.name_box, self.who_box):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for edit in (self.start_edit, self.end_edit):
            edit.setDisplayFormat("HH:mm")
            inset(edit)
        for spin, most in ((self.break_spin, _MAX_BREAK_MIN), (self.grace_spin, _MAX_GRACE_MIN)):
            spin.setRange(0, most)
            inset(spin)
        self.start_edit.setTime(QTime(9, 0))
        self.end_edit.setTime(QTime(17, 30))
        self.first_edit.setCalendarPopup(True)
        set_role(self.save, "primary")
        set_role(self.cancel, "quiet")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_4, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.heading)
        column.addWidget(self.name)
        for pair in ((self.start, self.end), (self.pause, self.grace)):
            row = QHBoxLayout()
            row.setSpacing(theme.SPACE_2)
            for field in pair:
                row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        column.addWidget(self.who)
        column.addWidget(self.first_day)
        column.addWidget(self.error)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _connect(self) -> None:
        self.name_box.currentTextChanged.connect(self._on_name)
        self.start_edit.timeChanged.connect(self._say_end)
        self.end_edit.timeChanged.connect(self._say_end)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.closed)

    def begin(self, shifts: Sequence[Shift], people: Sequence[Person], today: date) -> None:
        """Ask for a shift; those that are there already can be chosen."""
        self._shifts = {shift.name: shift for shift in shifts}
        self._people = [person for person in people if person.is_active]
        self._departments = sorted({person.department for person in people if person.department})
        self.error.clear()
        self.name.say_error("")
        self.name_box.clear()
        self.name_box.addItems(list(self._shifts))
        self.name_box.setCurrentIndex(0 if self._shifts else -1)
        self.first_edit.setDate(QDate(today.year, today.month, today.day))
        self._fill_who()
        self._on_name()
        self.name_box.setFocus()

    def set_busy(self, is_busy: bool) -> None:
        """Let nothing be saved twice."""
        self.save.setEnabled(not is_busy)

    def choose(self, shift: str) -> None:
        """Show a shift that is there already."""
        self.name_box.setCurrentText(shift)

    @Slot()
    def _on_name(self) -> None:
        name = self.name_box.currentText().strip()
        self.name.say_error("")
        shift = self._shifts.get(name)
        if shift is not None:
            self.start_edit.setTime(_clock(shift.start_min))
            self.end_edit.setTime(_clock(shift.end_min))
            self.break_spin.setValue(shift.breaks[0].minutes if shift.breaks else 0)
            self.grace_spin.setValue(max(shift.grace_in_min, shift.grace_out_min))
            self.name.say_remark(translate("admin", "Other hours of this shift also change days that are over."))
        is_simple = shift is None or _is_simple(shift)
        if not is_simple:
            self.name.say_error(translate("admin", "This shift has more than these fields: change it in a plan file."))
        for field in (self.start, self.end, self.pause, self.grace, self.who, self.first_day):
            field.setEnabled(is_simple)
        self.save.setEnabled(is_simple)

    @Slot()
    def _say_end(self) -> None:
        is_next_day = self.end_edit.time() <= self.start_edit.time()
        self.end.say_remark(translate("admin", "on the next day") if is_next_day else "")

    @Slot()
    def _on_save(self) -> None:
        name = self.name_box.currentText().strip()
        if not name:
            self.name.say_error(translate("admin", "Give the shift a name."))
            self.name_box.setFocus()
            return
        kind, value = self.who_box.currentData()
        shift = self._shifts.get(name)
        first = self.first_edit.date()
        self.error.clear()
        self.asked.emit(
            ShiftEntry(
                name=name,
                start=self.start_edit.time().toString("HH:mm"),
                end=self.end_edit.time().toString("HH:mm"),
                break_min=self.break_spin.value(),
                break_after_min=shift.breaks[0].after_min if shift is not None and shift.breaks else _BREAK_AFTER_MIN,
                grace_min=self.grace_spin.value(),
                first_day=date(first.year(), first.month(), first.day()),
                department=value if kind == "department" else "",
                person=value if kind == "person" else "",
            )
        )

    def _fill_who(self) -> None:
        chosen = max(self.who_box.currentIndex(), 0)
        self.who_box.clear()
        self.who_box.addItem(translate("admin", "Everybody"), ("", ""))
        for name in self._departments:
            self.who_box.addItem(translate("admin", "Department {name}").format(name=name), ("department", name))
        for person in self._people:
            self.who_box.addItem(f"{person.name} ({person.code})", ("person", person.code))
        self.who_box.setCurrentIndex(chosen if chosen < self.who_box.count() else 0)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.heading.setText(translate("admin", "Assign a shift"))
        self.name.set_label(translate("admin", "Shift: choose one or type a new name"))
        self.start.set_label(translate("admin", "Start"))
        self.end.set_label(translate("admin", "End"))
        self.pause.set_label(translate("admin", "Break"))
        self.grace.set_label(translate("admin", "Grace"))
        self.who.set_label(translate("admin", "For"))
        self.first_day.set_label(translate("admin", "From"))
        self.break_spin.setSuffix(translate("admin", " min"))
        self.grace_spin.setSuffix(translate("admin", " min"))
        self.first_edit.setLocale(QLocale())
        self.first_edit.setDisplayFormat(date_pattern())
        self.save.setText(translate("admin", "Save"))
        self.cancel.setText(translate("admin", "Cancel"))
        self._fill_who()
        self._say_end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._on_name()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "back"; everything else is Qt's."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _is_simple(shift: Shift) -> bool:
    """Return whether the editor can show a shift without losing anything of it."""
    return len(shift.parts) == 1 and not shift.flexible_min and len(shift.breaks) <= 1 and _has_one_grace(shift)


def _has_one_grace(shift: Shift) -> bool:
    return shift.grace_in_min == shift.grace_out_min


def _clock(minutes: int) -> QTime:
    return QTime(minutes % DAY_MIN // 60, minutes % 60)
