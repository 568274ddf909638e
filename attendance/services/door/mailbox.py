"""One-slot mailbox between two threads: the newest item wins, so that nothing can lag behind or pile up."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestFrame(Generic[T]):
    """Slot for one item. Safe from any thread.

    A camera faster than its reader overwrites what waits; a queue would grow, and with it the age of every picture.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._dropped = 0
        self._is_closed = False

    @property
    def dropped(self) -> int:
        """Number of items that nobody took before a newer one came."""
        with self._changed:
            return self._dropped

    def put(self, item: T, *, block: bool = False) -> bool:
        """Leave an item for the reader.

        Args:
            item: what to hand over; the mailbox keeps no copy of it once it is taken.
            block: lossless mode: wait until the slot is empty, or the mailbox closed, instead of overwriting.

        Returns:
            True when the slot was empty, so that the reader needs a wake-up; False when an item was overwritten, or
            when the mailbox is closed and the item was not taken over.
        """
        with self._changed:
            if block:
                self._changed.wait_for(lambda: self._item is None or self._is_closed)
            if self._is_closed:
                return False
            was_empty = self._item is None
            if not was_empty:
                self._dropped += 1
            self._item = item
            self._changed.notify_all()
            return was_empty

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take the item out, waiting for one.

        Args:
            timeout_s: longest wait in seconds; 0 only looks, None waits until an item comes or the mailbox is closed.

        Returns:
            The newest item; None after the time-out, or when the mailbox is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._is_closed, timeout_s)
            item, self._item = self._item, None
            if item is not None:
                self._changed.notify_all()
            return item

    def close(self) -> None:
        """Refuse new items and wake everybody; an item that waits can still be taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
