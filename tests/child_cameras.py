"""Cameras for the child of a ``CameraProcess``: each is built in there, by a function that can be named."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from attendance.core.types import Frame
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import CameraBusy, CameraError, CameraLost

SIZE_WH = (160, 120)


class ChildCamera:
    """Delivers pictures whose first byte counts up, and then does something else.

    Args:
        frames: number of pictures of each opening before ``then``; None for no end.
        then: called by the read after them.
        at_open: called by open().
        size_wh: of the pictures.
    """

    def __init__(
        self,
        frames: int | None = None,
        then: Callable[[], None] = lambda: None,
        at_open: Callable[[], None] = lambda: None,
        size_wh: tuple[int, int] = SIZE_WH,
    ) -> None:
        self._frames = frames
        self._then = then
        self._at_open = at_open
        self._size_wh = size_wh
        self._count = 0

    @property
    def is_live(self) -> bool:
        return True

    def describe(self) -> str:
        return "child camera"

    def open(self) -> None:
        self._count = 0
        self._at_open()

    def read(self) -> Frame | None:
        if self._frames is not None and self._count >= self._frames:
            self._then()
        image = np.full((self._size_wh[1], self._size_wh[0], 3), self._count % 256, np.uint8)
        frame = Frame(image, datetime.now(UTC), time.monotonic(), self._count)
        self._count += 1
        return frame

    def close(self) -> None:
        pass


def fine() -> ChildCamera:
    return ChildCamera()


def large() -> ChildCamera:
    return ChildCamera(size_wh=(640, 480))


def hanging() -> ChildCamera:
    return ChildCamera(2, threading.Event().wait)


def hanging_at_open() -> ChildCamera:
    return ChildCamera(at_open=threading.Event().wait)


def crashing() -> ChildCamera:
    return ChildCamera(2, lambda: os._exit(3))


def raising() -> ChildCamera:
    def fail() -> None:
        raise CameraLost(source="child camera")

    return ChildCamera(2, fail)


def _open_with(error: AttendanceError) -> ChildCamera:
    def fail() -> None:
        raise error

    return ChildCamera(at_open=fail)


def busy() -> ChildCamera:
    return _open_with(CameraBusy(source="child camera"))


def forbidden() -> ChildCamera:
    reason = Reason(
        "no permission to open {path}; add this user to the group 'video' and log in again", path=Path("/x")
    )
    return _open_with(CameraError(source="child camera", reason=reason))


def talking() -> ChildCamera:
    return ChildCamera(at_open=lambda: logging.getLogger("driver").warning("asked for %s, got %s", "MJPG", "YUYV"))


def hanging_once(mark: Path) -> ChildCamera:
    """Hang in the first process only; ``mark`` tells the next one."""

    def hang() -> None:
        if not mark.exists():
            mark.touch()
            threading.Event().wait()

    return ChildCamera(2, hang)
