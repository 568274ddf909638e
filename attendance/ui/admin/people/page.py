"""The roster: find, edit, deactivate and erase people."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.avatar import load_photos
from attendance.ui.admin.parts.counts import kept_rows_text, photos_text, templates_text
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.stylesheet import AVATAR, AVATAR_LARGE
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.drawer import PersonDrawer
from attendance.ui.admin.people.filter import PeopleFilter
from attendance.ui.admin.people.model import PeopleColumn, PeopleModel
from attendance.ui.messages import error_text, joined
from attendance.ui.stylesheet import set_role

POLL_MS = 4000
"""How often the roster is asked whether another program changed it; the question is one cheap query."""

_NAME_LETTERS = 18
"""In the smallest window every column is seen without scrolling."""


class PeoplePage(Page):
    """Table of people with search, and the drawer of the selected ones.

    Signals:
        enrol_asked: None for a new person, or the person who gets more photos.
        import_asked: the import page is wanted.
    """

    enrol_asked = Signal(object)
    import_asked = Signal()

    def __init__(self, services: AdminServices, jobs: Jobs, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.model = PeopleModel(self)
        self.rows: RecordFilter[Person] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.filter = PeopleFilter(self.table)
        self.add = QPushButton()
        self.import_button = QPushButton()
        self.drawer = PersonDrawer(services, jobs, self.model.owner_of)
        self.places = QStackedWidget()
        self.nobody = EmptyState("people")
        self.nothing_found = EmptyState("search")
        self.failed = EmptyState("warning")
        self._stop_photos = threading.Event()
        self._token = ""
        self._is_loading = False
        self._wanted_selection: int | None = None
        self._poll = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.add, "primary")
        set_icon(self.add, "plus", "on_accent")
        set_icon(self.import_button, "folder")
        self.header.addWidget(self.import_button)
        self.header.addWidget(self.add)
        self.table.arrange(
            {PeopleColumn.CODE: 14, PeopleColumn.DEPARTMENT: 22, PeopleColumn.TEMPLATES: 13, PeopleColumn.STATUS: 16},
            taker=PeopleColumn.NAME,
            taker_letters=_NAME_LETTERS,
            icon_px=AVATAR,
        )
        self.table.start_sorted(PeopleColumn.NAME, Qt.SortOrder.AscendingOrder)
        self._add_first = QPushButton()
        set_role(self._add_first, "primary")
        self._import_first = QPushButton()
        self._clear_search = QPushButton()
        self._retry = QPushButton()
        self.nobody.add_button(self._add_first)
        self.nobody.add_button(self._import_first)
        self.nothing_found.add_button(self._clear_search)
        self.failed.add_button(self._retry)
        for place in (self.table, self.nobody, self.nothing_found, self.failed):
            self.places.addWidget(place)
        left = QVBoxLayout()
        left.setSpacing(theme.SPACE_3)
        left.addWidget(self.filter)
        left.addWidget(self.places, 1)
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE_4)
        both.addLayout(left, 1)
        both.addWidget(self.drawer)
        self.body.addLayout(both, 1)
        self.drawer.hide()

    def _connect(self) -> None:
        self.filter.changed.connect(self._on_filter)
        self.table.selection_changed.connect(self._on_selection)
        self.table.closed.connect(self.table.clearSelection)
        self.drawer.closed.connect(self._on_drawer_closed)
        self.drawer.saved.connect(self._on_saved)
        self.drawer.active_asked.connect(self.set_active)
        self.drawer.photos_asked.connect(self.enrol_asked)
        self.drawer.erased.connect(self._on_erased)
        self.drawer.way_in.printed.connect(self._on_badges_printed)
        for button in (self.add, self._add_first):
            button.clicked.connect(lambda: self.enrol_asked.emit(None))
        for button in (self.import_button, self._import_first):
            button.clicked.connect(self.import_asked)
        self._clear_search.clicked.connect(self._on_clear_search)
        self._retry.clicked.connect(self.reload)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.filter.search.setFocus)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._on_poll)

    # --- what the window calls -----------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self._poll.start()
        self.reload()

    def left(self) -> None:
        """The page went to the back, or the window closes."""
        self._poll.stop()
        self._stop_photos.set()

    @Slot()
    def reload(self) -> None:
        """Read the roster again."""
        if self._is_loading:
            return
        self._is_loading = True
        roster = self.services.roster
        self.jobs.submit(
            lambda: (roster.change_token(), roster.list_people()),
            self._on_loaded,
            self._on_load_failed,
        )

    def select(self, person: Person) -> None:
        """Show a person just enrolled, once the table has them."""
        self.filter.clear()
        self._wanted_selection = person.id
        self.reload()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "People"))
        self.add.setText(translate("admin", "Add a person"))
        self.import_button.setText(translate("admin", "Import…"))
        self.table.setAccessibleName(translate("admin", "People"))
        self.nobody.say(
            translate("admin", "Nobody is enrolled yet"),
            translate("admin", "Add people one by one with the camera, or all at once from a folder or a CSV file."),
        )
        self._add_first.setText(translate("admin", "Add the first person"))
        self._import_first.setText(translate("admin", "Import a folder or CSV"))
        self.nothing_found.say(
            translate("admin", "Nobody matches"), translate("admin", "Try fewer letters, or show all people.")
        )
        self._clear_search.setText(translate("admin", "Show all people"))
        self._retry.setText(translate("admin", "Try again"))
        self.model.retranslate()
        self._say_count()

    def restyle(self) -> None:
        """Draw icons and pictures in the colours now in use."""
        self.model.refresh()
        if len(self.drawer.people) == 1:
            self.drawer.set_avatar(self.model.avatar(self.drawer.people[0], AVATAR_LARGE))

    # --- loading -------------------------------------------------------------------------------------

    def _on_loaded(self, loaded: tuple[str, list[Person]]) -> None:
        self._is_loading = False
        is_first = not self._token
        self._token, people = loaded
        self.model.set_rows(people)
        self.drawer.form.set_departments(self.model.departments())
        self._show_place()
        if self._wanted_selection is not None and self.table.select_key(self._wanted_selection):
            self._wanted_selection = None
            is_first = True  # the new person may have a photo
        if is_first and people:
            self._load_photos()

    def _on_load_failed(self, error: Exception) -> None:
        self._is_loading = False
        if self.model.records:
            # Keep the rows that were read before; the banner-like toast says why they may be old.
            self.toasts.show_text(error_text(error)[0])
            return
        self.failed.say_error(error)
        self.places.setCurrentWidget(self.failed)

    def _load_photos(self) -> None:
        self._stop_photos = stop = threading.Event()
        roster = self.services.roster
        # A missing photo is no reason to bother anybody: the initial stays, the log has the reason.
        self.jobs.submit(lambda: load_photos(roster, stop), self._on_photos, lambda _error: None)

    def _on_photos(self, photos: dict[int, QImage]) -> None:
        self.model.set_photos(photos)
        self.restyle()

    @Slot()
    def _on_poll(self) -> None:
        if self._is_loading or not self.jobs.is_idle:
            return
        self.jobs.submit(self.services.roster.change_token, self._on_token, lambda _error: None)

    def _on_token(self, token: str) -> None:
        if token != self._token:
            self.reload()

    # --- filter and selection ------------------------------------------------------------------------

    @Slot()
    def _on_filter(self) -> None:
        self.rows.set_text(self.filter.search.text())
        self.rows.set_condition(self.filter.condition())
        self._show_place()

    @Slot()
    def _on_clear_search(self) -> None:
        self.filter.clear()
        self.filter.search.setFocus()

    def _show_place(self) -> None:
        if not self._token:
            return  # that there is nobody is said only once it was looked for
        if not self.model.records:
            self.places.setCurrentWidget(self.nobody)
        elif self.rows.rowCount() == 0:
            self.places.setCurrentWidget(self.nothing_found)
        else:
            self.places.setCurrentWidget(self.table)
        self.filter.setVisible(bool(self.model.records))
        self._say_count()

    def _say_count(self) -> None:
        number = QLocale().toString
        total, seen = len(self.model.records), self.rows.rowCount()
        if seen != total:
            text = translate("admin", "{seen} of {total} people").format(seen=number(seen), total=number(total))
        elif total == 1:
            text = translate("admin", "1 person")
        else:
            text = translate("admin", "{total} people").format(total=number(total))
        self.caption.setText(text if total else "")

    @Slot()
    def _on_selection(self) -> None:
        people = self.table.selected_records()
        if not people:
            self.drawer.hide()
            return
        self.drawer.show_people(people, self.model.avatar(people[0], AVATAR_LARGE))
        self.drawer.show()

    @Slot()
    def _on_drawer_closed(self) -> None:
        self.table.clearSelection()
        self.table.setFocus()

    # --- changes -------------------------------------------------------------------------------------

    def _on_saved(self, person: Person) -> None:
        self._show_changed([person])
        self.toasts.show_text(translate("admin", "Saved {name}.").format(name=person.name))

    @Slot(object, bool)
    def set_active(self, people: list[Person], is_active: bool) -> None:
        """Activate or deactivate people, with an undo in the toast."""
        changed = [p for p in people if p.is_active != is_active]
        roster = self.services.roster
        self.jobs.submit(
            lambda: [roster.update(p.code, is_active=is_active) for p in changed],
            lambda saved: self._on_active_set(saved, is_active),
            self.drawer.error.say_error,
        )

    def _on_active_set(self, saved: list[Person], is_active: bool) -> None:
        self._show_changed(saved)
        if len(saved) == 1:
            text = (
                translate("admin", "{name} is active again.")
                if is_active
                else translate("admin", "{name} is inactive now.")
            )
            text = text.format(name=saved[0].name)
        else:
            text = (
                translate("admin", "{count} people are active again.")
                if is_active
                else translate("admin", "{count} people are inactive now.")
            )
            text = text.format(count=QLocale().toString(len(saved)))
        self.toasts.show_text(text, translate("admin", "Undo"), lambda: self.set_active(saved, not is_active))

    @Slot(object, object)
    def _on_badges_printed(self, names: list[str], path: Path) -> None:
        if len(names) == 1:
            text = translate("admin", "The badge of {name} is in {file}.").format(name=names[0], file=path.name)
        else:
            count = QLocale().toString(len(names))
            text = translate("admin", "{count} badges are in {file}.").format(count=count, file=path.name)
        self.toasts.show_text(text)

    def _show_changed(self, people: list[Person]) -> None:
        for person in people:
            self.model.upsert(person)
        self._show_place()
        self._on_selection()

    def _on_erased(self, person: Person, counts: tuple[int, int, int]) -> None:
        self.table.clearSelection()
        self.model.remove(person.id)
        self._show_place()
        templates, photos, rows = counts
        text = translate("admin", "Erased: {templates}, {photos}. {rows}").format(
            templates=templates_text(templates), photos=photos_text(photos), rows=kept_rows_text(rows)
        )
        unfinished = self.services.unfinished()
        self.toasts.show_text(text if unfinished is None else joined(text, *error_text(unfinished)))
