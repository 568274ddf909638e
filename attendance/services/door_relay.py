"""Opens a door after a check-in was saved; beside the door's own work, which never waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from datetime import timedelta

from attendance.core.ports import Clock
from attendance.core.types import DecisionKind, Direction, FrameResult, StreamState
from attendance.errors import AttendanceError, RelayFailed
from attendance.services.capture import StreamDetail
from attendance.services.kiosk_engine import DecisionNotice, EngineListener

STALE_AFTER = timedelta(seconds=10)
"""A door that opens later than this opens for somebody else."""
_MAX_WAITING = 4

_log = logging.getLogger(__name__)


class DoorRelay:
    """Switches a relay in a thread of its own.

    Args:
        switch: switches once; blocks, and raises RelayFailed.
        on_failed: told of a failure, from that thread.
    """

    def __init__(self, switch: Callable[[Direction], None], on_failed: Callable[[Exception], None]) -> None:
        self._switch = switch
        self._on_failed = on_failed
        self._waiting: queue.Queue[Direction | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="door-relay", daemon=True)
        self._thread.start()

    def request(self, direction: Direction) -> None:
        """Ask for one switch; returns at once. A relay that is behind by several people drops the newest."""
        try:
            self._waiting.put_nowait(direction)
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


class RelayListener:
    """Hands everything on to another listener, and switches the relay for saved check-ins.

    Args:
        listener: hears everything first.
        relay: see DoorRelay.
        directions: which check-ins open the door.
        clock: tells a check-in that was saved late from one of this moment.
    """

    def __init__(
        self, listener: EngineListener, relay: DoorRelay, directions: Collection[Direction], clock: Clock
    ) -> None:
        self._listener = listener
        self._relay = relay
        self._directions = frozenset(directions)
        self._clock = clock

    def on_preview_ready(self) -> None:
        """Hand on."""
        self._listener.on_preview_ready()

    def on_result(self, result: FrameResult) -> None:
        """Hand on."""
        self._listener.on_result(result)

    def on_decision(self, notice: DecisionNotice) -> None:
        """Hand on, then open the door for a check-in that was just saved."""
        self._listener.on_decision(notice)
        event = notice.check_in
        if notice.decision.kind is not DecisionKind.WELCOME or event is None or event.direction not in self._directions:
            return
        if abs(self._clock.now_utc() - event.at_utc) <= STALE_AFTER:
            self._relay.request(event.direction)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Hand on."""
        self._listener.on_check_in_failed(notice, error)

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Hand on."""
        self._listener.on_stream_state(state, detail)

    def on_crashed(self, error: Exception) -> None:
        """Hand on."""
        self._listener.on_crashed(error)
