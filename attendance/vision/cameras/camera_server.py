"""The child's side of ``camera_process``: opens, reads and closes a source as it is told to."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol, runtime_checkable

import numpy as np

from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame
from attendance.errors import AttendanceError
from attendance.errors.cameras import CameraLost

OPEN, NEXT, CLOSE = "open", "next", "close"
"""Commands, each with the number of the opening that it belongs to."""


@dataclass(frozen=True, slots=True)
class MemorySize:
    """A picture does not fit; the next child must have so much room."""

    bytes: int


@runtime_checkable
class SkippingSource(Protocol):
    """A source that can pass a picture over with less work than reading it."""

    def skip(self) -> None:
        """Wait for the next picture and drop it.

        Raises:
            CameraError: as of ``read``.
        """


class _ToParent(logging.Handler):
    """Hands warnings over: the child has no log file."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._connection.send(("log", 0, (record.levelno, "%s", record.getMessage())))
        except OSError:
            self.handleError(record)


def serve(connection: Connection[Any, Any], memory: Any, make: Callable[[], FrameSource]) -> None:
    """Serve one source until the other end has gone.

    Answers are (kind, number of the opening, value): "opened", "frame" with the shape of the picture in the memory, and
    "error" with what ended the reading: the class and facts of an AttendanceError, or a MemorySize. Anything else that
    goes wrong ends this process.

    Args:
        connection: to the parent.
        memory: array of bytes shared with it.
        make: builds the source.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business
    logging.basicConfig(handlers=[_ToParent(connection)], level=logging.INFO, force=True)
    _Server(connection, memory, make()).run()


class _Server:
    def __init__(self, connection: Connection[Any, Any], memory: Any, source: FrameSource) -> None:
        self._connection = connection
        self._room = np.frombuffer(memory, np.uint8)
        self._source = source
        self._is_open = False
        self._is_wanted = False
        self._session = 0

    def run(self) -> None:
        try:
            while True:
                # Closed: wait for a command. Open: only look, and go on reading.
                while not self._is_open or self._connection.poll(0):
                    self._obey(*self._connection.recv())
                self._read()
        except (EOFError, OSError):
            pass  # the parent has gone, or wants no more
        finally:
            self._source.close()

    def _obey(self, command: str, session: int) -> None:
        if command == NEXT:
            self._is_wanted = session == self._session
            return
        self._session, self._is_wanted = session, False
        self._source.close()
        self._is_open = False
        if command == OPEN:
            try:
                self._source.open()
            except AttendanceError as err:
                self._fail(err)
            else:
                self._is_open = True
                self._say("opened", None)

    def _read(self) -> None:
        try:
            if not self._is_wanted and isinstance(self._source, SkippingSource):
                self._source.skip()
                return
            frame = self._source.read()
        except AttendanceError as err:
            self._fail(err)
            return
        if frame is None:
            self._fail(CameraLost(source=self._source.describe()))
        elif self._is_wanted:
            self._hand_over(frame)

    def _hand_over(self, frame: Frame) -> None:
        image = frame.image_bgr
        if image.size > self._room.size:
            self._source.close()
            self._is_open = False
            self._say("error", MemorySize(image.size))
            return
        self._room[: image.size] = image.reshape(-1)
        self._is_wanted = False
        self._say("frame", image.shape)

    def _fail(self, error: AttendanceError) -> None:
        self._source.close()
        self._is_open = False
        self._say("error", (type(error), dict(error.facts)))

    def _say(self, kind: str, value: object) -> None:
        self._connection.send((kind, self._session, value))
