"""Reasons, and fixed texts of packs and of the operating system, in the language of the window."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from attendance.errors import Reason
from attendance.shown_text import masked, one_line

CONTEXT = "errors"

# Said by the operating system and by SQLite, or kept as a text; a reason with other words of theirs stays as it is.
PHRASES = (
    QT_TRANSLATE_NOOP("errors", "No such file or directory"),
    QT_TRANSLATE_NOOP("errors", "Permission denied"),
    QT_TRANSLATE_NOOP("errors", "Is a directory"),
    QT_TRANSLATE_NOOP("errors", "Not a directory"),
    QT_TRANSLATE_NOOP("errors", "File exists"),
    QT_TRANSLATE_NOOP("errors", "File name too long"),
    QT_TRANSLATE_NOOP("errors", "Input/output error"),
    QT_TRANSLATE_NOOP("errors", "disk I/O error"),
    QT_TRANSLATE_NOOP("errors", "file is not a database"),
    QT_TRANSLATE_NOOP("errors", "database disk image is malformed"),
    QT_TRANSLATE_NOOP("errors", "unable to open database file"),
    QT_TRANSLATE_NOOP("errors", "system keyring"),
    # What the kiosk gives as the reason of a correction; it is stored with the correction and never changed.
    QT_TRANSLATE_NOOP("errors", "undone at the kiosk"),
    QT_TRANSLATE_NOOP("errors", "that's not me"),
    QT_TRANSLATE_NOOP("errors", "forgot to check out"),
)


def reason_text(reason: Reason) -> str:
    """Return a reason in the window's language; its values are translated where they are reasons."""
    return fixed_text(reason.template).format(**{name: shown(value) for name, value in reason.values.items()})


def shown(value: object) -> object:
    """Return a fact as a window shows it: reasons translated, several values with commas, texts without secrets."""
    if isinstance(value, Reason):
        return reason_text(value)
    if isinstance(value, list):
        return fixed_text(_COMMA).join(str(shown(one)) for one in value)
    return one_line(masked(str(value))) if isinstance(value, str | PurePath) else value


_COMMA = str(QT_TRANSLATE_NOOP("errors", ", "))


def fixed_text(text: str) -> str:
    """Return a text without values, such as a licence or a pack's title, in the window's language."""
    return QCoreApplication.translate(CONTEXT, text)
