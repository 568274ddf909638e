"""Starts the admin window."""

from __future__ import annotations

from typing import cast

from attendance.composition.application import Application
from attendance.composition.paths import account_name
from attendance.ui.admin.parts.services import (
    LANGUAGE_KEY,
    THEME_KEY,
    AdminServices,
    CredentialServices,
    HoursServices,
    StorageFacts,
)
from attendance.ui.admin.window import AdminWindow
from attendance.ui.garbage import settle_garbage
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.theme import ThemeMode, apply_theme
from attendance.windows.qt import chosen_appearance, close_on_signals, qt_application, run_until_closed


def load_admin_services(application: Application) -> AdminServices:
    """Return the services of the admin window; loads the models, so call it in a worker thread.

    Args:
        application: opened data folder.
    """
    if application.is_outdated:
        application.forget_recognizer()  # the window has put another one in use and opens anew

    application.links.start()
    info = application.recognizer.pack.info
    return AdminServices(
        roster=application.storage.roster,
        log=application.storage.check_in_log,
        settings=application.storage.settings,
        crop_keeping=application.storage.crop_keeping,
        images=application.images,
        enrolment=application.recognizer.enrolment,
        importer=application.recognizer.importer,
        open_camera=application.door.build_source,
        clock=application.site.clock,
        zone=application.site.zone,
        pack=info,
        provider=application.recognizer.pack.provider,
        reports=application.records.reports,
        storage=StorageFacts(
            data_dir=application.paths.data_dir,
            database_bytes=application.paths.database.stat().st_size,
            key_where=application.storage.key.where,
        ),
        troubles=(
            *filter(None, (application.door.clock_wrong(), application.site.zone_trouble)),
            *application.storage.looked_for_troubles(deep=False),
            *application.packs.troubles(info),
            *application.recognizer.troubles(),
        ),
        unfinished=lambda: application.storage.database.unfinished,
        training=application.recognizer.training_service,
        hours=HoursServices(
            hours=application.records.hours,
            corrections=application.records.corrections,
            correction_rows=application.storage.corrections,
            account=account_name(),
            two_person_rule=application.settings.attendance.two_person_rule,
            imports=application.links.event_imports,
        ),
        models=application.packs,
        credentials=CredentialServices(
            application.credentials.pins, application.credentials.badges, application.recognizer.look_alikes.of
        ),
    )


def build_admin_window(application: Application) -> AdminWindow:
    """Return the admin window of one data folder, not shown yet.

    Args:
        application: opened data folder.
    """
    window = AdminWindow(lambda: load_admin_services(application))
    window.ready.connect(settle_garbage)
    return window


def run_admin(application: Application) -> int:
    """Show the admin window until it is closed.

    Args:
        application: opened data folder.

    Returns:
        Exit code.
    """
    qt = qt_application()
    language, theme = chosen_appearance(application, LANGUAGE_KEY, THEME_KEY)
    apply_theme(qt, cast(ThemeMode, theme))
    LanguageSwitch.instance().set_language(language)
    window = build_admin_window(application)
    close_on_signals(window)
    window.show()
    return run_until_closed(qt, window)
