"""Cells as a person reads them, on paper or on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attendance.core.report_table import Block, Cell, Column, ColumnKind, ReportTable, Row, hmm
from attendance.errors import Reason
from attendance.errors.reports import ReportError
from attendance.reporting.words import heading_of, sentence, title_of, word_of

MAX_PRINTED_ROWS = 50_000
"""More than a thousand pages are a slip of the keyboard; nobody reads them."""
_RIGHT = {ColumnKind.DURATION, ColumnKind.DECIMAL, ColumnKind.COUNT}
_FREE_DAYS = {"rest_day", "holiday", "closed", "unplanned"}


@dataclass(frozen=True, slots=True)
class PrintedBlock:
    """Texts of one block.

    Attributes:
        title: "" when there is only one.
        keys: of the columns.
        headings: of the columns.
        is_right: columns of numbers.
        rows: texts.
        quiet: numbers of the rows on which nothing was to be worked, printed paler.
        totals: the last line, empty when nothing is summed.
    """

    title: str
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    is_right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    quiet: frozenset[int]
    totals: tuple[str, ...]


def printed_blocks(table: ReportTable, language: str, path: object) -> list[PrintedBlock]:
    """Return the blocks of a table as texts; columns in which no row has anything are left out.

    Raises:
        ReportError: too many rows to print.
    """
    found, count = [], 0
    for block in table.blocks:
        rows = []
        for row in block.rows:
            rows.append(row)
            count += 1
            if count > MAX_PRINTED_ROWS:
                reason = Reason("more than {count} rows; choose fewer days, or CSV", count=f"{MAX_PRINTED_ROWS:,}")
                raise ReportError(path=path, reason=reason)
        found.append(_printed(block, rows, table.zone, language))
    return found


def is_letter(key: str) -> bool:
    """Say whether a column is a day of the month's grid."""
    return key[:1] == "d" and key[1:].isdigit()


def subtitle_of(table: ReportTable, language: str) -> str:
    """Return range, department and person on one line."""
    days = sentence("range", language, first=table.first.isoformat(), last=table.last.isoformat())
    return " · ".join(text for text in (days, table.department, table.person) if text)


def heading_line(table: ReportTable, language: str) -> tuple[str, str]:
    """Return the title and the site."""
    return title_of(table.kind, language), table.site


def made_line(table: ReportTable, language: str) -> str:
    """Return when the report was made, on the clock of the site."""
    return sentence("made", language, at=f"{table.made_utc.astimezone(table.zone):%Y-%m-%d %H:%M}")


def printed_cell(cell: Cell, column: Column, zone: ZoneInfo, language: str, day: date | None = None) -> str:
    """Return one cell as text.

    Args:
        cell: its value.
        column: says what it is.
        zone: of the site.
        language: of words.
        day: the date beside which a clock time stands.
    """
    if isinstance(cell, str):
        return word_of(column.vocabulary, cell, language) if column.vocabulary else cell
    if isinstance(cell, datetime):
        return _clock(cell.astimezone(zone), day if column.clock_of else None)
    if isinstance(cell, date):
        return cell.isoformat()
    return _number(cell, column) if cell else ""


def _clock(local: datetime, day: date | None) -> str:
    if day is None:
        return f"{local:%Y-%m-%d %H:%M}"
    away = (local.date() - day).days
    return f"{local:%H:%M}" + (f" {away:+d}" if away else "")


def _number(value: float, column: Column) -> str:
    if column.kind is ColumnKind.DURATION:
        return hmm(int(value))
    if column.kind is ColumnKind.DECIMAL:
        text = f"{value:.{column.decimals}f}"
        return text.rstrip("0").rstrip(".") if column.key.startswith("days") else text
    return str(value)


def _printed(block: Block, rows: Sequence[Row], zone: ZoneInfo, language: str) -> PrintedBlock:
    days = next((n for n, c in enumerate(block.columns) if c.kind is ColumnKind.DATE), None)
    shown = [
        n
        for n, column in enumerate(block.columns)
        if column.is_printed and (column.is_summed or any(row[n] not in {None, "", 0} for row in rows))
    ]
    if not rows:
        shown = [n for n, column in enumerate(block.columns) if column.is_printed]
    if block.title:  # the month stands above the block
        shown = [n for n in shown if block.columns[n].key != "month"]
    columns = [block.columns[n] for n in shown]
    texts = []
    for row in rows:
        day = row[days] if days is not None else None
        on = day if isinstance(day, date) else None
        texts.append(tuple(printed_cell(row[n], c, zone, language, on) for n, c in zip(shown, columns, strict=True)))
    status = next((n for n, c in enumerate(block.columns) if c.key == "status"), None)
    quiet = frozenset(n for n, row in enumerate(rows) if status is not None and row[status] in _FREE_DAYS)
    return PrintedBlock(
        block.title,
        tuple(column.key for column in columns),
        tuple(heading_of(column, language) for column in columns),
        tuple(column.kind in _RIGHT or bool(column.clock_of) for column in columns),
        tuple(texts),
        quiet,
        _totals(columns, shown, rows, zone, language),
    )


def _totals(
    columns: Sequence[Column], shown: Sequence[int], rows: Sequence[Row], zone: ZoneInfo, language: str
) -> tuple[str, ...]:
    if not rows or not any(column.is_summed for column in columns):
        return ()
    found = []
    for place, column in zip(shown, columns, strict=True):
        total = sum(value for row in rows if isinstance(value := row[place], int | float)) if column.is_summed else None
        found.append(printed_cell(total, column, zone, language))
    first_text = next(n for n, column in enumerate(columns) if not column.is_summed)
    found[first_text] = sentence("total", language)
    return tuple(found)
