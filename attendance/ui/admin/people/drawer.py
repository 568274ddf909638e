"""The right-hand drawer of the people page: one person's details, or what can be done with several."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.counts import photos_text, templates_text
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import scrolled
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.stylesheet import DRAWER_WIDTH
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.erase_panel import ErasePanel
from attendance.ui.admin.people.form import PersonForm
from attendance.ui.admin.people.way_in_panel import WayInPanel
from attendance.ui.stylesheet import set_role
from attendance.ui.widgets.fitted_label import FittedLabel


class PersonDrawer(QFrame):
    """Details of the selected person with editing, activating and erasing; a short form for several people.

    Signals:
        saved: the person as stored now.
        active_asked: the people and whether they should be active.
        photos_asked: the person who gets more photos.
        erased: the person and the three numbers of the erasure.
        closed: the drawer was closed.
    """

    saved = Signal(object)
    active_asked = Signal(object, bool)
    photos_asked = Signal(object)
    erased = Signal(object, object)
    closed = Signal()

    def __init__(
        self,
        services: AdminServices,
        jobs: Jobs,
        owner_of: Callable[[str], Person | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setFixedWidth(DRAWER_WIDTH)
        self._services = services
        self._jobs = jobs
        self._people: list[Person] = []
        self.avatar = QLabel()
        # A long name shrinks and wraps, also one without spaces.
        self.heading = FittedLabel(max_lines=3, weight=QFont.Weight.DemiBold)
        self.heading.set_sizes(theme.ADMIN_HEADING, theme.ADMIN_BODY)
        self.caption = QLabel()
        set_role(self.caption, "muted")
        self.caption.setWordWrap(True)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.close_button = QToolButton()
        set_role(self.close_button, "quiet")
        set_icon(self.close_button, "close", "text_muted")
        self.form = PersonForm(owner_of)
        self.may_train = QCheckBox()
        self.way_in = WayInPanel(services, jobs)
        self.error = Notice()
        self.save = QPushButton()
        set_role(self.save, "primary")
        self.revert = QPushButton()
        set_role(self.revert, "quiet")
        self.add_photos = QPushButton()
        set_icon(self.add_photos, "camera")
        self.deactivate = QPushButton()
        self.activate = QPushButton()
        self.erase = QPushButton()
        set_role(self.erase, "danger")
        set_icon(self.erase, "trash", "bad")
        self.erase_panel = ErasePanel(services, jobs)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_3)
        top.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        edit = QHBoxLayout()
        edit.setSpacing(theme.SPACE_2)
        edit.addWidget(self.save)
        edit.addWidget(self.revert)
        edit.addStretch(1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.form)
        column.addWidget(self.may_train)
        column.addLayout(edit)
        column.addWidget(self.error)
        column.addSpacing(theme.SPACE_2)
        column.addWidget(self.way_in)
        column.addSpacing(theme.SPACE_2)
        for button in (self.add_photos, self.deactivate, self.activate, self.erase):
            column.addWidget(button)
        column.addWidget(self.erase_panel)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.SPACE_4, 0, 0)
        outer.setSpacing(theme.SPACE_3)
        head = QVBoxLayout()
        head.setSpacing(theme.SPACE_2)
        head.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_3, 0)
        head.addLayout(top)
        head.addWidget(self.caption)
        outer.addLayout(head)
        outer.addWidget(scrolled(content), 1)

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.closed)
        self.form.changed.connect(self._update_buttons)
        self.may_train.clicked.connect(self._update_buttons)
        self.form.submitted.connect(self._on_save)
        self.save.clicked.connect(self._on_save)
        self.revert.clicked.connect(lambda: self.show_people(self._people, self.avatar.pixmap()))
        self.add_photos.clicked.connect(lambda: self.photos_asked.emit(self._people[0]))
        self.deactivate.clicked.connect(lambda: self.active_asked.emit(list(self._people), False))
        self.activate.clicked.connect(lambda: self.active_asked.emit(list(self._people), True))
        self.erase.clicked.connect(self._on_erase)
        self.erase_panel.erased.connect(self.erased)
        self.erase_panel.cancelled.connect(self._update_buttons)

    @property
    def people(self) -> list[Person]:
        """Who is shown."""
        return list(self._people)

    def show_people(self, people: list[Person], avatar: QPixmap) -> None:
        """Show one person with all details, or several with what can be done to all of them."""
        self._people = list(people)
        self.error.clear()
        self.erase_panel.dismiss()
        self.avatar.setPixmap(avatar)
        is_one = len(people) == 1
        self.avatar.setVisible(is_one)
        if is_one:
            self.form.show_person(people[0])
            self.may_train.setChecked(people[0].may_train)
        self.way_in.show_people(self._people)
        self._say()
        self._update_buttons()

    def set_avatar(self, avatar: QPixmap) -> None:
        """Show another picture of the same person."""
        self.avatar.setPixmap(avatar)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.close_button.setToolTip(translate("admin", "Close (Esc)"))
        self.close_button.setAccessibleName(translate("admin", "Close the details"))
        self.may_train.setText(translate("admin", "May be used for training"))
        self.may_train.setToolTip(
            translate("admin", "The person agreed to it, apart from the consent to enrolment; it can be taken back.")
        )
        self.save.setText(translate("admin", "Save"))
        self.revert.setText(translate("admin", "Revert"))
        self.add_photos.setText(translate("admin", "Add photos"))
        self.deactivate.setText(translate("admin", "Deactivate"))
        self.deactivate.setToolTip(translate("admin", "The kiosk no longer recognises the person; nothing is deleted."))
        self.activate.setText(translate("admin", "Activate"))
        self.erase.setText(translate("admin", "Erase…"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "back"; everything else is Qt's."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _say(self) -> None:
        if len(self._people) == 1:
            person = self._people[0]
            self.heading.setText(person.name)
            self.caption.setText(self._facts(person))
            self.setAccessibleName(person.name)
        elif self._people:
            count = QLocale().toString(len(self._people))
            self.heading.setText(translate("admin", "{count} people selected").format(count=count))
            self.caption.setText(translate("admin", "Ctrl+C copies them as a table."))

    def _facts(self, person: Person) -> str:
        status = translate("admin", "Active") if person.is_active else translate("admin", "Inactive")
        return f"{status} · {templates_text(person.template_count)} · {photos_text(person.crop_count)}"

    @Slot()
    def _update_buttons(self) -> None:
        is_asking = not self.erase_panel.isHidden()
        is_one = len(self._people) == 1 and not is_asking
        is_dirty = is_one and self._has_changes()
        self.form.setVisible(is_one)
        self.may_train.setVisible(is_one)
        self.save.setVisible(is_one)
        self.revert.setVisible(is_one)
        self.save.setEnabled(is_dirty)
        self.revert.setEnabled(is_dirty)
        if is_asking:
            self.way_in.hide()
        else:
            self.way_in.retranslate()
        self.add_photos.setVisible(is_one)
        self.erase.setVisible(is_one)
        self.deactivate.setVisible(not is_asking and any(p.is_active for p in self._people))
        self.activate.setVisible(not is_asking and any(not p.is_active for p in self._people))

    def _has_changes(self) -> bool:
        """Return whether the fields or the consent differ from the one person shown."""
        return self.form.has_changes() or self.may_train.isChecked() != self._people[0].may_train

    @Slot()
    def _on_save(self) -> None:
        if len(self._people) != 1 or not self._has_changes() or not self.form.check():
            return
        self.save.setEnabled(False)
        self.error.clear()
        d, may_train = self.form.details(), self.may_train.isChecked()
        roster = self._services.roster
        self._jobs.submit(
            lambda: roster.update(
                d.code, name=d.name, department=d.department, language=d.language, may_train=may_train
            ),
            self.saved.emit,
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self.error.say_error(error)
        self._update_buttons()

    @Slot()
    def _on_erase(self) -> None:
        self.erase_panel.ask(self._people[0])
        self._update_buttons()
