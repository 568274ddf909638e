"""Kills a program with SIGKILL at the n-th call of anything, so that every moment between two calls can be tried."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType


class Executioner:
    """Counts calls of Python and C functions in all threads, and kills this process at one of them.

    Args:
        at_call: at which call; 0 lets the process live, and only counts.
        *begin: names of functions, each of which must have been called before the count begins.
    """

    def __init__(self, at_call: int, *begin: str) -> None:
        self._left = at_call
        self._waits_for = list(begin)
        self.counted = 0

    def watch(self) -> None:
        """Begin, in this thread and in those that start from now on."""
        threading.setprofile(self)
        sys.setprofile(self)

    def __call__(self, frame: FrameType, event: str, _value: object) -> None:
        if self._waits_for:
            if event == "call" and frame.f_code.co_name == self._waits_for[0]:
                del self._waits_for[0]
            return
        if event not in {"call", "c_call"}:
            return
        self.counted += 1
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
