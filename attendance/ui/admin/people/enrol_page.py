"""Enrolment of one person: pictures from the camera or from files, and who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from attendance.core.types import Person
from attendance.errors.people import AlmostSameCode, DuplicateCode, DuplicatePerson, NotSamePerson
from attendance.ui import theme
from attendance.ui.admin.parts.avatar import image_from_bgr
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState, Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.stylesheet import FORM_WIDTH
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.capture_panel import SAMPLES_ENOUGH, SAMPLES_WANTED, CapturePanel
from attendance.ui.admin.people.duplicate_panel import DuplicatePanel
from attendance.ui.admin.people.form import PersonForm
from attendance.ui.admin.people.photo_panel import PhotoPanel
from attendance.ui.admin.people.sample_strip import SampleStrip
from attendance.ui.messages import error_text, joined
from attendance.ui.stylesheet import set_role

if TYPE_CHECKING:
    from attendance.services.people.enrolment import Enrolled


class EnrolPage(Page):
    """Pictures on the left, the form and the save button on the right.

    Signals:
        enrolled: the person as stored.
        cancelled: back to the list without saving.
    """

    enrolled = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        services: AdminServices,
        jobs: Jobs,
        toasts: Toasts,
        owner_of: Callable[[str], Person | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self._person: Person | None = None
        self._is_saving = False
        self.back = QPushButton()
        set_icon(self.back, "back")
        self.by_camera = QPushButton()
        self.by_files = QPushButton()
        self.without = QCheckBox()
        self.routes = QStackedWidget()
        self.capture = CapturePanel(services, jobs)
        self.photos = PhotoPanel(services, jobs)
        self.no_photo = EmptyState("keypad")
        self.form = PersonForm(owner_of)
        self.strip = SampleStrip(SAMPLES_WANTED)
        self.strip_note = Notice()
        self.duplicate = DuplicatePanel()
        self.error = Notice()
        self.save = QPushButton()
        set_role(self.save, "primary")
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self.header.addWidget(self.back)
        group = QButtonGroup(self)
        routes = QHBoxLayout()
        routes.setSpacing(theme.SPACE_2)
        for button, icon in ((self.by_camera, "camera"), (self.by_files, "photos")):
            set_role(button, "segment")
            set_icon(button, icon)
            button.setCheckable(True)
            group.addButton(button)
            routes.addWidget(button)
        routes.addStretch(1)
        self.routes.addWidget(self.capture)
        self.routes.addWidget(self.photos)
        self.routes.addWidget(self.no_photo)
        left = QVBoxLayout()
        left.setSpacing(theme.SPACE_3)
        left.addLayout(routes)
        left.addWidget(self.routes, 1)
        content = QWidget()
        form = QVBoxLayout(content)
        form.setContentsMargins(theme.SPACE_4, theme.SPACE_4, theme.SPACE_4, theme.SPACE_2)
        form.setSpacing(theme.SPACE_3)
        for part in (self.strip, self.strip_note, self.form, self.without):
            form.addWidget(part)
        form.addStretch(1)
        card = QFrame()
        set_role(card, "card")
        card.setFixedWidth(FORM_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, theme.SPACE_4)
        column.setSpacing(theme.SPACE_2)
        column.addWidget(scrolled(content), 1)
        # Outside the scrolled part: the answer to "Save" must be in sight.
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_4, 0)
        foot.setSpacing(theme.SPACE_2)
        for answer in (self.duplicate, self.error, self.save):
            foot.addWidget(answer)
        column.addLayout(foot)
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE_6)
        both.addLayout(left, 1)
        both.addWidget(card)
        self.body.addLayout(both, 1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.cancelled)
        self.by_camera.clicked.connect(lambda: self.choose_route(self.capture))
        self.by_files.clicked.connect(lambda: self.choose_route(self.photos))
        self.without.toggled.connect(lambda is_on: self.choose_route(self.no_photo if is_on else self.capture))
        self.capture.photos_asked.connect(lambda: self.choose_route(self.photos))
        self.capture.sample_taken.connect(self.strip.add)
        self.photos.sample_taken.connect(self.strip.add)
        self.strip.changed.connect(self._on_samples)
        self.form.changed.connect(self._on_form)
        self.form.submitted.connect(self._on_save)
        self.save.clicked.connect(self._on_save)
        self.duplicate.add_asked.connect(self._on_add_to_other)
        self.duplicate.twins_asked.connect(lambda: self._enrol(allow_duplicate=True))

    # --- what the window calls -----------------------------------------------------------------------

    def begin(self, person: Person | None, departments: list[str]) -> None:
        """Start anew: for a new person, or with more pictures of one who is enrolled."""
        self._person = person
        self.without.setChecked(False)
        self.form.show_person(person, fixed_name=person is not None)
        self.form.set_departments(departments)
        self.strip.clear()
        self.photos.clear()
        self.duplicate.dismiss()
        self.error.clear()
        self.retranslate()

    def shown(self) -> None:
        """The page came to the front."""
        self.choose_route(self.capture)
        # Nothing to type for somebody who is enrolled.
        (self.capture.take if self._person else self.form.code).setFocus()

    def left(self) -> None:
        """The page went to the back, or the window closes."""
        self.capture.stop()

    def choose_route(self, panel: QWidget) -> None:
        """Take pictures from the camera or from files."""
        self.routes.setCurrentWidget(panel)
        is_camera = panel is self.capture
        self.by_camera.setChecked(is_camera)
        self.by_files.setChecked(panel is self.photos)
        has_photos = panel is not self.no_photo
        for part in (self.by_camera, self.by_files, self.strip):
            part.setVisible(has_photos)
        self.error.clear()
        if is_camera:
            self.capture.start()
        else:
            self.capture.stop()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        if self._person is None:
            self.title.setText(translate("admin", "Add a person"))
            self.caption.setText(translate("admin", "3 to 5 pictures from the front, then name and code."))
        else:
            self.title.setText(translate("admin", "Add photos"))
            self.caption.setText(translate("admin", "More pictures of {name}.").format(name=self._person.name))
        self.back.setText(translate("admin", "Back to the list"))
        self.without.setVisible(self._person is None)
        self.without.setText(translate("admin", "Without a photo"))
        self.no_photo.say(
            translate("admin", "Without a photo"),
            translate("admin", "The person checks in with PIN or badge; no face is ever looked for."),
        )
        self.by_camera.setText(translate("admin", "Camera"))
        self.by_files.setText(translate("admin", "Photo files"))
        self._update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as "back"; everything else is Qt's."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    # --- saving --------------------------------------------------------------------------------------

    @Slot()
    def _on_samples(self) -> None:
        self.capture.set_taken(len(self.strip.samples))
        self.duplicate.dismiss()
        self._update()

    @Slot()
    def _on_form(self) -> None:
        self.error.clear()
        self._update()

    def _update(self) -> None:
        count = len(self.strip.samples)
        if 0 < count < SAMPLES_ENOUGH:
            self.strip_note.say(translate("admin", "A few more pictures make recognition steadier."))
        else:
            self.strip_note.clear()
        self.save.setText(translate("admin", "Saving…") if self._is_saving else translate("admin", "Save"))
        self.save.setEnabled(not self._is_saving)

    @Slot()
    def _on_save(self) -> None:
        if self._is_saving or not self.form.check():
            return
        if self._is_without_photo:
            self._add_without_photo()
            return
        if not self.strip.samples:
            self.error.say(
                translate("admin", "There is no picture yet."),
                hint=translate("admin", "Take one with the camera, or choose a photo file."),
                kind="bad",
            )
            return
        self._enrol()

    @property
    def _is_without_photo(self) -> bool:
        return self.routes.currentWidget() is self.no_photo

    def _add_without_photo(self) -> None:
        self._start_saving()
        d, roster = self.form.details(), self.services.roster
        self.jobs.submit(
            lambda: roster.enrol(
                code=d.code, name=d.name, department=d.department, language=d.language, templates=[], model_id=""
            ),
            self._on_added,
            self._on_failed,
        )

    def _on_added(self, person: Person) -> None:
        self._is_saving = False
        self._update()
        self.toasts.show_text(translate("admin", "{name} is on the list without a photo.").format(name=person.name))
        self.enrolled.emit(person)

    @Slot(str)
    def _on_add_to_other(self, code: str) -> None:
        self._start_saving()
        roster = self.services.roster
        self.jobs.submit(lambda: roster.get_by_code(code), lambda other: self._enrol(other=other), self._on_failed)

    def _enrol(self, *, other: Person | None = None, allow_duplicate: bool = False) -> None:
        self._start_saving()
        d, samples, enrolment = self.form.details(), self.strip.samples, self.services.enrolment
        into = other or self._person
        self.jobs.submit(
            lambda: enrolment.enrol(
                code=into.code if into else d.code,
                name=into.name if into else d.name,
                department=into.department if into else d.department,
                language=into.language if into else d.language,
                samples=samples,
                allow_duplicate=allow_duplicate,
            ),
            self._on_enrolled,
            self._on_failed,
            vision=True,  # the enrolment service is used from one thread only
        )

    def _start_saving(self) -> None:
        self._is_saving = True
        self.duplicate.dismiss()
        self.error.clear()
        self._update()

    def _on_enrolled(self, saved: Enrolled) -> None:
        self._is_saving = False
        self._update()
        count = len(saved.added)
        if not count:
            text = translate("admin", "Nothing new: {name} is already enrolled with these pictures.")
        elif count == 1:
            text = translate("admin", "{name} is enrolled with 1 new picture.")
        else:
            text = translate("admin", "{name} is enrolled with {count} new pictures.")
        self.toasts.show_text(text.format(name=saved.person.name, count=count))
        self.enrolled.emit(saved.person)

    def _ask_who(self, error: DuplicatePerson) -> None:
        samples = self.strip.samples
        self.duplicate.ask(error, image_from_bgr(samples[0].crop_bgr) if samples else None)
        roster, code = self.services.roster, str(error.facts["other_code"])

        def read() -> QImage | None:
            crops = roster.iter_crops(roster.get_by_code(code).id)
            return next((image_from_bgr(crop) for _, crop in crops), None)

        # Without a photograph the question can be answered all the same.
        self.jobs.submit(read, lambda face: self.duplicate.show_other(code, face), lambda _error: None)

    def _on_failed(self, error: Exception) -> None:
        self._is_saving = False
        self._update()
        if isinstance(error, DuplicatePerson):
            self._ask_who(error)
        elif isinstance(error, DuplicateCode):
            self.form.code.say_error(
                translate("admin", "This code already belongs to {name}.").format(
                    name=error.facts.get("other_name", "")
                )
            )
            self.form.code.setFocus()
        elif isinstance(error, AlmostSameCode):
            self.form.code.say_error(joined(*error_text(error)))
            self.form.code.setFocus()
        elif isinstance(error, NotSamePerson):
            self.error.say(
                translate("admin", "One of the pictures shows somebody else."),
                hint=translate("admin", "Remove that picture and save again."),
                kind="bad",
            )
        else:
            self.error.say_error(error)
