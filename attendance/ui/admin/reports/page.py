"""Choose a report, see its first rows and its charts, save it as a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QTableView, QWidget

from attendance.core.types import Person
from attendance.services.reports.service import ReportRequest
from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import choose_new_file
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState, Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.quiet_plot import load_plotting
from attendance.ui.admin.parts.services import AdminServices, ReportSource
from attendance.ui.admin.parts.stylesheet import ROW_HEIGHT
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.reports.charts import ReportCharts
from attendance.ui.admin.reports.options import ReportOptions
from attendance.ui.admin.reports.preview import Preview, PreviewModel, PreviewTable, read_preview
from attendance.ui.stylesheet import set_role

SETTLE_MS = 250
"""A date being typed changes several times; the preview waits until it rests."""


class ReportsPage(Page):
    """Options, the preview as a table or as charts, and the file."""

    def __init__(
        self,
        services: AdminServices,
        reports: ReportSource,
        jobs: Jobs,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.reports = reports
        self.save = QPushButton()
        self.notice = Notice()
        self.options = ReportOptions(services)
        self.as_table, self.as_charts = QPushButton(), QPushButton()
        self.summary = QLabel()
        self.model = PreviewModel(self)
        self.table = PreviewTable()
        self.charts = ReportCharts()
        self.nothing = EmptyState("report")
        self.places = QStackedWidget()
        self._preview: Preview | None = None
        self._is_reading = False
        self._is_writing = False
        self._is_plotting = False
        self._folder = Path.home()
        self._settle = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.save, "primary")
        set_icon(self.save, "download", "on_accent")
        self.header.addWidget(self.save)
        set_role(self.summary, "muted")
        self.table.setModel(self.model)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.horizontalHeader().setHighlightSections(False)
        views = QHBoxLayout()
        views.setSpacing(theme.SPACE_2)
        for button in (self.as_table, self.as_charts):
            set_role(button, "segment")
            button.setCheckable(True)
            views.addWidget(button)
        self.as_table.setChecked(True)
        views.addWidget(self.summary)
        views.addStretch(1)
        self._chart_area = scrolled(self.charts)
        # Scrolled, so that a small window takes no height from the choices above.
        self._nothing_area = scrolled(self.nothing)
        for place in (self.table, self._chart_area, self._nothing_area):
            self.places.addWidget(place)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.options)
        self.body.addLayout(views)
        self.body.addWidget(self.places, 1)

    def _connect(self) -> None:
        self.options.changed.connect(self._on_changed)
        self.as_table.clicked.connect(lambda: self.show_charts(is_on=False))
        self.as_charts.clicked.connect(lambda: self.show_charts(is_on=True))
        self.charts.failed.connect(self.notice.say_error)
        self.save.clicked.connect(self._on_save)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.reload)

    # --- preview -------------------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self.jobs.submit(self.services.roster.list_people, self._on_people, self.notice.say_error)
        self.reload()

    def _on_people(self, people: list[Person]) -> None:
        self.options.set_people(people)

    @Slot()
    def _on_changed(self) -> None:
        self.notice.clear()
        if self.options.days().is_valid:
            self._settle.start()
        self._update()

    @Slot()
    def reload(self) -> None:
        """Read the chosen report again, one reading at a time."""
        if not self.options.days().is_valid:
            return
        if self._is_reading:
            self._settle.start()
            return
        self._is_reading = True
        self._update()
        request, reports = self.options.request(), self.reports
        self.jobs.submit(lambda: read_preview(reports, request), self._on_preview, self._on_read_failed)

    def _on_preview(self, preview: Preview) -> None:
        self._is_reading = False
        if preview.request != self.options.request():
            self._update()
            return  # something else was chosen meanwhile, and is read next
        self._preview = preview
        self.model.show_preview(preview)
        self.charts.show_summary(preview.summary)
        self.table.fit(self.model.words())
        self._show_place()
        self._update()

    def _on_read_failed(self, error: Exception) -> None:
        self._is_reading = False
        self._preview = None
        self.model.show_preview(None)
        self.charts.show_summary(None)
        self.notice.say_error(error)
        self._show_place()
        self._update()

    def show_charts(self, *, is_on: bool) -> None:
        """Show the charts, or the table."""
        self.as_charts.setChecked(is_on)
        self.as_table.setChecked(not is_on)
        if is_on and not self._is_plotting:
            self._is_plotting = True
            self.jobs.submit(load_plotting, self.charts.add_plots, self.notice.say_error)
        self._show_place()

    def _show_place(self) -> None:
        preview = self._preview
        is_chart = self.as_charts.isChecked()
        self.summary.setVisible(not is_chart)
        is_empty = preview is None or (preview.summary is None if is_chart else not preview.rows)
        if is_empty:
            self.places.setCurrentWidget(self._nothing_area)
        else:
            self.places.setCurrentWidget(self._chart_area if is_chart else self.table)

    # --- the file ------------------------------------------------------------------------------------

    def _update(self) -> None:
        has_rows = self._preview is not None and bool(self._preview.rows)
        self.save.setEnabled(self.options.days().is_valid and has_rows and not self._is_writing)
        self.save.setText(translate("admin", "Writing…") if self._is_writing else translate("admin", "Save as…"))
        self._say_summary()

    @Slot()
    def _on_save(self) -> None:
        request = self.options.request()
        self.notice.clear()
        choose_new_file(
            self,
            translate("admin", "Save the report"),
            partial(self.write, request),
            name=f"{request.kind}_{request.first.isoformat()}_{request.last.isoformat()}.{request.format}",
            start=self._folder,
            filters=[f"*.{request.format}"],
        )

    def write(self, request: ReportRequest, path: Path) -> None:
        """Write a report in a worker; success is a toast, an error stands above the options."""
        self._folder = path.parent
        self._is_writing = True
        self.notice.clear()
        self._update()
        reports = self.reports
        self.jobs.submit(lambda: reports.write(request, path), partial(self._on_written, path), self._on_write_failed)

    def _on_written(self, path: Path, rows: int) -> None:
        self._is_writing = False
        self._update()
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
        self._is_writing = False
        self._update()
        self.notice.say_error(error)

    # --- words ---------------------------------------------------------------------------------------

    def _say_summary(self) -> None:
        preview = self._preview
        if self._is_reading:
            self.summary.setText(translate("admin", "Reading…"))
        elif preview is None or not preview.rows:
            self.summary.setText("")
        else:
            if preview.has_more:
                text = translate("admin", "The first {count} rows; the file gets all.")
            elif len(preview.rows) == 1:
                text = translate("admin", "1 row")
            else:
                text = translate("admin", "{count} rows")
            self.summary.setText(text.format(count=QLocale().toString(len(preview.rows))))

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Reports"))
        self.caption.setText(translate("admin", "Days in the time zone {zone}").format(zone=self.services.zone.key))
        self.as_table.setText(translate("admin", "Table"))
        self.as_charts.setText(translate("admin", "Charts"))
        self.table.setAccessibleName(translate("admin", "First rows of the report"))
        self.nothing.say(
            translate("admin", "Nothing to report in these days"),
            translate("admin", "Choose other days, another report, or everybody."),
        )
        self.charts.retranslate()
        self._update()

    def restyle(self) -> None:
        """Draw the charts in the colours now in use."""
        self.charts.restyle()


def _open_folder(folder: QUrl) -> None:
    QDesktopServices.openUrl(folder)
