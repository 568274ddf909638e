"""Starts the kiosk's window."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.errors import AttendanceError, Reason
from attendance.errors.storage import StorageError
from attendance.services.credentials.door_entry import DoorEntry
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import EngineListener
from attendance.ui.garbage import settle_garbage
from attendance.ui.kiosk.computer.voice import Voice, system_speech
from attendance.ui.kiosk.computer.wakefulness import Wakefulness
from attendance.ui.kiosk.window import KioskWindow
from attendance.windows.qt import close_on_signals, qt_application, run_until_closed

_log = logging.getLogger(__name__)

# How soon a running kiosk follows a switch of the model pack.
_PACK_WATCH_MS = 3_000

STARTED_VARIABLE = "ATTENDANCE_STARTED_AT"
"""Wall-clock seconds at which `attendance bench` launched the kiosk process."""


def build_kiosk_window(application: Application, load_engine: Callable[[EngineListener], KioskEngine]) -> KioskWindow:
    """Return the kiosk window of one data folder, not shown yet.

    Args:
        application: opened data folder.
        load_engine: makes the engine, called in a worker thread of the window.
    """
    kiosk = application.settings.kiosk

    def status() -> tuple[Reason, ...]:
        pack = application.recognizer.pack
        where = Reason("{provider}: {reason}", provider=pack.provider.active, reason=pack.provider.reason)
        return where, Reason.quoted(pack.info.title)

    def troubles() -> tuple[AttendanceError, ...]:
        found = (application.door.clock_trouble, application.site.zone_trouble)
        return (*filter(None, found), *application.storage.troubles)

    @cache  # it remembers who typed wrong codes
    def entry() -> DoorEntry:
        return application.credentials.door_entry(application.door.knows_face)

    given = application.settings.entry
    window = KioskWindow(
        load_engine,
        company=kiosk.company,
        door=kiosk.door,
        welcome_s=kiosk.welcome_s,
        zone=application.site.zone,
        language=kiosk.language,
        theme=kiosk.theme,
        status=status,
        voice=Voice(system_speech()) if kiosk.voice else None,
        answers=lambda: application.door.answers,
        can_break=application.settings.attendance.door_mode == "auto",
        entry=entry,
        refusals=given.refusals,
        looks_first=given.mode == "face",
        troubles=troubles,
    )
    window.engine_ready.connect(settle_garbage)
    return window


def load_kiosk_engine(application: Application, listener: EngineListener, *, source: str | None) -> KioskEngine:
    """Return the engine of a kiosk window, not started; takes seconds.

    Args:
        application: opened data folder.
        listener: told of everything.
        source: frame source spec, None for the configured one.

    Raises:
        DoorTaken: another process runs the door of this data folder; told before any model is loaded.
        AttendanceError: key, database or models cannot be used.
    """
    application.door.claim("attendance kiosk")
    application.forget_recognizer()
    return application.door.build_engine(
        application.recognizer, listener, source_factory=lambda: application.door.build_source(source)
    )


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

    Raises:
        CheckInsUnsaved: the window was closed while check-ins were not in the database.
    """
    qt = qt_application()
    window = build_kiosk_window(application, lambda listener: load_kiosk_engine(application, listener, source=source))
    Wakefulness(window).begin()
    watch = QTimer(window)
    watch.timeout.connect(lambda: restart_after_switch(application, window))
    watch.start(_PACK_WATCH_MS)
    close_on_signals(window, window.close_unattended)
    if is_windowed:
        window.show()
    else:
        window.showFullScreen()
    if is_reporting_startup:
        _report_startup(qt, window)
    code = run_until_closed(qt, window)
    if window.unsaved is not None:
        raise window.unsaved
    return code


def restart_after_switch(application: Application, window: KioskWindow) -> None:
    """Load the engine anew when a switch, a promotion or a rollback has put another pack in use.

    Until then the old engine goes on with the templates of its own recognizer.

    Args:
        application: opened data folder.
        window: its kiosk window.
    """
    try:
        if application.is_outdated:
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
