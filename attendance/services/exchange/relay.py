"""Opens a door after a check-in was saved; beside the door's own work, which never waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from datetime import timedelta

from attendance.core.check_in_method import CheckInMethod
from attendance.core.ports.clock import Clock
from attendance.core.types import CheckIn, Direction
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import RelayFailed

STALE_AFTER = timedelta(seconds=10)
"""A door that opens later than this opens for somebody else."""
_MAX_WAITING = 4

_log = logging.getLogger(__name__)


def read_directions(text: str) -> frozenset[Direction]:
    """Return the directions of an option such as "in,break_end".

    Raises:
        Refusal: there is no such direction.
    """
    try:
        return frozenset(Direction(name) for name in (one.strip().lower() for one in text.split(",")) if name)
    except ValueError as err:
        raise Refusal(Reason("must be one of {names}", names=[*Direction])) from err


def read_methods(text: str) -> frozenset[CheckInMethod]:
    """Return the ways of being known of an option such as "face,badge+pin".

    Raises:
        Refusal: there is no such way.
    """
    try:
        return frozenset(CheckInMethod(name) for name in (one.strip().lower() for one in text.split(",")) if name)
    except ValueError as err:
        raise Refusal(Reason("must be one of {names}", names=[*CheckInMethod])) from err


class DoorRelay:
    """Switches a relay in a thread of its own.

    Args:
        switch: switches once; blocks, and raises RelayFailed.
        directions: which check-ins open the door.
        methods: by what the person has to be known.
        clock: tells a check-in that was saved late from one of this moment.
        on_failed: told of a failure, from that thread.
    """

    def __init__(
        self,
        switch: Callable[[Direction], None],
        *,
        directions: Collection[Direction],
        methods: Collection[CheckInMethod],
        clock: Clock,
        on_failed: Callable[[Exception], None],
    ) -> None:
        self._switch = switch
        self._directions = frozenset(directions)
        self._methods = frozenset(methods)
        self._clock = clock
        self._on_failed = on_failed
        self._waiting: queue.Queue[Direction | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="door-relay", daemon=True)
        self._thread.start()

    def open_for(self, event: CheckIn) -> None:
        """Open the door for a check-in that is on disk; returns at once.

        Nothing happens for other directions and methods, and for one that was saved late. A relay that is behind by
        several people leaves the newest out.
        """
        is_fresh = abs(self._clock.now_utc() - event.at_utc) <= STALE_AFTER
        if event.direction not in self._directions or event.method not in self._methods or not is_fresh:
            return
        try:
            self._waiting.put_nowait(event.direction)
        except queue.Full:
            _log.warning("the door relay is too slow: one switch left out")

    def close(self, timeout_s: float) -> bool:
        """Finish what is asked for and end the thread; False after the time-out."""
        try:
            self._waiting.put(None, timeout=timeout_s)
        except queue.Full:
            return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (direction := self._waiting.get()) is not None:
            try:
                self._switch(direction)
            except RelayFailed as err:
                _log.warning("%s", err.log_text)
                self._on_failed(err)
            except Exception as err:  # noqa: BLE001 - thread boundary
                _log.exception("switching the door relay crashed")
                self._on_failed(err)
