"""Delivers waiting messages: at least once, in order for each person, by one process at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from attendance.core.outbox import Delivery, OutboxMessage
from attendance.core.ports.clock import Clock
from attendance.core.ports.exchange import Outbox, Turn
from attendance.errors import AttendanceError, Reason

FIRST_WAIT_S = 5.0
MAX_WAIT_S = 3600.0
POLL_S = 5.0
"""How often the table is looked at; other processes write into it as well."""
KEEP_DELIVERED = timedelta(days=30)
_PAGE = 200
_CLEAR_EVERY_S = 3600.0

Post = Callable[[str, str, OutboxMessage], Delivery]

_log = logging.getLogger(__name__)


def wait_s(attempts: int, *, cap_s: float = MAX_WAIT_S) -> float:
    """Return the seconds until the next attempt after this many failed ones (at least 1): doubled each time."""
    return min(cap_s, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 30))


class OutboxSender:
    """Sends in a thread of its own. A message counts as delivered only once that is on disk, so a crash repeats it.

    While a message of a person waits for another attempt, that person's later ones wait behind it; those of others
    go on, unless the receiver as a whole does not answer. A message that the receiver refuses for good is put aside
    and holds nobody up.

    Args:
        outbox: where the messages wait.
        address: returns where to, "" for nowhere; asked in each round.
        secret: returns what signs.
        post: sends one message.
        turn: held while this process is the one that sends.
        clock: says what is due.
        cap_s: longest wait between two attempts.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        address: Callable[[], str],
        secret: Callable[[], str],
        post: Post,
        turn: Turn,
        clock: Clock,
        cap_s: float = MAX_WAIT_S,
    ) -> None:
        self._outbox = outbox
        self._address = address
        self._secret = secret
        self._post = post
        self._turn = turn
        self._clock = clock
        self._cap_s = cap_s
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._down_until_utc: datetime | None = None
        self._down_for = ""
        self._clear_at_s = 0.0
        self._last_trouble = ""

    def start(self) -> None:
        """Start the thread; harmless when it runs."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Say that there is a new message; returns at once."""
        self._wake.set()

    def stop(self, timeout_s: float) -> bool:
        """End the thread; False when it still waits for the receiver after the time-out."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return False
        self._turn.release()
        return True

    def run_once(self) -> int:
        """Send what is due now; returns the number of delivered messages.

        Raises:
            StorageError: the database failed; nothing is lost.
            KeyUnavailable: the secret cannot be read.
        """
        url = self._address()
        if not url or not self._turn.take():
            return 0
        now = self._clock.now_utc()
        if url == self._down_for and self._down_until_utc is not None and now < self._down_until_utc:
            return 0
        self._down_until_utc = None
        if self._clock.mono_s() >= self._clear_at_s:
            self._outbox.clear_delivered(now - KEEP_DELIVERED)
            self._clear_at_s = self._clock.mono_s() + _CLEAR_EVERY_S
        return self._send_due(url, now)

    def _send_due(self, url: str, now: datetime) -> int:
        after_id, delivered = 0, 0
        held: set[int] | None = None
        while not self._stop.is_set():
            page = self._outbox.next_due(now, after_id=after_id, limit=_PAGE)
            if not page:
                break
            held = self._outbox.held_people(now) if held is None else held
            secret = self._secret()
            for message in page:
                if self._stop.is_set():
                    return delivered
                after_id = message.id
                if message.person_id in held:
                    continue
                outcome = self._post(url, secret, message)
                if outcome.reason is None:
                    self._outbox.mark_delivered(message.id, self._clock.now_utc())
                    delivered += 1
                    self._last_trouble = ""
                    continue
                if outcome.is_refused:
                    self._note_refusal(message, outcome.reason)
                    continue
                self._note_failure(url, message, outcome.reason, is_receiver_down=outcome.is_receiver_down)
                if outcome.is_receiver_down:
                    return delivered
                if message.person_id is not None:
                    held.add(message.person_id)
        return delivered

    def _note_refusal(self, message: OutboxMessage, reason: Reason) -> None:
        self._outbox.mark_refused(message.id, at_utc=self._clock.now_utc(), reason=reason)
        _log.warning("a message was refused for good and waits for a decision: %s", reason)

    def _note_failure(self, url: str, message: OutboxMessage, reason: Reason, *, is_receiver_down: bool) -> None:
        next_utc = self._clock.now_utc() + timedelta(seconds=wait_s(message.attempts + 1, cap_s=self._cap_s))
        self._outbox.mark_failed(message.id, next_utc=next_utc, reason=reason)
        if is_receiver_down:
            self._down_until_utc, self._down_for = next_utc, url
        if str(reason) != self._last_trouble:
            self._last_trouble = str(reason)
            _log.warning("a message waits for another attempt: %s", reason)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.run_once()
            except AttendanceError as err:
                if err.log_text != self._last_trouble:
                    self._last_trouble = err.log_text
                    _log.warning("messages wait: %s", err.log_text)
            except Exception:  # noqa: BLE001 - thread boundary
                _log.exception("sending messages failed")
            self._wake.wait(POLL_S)
        self._turn.release()
