"""How long tests wait for what must come: long, since a busy machine is no fault."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_S = 120.0
"""Only a test that fails waits so long."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for another thread or process; a window's thread waits with its QtBot."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came true")


class PatientQtBot(QtBot):
    """A QtBot whose waits end after ``PATIENCE_S`` instead of five seconds."""

    def waitUntil(self, callback: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> None:
        """Run the event loop until the callback is true."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = int(PATIENCE_S * 1000), **options: Any) -> Any:
        """Return a context that runs the event loop until the signal has come."""
        return super().waitSignal(signal, timeout=timeout, **options)
