"""The Qt application, and what both windows need to run in it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from attendance.composition.application import Application
from attendance.errors.storage import StorageError
from attendance.ui.qt_messages import messages
from attendance.ui.window_end import end_window

_log = logging.getLogger(__name__)

# Qt's loop runs no Python by itself, and Python looks for signals only then.
_SIGNAL_WATCH_MS = 200


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


def close_on_signals(window: QWidget, close: Callable[[], object] | None = None) -> None:
    """Close a window on Ctrl+C and SIGTERM; a second one ends the program at once.

    Args:
        window: the main window; its ``closeEvent`` finishes what is being written.
        close: method of the window that does it; None closes it as its close button does.
    """

    def close_soon(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        QTimer.singleShot(0, window, close or window.close)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close_soon)
    watch = QTimer(window)
    watch.timeout.connect(lambda: None)
    watch.start(_SIGNAL_WATCH_MS)


def run_until_closed(qt: QApplication, window: QWidget) -> int:
    """Run Qt until the window is closed, end the window, and return the exit code."""
    try:
        return qt.exec()
    finally:
        # Qt asks itself to quit for the last window as well. Done outside exec, every later event loop ends at once.
        QCoreApplication.removePostedEvents(qt, QEvent.Type.Quit)
        end_window(window)


def chosen_appearance(application: Application, language_key: str, theme_key: str) -> tuple[str, str]:
    """Return language and theme as somebody last chose them in a window, else as the settings file says."""
    kiosk = application.settings.kiosk
    if not application.paths.database.exists():
        return kiosk.language, kiosk.theme
    try:
        chosen = application.storage.settings
        return chosen.get(language_key, kiosk.language), chosen.get(theme_key, kiosk.theme)
    except StorageError as err:
        # The window itself will meet the same error and show it; it must open for that.
        _log.warning("the chosen language cannot be read: %s", err)
        return kiosk.language, kiosk.theme
