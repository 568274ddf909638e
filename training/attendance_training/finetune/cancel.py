"""Ends a run within two seconds when the program that started it asks for it or is gone."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from attendance_training.finetune.feedback import Cancelled

EXIT_CANCELLED = 130
"""As a shell answers for Ctrl+C."""
_WORD = b"cancel"
_GRACE_S = 1.2
"""A run looks at the request between two steps; what takes longer, as the export, is ended from outside after this."""
_BLOCK_BYTES = 4096


class CancelRequest:
    """Reads a descriptor until a line is "cancel" or it ends.

    Args:
        descriptor: standard input as a rule. It is read without Python's buffer, whose lock would hold up the end of
            the process.
        leftovers: folder that is removed when the process has to be ended from outside.
        exit_now: ends the process at once.
        grace_s: seconds between the request and that.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        leftovers: Path,
        exit_now: Callable[[int], object] = os._exit,
        grace_s: float = _GRACE_S,
    ) -> None:
        self._descriptor, self._leftovers = descriptor, leftovers
        self._exit_now, self._grace_s = exit_now, grace_s
        self._lock = threading.Lock()
        self._asked, self._ended = threading.Event(), threading.Event()
        self._is_committed = False

    def start(self) -> None:
        """Begin to read, in a thread of its own that holds nothing up."""
        threading.Thread(target=self._watch, name="cancel", daemon=True).start()

    @property
    def is_asked(self) -> bool:
        """Whether the run is to end."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` when the run is to end."""
        if self._asked.is_set():
            raise Cancelled

    def commit(self) -> None:
        """Raise ``Cancelled`` when the run is to end; from then on a request comes too late."""
        with self._lock:
            self.check()
            self._is_committed = True

    def end(self) -> None:
        """Say that the run is over and has cleaned up."""
        self._ended.set()

    def _watch(self) -> None:
        self._read()
        with self._lock:
            if self._is_committed:
                return
            self._asked.set()
        if self._ended.wait(self._grace_s):
            return
        shutil.rmtree(self._leftovers, ignore_errors=True)
        self._exit_now(EXIT_CANCELLED)

    def _read(self) -> None:
        """Return when a line is "cancel" or nothing more can come."""
        rest = b""
        while True:
            try:
                block = os.read(self._descriptor, _BLOCK_BYTES)
            except OSError:
                return
            *lines, rest = (rest + block).split(b"\n")
            if not block or any(line.strip() == _WORD for line in lines):
                return
