"""Errors in words: what happened and what to do, in the language of the window; sentences after each other."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from attendance.errors import AttendanceError
from attendance.ui.reasons import fixed_text, shown

# A bug, not an AttendanceError: the traceback is in the log, the person needs no class name.
UNEXPECTED = str(QT_TRANSLATE_NOOP("errors", "Something went wrong that the program did not expect."))
UNEXPECTED_HINT = str(QT_TRANSLATE_NOOP("errors", "Try again; the details are in the log file."))
_FULL_WIDTH_ENDS = "。！？；："


def joined(*sentences: str) -> str:
    """Return sentences one after the other, empty ones left out; after a full-width stop there is no blank."""
    text = ""
    for sentence in filter(None, sentences):
        blank = " " if text and text[-1] not in _FULL_WIDTH_ENDS else ""
        text = f"{text}{blank}{sentence}"
    return text


def error_text(error: BaseException) -> tuple[str, str]:
    """Return what happened and what to do, translated; facts such as paths and names stay as they are."""
    if not isinstance(error, AttendanceError):
        return fixed_text(UNEXPECTED), fixed_text(UNEXPECTED_HINT)
    facts = {name: shown(value) for name, value in error.facts.items()}
    return fixed_text(error.template).format(**facts), fixed_text(error.hint_template).format(**facts)
