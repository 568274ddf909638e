"""The log file and the last resort for errors nobody caught."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
import traceback
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from attendance.private_files import make_private_folder, private_opener
from attendance.shown_text import masked, one_line
from attendance.terminal import say_lines

_LOG_BYTES = 2_000_000
_LOG_FILES = 5

_log = logging.getLogger(__name__)


class _QuietFile(logging.handlers.RotatingFileHandler):
    """A log file that says nothing when the disk refuses it.

    The reason reaches the user as one sentence; Python's own report would bury it under a stack trace a record.
    """

    def _open(self) -> TextIOWrapper:
        """Open the file for this user only: it tells who was at the door when."""
        stream = open(  # noqa: SIM115 - Path.open takes no opener; the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, opener=private_opener
        )
        assert isinstance(stream, TextIOWrapper)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""


class _PlainFormatter(logging.Formatter):
    """Writes no secret of an address, and what a message quotes on the line of its record."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with its stack trace."""
        return masked(super().format(record))


def _is_for_terminal(record: logging.LogRecord) -> bool:
    """Return False for the command line's errors: it prints those itself."""
    return not record.name.startswith("attendance.cli")


def configure_logging(logs_dir: Path, level: str) -> None:
    """Log to ``attendance.log`` (rotating); warnings to stderr when its folder cannot be made.

    Args:
        logs_dir: folder for the file; made when absent.
        level: name of a logging level.
    """
    root = logging.getLogger()
    root.setLevel(level.upper())
    handler: logging.Handler
    try:
        make_private_folder(logs_dir.parent)
        make_private_folder(logs_dir)
        handler = _QuietFile(
            logs_dir / "attendance.log", maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
        handler.addFilter(_is_for_terminal)
    handler.setFormatter(_PlainFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    root.addHandler(handler)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("uncaught", exc_info=(kind, error, trace))
    say_lines("".join(traceback.format_exception(kind, error, trace)).rstrip("\n"), err=True)


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    error = args.exc_value or args.exc_type()
    _log.critical("uncaught in thread %s", args.thread, exc_info=(args.exc_type, error, args.exc_traceback))
