"""Reports as Excel workbooks: real dates, times and durations, a frozen heading and filters."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError, FileSizeError

from attendance.core.report_table import Block, Cell, Column, ColumnKind, ReportTable, Row, decimal_hours
from attendance.errors import Reason
from attendance.errors.reports import ReportError
from attendance.reporting.charts import charts_of
from attendance.reporting.printed import heading_line, is_letter, made_line, subtitle_of
from attendance.reporting.whole_file import write_whole
from attendance.reporting.words import heading_of, sentence, word_of

_MAX_ROWS = 1_048_575  # of a sheet of Excel, without the heading
_MAX_TEXT = 32_767  # characters of a cell
_FORMATS = {
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "duration": "[h]:mm",
    "count": "0",
    "text": "@",
}
_WIDTHS = {"date": 11.0, "instant": 19.0, "duration": 10.0, "decimal": 10.0, "count": 8.0, "text": 10.0}
_WIDE = {"name": 24.0, "department": 18.0, "flags": 28.0, "note": 20.0, "reason": 36.0, "event_id": 38.0}
_FIRST_DATE = date(1900, 3, 1)  # Excel takes 1900 for a leap year; dates before its wrong one are texts


def write_xlsx(table: ReportTable, path: Path, language: str) -> int:
    """Write a workbook (port ReportWriter): one sheet for each block, one about the report, with its charts.

    Balances are decimal hours, because Excel shows no negative durations.
    """
    return write_whole(path, lambda file: _write(table, file, path, language))


def _write(table: ReportTable, file: BinaryIO, path: Path, language: str) -> int:
    # In memory first: XlsxWriter leaves an archive half open when the disk fills up under it.
    packed = io.BytesIO()
    book = Workbook(packed, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    try:
        try:
            title, site = heading_line(table, language)
            book.set_properties({"title": title, "company": site, "subject": subtitle_of(table, language)})
            sheets = _Sheets(book, table, path, language)
            rows = sum(sheets.add(block) for block in table.blocks)
            _about(book, table, language)
        finally:
            book.close()  # removes its temporary files, also after an error
    except FileCreateError as err:  # XlsxWriter hides what the disk of the temporary files said
        raise err.args[0] if isinstance(err.args[0], OSError) else OSError(str(err)) from err
    except FileSizeError as err:
        raise ReportError(path=path, reason=Reason("more than a workbook holds; choose fewer days, or CSV")) from err
    file.write(packed.getbuffer())
    return rows


class _Sheets:
    """The sheets with the rows."""

    def __init__(self, book: Any, table: ReportTable, path: Path, language: str) -> None:
        self._book = book
        self._table = table
        self._path = path
        self._language = language
        self._bold = book.add_format(
            {"bold": True, "bg_color": "#e8edf3", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}

    def add(self, block: Block) -> int:
        """Add one sheet and return its number of rows."""
        title, site = heading_line(self._table, self._language)
        sheet = self._book.add_worksheet(block.title or title[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&L{_escaped(title)}&R{_escaped(site)}")
        sheet.set_footer(f"&L{_escaped(subtitle_of(self._table, self._language))}&R&P / &N")
        for number, column in enumerate(block.columns):
            sheet.set_column(number, number, _width(column), self._format(column))
            sheet.write_string(0, number, heading_of(column, self._language) or column.key, self._bold)
        count = 0
        for row in block.rows:
            count += 1
            if count > _MAX_ROWS:
                reason = Reason(
                    "more than {count} rows do not fit on a sheet; choose fewer days, or CSV", count=f"{_MAX_ROWS:,}"
                )
                raise ReportError(path=self._path, reason=reason)
            self._row(sheet, count, row, block.columns)
        sheet.autofilter(0, 0, max(count, 1), len(block.columns) - 1)
        return count

    def _row(self, sheet: Any, number: int, row: Row, columns: tuple[Column, ...]) -> None:
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            if cell is None or cell == "":
                continue
            value = self._value(cell, column)
            form = self._format(column)
            if isinstance(value, str):
                sheet.write_string(number, place, value[:_MAX_TEXT], form)
            elif isinstance(value, date | timedelta):
                sheet.write_datetime(number, place, value, form)
            else:
                sheet.write_number(number, place, value, form)

    def _value(self, cell: Cell, column: Column) -> str | date | timedelta | float:
        if isinstance(cell, datetime):
            local = cell.astimezone(self._table.zone).replace(tzinfo=None, microsecond=0)
            return local if local.date() >= _FIRST_DATE else local.isoformat(sep=" ")
        if isinstance(cell, date):
            return cell if cell >= _FIRST_DATE else cell.isoformat()
        if isinstance(cell, str):
            return word_of(column.vocabulary, cell, self._language) if column.vocabulary else cell
        assert cell is not None
        if column.kind is ColumnKind.DURATION:
            return decimal_hours(int(cell)) if column.is_signed else timedelta(seconds=cell)
        return float(cell)

    def _format(self, column: Column) -> Any:
        kind = column.kind.value
        if column.kind is ColumnKind.DECIMAL or (column.kind is ColumnKind.DURATION and column.is_signed):
            kind = f"0.{'0' * column.decimals}"
            if kind not in self._formats:
                self._formats[kind] = self._book.add_format({"num_format": kind})
        return self._formats[kind]


def _about(book: Any, table: ReportTable, language: str) -> None:
    sheet = book.add_worksheet(sentence("report", language))
    title, site = heading_line(table, language)
    big = book.add_format({"bold": True, "font_size": 14})
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 60)
    lines = [site, subtitle_of(table, language), made_line(table, language)]
    if table.legend:
        lines.append(sentence(table.legend, language))
    sheet.write_string(0, 0, title, big)
    for number, line in enumerate(lines, start=1):
        sheet.write_string(number, 0, line)
    row = len(lines) + 2
    for chart in charts_of(table, language):
        sheet.write_string(row, 0, f"{chart.title}: {chart.unit}")
        sheet.write_string(row + 1, 0, chart.legend)
        sheet.insert_image(row + 2, 0, "chart.png", {"image_data": io.BytesIO(chart.png), "description": chart.title})
        row += 18


def _width(column: Column) -> float:
    if is_letter(column.key):
        return 4.5
    return _WIDE.get(column.key, _WIDTHS[column.kind.value])


def _escaped(text: str) -> str:
    """Return a text for a header, where & begins a command and 255 characters are the limit."""
    return text[:100].replace("&", "&&")
