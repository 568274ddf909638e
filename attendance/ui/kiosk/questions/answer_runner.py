"""Books answers without holding up the window: one after the other, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from attendance.core.hours.next_step import MissingCheckOut
from attendance.core.types import CheckIn, ImageBgr

_log = logging.getLogger(__name__)


class Answers(Protocol):
    """What the kiosk can book; see ``services.door.answers.DoorAnswers``. May wait for the disk."""

    def undo(self, check_in: CheckIn) -> object:
        """Let a check-in not count."""

    def dispute(self, check_in: CheckIn) -> object:
        """Take a check-in from whom it was booked for."""

    def keep_picture(self, check_in: CheckIn, crop_bgr: ImageBgr) -> None:
        """Keep a (112, 112, 3) uint8 BGR face; whoever is in it agreed."""

    def left(self, missing: MissingCheckOut, left_utc: datetime) -> object:
        """Book a forgotten check-out."""


class AnswerRunner(QObject):
    """Runs one answer after the other.

    Signals:
        done: what the answer was about, and the exception it ended with or None.
    """

    done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kiosk-answer")

    def ask(self, about: object, work: Callable[[], object]) -> None:
        """Run ``work``; ``done`` follows with ``about``."""
        self._pool.submit(self._run, about, work)

    def close(self) -> None:
        """Wait for what was asked; nothing more can be."""
        self._pool.shutdown()

    def _run(self, about: object, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as err:  # noqa: BLE001 - thread boundary
            _log.error("an answer at the door was not booked", exc_info=err)
            self.done.emit(about, err)
        else:
            self.done.emit(about, None)
