"""Reports as PDF: A4 across, with title, site, range, page numbers and a repeated heading."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from attendance.core.report_table import ReportTable
from attendance.reporting.charts import Chart, charts_of
from attendance.reporting.pdf_columns import PADDING, column_widths, font_size
from attendance.reporting.pdf_text import draw_text, wrapped
from attendance.reporting.printed import PrintedBlock, heading_line, is_letter, made_line, printed_blocks, subtitle_of
from attendance.reporting.whole_file import write_whole
from attendance.reporting.words import sentence

_WIDTH, _HEIGHT = 841.89, 595.28  # A4 across, points
_MARGIN = 36.0
_TOP = _HEIGHT - 82.0  # where content begins, below the heading of the page
_BOTTOM = 44.0
_SIZE, _LEADING = 7.5, 9.2
_ROW_GAP = 3.4
_INK, _PALE, _LINE, _ACCENT, _HEAD = (
    (0.12, 0.16, 0.2),
    (0.55, 0.6, 0.66),
    (0.87, 0.89, 0.91),
    (0.2, 0.4, 0.65),
    (0.91, 0.93, 0.95),
)
_LETTER_FILLS = {"A": (0.97, 0.84, 0.83), "?": (0.97, 0.84, 0.83), "HD": (0.99, 0.93, 0.8), "L": (0.85, 0.9, 0.97)}
_PALE_LETTERS = {"WO", "H"}

Paint = Callable[[Any], None]


def write_pdf(table: ReportTable, path: Path, language: str) -> int:
    """Write the document (port ReportWriter)."""
    blocks = printed_blocks(table, language, path)
    pages = _Pages()
    for block in blocks:
        _lay_out(pages, block, language)
    if table.legend:
        pages.line(sentence(table.legend, language))
    if charts := charts_of(table, language):
        _lay_out_charts(pages, charts)
    return write_whole(path, lambda file: _write(table, pages.pages, file, language, sum(len(b.rows) for b in blocks)))


def _write(table: ReportTable, pages: list[list[Paint]], file: BinaryIO, language: str, rows: int) -> int:
    title, site = heading_line(table, language)
    canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"{title} {subtitle_of(table, language)}")
    canvas.setAuthor(site)
    for number, paints in enumerate(pages, start=1):
        canvas.setFillColorRGB(*_INK)
        draw_text(canvas, _MARGIN, _HEIGHT - 46, title, 15, bold=True)
        draw_text(canvas, _WIDTH - _MARGIN, _HEIGHT - 46, site, 10, align="right")
        draw_text(canvas, _MARGIN, _HEIGHT - 62, subtitle_of(table, language), 9)
        canvas.setStrokeColorRGB(*_ACCENT)
        canvas.setLineWidth(1.2)
        canvas.line(_MARGIN, _HEIGHT - 69, _WIDTH - _MARGIN, _HEIGHT - 69)
        canvas.setFillColorRGB(*_PALE)
        draw_text(canvas, _MARGIN, 26, made_line(table, language), 7.5)
        where = sentence("page", language, page=number, pages=len(pages))
        draw_text(canvas, _WIDTH - _MARGIN, 26, where, 7.5, align="right")
        for paint in paints:
            paint(canvas)
        canvas.showPage()
    canvas.save()
    return rows


class _Pages:
    """Pages as they fill up from the top."""

    def __init__(self) -> None:
        self.pages: list[list[Paint]] = []
        self.y = 0.0

    def new_page(self) -> None:
        """Begin a page."""
        self.pages.append([])
        self.y = _TOP

    def room(self, height: float) -> bool:
        """Say whether so many points are left on this page."""
        return bool(self.pages) and self.y - height >= _BOTTOM

    def add(self, height: float, paint: Callable[[Any, float], None]) -> None:
        """Paint at the present height, which is handed over, and go down."""
        y = self.y
        self.pages[-1].append(lambda canvas: paint(canvas, y))
        self.y -= height

    def line(self, text: str) -> None:
        """Add a line of small text."""
        if not self.room(_LEADING + 6):
            self.new_page()

        def paint(canvas: Any, y: float) -> None:
            canvas.setFillColorRGB(*_PALE)
            draw_text(canvas, _MARGIN, y - _LEADING - 4, text, _SIZE)

        self.add(_LEADING + 8, paint)


def _lay_out(pages: _Pages, block: PrintedBlock, language: str) -> None:
    pages.new_page()
    if block.title:
        pages.add(18, lambda canvas, y: _paint_title(canvas, y, block.title))
    if not block.rows:
        pages.line(sentence("empty", language))
        return
    size = font_size(block)
    widths = column_widths(block, _WIDTH - 2 * _MARGIN, size)
    table = _Table(block, widths, size)
    table.head(pages)
    for number, row in enumerate(block.rows):
        table.row(pages, row, is_quiet=number in block.quiet)
    if block.totals:
        table.row(pages, block.totals, is_total=True)


def _paint_title(canvas: Any, y: float, title: str) -> None:
    canvas.setFillColorRGB(*_INK)
    draw_text(canvas, _MARGIN, y - 9, title, 11, bold=True)


class _Table:
    """The lines of one block.

    Args:
        block: its texts.
        widths: of the columns in points.
        size: of the font in points.
    """

    def __init__(self, block: PrintedBlock, widths: list[float], size: float) -> None:
        self._block = block
        self._size = size
        self._widths = widths
        self._lefts = [_MARGIN + sum(widths[:place]) for place in range(len(widths))]

    def head(self, pages: _Pages) -> None:
        """Add the heading."""
        lines = self._wrapped(self._block.headings, bold=True)
        height = max(map(len, lines)) * _LEADING + _ROW_GAP

        def paint(canvas: Any, y: float) -> None:
            canvas.setFillColorRGB(*_HEAD)
            canvas.rect(_MARGIN, y - height, sum(self._widths), height, stroke=0, fill=1)
            canvas.setFillColorRGB(*_INK)
            self._texts(canvas, y, lines, bold=True)

        pages.add(height, paint)

    def row(self, pages: _Pages, cells: tuple[str, ...], *, is_quiet: bool = False, is_total: bool = False) -> None:
        """Add a line, on a new page with the heading again if need be."""
        lines = self._wrapped(cells, bold=is_total)
        height = max(map(len, lines)) * _LEADING + _ROW_GAP
        if not pages.room(height):
            pages.new_page()
            self.head(pages)

        def paint(canvas: Any, y: float) -> None:
            for place, text in enumerate(cells):
                fill = _LETTER_FILLS.get(text) if is_letter(self._block.keys[place]) else None
                if fill:
                    canvas.setFillColorRGB(*fill)
                    canvas.rect(self._lefts[place], y - height, self._widths[place], height, stroke=0, fill=1)
            canvas.setStrokeColorRGB(*(_ACCENT if is_total else _LINE))
            canvas.setLineWidth(1.0 if is_total else 0.5)
            edge = y if is_total else y - height
            canvas.line(_MARGIN, edge, _MARGIN + sum(self._widths), edge)
            canvas.setFillColorRGB(*(_PALE if is_quiet else _INK))
            self._texts(canvas, y, lines, bold=is_total)

        pages.add(height, paint)

    def _wrapped(self, cells: tuple[str, ...], *, bold: bool) -> list[list[str]]:
        found = []
        for place, (text, width) in enumerate(zip(cells, self._widths, strict=True)):
            inner = width if is_letter(self._block.keys[place]) else width - 2 * PADDING + 0.01
            found.append(wrapped(text, self._size, inner, bold=bold))
        return found

    def _texts(self, canvas: Any, y: float, lines: list[list[str]], *, bold: bool) -> None:
        for place, cell in enumerate(lines):
            left, width = self._lefts[place], self._widths[place]
            align, x = "left", left + PADDING
            if is_letter(self._block.keys[place]):
                align, x = "centre", left + width / 2
            elif self._block.is_right[place]:
                align, x = "right", left + width - PADDING
            for number, text in enumerate(cell):
                if text:
                    is_pale = align == "centre" and text in _PALE_LETTERS
                    if is_pale:
                        canvas.setFillColorRGB(*_PALE)
                    baseline = y - _ROW_GAP / 2 - self._size + 0.8 - number * _LEADING
                    draw_text(canvas, x, baseline, text, self._size, bold=bold, align=align)
                    if is_pale:
                        canvas.setFillColorRGB(*_INK)


def _lay_out_charts(pages: _Pages, charts: list[Chart]) -> None:
    gap = 18.0
    width = min((_WIDTH - 2 * _MARGIN - gap * (len(charts) - 1)) / len(charts), 300.0)
    height = width * 2.5 / 4.2
    legends = [wrapped(chart.legend, 7, width) if chart.legend else [] for chart in charts]
    whole = height + 44 + 9 * max(map(len, legends))
    if not pages.room(whole):
        pages.new_page()

    def paint(canvas: Any, y: float) -> None:
        for number, chart in enumerate(charts):
            left = _MARGIN + number * (width + gap)
            canvas.setFillColorRGB(*_INK)
            draw_text(canvas, left, y - 24, chart.title, 10, bold=True)
            canvas.setFillColorRGB(*_PALE)
            draw_text(canvas, left, y - 34, chart.unit, 7)
            canvas.drawImage(ImageReader(io.BytesIO(chart.png)), left, y - 40 - height, width, height)
            for line, text in enumerate(legends[number]):
                draw_text(canvas, left, y - 48 - height - 9 * line, text, 7)

    pages.add(whole, paint)
