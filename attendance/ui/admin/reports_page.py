"""Choose days, see what is in them, write them as CSV."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDateEdit,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from attendance.ui import theme
from attendance.ui.admin.day_range import PRESETS, DayRange, Preset, preset_range
from attendance.ui.admin.event_preview import Preview, preview
from attendance.ui.admin.events_model import EventColumn, EventRow, EventsModel
from attendance.ui.admin.field import Field
from attendance.ui.admin.icons import set_icon
from attendance.ui.admin.jobs import Jobs
from attendance.ui.admin.notice import EmptyState, Notice
from attendance.ui.admin.page import Page
from attendance.ui.admin.record_model import RecordFilter
from attendance.ui.admin.record_table import RecordTable
from attendance.ui.admin.services import AdminServices
from attendance.ui.admin.toast import Toasts
from attendance.ui.admin.today_page import EVENT_COLUMN_LETTERS
from attendance.ui.admin.words import translate
from attendance.ui.stylesheet import set_role

SETTLE_MS = 250
"""A date being typed changes several times; the preview waits until it rests."""


class ReportsPage(Page):
    """Two dates, presets, a preview of the rows, and the export."""

    def __init__(self, services: AdminServices, jobs: Jobs, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.first_edit, self.last_edit = QDateEdit(), QDateEdit()
        self.first, self.last = Field(self.first_edit), Field(self.last_edit)
        self.presets: dict[Preset, QPushButton] = {preset: QPushButton() for preset in PRESETS}
        self.range_error = Notice()
        self.export = QPushButton()
        self.notice = Notice()
        self.summary = QLabel()
        self.model = EventsModel(self)
        self.rows: RecordFilter[EventRow] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.places = QStackedWidget()
        self.nothing = EmptyState("report")
        self._this_month = QPushButton()
        self._chosen: Preset | None = None
        self._preview: Preview | None = None
        self._is_exporting = False
        self._folder = Path.home()
        self._settle = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()
        self.choose_preset("month")

    def _lay_out(self) -> None:
        set_role(self.export, "primary")
        set_icon(self.export, "download", "on_accent")
        self.header.addWidget(self.export)
        card = QFrame()
        set_role(card, "card")
        chooser = QVBoxLayout(card)
        chooser.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        chooser.setSpacing(theme.SPACE_2)
        dates = QHBoxLayout()
        dates.setSpacing(theme.SPACE_3)
        for field, edit in ((self.first, self.first_edit), (self.last, self.last_edit)):
            edit.setCalendarPopup(True)
            dates.addWidget(field)
        quick = QHBoxLayout()
        quick.setSpacing(theme.SPACE_2)
        for button in self.presets.values():
            set_role(button, "segment")
            button.setCheckable(True)
            quick.addWidget(button)
        dates.addLayout(quick)
        dates.setAlignment(quick, Qt.AlignmentFlag.AlignBottom)
        dates.addStretch(1)
        chooser.addLayout(dates)
        chooser.addWidget(self.range_error)
        set_role(self.summary, "muted")
        self.table.arrange(
            EVENT_COLUMN_LETTERS, stretch=EventColumn.NAME, hidden=(EventColumn.SOURCE, EventColumn.SIMILARITY)
        )
        self.table.start_sorted(EventColumn.DATE, Qt.SortOrder.AscendingOrder)
        self.nothing.add_button(self._this_month)
        self.places.addWidget(self.table)
        self.places.addWidget(self.nothing)
        self.body.addWidget(self.notice)
        self.body.addWidget(card)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.places, 1)

    def _connect(self) -> None:
        for edit in (self.first_edit, self.last_edit):
            edit.dateChanged.connect(self._on_dates)
        for preset, button in self.presets.items():
            button.clicked.connect(partial(self.choose_preset, preset))
        self._this_month.clicked.connect(partial(self.choose_preset, "month"))
        self.export.clicked.connect(self._on_export)
        self.table.closed.connect(self.table.clearSelection)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.reload)

    # the span -----------------------------------------------------------------------------------

    def days(self) -> DayRange:
        """Return the chosen span."""
        return DayRange(_to_date(self.first_edit.date()), _to_date(self.last_edit.date()))

    def set_days(self, days: DayRange) -> None:
        """Choose a span."""
        for edit, day in ((self.first_edit, days.first), (self.last_edit, days.last)):
            edit.blockSignals(True)
            edit.setDate(QDate(day.year, day.month, day.day))
            edit.blockSignals(False)
        self._on_dates()

    def choose_preset(self, preset: Preset, _checked: bool = False) -> None:
        """Choose one of the ready-made spans."""
        self._chosen = preset
        self.set_days(self._preset_days(preset))

    def _preset_days(self, preset: Preset) -> DayRange:
        today = self.services.clock.now_utc().astimezone(self.services.zone).date()
        return preset_range(preset, today, QLocale().firstDayOfWeek().value)

    @Slot()
    def _on_dates(self) -> None:
        days = self.days()
        # On the first days of a month two presets may mean the same days: the one that was chosen is marked.
        fitting = [preset for preset in PRESETS if self._preset_days(preset) == days]
        if self._chosen not in fitting:
            self._chosen = fitting[0] if fitting else None
        for preset, button in self.presets.items():
            button.setChecked(preset == self._chosen)
        self.last.editor.setProperty("invalid", not days.is_valid)
        if days.is_valid:
            self.range_error.clear()
            self._settle.start()
        else:
            self.range_error.say(translate("admin", "The last day is before the first day."), kind="bad")
        self._update_export()

    def _update_export(self) -> None:
        has_rows = self._preview is None or self._preview.days != self.days() or self._preview.total > 0
        self.export.setEnabled(self.days().is_valid and has_rows and not self._is_exporting)
        self.export.setText(translate("admin", "Writing…") if self._is_exporting else translate("admin", "Export CSV…"))

    # preview ------------------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the chosen days again."""
        days = self.days()
        if not days.is_valid:
            return
        log, zone = self.services.log, self.services.zone
        self.jobs.submit(lambda: preview(log, days, zone), self._on_preview, self.notice.say_error)

    def _on_preview(self, found: Preview) -> None:
        if found.days != self.days():
            return  # other days were chosen meanwhile
        self._preview = found
        self.model.set_rows(found.rows)
        self.places.setCurrentWidget(self.table if found.total else self.nothing)
        self._say_summary()
        self._update_export()

    def _say_summary(self) -> None:
        found = self._preview
        if found is None or not found.total:
            self.summary.setText("")
            self.summary.hide()
            return
        number = QLocale().toString
        text = translate("admin", "Check-ins: {events} · people: {people}").format(
            events=number(found.total), people=number(found.people)
        )
        if found.total > len(found.rows):
            text += " · " + translate("admin", "the first {count} are shown, the file gets all").format(
                count=number(len(found.rows))
            )
        self.summary.setText(text)
        self.summary.show()

    # export -------------------------------------------------------------------------------------

    @Slot()
    def _on_export(self) -> None:
        days = self.days()
        self.notice.clear()
        dialog = QFileDialog(self, translate("admin", "Export as CSV"), str(self._folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([translate("admin", "CSV files (*.csv)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"attendance_{days.first.isoformat()}_{days.last.isoformat()}.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the chosen days in a worker; success is a toast, an error stands above the dates."""
        days = self.days()
        self._folder = path.parent
        self._is_exporting = True
        self.notice.clear()
        self._update_export()
        write_events = self.services.write_events
        self.jobs.submit(
            lambda: write_events(days.first, days.last, path),
            partial(self._on_written, path),
            self._on_write_failed,
        )

    def _on_written(self, path: Path, rows: int) -> None:
        self._is_exporting = False
        self._update_export()
        text = (
            translate("admin", "1 row written to {file}.")
            if rows == 1
            else translate("admin", "{rows} rows written to {file}.")
        )
        folder = QUrl.fromLocalFile(str(path.parent))
        self.toasts.show_text(
            text.format(rows=QLocale().toString(rows), file=path.name),
            translate("admin", "Open folder"),
            partial(_open_folder, folder),
        )

    def _on_write_failed(self, error: Exception) -> None:
        self._is_exporting = False
        self._update_export()
        self.notice.say_error(error)

    # words --------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Reports"))
        self.caption.setText(translate("admin", "Days of {zone}").format(zone=self.services.zone.key))
        self.first.set_label(translate("admin", "First day"))
        self.last.set_label(translate("admin", "Last day"))
        names: dict[Preset, str] = {
            "today": translate("admin", "Today"),
            "week": translate("admin", "This week"),
            "month": translate("admin", "This month"),
            "last_month": translate("admin", "Last month"),
        }
        for preset, button in self.presets.items():
            button.setText(names[preset])
        for edit in (self.first_edit, self.last_edit):
            edit.setLocale(QLocale())
            edit.setDisplayFormat(_four_digit_year(QLocale().dateFormat(QLocale.FormatType.ShortFormat)))
        self.nothing.say(translate("admin", "No check-ins on these days"), translate("admin", "Choose other days."))
        self._this_month.setText(translate("admin", "Show this month"))
        self.table.setAccessibleName(translate("admin", "Check-ins of the chosen days"))
        if self.range_error.isVisible():
            self._on_dates()
        self.model.retranslate()
        self._say_summary()
        self._update_export()

    def restyle(self) -> None:
        """Draw icons and pictures in the colours now in use."""
        self.model.refresh()


def _four_digit_year(pattern: str) -> str:
    """Return a date pattern whose year cannot be mistaken for a day."""
    return pattern if "yyyy" in pattern else pattern.replace("yy", "yyyy")


def _to_date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())


def _open_folder(folder: QUrl) -> None:
    QDesktopServices.openUrl(folder)
