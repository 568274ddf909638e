"""Messages to other systems."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from attendance.core.outbox import OutboxMessage, OutboxStatus, RefusedMessage
from attendance.errors import Reason


class Outbox(Protocol):
    """Keeps messages. Safe from any thread; raises StorageError."""

    def next_due(self, now_utc: datetime, *, after_id: int, limit: int) -> list[OutboxMessage]:
        """Return messages with id > after_id whose time has come, by id."""

    def held_people(self, now_utc: datetime) -> set[int]:
        """Return the people one of whose messages waits for a later time."""

    def mark_delivered(self, message_id: int, at_utc: datetime) -> None:
        """Note that the receiver took it; its text is cleared."""

    def mark_failed(self, message_id: int, *, next_utc: datetime, reason: Reason) -> None:
        """Note an attempt that failed, and when the next one may be made."""

    def mark_refused(self, message_id: int, *, at_utc: datetime, reason: Reason) -> None:
        """Note that the receiver will never take it; it waits for a person's decision and holds nothing up."""

    def refused(self) -> list[RefusedMessage]:
        """Return what was refused for good, oldest first."""

    def send_again(self, message_ids: Collection[int]) -> int:
        """Let refused messages wait for delivery once more; returns how many of these there were."""

    def discard_refused(self, message_ids: Collection[int]) -> int:
        """Remove refused messages; returns how many of these there were."""

    def clear_delivered(self, before_utc: datetime) -> int:
        """Remove delivered messages older than this; returns their number."""

    def set_address(self, name: str) -> None:
        """Send everything to the address of this name from now on; "" keeps no new messages."""

    def discard_waiting(self) -> int:
        """Remove what waits and return how many messages that were."""

    def status(self) -> OutboxStatus:
        """Return how the messages stand."""


class Secrets(Protocol):
    """Keeps passwords and signing secrets by name."""

    def put(self, name: str, secret: str) -> str:
        """Keep a secret and return where; "" forgets it."""

    def get(self, name: str) -> str:
        """Return a secret, "" when there is none."""


class Turn(Protocol):
    """Work that only one process at a time may do."""

    def take(self) -> bool:
        """Take the turn without waiting; True when it is ours, also when it was before."""

    def release(self) -> None:
        """Let another process have it; harmless when it is not ours."""
