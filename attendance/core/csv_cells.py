"""Text cells that no spreadsheet takes for a formula, and the way back."""

from __future__ import annotations

# Start of a formula for Excel, LibreOffice or Google Sheets (OWASP "CSV Injection"), with the full-width forms
# that Excel folds to ASCII. TAB, CR and LF count because some programs drop them and look at what follows.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
# What spreadsheets or editors skip before they look: space, no-break space, byte-order mark, zero-width marks.
_SKIPPED = " \u00a0\ufeff\u200b\u200c\u200d\u2060"
_GUARD = "'"


def guard(text: str) -> str:
    """Return a text with a leading apostrophe if a spreadsheet might run it.

    A text that only looks guarded gets one as well, so that ``unguard`` always gives back the original.
    """
    return _GUARD + text if _is_risky(text) else text


def unguard(text: str) -> str:
    """Return the text that ``guard`` was given; other texts stay as they are."""
    return text[1:] if text.startswith(_GUARD) and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    if text[:1].isalnum():  # nearly every text; no sign that starts a formula is one of these
        return False
    return text.lstrip(_SKIPPED + _GUARD)[:1] in _FORMULA_STARTS
