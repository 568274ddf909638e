"""How a sweep ends early."""

from __future__ import annotations

import threading


class Stopped(Exception):
    """Somebody wants an end; what was finished is kept."""


def refuse_to_go_on(stop: threading.Event) -> None:
    """Raise when an end was asked for.

    Raises:
        Stopped: it was.
    """
    if stop.is_set():
        raise Stopped
