"""A live source in a process of its own: one that hangs in its driver can be ended, which a thread cannot."""

from __future__ import annotations

import logging
import math
import multiprocessing
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np

from attendance.core.ports.clock import Clock
from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame, ImageBgr
from attendance.errors.cameras import CameraLost, CameraStopped
from attendance.vision.cameras.camera_server import CLOSE, NEXT, OPEN, MemorySize, serve

_log = logging.getLogger(__name__)

_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy threads and locks of the window
_KILLED_WITHIN_S = 1.0
_PERIOD_S = 60.0


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """When the process counts as hung, and how often it is started again.

    Attributes:
        hang_after_s: without an answer for so long it is ended.
        restarts: most starts after a crash or a hang within 60 s.
        monotonic: seconds, for both.
    """

    hang_after_s: float = 10.0
    restarts: int = 5
    monotonic: Callable[[], float] = time.monotonic


class CameraProcess:
    """Port FrameSource over a source in a child process.

    The child reads as fast as the camera delivers and hands over only the newest picture, through shared memory. It
    stays for later openings; one that ends by itself or gives no answer is replaced at the next opening, a few times a
    minute. It ends with this object.

    Args:
        make: builds the source in the child; a module's function, or a ``functools.partial`` of one.
        name: what describe() says; no password.
        clock: gives the frames their time.
        room_px: pixels of the largest picture that is expected; a larger one is waited for with a new child.
        limits: see ProcessLimits.
    """

    def __init__(
        self,
        make: Callable[[], FrameSource],
        *,
        name: str,
        clock: Clock,
        room_px: int = 1920 * 1080,
        limits: ProcessLimits | None = None,
    ) -> None:
        self._make = make
        self._name = name
        self._clock = clock
        self._limits = limits or ProcessLimits()
        self._child: _Child | None = None
        self._bytes = 3 * room_px
        self._index = 0
        self._is_open = False
        self._restarted_at_s: deque[float] = deque(maxlen=self._limits.restarts)
        self._has_failed = False

    @property
    def is_live(self) -> bool:
        """Always True."""
        return True

    @property
    def pid(self) -> int | None:
        """Number of the child, None without one."""
        return None if self._child is None else self._child.process.pid

    def describe(self) -> str:
        """Return the name."""
        return self._name

    def open(self) -> None:
        """Open the source in the child.

        Raises:
            CameraStopped: the child crashed or hung too often in the last minute.
            CameraError: as of the source itself.
        """
        if self._child is None:
            self._start()
        self._send(OPEN)
        self._answer("opened")
        self._is_open = True

    def read(self) -> Frame | None:
        """Return the newest frame. The numbers go on when the source is opened again.

        Raises:
            CameraLost: the child crashed or gave no answer in time, or the source is not open.
            CameraError: as of the source itself.
        """
        if not self._is_open:
            raise CameraLost(source=self._name)
        self._send(NEXT)
        shape = self._answer("frame")
        child = self._child
        assert child is not None
        frame = Frame(child.picture(shape), self._clock.now_utc(), self._clock.mono_s(), self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Close the source in the child, which waits for the next opening."""
        if self._is_open and self._child is not None:
            self._is_open = False
            with suppress(CameraLost):  # it has ended already
                self._send(CLOSE)

    def _start(self) -> None:
        if self._has_failed:
            now_s = self._limits.monotonic()
            if len(self._restarted_at_s) == self._limits.restarts and now_s - self._restarted_at_s[0] < _PERIOD_S:
                raise CameraStopped(source=self._name, count=self._limits.restarts)
            self._restarted_at_s.append(now_s)
        self._child = _Child(self, self._make, self._bytes)
        _log.info("the camera %s runs in process %s", self._name, self._child.process.pid)

    def _send(self, command: str) -> None:
        child = self._child
        try:
            if child is not None:
                child.connection.send((command, child.session(command)))
        except OSError as err:  # it has ended
            raise self._failed("ended by itself") from err

    def _answer(self, wanted: str) -> Any:
        """Wait for an answer of the present session; pass on what the child logs meanwhile.

        Raises:
            CameraError: the source's, or CameraLost for a child that crashed or hangs.
        """
        child = self._child
        assert child is not None
        until_s = self._limits.monotonic() + self._limits.hang_after_s
        while True:
            try:
                if not child.connection.poll(max(0.0, until_s - self._limits.monotonic())):
                    raise self._failed(f"gave no answer for {self._limits.hang_after_s:g} s")
                kind, session, value = child.connection.recv()
            except (EOFError, OSError) as err:
                raise self._failed("ended by itself") from err
            if kind == "log":
                _log.log(*value)
            elif session != child.present:
                continue  # of an opening before
            elif kind == wanted:
                self._has_failed = self._has_failed and wanted != "frame"
                return value
            else:
                self._is_open = False
                if isinstance(value, MemorySize):
                    self._bytes = value.bytes
                    self._end()
                    raise CameraLost(source=self._name)
                error, facts = value
                raise error(**facts)

    def _failed(self, how: str) -> CameraLost:
        _log.error("the process of the camera %s %s and was ended", self._name, how)
        self._has_failed = True
        self._end()
        return CameraLost(source=self._name)

    def _end(self) -> None:
        child, self._child, self._is_open = self._child, None, False
        if child is not None:
            child.end()


class _Child:
    """One process with its memory; ends with its owner at the latest."""

    def __init__(self, owner: CameraProcess, make: Callable[[], FrameSource], size_bytes: int) -> None:
        self._memory = _SPAWN.RawArray("B", size_bytes)
        self.connection, other = _SPAWN.Pipe()
        # A daemon: it ends with this program too.
        self.process = _SPAWN.Process(target=serve, args=(other, self._memory, make), name="camera", daemon=True)
        self.process.start()
        other.close()
        self.present = 0
        self._ended = weakref.finalize(owner, _end, self.process, self.connection)

    def session(self, command: str) -> int:
        """Return the number of the opening that a command belongs to."""
        self.present += command == OPEN
        return self.present

    def picture(self, shape: tuple[int, int, int]) -> ImageBgr:
        """Return a copy of the picture in the memory."""
        return np.frombuffer(self._memory, np.uint8, count=math.prod(shape)).reshape(shape).copy()

    def end(self) -> None:
        """End the process now."""
        self._ended()


def _end(process: SpawnProcess, connection: Connection[Any, Any]) -> None:
    connection.close()
    process.kill()
    process.join(_KILLED_WITHIN_S)
    if process.exitcode is not None:
        process.close()
