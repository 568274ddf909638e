"""Reports as CSV: UTF-8 with a byte-order mark, RFC 4180, every cell quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from attendance.core.report_table import Cell, Column, ColumnKind, CsvDialect, ReportTable, decimal_hours, hmm
from attendance.reporting.whole_file import write_whole


class CsvWriter:
    """Writes CSV files (port ReportWriter); the language changes nothing, names of columns are stable.

    Args:
        guard: makes a text harmless that a spreadsheet would take for a formula.
    """

    def __init__(self, guard: Callable[[str], str]) -> None:
        self._guard = guard

    def __call__(self, table: ReportTable, path: Path, language: str) -> int:
        """Write the file, in bounded memory."""
        del language
        return write_whole(path, lambda file: self._write(table, file))

    def _write(self, table: ReportTable, binary: BinaryIO) -> int:
        rows = 0
        file = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="", write_through=False)
        writer = csv.writer(file, delimiter=table.dialect.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([self._guard(name) for column in table.columns for name in _headings(column)])
        for block in table.blocks:
            places = {column.key: number for number, column in enumerate(block.columns)}
            plan = [(column, places.get(column.key)) for column in table.columns]
            for row in block.rows:
                cells: list[str] = []
                for column, place in plan:
                    cells += self._cells(None if place is None else row[place], column, table.zone, table.dialect)
                writer.writerow(cells)
                rows += 1
        file.flush()
        file.detach()
        return rows

    def _cells(self, cell: Cell, column: Column, zone: ZoneInfo, dialect: CsvDialect) -> tuple[str, ...]:
        if column.kind is ColumnKind.DURATION:
            both = (_number(decimal_hours(cell), 2, dialect), hmm(cell)) if isinstance(cell, int) else ("", "")
            return both[1:] if column.is_once else both
        if isinstance(cell, str):
            return (self._guard(cell),)
        return ("" if cell is None else _text(cell, column, zone, dialect),)


def _text(cell: date | float, column: Column, zone: ZoneInfo, dialect: CsvDialect) -> str:
    if isinstance(cell, datetime):
        # An instant that has a zone of its own shows the clock at the door.
        local = cell.astimezone(zone) if cell.tzinfo is UTC else cell
        return local.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return _number(cell, column.decimals, dialect) if column.kind is ColumnKind.DECIMAL else str(cell)


def _headings(column: Column) -> tuple[str, ...]:
    name = column.title or column.key
    if column.kind is not ColumnKind.DURATION or column.is_once:
        return (name,)
    return f"{name}_h", f"{name}_hmm"


def _number(value: float, decimals: int, dialect: CsvDialect) -> str:
    return f"{value:.{decimals}f}".replace(".", dialect.decimal_sign)
