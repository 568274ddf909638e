"""Garbage collection without a pause in another thread: whatever the collector owns is destroyed there."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_storm() -> Iterator[None]:
    """Collect in another thread, over and over, until the block ends."""
    gc.collect()
    gc.freeze()  # what is there already is looked at no more: each collection is short, so there are many
    is_over = threading.Event()

    def collect() -> None:
        # Without a wait the other threads would hardly run.
        while not is_over.wait(0.0005):
            gc.collect()

    thread = threading.Thread(target=collect, name="collection-storm")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        gc.unfreeze()
