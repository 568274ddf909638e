"""Starts the Qt windows: everything that needs both the composition root and PySide6."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from attendance.app import Application, account_name
from attendance.errors import StorageError
from attendance.services.door.engine import EngineListener, KioskEngine
from attendance.ui.admin.parts.services import LANGUAGE_KEY, THEME_KEY, AdminServices, HoursDesk, StorageFacts
from attendance.ui.admin.window import AdminWindow
from attendance.ui.garbage import settle_garbage
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.qt_messages import messages
from attendance.ui.theme import ThemeMode, apply_theme
from attendance.ui.window_end import end_window

_log = logging.getLogger(__name__)

# How soon a running kiosk follows a switch of the model pack.
_PACK_WATCH_MS = 3_000

# Qt's loop runs no Python by itself, and Python looks for signals only then.
_SIGNAL_WATCH_MS = 200

STARTED_VARIABLE = "ATTENDANCE_STARTED_AT"
"""Wall-clock seconds at which `attendance bench` launched the kiosk process."""


def qt_application() -> QApplication:
    """Return the one QApplication; chooses the offscreen platform where there is no display.

    Qt's own messages go to the log file, not to the terminal.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    has_display = sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_display and "QT_QPA_PLATFORM" not in os.environ:
        _log.warning("no display found: drawing off screen")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    messages.install()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("attendance")
    application.setApplicationDisplayName("Face Attendance")
    return application


def close_on_signals(window: QWidget) -> None:
    """Close a window as its close button does on Ctrl+C and SIGTERM; a second one ends the program at once.

    Args:
        window: the main window; its ``closeEvent`` finishes what is being written.
    """

    def close(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        QTimer.singleShot(0, window, window.close)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
    watch = QTimer(window)
    watch.timeout.connect(lambda: None)
    watch.start(_SIGNAL_WATCH_MS)


def _run_until_closed(qt: QApplication, window: QWidget) -> int:
    try:
        return qt.exec()
    finally:
        end_window(window)


def _chosen(application: Application, language_key: str, theme_key: str) -> tuple[str, str]:
    """Return language and theme as somebody last chose them in a window, else as the settings file says."""
    kiosk = application.settings.kiosk
    if not application.paths.database.exists():
        return kiosk.language, kiosk.theme
    try:
        chosen = application.site_settings
        return chosen.get(language_key, kiosk.language), chosen.get(theme_key, kiosk.theme)
    except StorageError as err:
        # The window itself will meet the same error and show it; it must open for that.
        _log.warning("the chosen language cannot be read: %s", err)
        return kiosk.language, kiosk.theme


def build_kiosk_window(application: Application, load_engine: Callable[[EngineListener], KioskEngine]) -> KioskWindow:
    """Return the kiosk window of one data folder, not shown yet.

    Args:
        application: opened data folder.
        load_engine: makes the engine, called in a worker thread of the window.
    """
    kiosk = application.settings.kiosk

    def status_text() -> str:
        pack = application.pack
        return f"{pack.provider.active}: {pack.provider.reason}\n{pack.info.title}"

    def keep(key: str, value: str) -> None:
        application.site_settings.set(f"kiosk_{key}", value)

    language, theme = _chosen(application, "kiosk_language", "kiosk_theme")
    window = KioskWindow(
        load_engine,
        company=kiosk.company,
        door=kiosk.door,
        welcome_s=kiosk.welcome_s,
        zone=application.zone,
        language=language,
        theme=theme,
        status_text=status_text,
        settings=keep,
        answers=lambda: application.door_answers,
        can_break=application.settings.attendance.door_mode == "auto",
        standing_trouble=application.zone_trouble,
    )
    window.engine_ready.connect(settle_garbage)
    return window


def run_kiosk(
    application: Application, *, source: str | None, is_windowed: bool, is_reporting_startup: bool = False
) -> int:
    """Show the kiosk until it is closed.

    Args:
        application: opened data folder.
        source: frame source spec, None for the configured one.
        is_windowed: a normal window instead of the full screen.
        is_reporting_startup: print one JSON line with the start-up seconds when ready, then close.

    Returns:
        Exit code.
    """
    qt = qt_application()

    def load_engine(listener: EngineListener) -> KioskEngine:
        application.forget_pack()
        return application.build_engine(listener, source_factory=lambda: application.build_source(source))

    window = build_kiosk_window(application, load_engine)
    watch = QTimer(window)
    watch.timeout.connect(lambda: restart_after_switch(application, window))
    watch.start(_PACK_WATCH_MS)
    close_on_signals(window)
    if is_windowed:
        window.show()
    else:
        window.showFullScreen()
    if is_reporting_startup:
        _report_startup(qt, window)
    return _run_until_closed(qt, window)


def restart_after_switch(application: Application, window: KioskWindow) -> None:
    """Load the engine anew when a switch, a promotion or a rollback has put another pack in use.

    Until then the old engine goes on with the templates of its own recognizer.

    Args:
        application: opened data folder.
        window: its kiosk window.
    """
    loaded = application.loaded_pack_id
    try:
        if loaded is not None and application.active_pack_id != loaded:
            _log.info("another model pack is in use now: loading it")
            window.restart()
    except StorageError as err:
        _log.warning("the active pack cannot be read: %s", err)


def _report_startup(qt: QApplication, window: KioskWindow) -> None:
    started = float(os.environ.get(STARTED_VARIABLE, time.time()))
    seconds: dict[str, float] = {}
    # The first event after show() is handled when the window has been painted.
    QTimer.singleShot(0, lambda: seconds.setdefault("window_shown_s", time.time() - started))

    def ready() -> None:
        seconds["ready_s"] = time.time() - started
        sys.stdout.write(json.dumps({name: round(value, 3) for name, value in seconds.items()}) + "\n")
        sys.stdout.flush()
        window.close()

    window.engine_ready.connect(ready)
    window.closed.connect(qt.quit)


def load_admin_services(application: Application) -> AdminServices:
    """Return the services of the admin window; loads the models, so call it in a worker thread.

    Args:
        application: opened data folder.
    """
    if application.loaded_pack_id not in {None, application.active_pack_id}:
        application.forget_pack()  # the window has put another one in use and opens anew

    application.connections.start()
    info = application.pack.info
    return AdminServices(
        roster=application.roster,
        log=application.check_in_log,
        settings=application.site_settings,
        images=application.images,
        enrolment=application.enrolment,
        importer=application.importer,
        open_camera=application.build_source,
        clock=application.clock,
        zone=application.zone,
        pack=info,
        provider=application.pack.provider,
        reports=application.reports,
        storage=StorageFacts(
            data_dir=application.paths.data_dir,
            database_bytes=application.paths.database.stat().st_size,
            key_where=application.key.where,
        ),
        troubles=() if application.zone_trouble is None else (application.zone_trouble,),
        training=application.training_desk,
        hours=HoursDesk(
            hours=application.hours,
            corrections=application.corrections,
            correction_rows=application.correction_rows,
            account=account_name(),
            two_person_rule=application.settings.attendance.two_person_rule,
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
    language, theme = _chosen(application, LANGUAGE_KEY, THEME_KEY)
    apply_theme(qt, cast(ThemeMode, theme))
    LanguageSwitch.instance().set_language(language)
    window = build_admin_window(application)
    close_on_signals(window)
    window.show()
    return _run_until_closed(qt, window)
