"""Work on files from outside that may never end, in a process of its own that is ended after a while."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from attendance.errors import AttendanceError, Reason, Refusal

_T = TypeVar("_T")


def run_bounded(work: Callable[..., _T], *arguments: object, limit_s: float) -> _T:
    """Return what a function returns, or raise what it raises.

    Args:
        work: a function of a module; like arguments and result, something that can be pickled.
        arguments: of the function.
        limit_s: seconds, the start of the process (about one) included.

    Raises:
        Refusal: it took longer, or its process died; the reason is one clause.
    """
    # Not forked: a copy of a process with threads and models may hang where the first one does not.
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit_s):
            raise Refusal(Reason("it was not done after {seconds} s", seconds=f"{limit_s:g}"))
        result, error = receiver.recv()
    except EOFError as err:
        process.join()
        raise Refusal(Reason("its process ended (exit code {code})", code=process.exitcode)) from err
    finally:
        process.kill()
        process.join()
        receiver.close()
    if error is not None:
        raise _rebuilt(error)
    found: _T = result
    return found


def _answer(sender: Connection, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    try:
        answer: tuple[object, object] = (work(*arguments), None)
    except AttendanceError as err:
        answer = (None, (type(err), err.facts))  # its arguments have names, which pickle does not know
    except Exception as err:  # noqa: BLE001 - process boundary; a bug is raised again on the other side
        answer = (None, err)
    sender.send(answer)
    sender.close()


def _rebuilt(error: Any) -> Exception:
    if isinstance(error, tuple):
        kind, facts = error
        made: Exception = kind(**facts)
        return made
    assert isinstance(error, Exception)
    return error
