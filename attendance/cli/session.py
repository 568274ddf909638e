"""What every command shares: the data folder, opened when first needed, and JSON output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer

from attendance.composition.application import Application
from attendance.composition.paths import AppPaths, default_data_dir
from attendance.log_file import configure_logging
from attendance.terminal import say, say_json


class Session:
    """The global options of one invocation.

    Args:
        data_dir: folder given with --data, None for the default.
        log_level: name of a logging level.
    """

    def __init__(self, data_dir: Path | None, log_level: str) -> None:
        self.data_dir = (data_dir or default_data_dir()).expanduser().absolute()
        self.log_level = log_level

    @contextmanager
    def open(self, data_dir: Path | None = None) -> Iterator[Application]:
        """Open the data folder for one command and close it afterwards.

        Args:
            data_dir: another folder than the session's (the demo has its own).
        """
        folder = data_dir or self.data_dir
        configure_logging(AppPaths(folder).logs, self.log_level)
        with Application(folder) as application:
            try:
                yield application
            finally:
                _tell(application)


def _tell(application: Application) -> None:
    """Say on standard error what opening the database came to, also when the command itself failed."""
    if application.storage.finished_late:
        say(
            "note: erasing somebody had been cut short; it is finished now, and nothing of that person is left",
            err=True,
        )
    for trouble in application.storage.troubles:
        say(f"warning {trouble.code}: {trouble.one_line}", err=True)


def session_of(context: typer.Context) -> Session:
    """Return the session that the root command made."""
    session = context.find_object(Session)
    if session is None:  # only when a command is called without its root
        raise AssertionError("no session")
    return session


def print_json(value: object) -> None:
    """Print one JSON document on one line; times as ISO 8601, paths and the like as text."""
    say_json(value, default=_as_text)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)  # a datetime is a date as well
