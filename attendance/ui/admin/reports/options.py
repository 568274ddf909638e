"""What a report is to be of: kind, days, department, person, payroll program and file format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QEvent, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDateEdit, QFrame, QGridLayout, QVBoxLayout, QWidget

from attendance.core.types import Person
from attendance.reporting.words import title_of
from attendance.services.reports.daily import DAILY
from attendance.services.reports.kind import GENERIC, ReportKind
from attendance.services.reports.registry import KINDS
from attendance.services.reports.service import FORMATS, ReportRequest
from attendance.ui import theme
from attendance.ui.admin.hours.words import date_pattern
from attendance.ui.admin.parts.choices import fill, reword
from attendance.ui.admin.parts.day_range import PRESETS, DayRange, Preset, preset_range
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.words import translate
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.stylesheet import set_role

_COLUMNS = 4


class ReportOptions(QFrame):
    """The card of choices.

    Signals:
        changed: something else was chosen.
    """

    changed = Signal()

    def __init__(self, services: AdminServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._services = services
        self._people: list[Person] = []
        self.kind_box, self.format_box, self.preset_box = QComboBox(), QComboBox(), QComboBox()
        self.department_box, self.person_box = QComboBox(), QComboBox()
        self.first_edit, self.last_edit = QDateEdit(), QDateEdit()
        self.first, self.last = Field(self.first_edit), Field(self.last_edit)
        self.kind, self.format, self.preset = Field(self.kind_box), Field(self.format_box), Field(self.preset_box)
        self.department, self.person = Field(self.department_box), Field(self.person_box)
        self.span_box = QComboBox()
        self.span = Field(self.span_box)
        self._chosen: Preset | None = "month"
        self._lay_out()
        self.retranslate()
        self.kind_box.setCurrentIndex(KINDS.index(DAILY))
        for box in (self.kind_box, self.format_box, self.preset_box, self.department_box, self.person_box):
            box.currentIndexChanged.connect(self._on_changed)
        for edit in (self.first_edit, self.last_edit):
            edit.dateChanged.connect(self._on_changed)
        self.span_box.activated.connect(self._on_span)
        self.choose_preset("month")

    def _lay_out(self) -> None:
        boxes = (self.kind_box, self.format_box, self.preset_box, self.department_box, self.person_box, self.span_box)
        for box in boxes:
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_3)
        grid.setVerticalSpacing(theme.SPACE_2)
        fields = (self.kind, self.department, self.person, self.format, self.span, self.first, self.last, self.preset)
        for number, field in enumerate(fields):
            grid.addWidget(field, number // _COLUMNS, number % _COLUMNS, Qt.AlignmentFlag.AlignTop)
        for edit in (self.first_edit, self.last_edit):
            edit.setCalendarPopup(True)
        for number in range(_COLUMNS):
            grid.setColumnStretch(number, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        column.setSpacing(theme.SPACE_2)
        column.addLayout(grid)

    # --- what is chosen ------------------------------------------------------------------------------

    def days(self) -> DayRange:
        """Return the chosen days."""
        return DayRange(_to_date(self.first_edit), _to_date(self.last_edit))

    def request(self) -> ReportRequest:
        """Return the chosen report."""
        days = self.days()
        return ReportRequest(
            kind=self._kind().name,
            first=days.first,
            last=days.last,
            department=str(self.department_box.currentData() or ""),
            person=str(self.person_box.currentData() or ""),
            format=FORMATS[self.format_box.currentIndex()],
            preset=str(self.preset_box.currentData()) if self._kind().presets else GENERIC,
            language=LanguageSwitch.instance().current,
        )

    def set_people(self, people: Sequence[Person]) -> None:
        """Offer these people and their departments."""
        if list(people) != self._people:
            self._people = list(people)
            self._fill_people()

    def set_days(self, days: DayRange) -> None:
        """Choose days."""
        for edit, day in ((self.first_edit, days.first), (self.last_edit, days.last)):
            edit.blockSignals(True)
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.blockSignals(False)

    @Slot(int)
    def _on_span(self, row: int) -> None:
        if row < len(PRESETS):
            self.choose_preset(PRESETS[row])
        else:
            self.first_edit.setFocus()

    def choose_preset(self, preset: Preset) -> None:
        """Choose one of the ready-made spans."""
        self._chosen = preset
        self.set_days(self._preset_days(preset))
        self._on_changed()

    def _kind(self) -> ReportKind:
        return KINDS[self.kind_box.currentIndex()]

    def _preset_days(self, preset: Preset) -> DayRange:
        today = self._services.clock.now_utc().astimezone(self._services.zone).date()
        return preset_range(preset, today, QLocale().firstDayOfWeek().value)

    @Slot()
    def _on_changed(self) -> None:
        days = self.days()
        # On the first days of a month two presets may mean the same days: the one that was chosen is marked.
        fitting = [preset for preset in PRESETS if self._preset_days(preset) == days]
        if self._chosen not in fitting:
            self._chosen = fitting[0] if fitting else None
        # The last line of the box means other days.
        self.span_box.setCurrentIndex(len(PRESETS) if self._chosen is None else PRESETS.index(self._chosen))
        text = "" if days.is_valid else translate("admin", "The last day is before the first day.")
        self.last.say_error(text)
        self._offer_presets()
        self.changed.emit()

    def _offer_presets(self) -> None:
        names = self._kind().preset_names
        self.preset.setVisible(bool(names))
        # A report without presets leaves the box alone, so that going back finds what was chosen.
        if names and names != tuple(self.preset_box.itemData(row) for row in range(self.preset_box.count())):
            self.preset_box.blockSignals(True)
            self.preset_box.clear()
            for name in names:
                self.preset_box.addItem(_preset_word(name), name)
            self.preset_box.blockSignals(False)

    # --- words ---------------------------------------------------------------------------------------

    def _fill_people(self) -> None:
        departments = sorted({person.department for person in self._people if person.department})
        everybody = [(translate("admin", "Everybody"), "")]
        everybody += [(f"{person.name} ({person.code})", person.code) for person in self._people]
        all_of_them = [(translate("admin", "All"), ""), *((name, name) for name in departments)]
        fill(self.department_box, all_of_them)
        fill(self.person_box, everybody)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        formats = {"csv": "CSV", "xlsx": "Excel (XLSX)", "pdf": "PDF", "html": "HTML"}
        reword(self.kind_box, [title_of(kind.name, LanguageSwitch.instance().current) for kind in KINDS])
        reword(self.format_box, [formats.get(name, name) for name in FORMATS])
        for row in range(self.preset_box.count()):
            self.preset_box.setItemText(row, _preset_word(self.preset_box.itemData(row)))
        self._fill_people()
        self.kind.set_label(translate("admin", "Report"))
        self.format.set_label(translate("admin", "File"))
        self.preset.set_label(translate("admin", "Payroll program"))
        self.department.set_label(translate("admin", "Department"))
        self.person.set_label(translate("admin", "Person"))
        self.first.set_label(translate("admin", "First day"))
        self.last.set_label(translate("admin", "Last day"))
        spans = (
            translate("admin", "Today"),
            translate("admin", "This week"),
            translate("admin", "This month"),
            translate("admin", "Last month"),
            translate("admin", "Other days"),
        )
        reword(self.span_box, spans)
        self.span.set_label(translate("admin", "Days"))
        for edit in (self.first_edit, self.last_edit):
            edit.setLocale(QLocale())
            edit.setDisplayFormat(date_pattern())
        self._on_changed()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _to_date(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def _preset_word(name: str) -> str:
    """Return a preset in words; the name of a program is the same everywhere."""
    return {
        "generic": translate("admin", "Any program"),
        "datev": "DATEV",
        "adp": "ADP",
        "frappe": "Frappe HR",
    }[name]
