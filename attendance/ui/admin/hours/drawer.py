"""The right-hand drawer of the hours page: one day of one person, its events and its corrections."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from attendance.core.hours.timesheet import Flag
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.corrections_form import Action, CorrectionForm
from attendance.ui.admin.hours.corrections_list import OpenCorrections
from attendance.ui.admin.hours.day import DayDetail, DayEvent
from attendance.ui.admin.hours.words import (
    QUIET_FLAGS,
    clock_text,
    day_text,
    direction_text,
    flag_text,
    hours_text,
    planned_text,
    status_text,
)
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import scrolled
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from attendance.ui.admin.parts.stylesheet import DRAWER_WIDTH
from attendance.ui.admin.parts.words import translate
from attendance.ui.plain_tip import plain_tip
from attendance.ui.stylesheet import set_role
from attendance.ui.widgets.fitted_label import FittedLabel

_MAX_SHOWN = 6
"""Events that stand in the list without scrolling inside it."""


class HoursDrawer(QFrame):
    """One day: numbers, events, actions and what waits for a decision.

    Signals:
        corrected: a correction was made or decided.
        closed: the drawer was closed.
    """

    corrected = Signal(object)
    closed = Signal()

    def __init__(
        self, services: AdminServices, hours_services: HoursServices, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setFixedWidth(DRAWER_WIDTH)
        self._services = services
        self._detail: DayDetail | None = None
        self.heading = FittedLabel(max_lines=2, weight=QFont.Weight.DemiBold)
        self.heading.set_sizes(theme.ADMIN_HEADING, theme.ADMIN_BODY)
        self.caption = QLabel()
        set_role(self.caption, "muted")
        self.close_button = QToolButton()
        set_role(self.close_button, "quiet")
        set_icon(self.close_button, "close", "text_muted")
        self.numbers = QGridLayout()
        self.flags, self.remarks = QLabel(), QLabel()
        self.events_title, self.waiting_title = QLabel(), QLabel()
        self.events = QListWidget()
        self.no_events = QLabel()
        self.action_buttons: dict[Action, QPushButton] = {action: QPushButton() for action in Action}
        self.form = CorrectionForm(services, hours_services, jobs)
        self.error = Notice(is_narrow=True)
        self.waiting = OpenCorrections(services, hours_services, jobs, with_name=False)
        self._lay_out()
        self._connect()
        self.retranslate()
        self._show_form(is_asking=False)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_3)
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        for label in (self.caption, self.flags, self.remarks):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.flags, "warn")
        set_role(self.remarks, "muted")
        set_role(self.no_events, "muted")
        for title in (self.events_title, self.waiting_title):
            set_role(title, "caption")
        set_role(self.events, "list")
        self.events.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.numbers.setVerticalSpacing(theme.SPACE_1)
        self.numbers.setColumnStretch(1, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_2)
        column.addLayout(self.numbers)
        for widget in (self.flags, self.remarks, self.error, self.events_title, self.events, self.no_events):
            column.addWidget(widget)
        self._buttons = QWidget()
        grid = QGridLayout(self._buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.SPACE_2)
        for action, place in {
            Action.MOVE: (0, 0, 1, 1),
            Action.VOID: (0, 1, 1, 1),
            Action.REASSIGN: (1, 0, 1, 2),
            Action.ADD: (2, 0, 1, 1),
            Action.LEAVE: (2, 1, 1, 1),
        }.items():
            grid.addWidget(self.action_buttons[action], *place)
        column.addWidget(self._buttons)
        column.addWidget(self.form)
        column.addWidget(self.waiting_title)
        column.addWidget(self.waiting)
        column.addStretch(1)
        head = QVBoxLayout()
        head.setSpacing(theme.SPACE_1)
        head.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_3, 0)
        head.addLayout(top)
        head.addWidget(self.caption)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.SPACE_3, 0, 0)
        outer.setSpacing(theme.SPACE_2)
        outer.addLayout(head)
        self._area = scrolled(content)
        outer.addWidget(self._area, 1)

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.closed)
        self.events.currentRowChanged.connect(self._update_actions)
        for action, button in self.action_buttons.items():
            button.clicked.connect(lambda _checked=False, wanted=action: self.ask(wanted))
        self.form.cancelled.connect(lambda: self._show_form(is_asking=False))
        self.form.made.connect(self._on_corrected)
        self.waiting.decided.connect(self._on_corrected)

    # --- what is shown -------------------------------------------------------------------------------

    @property
    def detail(self) -> DayDetail | None:
        """The day that is shown."""
        return self._detail

    def set_people(self, people: Sequence[Person]) -> None:
        """Say to whom an event can be given."""
        self.form.set_people(people)

    def show_day(self, detail: DayDetail) -> None:
        """Show one day; a form that is open for the same day stays."""
        before = self._detail
        is_same = before is not None and (before.person.id, before.sheet.day) == (detail.person.id, detail.sheet.day)
        self._detail = detail
        self.error.clear()
        if not is_same:
            self._show_form(is_asking=False)
            self.events.setCurrentRow(-1)
            self._area.verticalScrollBar().setValue(0)
        self._say()
        self.waiting.show_open(detail.waiting)
        self._update_actions()

    def selected_event(self) -> DayEvent | None:
        """Return the chosen event."""
        row = self.events.currentRow()
        if self._detail is None or not 0 <= row < len(self._detail.events):
            return None
        return self._detail.events[row]

    @Slot()
    def ask(self, action: Action) -> None:
        """Open the form of one action."""
        detail = self._detail
        if detail is None:
            return
        needs_event = action not in {Action.ADD, Action.LEAVE}
        self._show_form(is_asking=True)
        self.form.ask(action, detail.person, detail.sheet.day, self.selected_event() if needs_event else None)
        # Once the form has its place: in a small window it opens below what can be seen.
        QTimer.singleShot(0, self.form, self._show_whole_form)

    @Slot()
    def _show_whole_form(self) -> None:
        self._area.ensureWidgetVisible(self.form.submit)
        self._area.ensureWidgetVisible(self.form.heading)

    def _show_form(self, *, is_asking: bool) -> None:
        self.form.setVisible(is_asking)
        self._buttons.setVisible(not is_asking)
        self.events.setEnabled(not is_asking)

    def _on_corrected(self, correction: object) -> None:
        self._show_form(is_asking=False)
        self.corrected.emit(correction)

    @Slot()
    def _update_actions(self) -> None:
        event = self.selected_event()
        counts = event is not None and event.state.counts
        for action in (Action.MOVE, Action.VOID, Action.REASSIGN):
            self.action_buttons[action].setEnabled(counts)

    # --- words ---------------------------------------------------------------------------------------

    def _say(self) -> None:
        detail = self._detail
        if detail is None:
            return
        sheet = detail.sheet
        self.heading.setText(detail.person.name)
        parts = (day_text(sheet.day), sheet.shift, status_text(sheet))
        self.caption.setText(" · ".join(part for part in parts if part))
        self.setAccessibleName(f"{detail.person.name} {self.caption.text()}")
        flags = [flag for flag in Flag if flag in sheet.flags]
        self.flags.setText("\n".join(f"⚠ {flag_text(flag)}" for flag in flags if flag not in QUIET_FLAGS))
        self.remarks.setText(" · ".join(flag_text(flag) for flag in flags if flag in QUIET_FLAGS))
        for label in (self.flags, self.remarks):
            label.setVisible(bool(label.text()))
        self._say_numbers(detail)
        self._say_events(detail)
        self.waiting_title.setText(translate("admin", "Corrections that wait for approval"))
        self.waiting_title.setVisible(bool(detail.waiting))

    def _say_numbers(self, detail: DayDetail) -> None:
        sheet = detail.sheet
        rows = (
            (translate("admin", "Planned"), planned_text(sheet, self._services.zone)),
            (translate("admin", "Worked"), hours_text(sheet.worked_s)),
            (translate("admin", "Break"), hours_text(sheet.break_s)),
            (translate("admin", "Late"), hours_text(sheet.late_by_s)),
            (translate("admin", "Left early"), hours_text(sheet.early_by_s)),
            (translate("admin", "Overtime"), hours_text(sheet.overtime_s)),
        )
        while (item := self.numbers.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(one for one in rows if one[1]):
            label, number = QLabel(name), QLabel(value)
            set_role(label, "muted")
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.numbers.addWidget(label, row, 0)
            self.numbers.addWidget(number, row, 1)

    def _say_events(self, detail: DayDetail) -> None:
        chosen = self.events.currentRow()
        self.events.blockSignals(True)
        self.events.clear()
        for event in detail.events:
            item = QListWidgetItem(self._event_text(event))
            item.setToolTip(plain_tip(event.source))
            font = item.font()
            font.setStrikeOut(not event.state.counts)
            item.setFont(font)
            self.events.addItem(item)
        self.events.setCurrentRow(chosen if 0 <= chosen < len(detail.events) else -1)
        self.events.blockSignals(False)
        rows = min(max(len(detail.events), 1), _MAX_SHOWN)
        height = self.events.sizeHintForRow(0) if detail.events else 0
        self.events.setFixedHeight(rows * height + 2 * self.events.frameWidth() + theme.SPACE_3)
        self.events.setVisible(bool(detail.events))
        self.no_events.setVisible(not detail.events)

    def _event_text(self, event: DayEvent) -> str:
        assert self._detail is not None
        state = event.state
        at = clock_text(state.at_utc, self._services.zone, self._detail.sheet.day)
        marks = []
        if state.person_id != self._detail.person.id:
            marks.append(translate("admin", "somebody else's"))
        elif not state.counts:
            marks.append(translate("admin", "void"))
        elif event.is_ignored:
            marks.append(translate("admin", "does not count"))
        if event.is_added:
            marks.append(translate("admin", "by hand"))
        if event.is_provisional:
            marks.append(translate("admin", "provisional"))
        elif event.is_corrected:
            marks.append(translate("admin", "corrected"))
        line = f"{at}   {direction_text(state.direction)}"
        return f"{line}   ({', '.join(marks)})" if marks else line

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.close_button.setToolTip(translate("admin", "Close (Esc)"))
        self.close_button.setAccessibleName(translate("admin", "Close the details"))
        self.events_title.setText(translate("admin", "Entries of the day"))
        self.events.setAccessibleName(translate("admin", "Entries of the day"))
        self.no_events.setText(translate("admin", "No entries"))
        names = {
            Action.ADD: translate("admin", "Add an entry…"),
            Action.MOVE: translate("admin", "Move…"),
            Action.VOID: translate("admin", "Void…"),
            Action.REASSIGN: translate("admin", "Give to somebody else…"),
            Action.LEAVE: translate("admin", "Leave…"),
        }
        tip = translate("admin", "Choose an entry first.")
        for action, button in self.action_buttons.items():
            button.setText(names[action])
            button.setToolTip("" if action in {Action.ADD, Action.LEAVE} else plain_tip(tip))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "back": out of the form first, then out of the drawer."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.form.isHidden():
            self._show_form(is_asking=False)
        else:
            self.closed.emit()
