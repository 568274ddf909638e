"""Makes the batches of the coming steps beside the step that runs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

_AHEAD = 4
_STOP_POLL_S = 0.2

Made = TypeVar("Made")


class Stop(Protocol):
    """For instance a ``threading.Event``."""

    def is_set(self) -> bool:
        """Whether somebody wants an end."""


def made_ahead(make: Callable[[int], Made], first: int, stop: Stop) -> Generator[Made]:
    """Yield ``make(first)``, ``make(first + 1)``, ... from one thread of its own, until ``stop`` is set.

    Args:
        make: makes the batch of a step; an error of it is raised where that batch would come.
        first: the step to begin with.
        stop: looked at between batches.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
    try:
        step = first
        waiting = [pool.submit(make, step + ahead) for ahead in range(_AHEAD)]
        while not stop.is_set():
            if wait(waiting[:1], timeout=_STOP_POLL_S).done:
                yield waiting.pop(0).result()
                step += 1
                waiting.append(pool.submit(make, step + _AHEAD - 1))
    finally:
        # Saving must not wait for batches that nobody takes.
        pool.shutdown(wait=False, cancel_futures=True)
