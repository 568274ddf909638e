"""The installed models: what they are, new ones, calibration on the site's people, and the way to the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.core.types import PackInfo
from attendance.errors.models import ModelError
from attendance.services.recognizers.site_calibration import SiteCalibration
from attendance.ui import theme
from attendance.ui.admin.models import outcome
from attendance.ui.admin.models.add_form import AddForm
from attendance.ui.admin.models.download_panel import DownloadPanel
from attendance.ui.admin.models.list_model import ModelColumn, PackModel
from attendance.ui.admin.models.outcome import OutcomeNotice
from attendance.ui.admin.models.pack_card import PackCard
from attendance.ui.admin.models.pack_row import PackRow, Part, row_of
from attendance.ui.admin.models.work import ModelWork, Task
from attendance.ui.admin.models.work_card import WorkCard
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.recognizers.door_card import DoorCard
from attendance.ui.admin.parts.recognizers.door_run import DoorRun
from attendance.ui.admin.parts.services import AdminServices, ModelsSource
from attendance.ui.admin.parts.stylesheet import FORM_WIDTH, ROW_HEIGHT
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role

_LEAST_ROWS = 4
_PURPOSE_LETTERS = 14


class ModelsPage(Page):
    """List of packs, the card of the chosen one, the form for new ones, and what is done with them."""

    def __init__(
        self,
        services: AdminServices,
        source: ModelsSource,
        jobs: Jobs,
        toasts: Toasts,
        door_run: DoorRun,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self._source, self._run = source, door_run
        self._infos: list[PackInfo] = []
        self._wanted = ""
        self._is_licence_put_away = False
        self.work = ModelWork(jobs, services.clock, self)
        self.download, self.add = QPushButton(), QPushButton()
        self.failure, self.licence, self.outcome = Notice(), Notice(), OutcomeNotice()
        self.work_card = WorkCard(self.work)
        self.door = DoorCard(door_run)
        self.model = PackModel(self)
        self.rows: RecordFilter[PackRow] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.card = PackCard(services.clock, services.provider, door_run)
        self.form = AddForm()
        self.catalogue = DownloadPanel(source.store.catalogue)
        self.side = QStackedWidget()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.add, "primary")
        set_icon(self.add, "plus", "on_accent")
        set_icon(self.download, "download")
        self.header.addWidget(self.download)
        self.header.addWidget(self.add)
        self.table.arrange(
            {ModelColumn.NAME: 20, ModelColumn.LICENCE: 30, ModelColumn.CALIBRATED: 24},
            taker=ModelColumn.PURPOSE,
            whole=(ModelColumn.PART,),
            taker_letters=_PURPOSE_LETTERS,
        )
        self.table.start_sorted(ModelColumn.PART, Qt.SortOrder.AscendingOrder)
        self.table.setMinimumHeight(_LEAST_ROWS * ROW_HEIGHT)
        content = QWidget()
        left = QVBoxLayout(content)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(theme.SPACE_3)
        for part in (self.failure, self.licence, self.work_card, self.outcome, self.door):
            left.addWidget(part)
        left.addWidget(self.table, 1)
        for panel in (self.card, self.form, self.catalogue):
            self.side.addWidget(panel)
        self.side.setFixedWidth(FORM_WIDTH)
        self.side.hide()
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE_4)
        self._area = scrolled(content)
        both.addWidget(self._area, 1)
        both.addWidget(self.side)
        self.body.addLayout(both, 1)

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self._show_side(self.form, self.form.path))
        self.download.clicked.connect(lambda: self._show_side(self.catalogue, self.catalogue.packs))
        self.table.selection_changed.connect(self._on_selection)
        self.table.closed.connect(self._close_side)
        self.card.check_asked.connect(self._on_check)
        self.card.calibrate_asked.connect(self.calibrate)
        self.door.calibrate_asked.connect(self.calibrate)
        self.form.pack_given.connect(self._on_pack)
        self.form.recognizer_given.connect(self._on_recognizer)
        self.catalogue.download_asked.connect(self._on_download)
        for panel in (self.card, self.form, self.catalogue):
            panel.closed.connect(self._close_side)
        self.work.changed.connect(self._on_work)
        self._run.changed.connect(self._on_run)
        self._run.ended.connect(self.reload)

    # --- coming and going ----------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self.reload()
        self._run.watch()

    def left(self) -> None:
        """Stop asking the door; what is in work goes on, and its outcome waits here."""
        self._run.unwatch()

    def close_down(self) -> None:
        """Let what is in work end with its step: the window closes."""
        if self.work.is_running:
            self.work.stop()

    @Slot()
    def reload(self) -> None:
        """Read the installed packs again."""
        source = self._source
        self.jobs.submit(lambda: source.store.list(source.active_id), self._on_listed, self._on_not_listed)

    def _on_listed(self, infos: list[PackInfo]) -> None:
        is_first = not self._infos
        self._infos = infos
        self.failure.clear()
        self.catalogue.show_installed(infos)
        self._show_rows()
        if is_first and not self.table.selected_records() and self.side.isHidden():
            self._wanted = next((row.name for row in self.model.records if row.part is Part.IN_USE), "")
        if self._wanted and self.table.select_key(self._wanted):
            self._wanted = ""

    def _on_not_listed(self, error: Exception) -> None:
        self.failure.say_error(error)

    @Slot()
    def _on_run(self) -> None:
        self._show_rows()
        self._update()

    def _show_rows(self) -> None:
        now = self.services.clock.now_utc()
        chosen = [row.name for row in self.table.selected_records()]
        self.model.set_rows(row_of(info, self._run.state, now) for info in self._infos)
        if chosen and not self.table.selected_records():  # a row that changed has lost its selection
            self.table.select_key(chosen[0])
        shown = self.card.row
        if shown is not None and (row := self._row(shown.name)) is not None:
            self.card.show_row(row)
        elif shown is not None and self.side.currentWidget() is self.card:
            self.side.hide()

    def _row(self, name: str) -> PackRow | None:
        return next((row for row in self.model.records if row.name == name), None)

    # --- the side ------------------------------------------------------------------------------------

    def _show_side(self, panel: QWidget, focus: QWidget | None = None) -> None:
        self.side.setCurrentWidget(panel)
        self.side.show()
        if focus is not None:
            focus.setFocus()

    @Slot()
    def _close_side(self) -> None:
        self.side.hide()
        self.table.clearSelection()
        self.table.setFocus()

    @Slot()
    def _on_selection(self) -> None:
        chosen = self.table.selected_records()
        if chosen:
            self.card.show_row(chosen[0])
            self._show_side(self.card)
        elif self.side.currentWidget() is self.card:
            self.side.hide()

    # --- what is done --------------------------------------------------------------------------------

    @Slot(str)
    def _on_check(self, name: str) -> None:
        self.outcome.tell(None)
        self.work.begin(
            Task.CHECK,
            name,
            lambda _progress: self._source.store.verify(name),
            done=partial(self._on_checked, name),
            failed=self._on_failed,
        )

    def _on_checked(self, name: str, problems: list[ModelError]) -> None:
        self.outcome.tell(lambda: outcome.checked(name, problems))

    @Slot(str)
    def calibrate(self, name: str) -> None:
        """Find the thresholds of a pack on the site's people."""
        self.outcome.tell(None)
        self.work.begin(
            Task.CALIBRATE,
            name,
            lambda progress: self._source.calibrate(name, progress),
            done=partial(self._on_calibrated, name),
            failed=self._on_failed,
            stopped=lambda: self.outcome.tell(lambda: outcome.calibration_stopped(name)),
        )

    def _on_calibrated(self, name: str, found: SiteCalibration) -> None:
        row = self._row(name)
        part = Part.INSTALLED if row is None else row.part
        self.outcome.tell(lambda: outcome.calibrated(name, found, part))
        self._after_change(name)

    @Slot(object)
    def _on_pack(self, path: Path) -> None:
        self._import(path.name, lambda: self._source.store.import_pack(path))

    @Slot(object, object)
    def _on_recognizer(self, path: Path, given: CustomRecognizer) -> None:
        self._import(given.name, lambda: self._source.store.import_recognizer(path, given))

    def _import(self, name: str, work: Callable[[], PackInfo]) -> None:
        self.outcome.tell(None)

        def done(info: PackInfo) -> None:
            self.form.clear()
            self._on_installed(self.form, info)

        self.work.begin(Task.IMPORT, name, lambda _progress: work(), done=done, failed=self._on_not_imported)

    def _on_not_imported(self, error: Exception) -> None:
        self.form.say_failure(error)
        self._tell_elsewhere(error)

    @Slot(str)
    def _on_download(self, name: str) -> None:
        self.outcome.tell(None)
        self.work.begin(
            Task.DOWNLOAD,
            name,
            lambda progress: self._source.store.install(name, progress=progress),
            done=partial(self._on_installed, self.catalogue),
            failed=self._on_not_downloaded,
            stopped=lambda: self.catalogue.say_stopped(name),
        )

    def _on_not_downloaded(self, error: Exception) -> None:
        self.catalogue.say_failure(error)
        self._tell_elsewhere(error)

    def _on_installed(self, panel: QWidget, info: PackInfo) -> None:
        self.outcome.tell(lambda: outcome.installed(info))
        if self.side.isHidden() or self.side.currentWidget() is panel:  # somebody may fill in the other one meanwhile
            self._wanted = info.pack_id
        self._after_change(info.pack_id)

    def _after_change(self, name: str) -> None:
        self.reload()
        self._run.refresh()
        if not self.isVisible():
            self.toasts.show_text(translate("admin", "The work on {name} has ended: page Models.").format(name=name))

    def _on_failed(self, error: Exception) -> None:
        self.outcome.tell(lambda: outcome.failed(error))
        self._tell_elsewhere(error)

    def _tell_elsewhere(self, error: Exception) -> None:
        if not self.isVisible():
            self.toasts.show_text(error_text(error)[0])

    @Slot()
    def _on_work(self) -> None:
        focus = self.focusWidget()
        self._area.verticalScrollBar().setValue(0)  # what is done, and what comes out, stands above
        self._update()
        if focus is not None and not focus.isEnabled():  # else Tab would begin anew at the navigation
            self.table.setFocus()

    def _update(self) -> None:
        is_free = not self.work.is_running and not self._run.is_busy
        self.card.set_free(is_free)
        self.form.set_free(is_free)
        self.catalogue.set_free(is_free)
        # A switch makes the pages anew, and would end the work.
        self._run.hinder("models", _waits_for_work if self.work.is_running else None)

    # --- words ---------------------------------------------------------------------------------------

    def show_licence(self) -> None:
        """The banner about the licence was put away: from now on the fact stands here."""
        self._is_licence_put_away = True
        self._say_licence()

    def _say_licence(self) -> None:
        pack = self.services.pack
        self.licence.say(
            translate(
                "admin",
                "The model in use, {name}, may be used for research only. Before your company relies on it, put "
                "another one in use or get a licence.",
            ).format(name=pack.pack_id)
            if self._is_licence_put_away
            else "",
            kind="warn",
        )

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Models"))
        self.caption.setText(translate("admin", "What recognises the faces, and what else could."))
        self.add.setText(translate("admin", "Add a model…"))
        self.download.setText(translate("admin", "Download…"))
        self.table.setAccessibleName(translate("admin", "Models"))
        for part in (self.work_card, self.outcome, self.door, self.card, self.form, self.catalogue, self.model):
            part.retranslate()
        self._say_licence()

    def restyle(self) -> None:
        """Draw the icons of the list in the colours now in use."""
        self.model.refresh()


def _waits_for_work() -> str:
    return translate("admin", "Another model can be put in use as soon as the work on the page Models has ended.")
