"""Loads and stops a kiosk engine without holding up the window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from attendance.ui.bridge import EngineBridge

if TYPE_CHECKING:
    from attendance.errors.storage import CheckInsUnsaved
    from attendance.services.door.engine import KioskEngine
    from attendance.services.door.listener import EngineListener

_log = logging.getLogger(__name__)


class EngineRunner(QObject):
    """One engine from loading to stopped; for another try make another runner.

    ``load`` and ``stop`` return at once; the work runs in a thread of its own.

    Args:
        load_engine: builds the engine for a listener; takes seconds.

    Signals:
        started: the engine runs.
        failed: the exception that loading ended with.
        stopped: everything is joined and written, or given up after the engine's time-out.
    """

    started = Signal()
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, load_engine: Callable[[EngineListener], KioskEngine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = EngineBridge(self)
        self._load_engine = load_engine
        self._lock = threading.Lock()
        self._engine: KioskEngine | None = None
        self._is_stopping = False
        self._unsaved: CheckInsUnsaved | None = None
        self._loader = threading.Thread(target=self._load, name="kiosk-load", daemon=True)
        self._stopper = threading.Thread(target=self._stop, name="kiosk-stop", daemon=True)

    @property
    def engine(self) -> KioskEngine | None:
        """The running engine, None before ``started``."""
        with self._lock:
            return self._engine

    @property
    def unsaved(self) -> CheckInsUnsaved | None:
        """After ``stopped``: what is to be said of check-ins that are not in the database, None without."""
        return self._unsaved

    def load(self) -> None:
        """Build and start the engine."""
        self._loader.start()

    def stop(self) -> None:
        """Stop the engine, after loading has ended if it still goes on; harmless when called again."""
        with self._lock:
            if self._is_stopping:
                return
            self._is_stopping = True
        self._stopper.start()

    def _load(self) -> None:
        try:
            engine = self._load_engine(self.bridge)
            with self._lock:
                self._engine = engine
                if self._is_stopping:
                    return
                engine.start()
        except Exception as err:  # noqa: BLE001 - thread boundary
            _log.error("the kiosk engine could not be started", exc_info=err)
            self.failed.emit(err)
        else:
            self.started.emit()

    def _stop(self) -> None:
        self._loader.join()
        try:
            if self._engine is not None:
                if not self._engine.stop():
                    _log.warning("the engine did not end in time")
                self._unsaved = self._engine.unsaved()
        except Exception as err:  # noqa: BLE001 - thread boundary
            _log.error("the kiosk engine could not be stopped", exc_info=err)
        finally:
            self.bridge.end()
            self.stopped.emit()
