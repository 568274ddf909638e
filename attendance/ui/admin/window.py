"""The admin window: opens at once, loads its services in a worker, then shows the pages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.banners import LICENCE_SEEN_SETTING, Banners
from attendance.ui.admin.hours.page import HoursPage
from attendance.ui.admin.models.page import ModelsPage
from attendance.ui.admin.navigation import Navigation, Place
from attendance.ui.admin.parts.icons import retint
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.recognizers.door_run import DoorRun
from attendance.ui.admin.parts.services import LANGUAGE_KEY, THEME_KEY, AdminServices
from attendance.ui.admin.parts.stylesheet import (
    DRAWER_WIDTH,
    FIRST_WINDOW,
    MIN_WINDOW,
    stylesheet,
)
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.enrol_page import EnrolPage
from attendance.ui.admin.people.import_page import ImportPage
from attendance.ui.admin.people.page import PeoplePage
from attendance.ui.admin.plan.page import PlanPage
from attendance.ui.admin.reports.page import ReportsPage
from attendance.ui.admin.system.page import SystemPage
from attendance.ui.admin.today.page import TodayPage
from attendance.ui.admin.training.page import TrainingPage
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.stylesheet import set_role

_IDLE_WATCH_MS = 50
"""Between two looks at whether the jobs have ended, before the pages are made anew."""


class AdminWindow(QMainWindow):
    """Enrolment, roster and reports.

    Args:
        load_services: makes the services; called in a worker thread, again for each retry.
        language: the language switch; None takes the one of the process.

    Signals:
        ready: the pages are there, for the first time or again.
    """

    ready = Signal()

    def __init__(
        self,
        load_services: Callable[[], AdminServices],
        *,
        language: LanguageSwitch | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load_services = load_services
        self._language = language or LanguageSwitch.instance()
        self._services: AdminServices | None = None
        self._error: Exception | None = None
        self.jobs = Jobs(self)
        self.states = QStackedWidget()
        self.loading = QLabel()
        self.failure = EmptyState("warning")
        self.retry = QPushButton()
        self.navigation = Navigation()
        self.door_run: DoorRun | None = None
        self.training: TrainingPage | None = None
        self.models: ModelsPage | None = None
        self.hours: HoursPage | None = None
        self.plan: PlanPage | None = None
        self._switched_to = ""
        self._switched_on_models = False
        self.pages = QStackedWidget()
        self.setMinimumSize(*MIN_WINDOW)
        self.resize(*FIRST_WINDOW)
        self._lay_out()
        theme.holder.theme_changed.connect(self._on_theme)
        self.setStyleSheet(stylesheet(theme.tokens()))
        self._retranslate()
        self.load()

    def _lay_out(self) -> None:
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setSpacing(theme.SPACE_4)
        set_role(self.loading, "heading")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedWidth(DRAWER_WIDTH)
        column.addStretch(1)
        column.addWidget(self.loading, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        set_role(self.retry, "primary")
        self.failure.add_button(self.retry)
        self.retry.clicked.connect(self.load)
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.navigation.currentRowChanged.connect(self._on_navigation)
        self.navigation.itemClicked.connect(lambda _item: self._on_navigation(self.navigation.currentRow()))
        row.addWidget(self.navigation)
        self._content = QWidget()
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(0)
        self.toasts = Toasts(self._content)
        self.banners = Banners(self.jobs, self.toasts)
        self.banners.models_asked.connect(self._on_models_asked)
        self.banners.licence_put_away.connect(self._on_licence_put_away)
        content.addWidget(self.banners)
        content.addWidget(self.pages, 1)
        row.addWidget(self._content, 1)
        for state in (waiting, self.failure, self._work):
            self.states.addWidget(state)
        self.setCentralWidget(self.states)

    # --- loading -------------------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """True once the pages are there."""
        return self._services is not None

    @Slot()
    def load(self) -> None:
        """Make the services in a worker; the window shows that it is busy."""
        self.states.setCurrentIndex(0)
        load_services = self._load_services

        def work() -> tuple[AdminServices, str, str, str]:
            services = load_services()
            settings = services.settings
            language, mode = settings.get(LANGUAGE_KEY, ""), settings.get(THEME_KEY, "")
            return services, language, mode, settings.get(LICENCE_SEEN_SETTING, "")

        self.jobs.submit(work, self._on_loaded, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self._error = error
        self.failure.say_error(error)
        self.states.setCurrentWidget(self.failure)
        self.retry.setFocus()

    def _on_loaded(self, loaded: tuple[AdminServices, str, str, str]) -> None:
        services, language, mode, licence_seen = loaded
        self._services = services
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        if language in {"auto", *self._language.available()}:
            self._language.set_language(language)
        QLocale.setDefault(self._language.locale())
        if mode in {"auto", "light", "dark"}:
            theme.apply_theme(app, mode)  # type: ignore[arg-type]
        self._build_pages(services)
        self.banners.fill(services, licence_seen)
        self._retranslate()
        self.states.setCurrentWidget(self._work)
        self.navigation.setCurrentRow(0)
        self.show_page(self.people)
        self.navigation.fit(self.width())
        self.people.filter.search.setFocus()
        if self._switched_to:
            self._after_switch()
        self.ready.emit()

    def _build_pages(self, services: AdminServices) -> None:
        parts = (services, self.jobs, self.toasts)
        self.people = PeoplePage(*parts)
        self.today = TodayPage(*parts)
        self.reports = ReportsPage(services, services.reports, *parts[1:])
        self.hours = None if services.hours is None else HoursPage(services, services.hours, *parts[1:])
        self.plan = None if services.hours is None else PlanPage(services, services.hours, *parts[1:])
        self.system = SystemPage(*parts, self._language)
        self.enrol = EnrolPage(*parts, self.people.model.owner_of)
        self.imports = ImportPage(*parts)
        self._build_model_pages(services)
        places = self._navigation_places()
        for page in (*(place.page for place in places), self.enrol, self.imports):
            self.pages.addWidget(page)
        self.navigation.set_places(places)
        self.people.enrol_asked.connect(self._on_enrol_asked)
        self.people.import_asked.connect(self._on_import_asked)
        self.enrol.cancelled.connect(lambda: self.show_page(self.people))
        self.enrol.enrolled.connect(self._on_enrolled)
        self.imports.left_for_list.connect(lambda: self.show_page(self.people))
        self.today.reports_asked.connect(lambda: self.navigation.open_page(self.reports))
        if self.training is not None:
            self.training.people_asked.connect(lambda: self.navigation.open_page(self.people))
            self.training.may_close.connect(self.close)

    def _build_model_pages(self, services: AdminServices) -> None:
        """Make the pages that put another recognizer in use; they share what is in work."""
        source = services.models or services.training
        if source is None:
            return
        self.door_run = run = DoorRun(source.go_live, self.jobs, self)
        run.switched.connect(self._on_pack_switched)
        parts = (self.jobs, self.toasts, run)
        if services.training is not None:
            self.training = TrainingPage(services, services.training, *parts)
        if services.models is not None:
            self.models = ModelsPage(services, services.models, *parts)
        if self.training is not None:
            self.training.door.calibrate_asked.connect(self._on_calibrate_asked)

    def _navigation_places(self) -> list[Place]:
        places = [
            Place(self.people, "people", lambda: translate("admin", "People")),
            Place(self.today, "clock", lambda: translate("admin", "Today")),
        ]
        if self.hours is not None and self.plan is not None:
            places.append(Place(self.hours, "hours", lambda: translate("admin", "Hours")))
            places.append(Place(self.plan, "plan", lambda: translate("admin", "Plan")))
        places.append(Place(self.reports, "report", lambda: translate("admin", "Reports")))
        if self.training is not None:
            places.append(Place(self.training, "chart", lambda: translate("admin", "Training")))
        if self.models is not None:
            places.append(Place(self.models, "models", lambda: translate("admin", "Models")))
        places.append(Place(self.system, "settings", lambda: translate("admin", "System")))
        return places

    # --- pages ---------------------------------------------------------------------------------------

    def show_page(self, page: Page) -> None:
        """Bring a page to the front; the one before is told that it left."""
        before = self.pages.currentWidget()
        if isinstance(before, Page) and before is not page:
            before.left()
        self.pages.setCurrentWidget(page)
        page.shown()

    @Slot(int)
    def _on_navigation(self, row: int) -> None:
        page = self.pages.widget(row)
        # A click on "People" leads back from enrolment; a second click on the same page changes nothing.
        if isinstance(page, Page) and (page is not self.pages.currentWidget() or not page.isVisible()):
            self.show_page(page)

    @Slot(object)
    def _on_enrol_asked(self, person: Person | None) -> None:
        # Its controls stand where the toasts are.
        self.toasts.clear()
        self.enrol.begin(person, self.people.model.departments())
        self.show_page(self.enrol)

    @Slot()
    def _on_import_asked(self) -> None:
        self.toasts.clear()
        self.show_page(self.imports)

    @Slot(object)
    def _on_enrolled(self, person: Person) -> None:
        self.show_page(self.people)
        self.people.select(person)

    @Slot()
    def _on_models_asked(self) -> None:
        if self.models is not None:
            self.navigation.open_page(self.models)

    @Slot()
    def _on_licence_put_away(self) -> None:
        if self.models is not None:
            self.models.show_licence()

    @Slot(str)
    def _on_calibrate_asked(self, name: str) -> None:
        if self.models is not None:
            self.navigation.open_page(self.models)
            self.models.calibrate(name)

    # --- another recognizer --------------------------------------------------------------------------

    @Slot(str)
    def _on_pack_switched(self, name: str) -> None:
        """Make services and pages anew: enrolment works with the recognizer in use."""
        self._switched_to = name
        self._switched_on_models = self.pages.currentWidget() is self.models or self.training is None
        self.states.setCurrentIndex(0)
        self._reopen()

    @Slot()
    def _reopen(self) -> None:
        if not self.jobs.is_idle:  # their answers go to the pages there are
            QTimer.singleShot(_IDLE_WATCH_MS, self, self._reopen)
            return
        self._leave_pages()
        self.navigation.set_places([])
        self.training = self.models = self.hours = self.plan = None
        self.banners.clear()
        while (page := self.pages.widget(0)) is not None:
            self.pages.removeWidget(page)
            page.deleteLater()
        if self.door_run is not None:
            self.door_run.deleteLater()
            self.door_run = None
        self.load()

    def _after_switch(self) -> None:
        page = self.models if self._switched_on_models else self.training
        if page is not None:
            self.navigation.open_page(page)
        text = translate("admin", "{name} is in use now.")
        self.toasts.show_text(text.format(name=self._switched_to))
        self._switched_to = ""

    def _leave_pages(self) -> None:
        for number in range(self.pages.count()):
            page = self.pages.widget(number)
            if isinstance(page, Page):
                page.left()
        self.enrol.capture.wait_closed(timeout_s=3.0)

    # --- appearance ----------------------------------------------------------------------------------

    @Slot()
    def _on_theme(self) -> None:
        self.setStyleSheet(stylesheet(theme.tokens()))
        retint(self)
        self.navigation.restyle()
        for place in range(self.pages.count()):
            page = self.pages.widget(place)
            if isinstance(page, Page):
                page.restyle()

    def _retranslate(self) -> None:
        self.setWindowTitle(translate("admin", "Attendance – administration"))
        self.loading.setText(translate("admin", "Opening the database and the models…"))
        self.retry.setText(translate("admin", "Try again"))
        self.navigation.setAccessibleName(translate("admin", "Pages"))
        if self._error is not None:
            self.failure.say_error(self._error)
        self.banners.retranslate()
        self.navigation.fit(self.width())

    # --- Qt's side -----------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the navigation to the new width."""
        self.navigation.fit(self.width())
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the camera, a training and running work; nothing calls back afterwards.

        Somebody who closes the window while a training runs is asked first; a program that closes it is not.
        """
        if self.training is not None and self.training.service.is_running and event.spontaneous():
            event.ignore()
            self.navigation.open_page(self.training)
            self.training.ask_to_close()
            return
        if self._services is not None:
            self._leave_pages()
            if self.door_run is not None and self.door_run.is_busy:
                self.door_run.cancel()
            if self.training is not None:
                self.training.close_down()
            if self.models is not None:
                self.models.close_down()
        self.jobs.close()
        super().closeEvent(event)
