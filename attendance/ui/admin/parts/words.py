"""The translation of this window's texts: ``translate("admin", "English text")``.

The first argument names the catalogue ``resources/translations/admin_*.ts``; it stands at every call so that the tools
that collect texts find it there.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """Return a text in the language now in use."""
    return QCoreApplication.translate(context, text)
