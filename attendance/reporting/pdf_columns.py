"""How wide the columns of a printed table are."""

from __future__ import annotations

from attendance.reporting.pdf_text import text_width
from attendance.reporting.printed import PrintedBlock, is_letter

PADDING = 3.6
"""Points at each side of a cell."""
_MIN_TEXT = 38.0  # a column of text never gets narrower
_MAX_STRETCH = 1.5


def font_size(block: PrintedBlock) -> float:
    """Return the size of the font in points: a month has to fit across the page."""
    return 6.4 if sum(map(is_letter, block.keys)) > 20 else 7.5


def column_widths(block: PrintedBlock, available: float, size: float) -> list[float]:
    """Return the widths of the columns in points, together at most ``available`` where that can be done.

    Numbers and times never break. Texts share what is left; the widest give way first.

    Args:
        block: headings and texts.
        available: points.
        size: of the font.
    """
    natural, least = [], []
    for place, key in enumerate(block.keys):
        if is_letter(key):
            width = text_width("WO", size) + 2.0
            natural.append(width)
            least.append(width)
            continue
        cells = {row[place] for row in block.rows}
        totals = block.totals[place] if block.totals else ""
        content = max((text_width(text, size) for text in cells), default=0.0)
        content = max(content, text_width(totals, size, bold=True))
        heading = max((text_width(word, size, bold=True) for word in block.headings[place].split(" ")), default=0.0)
        whole = max(content, heading) + 2 * PADDING
        natural.append(whole)
        is_solid = block.is_right[place] or not any(" " in text or len(text) > 12 for text in cells)
        least.append(whole if is_solid else min(whole, max(_MIN_TEXT, heading + 2 * PADDING)))
    widths = _narrowed(natural, least, available)
    return _stretched(widths, block.keys, available)


def _narrowed(natural: list[float], least: list[float], available: float) -> list[float]:
    """Lower the widest ones to a common width until all fit."""
    low, high = 0.0, max(natural)
    if sum(natural) <= available:
        return natural
    for _ in range(40):
        cap = (low + high) / 2
        if sum(max(small, min(wide, cap)) for wide, small in zip(natural, least, strict=True)) > available:
            high = cap
        else:
            low = cap
    return [max(small, min(wide, low)) for wide, small in zip(natural, least, strict=True)]


def _stretched(widths: list[float], keys: tuple[str, ...], available: float) -> list[float]:
    """Fill the page, but do not pull few columns far apart."""
    fixed = sum(width for width, key in zip(widths, keys, strict=True) if is_letter(key))
    free = sum(widths) - fixed
    if not free or sum(widths) >= available:
        return widths
    factor = min(_MAX_STRETCH, (available - fixed) / free)
    return [width if is_letter(key) else width * factor for width, key in zip(widths, keys, strict=True)]
