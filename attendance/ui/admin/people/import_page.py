"""Many people at once, from a folder or a CSV file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import all_files, choose_file, choose_folder
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.import_model import ImportColumn, ImportModel, ImportRow
from attendance.ui.admin.people.import_run import ImportRun
from attendance.ui.admin.people.import_words import plan_text, progress_text, summary_text
from attendance.ui.admin.people.photo_panel import DropArea
from attendance.ui.stylesheet import set_role

if TYPE_CHECKING:
    from attendance.services.people.importing import ImportItem, ImportResult

TICK_MS = 500


class ImportPage(Page):
    """Choose, look at the plan, run with progress and cancel, read the summary.

    Signals:
        left_for_list: back to the list of people.
    """

    left_for_list = Signal()

    def __init__(self, services: AdminServices, jobs: Jobs, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.back = QPushButton()
        set_icon(self.back, "back")
        self.area = DropArea("folder")
        self.choose_folder = QPushButton()
        self.choose_csv = QPushButton()
        self.notice = Notice()
        self.model = ImportModel(self)
        self.rows: RecordFilter[ImportRow] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.places = QStackedWidget()
        self.bar = QProgressBar()
        self.progress_label = QLabel()
        self.start_button = QPushButton()
        self.cancel_button = QPushButton()
        self.again_button = QPushButton()
        self.only_failed = QCheckBox()
        self._items: list[ImportItem] = []
        self._run: ImportRun | None = None
        self._state = "choosing"
        self._folder = ""
        self._tick = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.header.addWidget(self.back)
        set_icon(self.choose_folder, "folder")
        set_icon(self.choose_csv, "file")
        set_role(self.start_button, "primary")
        for button in (self.choose_folder, self.choose_csv):
            self.area.add_button(button)
        self.table.arrange(
            {
                ImportColumn.LABEL: 24,
                ImportColumn.NAME: 20,
                ImportColumn.CODE: 12,
                ImportColumn.PHOTOS: 10,
                ImportColumn.STATUS: 22,
            },
            taker=ImportColumn.TEXT,
        )
        self.table.start_sorted(ImportColumn.LABEL, Qt.SortOrder.AscendingOrder)
        self.bar.setTextVisible(False)
        set_role(self.progress_label, "muted")
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.table, 1)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        row.addWidget(self.progress_label, 1)
        row.addWidget(self.only_failed)
        for button in (self.again_button, self.cancel_button, self.start_button):
            row.addWidget(button)
        column.addLayout(row)
        self.places.addWidget(self.area)
        self.places.addWidget(work)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.places, 1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.left_for_list)
        self.choose_folder.clicked.connect(self._on_choose_folder)
        self.choose_csv.clicked.connect(self._on_choose_csv)
        self.area.dropped.connect(lambda paths: self.plan(paths[0]))
        self.start_button.clicked.connect(self._on_start)
        self.cancel_button.clicked.connect(self._on_cancel)
        self.again_button.clicked.connect(self._on_again)
        self.only_failed.toggled.connect(self._on_only_failed)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._say_progress)

    @property
    def is_running(self) -> bool:
        """True while people are being enrolled."""
        return self._state in {"running", "cancelling"}

    # --- choosing ------------------------------------------------------------------------------------

    @Slot()
    def _on_choose_folder(self) -> None:
        choose_folder(self, self.plan, start=self._folder)

    @Slot()
    def _on_choose_csv(self) -> None:
        filters = [translate("admin", "CSV files (*.csv)"), all_files()]
        choose_file(self, translate("admin", "Choose a CSV file"), self.plan, filters=filters, start=self._folder)

    def plan(self, path: Path) -> None:
        """Read what a folder or CSV holds and show it; nothing is enrolled yet."""
        self._folder = str(path.parent)
        self.notice.clear()
        importer = self.services.importer
        self.jobs.submit(lambda: list(importer.plan(path)), self._on_planned, self.notice.say_error)

    def _on_planned(self, items: list[ImportItem]) -> None:
        if not items:
            self.notice.say(
                translate("admin", "There is nobody to import in it."),
                hint=translate("admin", "A folder needs one sub-folder with photos for each person."),
                kind="warn",
            )
            return
        self._items = items
        self.model.set_rows(
            ImportRow(number, item.label, item.name, item.code, len(item.photos), error=item.problem)
            for number, item in enumerate(items)
        )
        self._state = "planned"
        self._update()
        self.start_button.setFocus()

    # --- running -------------------------------------------------------------------------------------

    @Slot()
    def _on_start(self) -> None:
        self._run = run = ImportRun(self.services.importer, self._items, self.jobs, self.services.clock, self)
        run.item_done.connect(self._on_item_done)
        run.finished.connect(self._on_finished)
        run.failed.connect(self._on_run_failed)
        self._state = "running"
        self._mark(0, "running")
        self._tick.start()
        self._update()
        run.start()

    @Slot()
    def _on_cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self._state = "cancelling"
            self._update()

    @Slot(int, object)
    def _on_item_done(self, place: int, result: ImportResult) -> None:
        row = self.model.row_of(place)
        if row is not None:
            self.model.upsert(
                replace(
                    self.model.record(row),
                    status=result.status,
                    error=result.error,
                    rejected=result.rejected,
                    skipped=len(result.skipped),
                )
            )
        if self._state == "running":
            self._mark(place + 1, "running")
        shown = self.rows.row_of(place)
        if shown is not None:
            self.table.scrollTo(self.rows.index(shown, 0))
        self._say_progress()

    def _mark(self, place: int, status: str) -> None:
        row = self.model.row_of(place)
        if row is not None:
            self.model.upsert(replace(self.model.record(row), status=status))  # type: ignore[arg-type]

    @Slot(bool)
    def _on_finished(self, is_cancelled: bool) -> None:
        self._tick.stop()
        if is_cancelled:
            for record in list(self.model.records):
                if record.status in {"waiting", "running"}:
                    self.model.upsert(replace(record, status="cancelled"))
        self._state = "done"
        self._update()
        self._say_summary()

    @Slot(object)
    def _on_run_failed(self, error: Exception) -> None:
        self._on_finished(True)
        self.notice.say_error(error)

    @Slot(bool)
    def _on_only_failed(self, is_on: bool) -> None:
        self.rows.set_condition((lambda row: row.status == "failed") if is_on else None)

    @Slot()
    def _on_again(self) -> None:
        self.only_failed.setChecked(False)
        self._items = []
        self._run = None
        self.model.set_rows([])
        self.notice.clear()
        self._state = "choosing"
        self._update()

    # --- words ---------------------------------------------------------------------------------------

    def left(self) -> None:
        """Keep a run going: it works in the background and its summary waits here."""

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Import"))
        self.caption.setText(translate("admin", "Many people at once, from a folder or a CSV file."))
        self.back.setText(translate("admin", "Back to the list"))
        self.area.label.setText(
            translate(
                "admin",
                "Drop a folder with one sub-folder of photos for each person, or a CSV file with the columns "
                "code, name, department, photo.",
            )
        )
        self.choose_folder.setText(translate("admin", "Choose a folder…"))
        self.choose_csv.setText(translate("admin", "Choose a CSV file…"))
        self.start_button.setText(translate("admin", "Start the import"))
        self.cancel_button.setText(translate("admin", "Cancel"))
        self.again_button.setText(translate("admin", "Import something else"))
        self.only_failed.setText(translate("admin", "Only the failed ones"))
        self.bar.setAccessibleName(translate("admin", "Progress of the import"))
        self.table.setAccessibleName(translate("admin", "People of the import"))
        self.model.retranslate()
        self._update()
        if self._state == "done":
            self._say_summary()

    def restyle(self) -> None:
        """Draw icons and pictures in the colours now in use."""
        self.model.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "back"; everything else is Qt's."""
        if event.key() == Qt.Key.Key_Escape:
            self.left_for_list.emit()
        else:
            super().keyPressEvent(event)

    def _update(self) -> None:
        self.places.setCurrentIndex(0 if self._state == "choosing" else 1)
        self.start_button.setVisible(self._state == "planned")
        self.cancel_button.setVisible(self.is_running)
        self.cancel_button.setEnabled(self._state == "running")
        self.only_failed.setVisible(self._state == "done")
        self.again_button.setVisible(self._state in {"planned", "done"})
        self.bar.setVisible(self._state != "planned")
        self._say_progress()

    @Slot()
    def _say_progress(self) -> None:
        self.bar.setMaximum(max(1, len(self._items)))
        if self._state == "planned":
            text = plan_text(len(self._items), sum(len(item.photos) for item in self._items))
        elif self._run is not None:
            pace = self._run.pace()
            self.bar.setValue(pace.done)
            text = progress_text(
                pace,
                len(self._items),
                is_running=self._state == "running",
                is_stopping=self._state == "cancelling",
            )
        else:
            text = ""
        self.progress_label.setText(text)

    def _say_summary(self) -> None:
        counts: Counter[str] = Counter(record.status for record in self.model.records)
        text, hint = summary_text(counts)
        is_good = not counts["failed"] and not counts["cancelled"]
        self.notice.say(text, hint=hint, kind="ok" if is_good else "warn")
