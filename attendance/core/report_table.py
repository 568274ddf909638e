"""Reports as typed tables: what a file format needs to show every value as what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

Cell = str | date | datetime | int | float | None
"""By kind of its column: TEXT str, DATE date, INSTANT aware datetime, DURATION int seconds, DECIMAL float, COUNT int;
None is an empty cell everywhere."""
Row = tuple[Cell, ...]
ERASED_NAME = "(erased)"
"""Stands for the name of somebody who was erased; code and department are empty."""


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    DURATION = "duration"
    DECIMAL = "decimal"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: stable name, the heading of a CSV file; printed headings are looked up by it.
        title: a heading that replaces both, "" for none.
        vocabulary: "status", "flag", "kind", ... when the cells are words of the program that a printed report
            translates; several stand in one cell, parted by ";".
        clock_of: key of the DATE column that a printed clock time is read beside: 06:02 +1 lies on the day after.
        is_signed: durations may be negative.
        decimals: digits after the decimal sign, of a DECIMAL column.
        is_once: a duration that a CSV file has as h:mm only, under this name, not in decimal hours as well.
        is_printed: also on paper; a file for a spreadsheet or a program has all columns.
        is_summed: a printed report has its sum in the last line.
    """

    key: str
    kind: ColumnKind = ColumnKind.TEXT
    title: str = ""
    vocabulary: str = ""
    clock_of: str = ""
    is_signed: bool = False
    decimals: int = 2
    is_once: bool = False
    is_printed: bool = True
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together, as those of one month.

    Attributes:
        title: "" when the table has only one block.
        columns: some or all columns of the table, in its order.
        rows: may be an iterator that can be read once.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


class ChartKind(StrEnum):
    """What a chart is about, in the order of a document."""

    ARRIVALS = "arrivals"
    LATENESS = "lateness"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Summary:
    """Arrivals, lateness and hours of some days, which the charts of a report show.

    Attributes:
        arrivals: number of first arrivals by quarter of an hour, 96 from midnight on.
        lateness: department, late arrivals and days that somebody worked, by share of late ones, highest first.
        weeks: Monday and worked seconds, oldest first.
    """

    arrivals: tuple[int, ...]
    lateness: tuple[tuple[str, int, int], ...]
    weeks: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written; the default is RFC 4180."""

    delimiter: str = ","
    decimal_sign: str = "."


RFC_4180 = CsvDialect()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A report before it becomes a file.

    Attributes:
        kind: "daily", "payroll", ...
        columns: all columns.
        blocks: at least one.
        first: first day of the range.
        last: last day, included.
        site: name of the company, "" when not set.
        zone: of the site; every instant is shown on its clock.
        made_utc: aware instant.
        department: what the report was limited to, "" for all.
        person: likewise, the name.
        summary: None when there is nothing to draw.
        charts: what is drawn of it.
        legend: name of the sentence that explains the cells on paper, "" for none.
        dialect: for CSV.
    """

    kind: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    first: date
    last: date
    site: str
    zone: ZoneInfo
    made_utc: datetime
    department: str = ""
    person: str = ""
    summary: Summary | None = None
    charts: tuple[ChartKind, ...] = ()
    legend: str = ""
    dialect: CsvDialect = RFC_4180


def hmm(seconds: int) -> str:
    """Return seconds as hours and minutes, "8:30" or "-0:15", to the nearest minute (halves away from zero)."""
    minutes = (abs(seconds) + 30) // 60
    return f"{'-' if seconds < 0 and minutes else ''}{minutes // 60}:{minutes % 60:02d}"


def decimal_hours(seconds: int) -> float:
    """Return seconds as hours with two decimals, halves away from zero."""
    hundredths = (abs(seconds) + 18) // 36
    return (-hundredths if seconds < 0 else hundredths) / 100


def projected(table_columns: Sequence[Column], wanted: Mapping[str, str]) -> tuple[tuple[Column, ...], list[int]]:
    """Choose columns by name, in the wanted order.

    Of a duration "x", "x_h" is the same in decimal hours and "x_hmm" as h:mm.

    Args:
        table_columns: all there are.
        wanted: heading by name; "" keeps the usual heading.

    Returns:
        The columns, and the index of each in ``table_columns``. ``converted`` makes the cells.

    Raises:
        KeyError: there is no such column; its argument is the name.
    """
    places = {column.key: number for number, column in enumerate(table_columns)}
    columns, chosen = [], []
    for name, title in wanted.items():
        key, kind = name, None
        for ending, other in (("_hmm", ColumnKind.DURATION), ("_h", ColumnKind.DECIMAL)):
            base = name.removesuffix(ending)
            if name not in places and base != name and base in places:
                key, kind = base, other
                break
        column = table_columns[places[key]]
        if kind is not None and column.kind is not ColumnKind.DURATION:
            raise KeyError(name)
        columns.append(
            Column(
                name,
                kind or column.kind,
                title=title or column.title,
                vocabulary=column.vocabulary,
                clock_of=column.clock_of,
                is_signed=column.is_signed,
                decimals=column.decimals,
                is_once=kind is ColumnKind.DURATION,
                is_summed=column.is_summed,
            )
        )
        chosen.append(places[key])
    return tuple(columns), chosen


def converted(cell: Cell, column: Column) -> Cell:
    """Return a cell as a column of ``projected`` shows it."""
    if isinstance(cell, int) and column.kind is ColumnKind.DECIMAL:
        return decimal_hours(cell)
    return cell
