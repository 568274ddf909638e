"""A sheet of badges as PDF: A4 upright, cards of the size of a bank card with name, code and QR code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from attendance.reporting.pdf_text import draw_text, text_width, wrapped
from attendance.reporting.whole_file import write_whole

_MM = 72 / 25.4
_PAGE = (210 * _MM, 297 * _MM)
_CARD = (85.6 * _MM, 53.98 * _MM)
"""ID-1 of ISO/IEC 7810: holders and laminating pouches have this size."""
_COLUMNS, _ROWS = 2, 5
_GAP = 4 * _MM
_PADDING = 5 * _MM
_QR = 36 * _MM
_QUIET = 4
"""Light modules around a QR code (ISO/IEC 18004, 9.1)."""
_INK, _PALE, _EDGE = (0.07, 0.09, 0.11), (0.35, 0.38, 0.42), (0.75, 0.78, 0.82)
_NAME_SIZES = (15, 13, 11, 9)
_NAME_LINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class BadgeFace:
    """What is printed on one badge.

    Attributes:
        name: as the person writes it.
        code: the company's own key.
        modules: (N, N) bool of the QR code without its quiet zone, True where it is dark.
    """

    name: str
    code: str
    modules: NDArray[np.bool_]


def write_badge_sheet(badges: Sequence[BadgeFace], path: Path, *, company: str = "") -> int:
    """Write one PDF with all badges, ten a page.

    Args:
        badges: in their order on the sheet.
        path: file to write, in an existing folder.
        company: printed on each.

    Returns:
        Number of badges.

    Raises:
        ReportError: the file cannot be written.
    """
    return write_whole(path, lambda file: _write(badges, file, company))


def _write(badges: Sequence[BadgeFace], file: BinaryIO, company: str) -> int:
    canvas = Canvas(file, pagesize=_PAGE, invariant=1)
    canvas.setAuthor(company)
    left = (_PAGE[0] - _COLUMNS * _CARD[0] - (_COLUMNS - 1) * _GAP) / 2
    top = _PAGE[1] - (_PAGE[1] - _ROWS * _CARD[1] - (_ROWS - 1) * _GAP) / 2
    for number, badge in enumerate(badges):
        place = number % (_COLUMNS * _ROWS)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, _COLUMNS)
        _draw(canvas, badge, left + column * (_CARD[0] + _GAP), top - row * (_CARD[1] + _GAP) - _CARD[1], company)
    canvas.save()
    return len(badges)


def _draw(canvas: Any, badge: BadgeFace, left: float, bottom: float, company: str) -> None:
    width, height = _CARD
    canvas.setStrokeColorRGB(*_EDGE)
    canvas.setLineWidth(0.5)
    canvas.roundRect(left, bottom, width, height, 3 * _MM)
    _draw_code(canvas, badge.modules, left + width - _PADDING - _QR, bottom + (height - _QR) / 2)
    room = width - 2 * _PADDING - _QR - 2 * _MM
    canvas.setFillColorRGB(*_PALE)
    if company:
        draw_text(canvas, left + _PADDING, bottom + height - _PADDING - 8, _cut(company, 8, width - 2 * _PADDING), 8)
    size, lines = _fitted(badge.name, room)
    canvas.setFillColorRGB(*_INK)
    baseline = bottom + height / 2 + (len(lines) - 1) * size * 0.6
    for line in lines:
        draw_text(canvas, left + _PADDING, baseline, line, size, bold=True)
        baseline -= size * 1.2
    canvas.setFillColorRGB(*_PALE)
    draw_text(canvas, left + _PADDING, bottom + _PADDING, _cut(badge.code, 10, room), 10)


def _draw_code(canvas: Any, modules: NDArray[np.bool_], left: float, bottom: float) -> None:
    edge = _QR / (len(modules) + 2 * _QUIET)
    canvas.setFillColorRGB(0, 0, 0)
    path = canvas.beginPath()
    for row, cells in enumerate(modules):
        y = bottom + _QR - (row + 1 + _QUIET) * edge
        # One bar for each run of dark modules: side by side, printers leave hairs of light between squares.
        steps = np.diff(np.concatenate(([0], cells.astype(np.int8), [0])))
        for start, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
            path.rect(left + (int(start) + _QUIET) * edge, y, int(end - start) * edge, edge)
    canvas.drawPath(path, stroke=0, fill=1)


def _fitted(name: str, room: float) -> tuple[int, list[str]]:
    for size in _NAME_SIZES:
        lines = wrapped(name, size, room, bold=True)
        if len(lines) <= _NAME_LINES and all(text_width(line, size, bold=True) <= room for line in lines):
            return size, lines
    smallest = _NAME_SIZES[-1]
    lines = wrapped(name, smallest, room, bold=True)[:_NAME_LINES]
    return smallest, [*lines[:-1], _cut(lines[-1] + "…", smallest, room)]


def _cut(text: str, size: float, room: float) -> str:
    while len(text) > 1 and text_width(text, size, bold=True) > room:
        text = text[:-2] + "…"
    return text
