"""Numbers in words: templates, photos, attendance rows, and the time that is left."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from attendance.ui.admin.parts.words import translate

_MINUTE_S = 60


def left_text(left_s: float) -> str:
    """Return about how long something takes still."""
    number = QLocale().toString
    if left_s < _MINUTE_S:
        return translate("admin", "about {count} s left").format(count=number(max(1, round(left_s))))
    return translate("admin", "about {count} min left").format(count=number(max(1, round(left_s / _MINUTE_S))))


def templates_text(count: int) -> str:
    """Return "3 templates"."""
    if count == 1:
        return translate("admin", "1 template")
    return translate("admin", "{count} templates").format(count=QLocale().toString(count))


def photos_text(count: int) -> str:
    """Return "3 photos"."""
    if count == 1:
        return translate("admin", "1 photo")
    return translate("admin", "{count} photos").format(count=QLocale().toString(count))


def kept_rows_text(count: int) -> str:
    """Return what an erasure leaves in the attendance log."""
    if count == 1:
        return translate("admin", "1 attendance row stays, anonymised.")
    return translate("admin", "{count} attendance rows stay, anonymised.").format(count=QLocale().toString(count))
