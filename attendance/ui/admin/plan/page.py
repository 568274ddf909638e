"""The plan: who works when, from a file or through the editor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, QTime, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from attendance.core.hours.plan import WorkPlan
from attendance.core.hours.records import StoredPlan
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.services.hours.plan import export_plan, read_plan_file
from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import choose_file, choose_new_file
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState, Notice
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.services import AdminServices, HoursServices, HoursSource
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.plan.editor import PlanEditor
from attendance.ui.admin.plan.models import (
    AssignmentColumn,
    AssignmentRow,
    AssignmentsModel,
    ShiftColumn,
    ShiftsModel,
    assignment_rows,
)
from attendance.ui.admin.plan.text import ShiftEntry, toml_text, with_entry
from attendance.ui.stylesheet import set_role


@dataclass(frozen=True, slots=True)
class PlanShown:
    """The plan in force.

    Attributes:
        stored: as it was saved, None while there is none.
    """

    stored: StoredPlan | None
    plan: WorkPlan
    people: tuple[Person, ...]


def read_plan_shown(hours: HoursSource, roster: Roster) -> PlanShown:
    """Read the plan in force; for a worker thread."""
    return PlanShown(hours.stored_plan(), hours.site_plan().plan, tuple(roster.list_people()))


def import_plan(hours: HoursSource, path: Path, by: str) -> StoredPlan:
    """Store the text of a file as the plan; for a worker thread.

    Raises:
        HoursRulesInvalid: the file cannot be read, is not text, too long, or no plan.
    """
    return hours.save_plan(read_plan_file(path), by)


def save_entry(hours: HoursSource, entry: ShiftEntry, by: str) -> StoredPlan:
    """Put a shift and its assignment into the plan; for a worker thread."""
    return hours.save_plan(toml_text(with_entry(hours.site_plan().data, entry)), by)


class PlanPage(Page):
    """Shifts and assignments, import and export, and the editor."""

    def __init__(
        self,
        services: AdminServices,
        hours_services: HoursServices,
        jobs: Jobs,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.hours_services = hours_services
        self.shifts, self.assignments = ShiftsModel(self), AssignmentsModel(self)
        self.shift_table = RecordTable(RecordFilter(self.shifts, self))
        self.assignment_table = RecordTable(RecordFilter(self.assignments, self))
        self.shifts_title, self.assignments_title, self.more = QLabel(), QLabel(), QLabel()
        self.import_button, self.export, self.assign = QPushButton(), QPushButton(), QPushButton()
        self.notice = Notice()
        self.editor = PlanEditor()
        self.nothing = EmptyState("clock")
        self._first_import, self._first_assign = QPushButton(), QPushButton()
        self.places = QStackedWidget()
        self._shown: PlanShown | None = None
        self._folder = Path.home()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.assign, "primary")
        set_icon(self.assign, "plus", "on_accent")
        set_icon(self.import_button, "folder")
        set_icon(self.export, "download")
        for button in (self.import_button, self.export, self.assign):
            self.header.addWidget(button)
        self.shift_table.arrange(
            {ShiftColumn.NAME: 20, ShiftColumn.TIMES: 32, ShiftColumn.BREAK: 24}, taker=ShiftColumn.GRACE
        )
        letters = {AssignmentColumn.WHO: 22, AssignmentColumn.SHIFT: 18, AssignmentColumn.FIRST: 16}
        self.assignment_table.arrange({**letters, AssignmentColumn.LAST: 16}, taker=AssignmentColumn.WEEKDAYS)
        self.shift_table.start_sorted(ShiftColumn.NAME, Qt.SortOrder.AscendingOrder)
        self.assignment_table.start_sorted(AssignmentColumn.WHO, Qt.SortOrder.AscendingOrder)
        tables = QWidget()
        column = QVBoxLayout(tables)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_2)
        for title in (self.shifts_title, self.assignments_title):
            set_role(title, "heading")
        set_role(self.more, "muted")
        self.more.setWordWrap(True)
        column.addWidget(self.shifts_title)
        column.addWidget(self.shift_table, 2)
        column.addWidget(self.assignments_title)
        column.addWidget(self.assignment_table, 3)
        column.addWidget(self.more)
        set_role(self._first_assign, "primary")
        self.nothing.add_button(self._first_assign)
        self.nothing.add_button(self._first_import)
        self._tables = tables
        self.places.addWidget(tables)
        self.places.addWidget(self.nothing)
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE_4)
        both.addWidget(self.places, 1)
        both.addWidget(self.editor)
        self.editor.hide()
        self.body.addWidget(self.notice)
        self.body.addLayout(both, 1)

    def _connect(self) -> None:
        for button in (self.assign, self._first_assign):
            button.clicked.connect(self.begin)
        for button in (self.import_button, self._first_import):
            button.clicked.connect(self._on_import)
        self.export.clicked.connect(self._on_export)
        self.editor.closed.connect(self._on_editor_closed)
        self.editor.asked.connect(self._on_asked)
        self.shift_table.doubleClicked.connect(lambda _index: self._edit_selected())

    # --- reading -------------------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the plan in force again."""
        hours, roster = self.hours_services.hours, self.services.roster
        self.jobs.submit(lambda: read_plan_shown(hours, roster), self._on_loaded, self._on_load_failed)

    def _on_loaded(self, shown: PlanShown) -> None:
        self._shown = shown
        self.shifts.set_rows(shown.plan.shifts)
        names = {person.id: person.name for person in shown.people}
        rows: list[AssignmentRow] = assignment_rows(shown.plan, names)
        self.assignments.set_rows(rows)
        is_empty = not shown.plan.shifts and not rows
        self.places.setCurrentWidget(self.nothing if is_empty else self._tables)
        self.export.setEnabled(shown.stored is not None)
        self._say()

    def _on_load_failed(self, error: Exception) -> None:
        self.notice.say_error(error)

    # --- the editor ----------------------------------------------------------------------------------

    @Slot()
    def begin(self) -> None:
        """Open the editor."""
        if self._shown is None:
            return
        today = self.services.clock.now_utc().astimezone(self.services.zone).date()
        self.editor.begin(self._shown.plan.shifts, self._shown.people, today)
        self.editor.show()

    def _edit_selected(self) -> None:
        chosen = self.shift_table.selected_records()
        if chosen:
            self.begin()
            self.editor.choose(chosen[0].name)

    @Slot()
    def _on_editor_closed(self) -> None:
        self.editor.hide()
        self.assign.setFocus()

    @Slot(object)
    def _on_asked(self, entry: ShiftEntry) -> None:
        self.editor.set_busy(True)
        hours, by = self.hours_services.hours, self.hours_services.account
        self.jobs.submit(lambda: save_entry(hours, entry, by), self._on_entry_saved, self._on_entry_failed)

    def _on_entry_saved(self, stored: StoredPlan) -> None:
        self.editor.set_busy(False)
        self.editor.hide()
        self._on_saved(stored)

    def _on_entry_failed(self, error: Exception) -> None:
        self.editor.set_busy(False)
        self.editor.error.say_error(error)

    # --- files ---------------------------------------------------------------------------------------

    @Slot()
    def _on_import(self) -> None:
        filters = [translate("admin", "Plan files (*.toml *.json)")]
        title = translate("admin", "Import a plan file")
        choose_file(self, title, self.import_file, filters=filters, start=self._folder)

    def import_file(self, path: Path) -> None:
        """Store the plan of a file; an error stands above the tables, and the plan before stays."""
        self._folder = path.parent
        self.notice.clear()
        hours, by = self.hours_services.hours, self.hours_services.account
        self.jobs.submit(lambda: import_plan(hours, path, by), self._on_saved, self.notice.say_error)

    @Slot()
    def _on_export(self) -> None:
        name = f"plan.{self._suffix()}"
        choose_new_file(self, translate("admin", "Export the plan"), self.export_file, name=name, start=self._folder)

    def _suffix(self) -> str:
        stored = self._shown.stored if self._shown is not None else None
        return "json" if stored is not None and stored.text.lstrip().startswith("{") else "toml"

    def export_file(self, path: Path) -> None:
        """Write the plan as it was saved."""
        stored = self._shown.stored if self._shown is not None else None
        if stored is None:
            return
        self._folder = path.parent
        self.notice.clear()
        self.jobs.submit(partial(export_plan, stored, path), self._on_exported, self.notice.say_error)

    def _on_exported(self, path: Path) -> None:
        self.toasts.show_text(translate("admin", "The plan was written to {file}.").format(file=path.name))

    def _on_saved(self, _stored: StoredPlan) -> None:
        self.notice.clear()
        self.toasts.show_text(translate("admin", "The plan is saved; the hours are worked out anew."))
        self.reload()

    # --- words ---------------------------------------------------------------------------------------

    def _say(self) -> None:
        shown = self._shown
        number = QLocale().toString
        plan = shown.plan if shown is not None else WorkPlan()
        parts = [
            translate("admin", "Cycles: {cycles} · holidays: {holidays} · closing periods: {closings}").format(
                cycles=number(len(plan.cycles)),
                holidays=number(len(plan.holidays)),
                closings=number(len(plan.closings)),
            )
        ]
        if shown is not None and shown.stored is not None:
            local = shown.stored.saved_utc.astimezone(self.services.zone)
            at = QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute))
            saved = QLocale().toString(at, QLocale.FormatType.ShortFormat)
            text = translate("admin", "Version {version}, saved by {name}, {at}")
            parts.append(text.format(version=shown.stored.version, name=shown.stored.saver.shown, at=saved))
        self.more.setText(" · ".join(parts))

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Plan"))
        self.caption.setText(translate("admin", "Who works when"))
        self.import_button.setText(translate("admin", "Import…"))
        self.import_button.setToolTip(translate("admin", "Import a plan file (TOML or JSON)"))
        self.export.setText(translate("admin", "Export…"))
        self.export.setToolTip(translate("admin", "Write the plan to a file, as it was saved"))
        self.assign.setText(translate("admin", "Assign a shift"))
        self._first_assign.setText(translate("admin", "Assign a shift"))
        self._first_import.setText(translate("admin", "Import a plan file"))
        self.shifts_title.setText(translate("admin", "Shifts"))
        self.assignments_title.setText(translate("admin", "Who works which shift"))
        self.shift_table.setAccessibleName(translate("admin", "Shifts"))
        self.assignment_table.setAccessibleName(translate("admin", "Who works which shift"))
        self.nothing.say(
            translate("admin", "There is no plan yet"),
            translate("admin", "Without a plan hours are counted, but nobody is late and nothing is missing."),
        )
        self.shifts.retranslate()
        self.assignments.retranslate()
        self._say()
