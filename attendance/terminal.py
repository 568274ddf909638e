"""The one place that writes to the terminal: no secret, no control character, no traceback, whatever its encoding.

One call prints one line. A character that the terminal cannot write is written out as an escape, so that no name is
lost. An output that takes nothing more, as on a full disk, is one sentence; one that nobody reads ends the command.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO

from attendance.errors import Reason
from attendance.errors.reports import OutputFailed
from attendance.shown_text import is_obeyed, masked, masked_values, one_line

EXIT_UNREAD = 141
"""What a shell answers for a command whose reader has gone (128 and the number of SIGPIPE)."""


def prepare_streams() -> None:
    """Let what libraries print (the parser's own errors, progress bars) lose no name either."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: object = "", *, err: bool = False) -> None:
    """Print one line.

    Args:
        text: control characters in it, ends of lines included, are written out.
        err: to the standard error.

    Raises:
        OutputFailed: the standard output cannot be written.
    """
    _write(masked(one_line(str(text))) + "\n", err=err)


def say_lines(text: str, *, err: bool = False) -> None:
    """Print a text of several lines, such as a table; the arguments are those of ``say``."""
    for line in text.split("\n"):
        say(line, err=err)


def say_file(text: str) -> None:
    """Print the content of a file as it is, for another file; only what the encoding cannot write is written out.

    Raises:
        OutputFailed: the standard output cannot be written.
    """
    _write(text, err=False)


def say_json(value: object, *, default: Callable[[object], object]) -> None:
    """Print one JSON document on one line.

    Args:
        value: any value of JSON.
        default: makes one of anything else.

    Raises:
        OutputFailed: the standard output cannot be written.
    """
    plain = json.loads(json.dumps(value, default=default))
    text = json.dumps(masked_values(plain), ensure_ascii=not _is_unicode(sys.stdout))
    if not text.isprintable():  # JSON leaves the upper control characters and the marks of direction as they are
        text = "".join(f"\\u{ord(one):04x}" if is_obeyed(one) else one for one in text)
    _write(text + "\n", err=False)


def _write(text: str, *, err: bool) -> None:
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # a window program without a terminal
        return
    try:
        stream.write(_writable(text, stream))
        stream.flush()
    except (OSError, ValueError) as failure:
        if err:  # nobody is left to be told
            return
        _give_up(stream)
        if isinstance(failure, BrokenPipeError):  # "| head" has read enough
            raise SystemExit(EXIT_UNREAD) from failure
        cause = os.strerror(failure.errno) if isinstance(failure, OSError) and failure.errno else "it is closed"
        raise OutputFailed(reason=Reason.quoted(cause)) from failure


def _writable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    try:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    except (LookupError, UnicodeError):
        return text.encode("ascii", "backslashreplace").decode("ascii")


def _is_unicode(stream: TextIO | None) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")


def _give_up(stream: TextIO) -> None:
    """Let what the interpreter still holds for the stream go nowhere: at its end it would fail again, with a trace."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
