"""Qt's own messages: they go to the log, and those that announce a crash are kept."""

from __future__ import annotations

import logging
import re

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

# Words of Qt 6 (qobject.cpp, qbasictimer.cpp, qtimer.cpp, qthread.cpp, qpixmap.cpp, qcoreapplication.cpp).
_THREAD_FAULT = re.compile(
    r"(another|different) thread|outside the GUI thread|only be used with threads started with QThread"
    r"|Destroyed while thread|not created in the main",
)


def is_thread_fault(text: str) -> bool:
    """Return whether Qt says with this text that an object was touched or destroyed in a thread it does not live in.

    Such a message comes before a crash that shows only now and then: whoever runs windows to prove something fails.
    """
    return _THREAD_FAULT.search(text) is not None


class QtMessages:
    """Takes Qt's messages from now on: logs each, keeps thread faults."""

    def __init__(self) -> None:
        self._thread_faults: list[str] = []

    def install(self) -> None:
        """Become Qt's message handler."""
        qInstallMessageHandler(self._take)

    def take_thread_faults(self) -> list[str]:
        """Return the thread faults since the last call."""
        found, self._thread_faults = self._thread_faults, []
        return found

    def _take(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if is_thread_fault(text):
            self._thread_faults.append(text)
        _log.log(_LEVELS.get(kind, logging.WARNING), text)


messages = QtMessages()
