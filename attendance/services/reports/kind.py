"""What a kind of report is: its columns, how its rows are made, and what else it can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from attendance.core.ports.door import EventRow
from attendance.core.report_table import RFC_4180, Block, ChartKind, Column, CsvDialect, Row
from attendance.services.reports.report_data import ReportData

GENERIC = "generic"
"""The preset that is the report itself."""
ALL_CHARTS = tuple(ChartKind)


class ReportFormat(StrEnum):
    """What kind of file it becomes."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForm:
    """How a report looks.

    Attributes:
        columns: all of them.
        rows: makes the rows; they may be an iterator that can be read once. None when ``blocks`` does it.
        blocks: makes several blocks, each with some of the columns.
        charts: drawn in formats that can draw, from timesheets.
        dialect: of the CSV file.
        preferred: names of the columns to write unless others are asked for; all when empty.
    """

    columns: tuple[Column, ...]
    rows: Callable[[ReportData], Iterable[Row]] | None = None
    blocks: Callable[[ReportData], tuple[Block, ...]] | None = None
    charts: tuple[ChartKind, ...] = ()
    dialect: CsvDialect = RFC_4180
    preferred: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.rows is None) is (self.blocks is None):
            raise ValueError("a report has either rows or blocks")

    def make_blocks(self, data: ReportData) -> tuple[Block, ...]:
        """Return the content of one report."""
        if self.blocks is not None:
            return self.blocks(data)
        assert self.rows is not None
        return (Block("", self.columns, self.rows(data)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind(ReportForm):
    """A report that can be asked for.

    Attributes:
        name: stable word for commands, schedules and files.
        noun: what a row is called.
        legend: name of the sentence that explains the cells on paper, "" for none.
        plain_events: makes the rows of the report of everybody as its fast CSV writer takes them.
        presets: how other programs want it, by name.
    """

    name: str
    noun: str = "row"
    legend: str = ""
    plain_events: Callable[[ReportData], Iterator[EventRow]] | None = None
    presets: Mapping[str, ReportForm] = field(default_factory=dict)

    @property
    def preset_names(self) -> tuple[str, ...]:
        """Names of the presets, that of the report itself first; empty when there is nothing to choose."""
        return (GENERIC, *self.presets) if self.presets else ()

    def form(self, preset: str) -> ReportForm:
        """Return how the report looks with a preset; one that it does not have changes nothing."""
        return self.presets.get(preset, self)
