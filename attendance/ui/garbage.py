"""Keeps Python's garbage collector from holding up the windows."""

from __future__ import annotations

import gc


def settle_garbage() -> None:
    """Collect once now, and leave everything that is there out of later collections.

    A collection stops every Python thread. Modules, models and windows make some hundred thousand objects that live
    until the end; looked at again and again, they made each full collection take 142 to 197 ms. Left out, a full
    collection looks at what came since (milliseconds; `attendance bench` measures the longest).

    Takes as long as one full collection: call it in the thread of the windows, once everything is loaded and before
    anybody waits. What is kept aside now and becomes garbage later in a reference cycle is found by the next call.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
