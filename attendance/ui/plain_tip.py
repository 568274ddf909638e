"""Tool tips of texts from outside."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt

from attendance.shown_text import one_line


def plain_tip(text: str) -> str:
    """Return a text so that a tool tip shows it letter by letter.

    Qt takes a tool tip for HTML when it looks like it: a name could bring pictures from elsewhere, or hide.
    """
    plain = "\n".join(map(one_line, text.split("\n")))
    if not Qt.mightBeRichText(plain):
        return plain
    return "<qt>" + html.escape(plain).replace("\n", "<br>") + "</qt>"
