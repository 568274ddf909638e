"""Keeps the screen of the kiosk on: the session would dim, lock or switch it off."""

from __future__ import annotations

import ctypes
import logging
import sys

from PySide6.QtCore import QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_log = logging.getLogger(__name__)

_SERVICE, _PATH, _INTERFACE = (
    "org.freedesktop.ScreenSaver",
    "/org/freedesktop/ScreenSaver",
    "org.freedesktop.ScreenSaver",
)
# winbase.h
_ES_CONTINUOUS, _ES_SYSTEM_REQUIRED, _ES_DISPLAY_REQUIRED = 0x80000000, 0x00000001, 0x00000002


class Wakefulness(QObject):
    """Asks the system to keep the screen on, for as long as this object lives. What does not work is only logged.

    On Linux through the screen saver's D-Bus service, which GNOME, KDE, Xfce and others offer; on Windows through
    SetThreadExecutionState. Elsewhere nothing is done.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus: QDBusConnection | None = None
        self._waiting: QDBusPendingCallWatcher | None = None

    def begin(self) -> None:
        """Ask; returns at once."""
        if sys.platform == "win32":
            wanted = _ES_CONTINUOUS | _ES_SYSTEM_REQUIRED | _ES_DISPLAY_REQUIRED
            if not ctypes.windll.kernel32.SetThreadExecutionState(wanted):
                _log.warning("Windows does not keep the screen on")
        elif sys.platform == "linux":
            self._inhibit(QDBusConnection.sessionBus())

    def _inhibit(self, bus: QDBusConnection) -> None:
        if not bus.isConnected():
            _log.info("no session bus: the screen's sleep is left to the session's settings")
            return
        # The service forgets the wish when this connection ends, so nothing has to be taken back.
        self._bus = bus
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "Inhibit")
        call.setArguments(["Face Attendance", "the kiosk waits for people"])
        self._waiting = QDBusPendingCallWatcher(bus.asyncCall(call), self)
        self._waiting.finished.connect(self._on_answered)

    @Slot(QDBusPendingCallWatcher)
    def _on_answered(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            _log.info("the screen's sleep is left to the session's settings: %s", watcher.error().message())
        else:
            _log.info("the screen stays on")
        self._waiting = None
        watcher.deleteLater()
