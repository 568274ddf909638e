"""Catches what a library prints, without swallowing what the other threads print meanwhile."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

# sys.stdout is one for the whole process: of two threads that replace it, the later one would put back the wrong one.
_one_at_a_time = threading.Lock()


class _Split:
    """Stands in for sys.stdout: text of one thread goes to a buffer, everything else where it always went."""

    def __init__(self, own: io.StringIO, rest: TextIO) -> None:
        self._own = own
        self._rest = rest
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        """Write to the place of the calling thread."""
        return (self._own if threading.get_ident() == self._thread else self._rest).write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rest, name)


@contextmanager
def own_prints() -> Iterator[io.StringIO]:
    """Catch what this thread prints to the standard output within the block.

    ``contextlib.redirect_stdout`` would take the lines of all threads: a pack that is loaded beside a running door
    would swallow the door's decisions.

    Yields:
        What was printed so far.
    """
    printed = io.StringIO()
    with _one_at_a_time:
        rest = sys.stdout
        sys.stdout = cast(TextIO, _Split(printed, rest))
        try:
            yield printed
        finally:
            sys.stdout = rest
