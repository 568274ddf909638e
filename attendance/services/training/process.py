"""The training process: started with low priority in a group of its own, read line by line, ended in three steps."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from attendance.errors import Reason
from attendance.errors.models import TrainingFailed
from attendance.file_errors import reason_of

_log = logging.getLogger(__name__)

_MAX_LINE_BYTES = 1 << 20
"""A line of the protocol has some hundred bytes; a process gone wild must not fill the memory."""
_TAIL_LINES = 20
_LOW_PRIORITY = 10
"""Niceness: the kiosk on the same computer comes first."""


@dataclass(frozen=True, slots=True)
class StopTimes:
    """Seconds that a process has after being asked to end, and then after being told to."""

    ask_s: float = 2.0
    terminate_s: float = 3.0


class TrainingProcess:
    """One child process; it ends by itself when this program dies, because its standard input closes then.

    Args:
        command: program and arguments.
        cwd: working folder.

    Raises:
        TrainingFailed: it cannot be started.
    """

    def __init__(self, command: Sequence[str], *, cwd: Path) -> None:
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._stopping = threading.Lock()
        try:
            self._process = _start(command, cwd)
        except OSError as err:
            raise TrainingFailed(reason=Reason("it cannot be started ({cause})", cause=reason_of(err))) from err
        _lower_priority(self._process.pid)
        self._log_reader = threading.Thread(target=self._read_log, name="training-log", daemon=True)
        self._log_reader.start()

    @property
    def pid(self) -> int:
        """Process id, which is the id of its group as well."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    @property
    def tail(self) -> tuple[str, ...]:
        """Last lines that the process logged, oldest first."""
        return tuple(self._tail)

    def note(self, line: str) -> None:
        """Put a line that is not an event among the logged ones."""
        self._tail.append(line[:400])

    def lines(self) -> Iterator[str]:
        """Yield what the process prints, line by line, until it closes its output."""
        yield from _lines(self._process.stdout)

    def is_silent_but_running(self, patience_s: float) -> bool:
        """Return whether the process goes on although it closed its output, or is about to end."""
        return not self._ended_in(patience_s)

    def wait(self) -> int:
        """Wait for the end and close everything.

        Returns:
            Exit code; negative for a signal.
        """
        code = self._process.wait()
        self._log_reader.join(timeout=2.0)
        for stream in (self._process.stdin, self._process.stdout):
            _close(stream)
        if not self._log_reader.is_alive():
            _close(self._process.stderr)
        return code

    def stop(self, times: StopTimes) -> None:
        """Ask the process to end, then tell it to, then kill it, with everything it started; returns at its end."""
        with self._stopping:
            self._ask()
            if self._ended_in(times.ask_s):
                return
            _log.warning("the training did not end when asked to; terminating it")
            self._signal(kill=False)
            if self._ended_in(times.terminate_s):
                return
            _log.warning("the training did not end when told to; killing it")
            self._signal(kill=True)
            self._process.wait()

    def _ask(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(b"cancel\n")
            stream.flush()
        except (OSError, ValueError):  # it has ended, or does not listen any more
            _log.debug("the training no longer reads what it is told")

    def _ended_in(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _signal(self, *, kill: bool) -> None:
        if not self.is_running:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        except ProcessLookupError:  # it ended between the two lines
            _log.debug("the training ended by itself")

    def _read_log(self) -> None:
        for line in _lines(self._process.stderr):
            _log.info("training: %s", line)
            self.note(line)


def _start(command: Sequence[str], cwd: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    pipe = subprocess.PIPE
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=environment, creationflags=flags
        )
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=environment, start_new_session=True
    )


def _lower_priority(pid: int) -> None:
    if sys.platform == "win32":
        return  # asked for at the start
    try:
        os.setpriority(os.PRIO_PROCESS, pid, min(os.getpriority(os.PRIO_PROCESS, pid) + _LOW_PRIORITY, 19))
    except OSError as err:  # it has ended already; its exit code says why
        _log.debug("the priority of the training cannot be lowered: %s", err)


def _lines(stream: IO[bytes] | None) -> Iterator[str]:
    assert stream is not None
    while chunk := stream.readline(_MAX_LINE_BYTES):
        text = chunk.decode("utf-8", errors="replace").strip()
        if text:
            yield text


def _close(stream: IO[bytes] | None) -> None:
    assert stream is not None
    try:
        stream.close()
    except OSError:  # a last "cancel" that nobody read any more
        _log.debug("the training closed its input first")
