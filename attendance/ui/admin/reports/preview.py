"""The first rows of a report as texts, and what its charts show."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTableView, QWidget

from attendance.core.report_table import Block, Column, ColumnKind, Row, Summary
from attendance.reporting.printed import printed_cell
from attendance.reporting.words import heading_of
from attendance.services.reports.daily import DAILY
from attendance.services.reports.registry import KIND_BY_NAME
from attendance.services.reports.service import ReportRequest
from attendance.ui import theme
from attendance.ui.admin.parts.services import ReportSource
from attendance.ui.admin.parts.tables.column_fit import ColumnNeed, fit_columns
from attendance.ui.plain_tip import plain_tip

PREVIEW_ROWS = 200
_WIDEST_COLUMN = theme.SPACE_16 * 5
_NUMBERS = frozenset({ColumnKind.DURATION, ColumnKind.DECIMAL, ColumnKind.COUNT})
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a report.

    Attributes:
        request: that was asked for.
        headings: printed headings of the columns.
        is_right: columns of numbers.
        is_words: columns of words, one of which takes the width that is left.
        rows: the first PREVIEW_ROWS rows as texts.
        has_more: the file has more rows.
        summary: of all rows; None when nobody came at all.
    """

    request: ReportRequest
    headings: tuple[str, ...]
    is_right: tuple[bool, ...]
    is_words: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    has_more: bool
    summary: Summary | None


def read_preview(reports: ReportSource, request: ReportRequest) -> Preview:
    """Make the beginning of a report; for a worker thread."""
    # Only formats that can draw ask for a summary.
    table = reports.table(replace(request, format="html"))
    columns = table.columns
    rows: list[tuple[str, ...]] = []
    has_more = False
    for block in table.blocks:
        room = PREVIEW_ROWS - len(rows)
        some = list(itertools.islice(block.rows, room + 1))
        has_more = has_more or len(some) > room
        rows += [_texts(row, block, columns, table.zone, request.language) for row in some[:room]]
    summary = table.summary
    if not KIND_BY_NAME[request.kind].form(request.preset).charts:
        # Such a report is not made of timesheets; those of the same days and people are summed up.
        summary = reports.table(replace(request, kind=DAILY.name, format="html", columns=())).summary
    return Preview(
        request,
        tuple(heading_of(column, request.language) or column.key for column in columns),
        tuple(column.kind in _NUMBERS for column in columns),
        tuple(column.kind is ColumnKind.TEXT and not column.vocabulary for column in columns),
        tuple(rows),
        has_more,
        summary,
    )


def _texts(row: Row, block: Block, columns: tuple[Column, ...], zone: Any, language: str) -> tuple[str, ...]:
    cells = dict(zip((column.key for column in block.columns), row, strict=True))
    found = []
    for column in columns:
        day = cells.get(column.clock_of) if column.clock_of else None
        found.append(
            printed_cell(cells.get(column.key), column, zone, language, day if isinstance(day, date) else None)
        )
    return tuple(found)


class PreviewTable(QTableView):
    """Columns as wide as their contents; the widest of words takes what is left, what does not fit is scrolled to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._needs: dict[int, ColumnNeed] = {}
        self._takers: tuple[int, ...] = ()

    def fit(self, takers: tuple[int, ...]) -> None:
        """Measure the contents anew.

        Args:
            takers: columns of words; none for a report without any.
        """
        self._takers = takers
        self.resizeColumnsToContents()
        wanted = [min(self.columnWidth(c) + theme.SPACE_3, _WIDEST_COLUMN) for c in range(self.model().columnCount())]
        self._needs = {column: ColumnNeed(width, width, width) for column, width in enumerate(wanted)}
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        if not self._needs:
            return
        taker = max(self._takers or self._needs, key=lambda column: self._needs[column].contents)
        least = self._needs[taker].contents
        widths = fit_columns(self.viewport().width(), self._needs, taker=taker, taker_least=least)
        for column, width in widths.items():
            self.setColumnWidth(column, width)


class PreviewModel(QAbstractTableModel):
    """The texts of a preview; columns without a text are left out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: Preview | None = None
        self._columns: list[int] = []

    def show_preview(self, preview: Preview | None) -> None:
        """Show another preview."""
        self.beginResetModel()
        self._preview = preview
        rows = preview.rows if preview is not None else ()
        count = len(preview.headings) if preview is not None else 0
        self._columns = [n for n in range(count) if not rows or any(row[n] for row in rows)]
        self.endResetModel()

    def words(self) -> tuple[int, ...]:
        """Return the shown columns of words."""
        is_words = self._preview.is_words if self._preview is not None else ()
        return tuple(place for place, column in enumerate(self._columns) if is_words[column])

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() or self._preview is None else len(self._preview.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text and alignment."""
        if not index.isValid() or self._preview is None:
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._preview.rows[index.row()][column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._preview.rows[index.row()][column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal or self._preview is None:
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._preview.headings[column]
        return self._side(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        assert self._preview is not None
        side = Qt.AlignmentFlag.AlignRight if self._preview.is_right[column] else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
