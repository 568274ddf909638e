"""The one way a window ends: closed, its timers stopped and every Qt object in it destroyed in the window's thread.

A window that is closed but only dropped lives on in reference cycles until Python's garbage collector happens to run,
and the collector runs in whichever thread allocates next: the window's timers are then destroyed there, while Qt's
event loop may be about to fire them (seen as a segmentation fault).
"""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent, QEventLoop, QThread, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

PATIENCE_S = 90.0
"""A kiosk first writes what waits and stops its threads; a slow disk or camera may take long."""
_POLL_MS = 15


def end_window(window: QWidget, *, patience_s: float = PATIENCE_S) -> None:
    """Close a window, wait until it has really closed, and destroy it and everything in it.

    Call it in the thread of the windows. Harmless for a window that Qt has destroyed already.

    Args:
        window: a top-level widget or a dialog; its ``closeEvent`` may refuse for a while.
        patience_s: how long it may refuse, seconds.

    Raises:
        TimeoutError: it still refuses to close; it is left as it is.
        ValueError: called in another thread than the window's.
    """
    if not isValid(window):
        return
    if QThread.currentThread() is not window.thread():
        raise ValueError("a window is ended in its own thread")
    deadline_s = time.monotonic() + patience_s
    while isValid(window) and not window.close():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{window.windowTitle() or type(window).__name__} did not close in {patience_s:.0f} s")
        run_events(_POLL_MS)
    if isValid(window):  # a dialog may delete itself on closing
        for timer in window.findChildren(QTimer):
            timer.stop()
        for animation in window.findChildren(QAbstractAnimation):
            animation.stop()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def run_events(milliseconds: int) -> None:
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
