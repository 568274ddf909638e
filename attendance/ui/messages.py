"""Errors in words: what happened and what to do, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from attendance.errors import AttendanceError

CONTEXT = "errors"
# A bug, not an AttendanceError: the traceback is in the log, the person needs no class name.
UNEXPECTED = str(QT_TRANSLATE_NOOP("errors", "Something went wrong that the program did not expect."))
UNEXPECTED_HINT = str(QT_TRANSLATE_NOOP("errors", "Try again; the details are in the log file."))


def error_text(error: BaseException) -> tuple[str, str]:
    """Return what happened and what to do, translated; facts such as paths stay as they are."""
    if not isinstance(error, AttendanceError):
        return _translated(UNEXPECTED), _translated(UNEXPECTED_HINT)
    return (
        _translated(error.template).format(**error.facts),
        _translated(error.hint_template).format(**error.facts),
    )


def _translated(source: str) -> str:
    return QCoreApplication.translate(CONTEXT, source)
