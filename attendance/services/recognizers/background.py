"""Work beside a door: in a thread of low priority, and it ends when it is told to."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_futures
from typing import Any, TypeVar

_NICE = 10
"""Of 19: the door's threads come first, and the work still goes on while they are busy."""

_T = TypeVar("_T")


class BackgroundWork:
    """Pieces of work, each in a daemon thread of its own. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[threading.Event, Future[Any]] = {}

    def start(self, work: Callable[[Callable[[], bool]], _T], name: str) -> Future[_T]:
        """Run a function.

        Args:
            work: asks what it is given now and then, and ends soon when that says True.
            name: of the thread.

        Returns:
            Its result or exception.
        """
        stop = threading.Event()
        with self._lock:  # also while it starts: the work itself may cancel
            future = self._running[stop] = start_in_background(lambda: work(stop.is_set), name)
        future.add_done_callback(lambda _done: self._forget(stop))
        return future

    def cancel(self) -> None:
        """Tell everything that runs to end; returns at once."""
        with self._lock:
            for stop in self._running:
                stop.set()

    def close(self, timeout_s: float) -> None:
        """Tell everything that runs to end, and wait for it."""
        self.cancel()
        with self._lock:
            running = list(self._running.values())
        wait_for_futures(running, timeout_s)

    def _forget(self, stop: threading.Event) -> None:
        with self._lock:
            del self._running[stop]


def start_in_background(work: Callable[[], _T], name: str) -> Future[_T]:
    """Run a function in a daemon thread of low priority.

    Returns:
        Its result or exception.
    """
    future: Future[_T] = Future()

    def run() -> None:
        lower_own_priority()
        try:
            future.set_result(work())
        except BaseException as err:  # noqa: BLE001 - thread boundary: whoever waits gets it, or waits for ever
            future.set_exception(err)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def lower_own_priority() -> None:
    """Let the other threads of this process go first. Linux only: elsewhere a thread has no niceness of its own."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # Only ever upwards: taking niceness back needs a privilege.
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread)))
