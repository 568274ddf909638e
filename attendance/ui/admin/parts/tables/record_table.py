"""The table of every list: sorting, many rows selected, copy as TSV, columns shown and hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from attendance.ui.admin.parts.stylesheet import ICON, ROW_HEIGHT
from attendance.ui.admin.parts.tables.column_fit import ColumnNeed, fit_columns
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.theme import SPACE_2

_ROWS_LOOKED_AT = 200
"""Rows whose cells are measured; beyond them a cell may be cut."""
_TAKER_LETTERS, _OTHERS_LETTERS = 24, 20
_SHORT_LETTERS = 15
"""Times, dates, codes: not longer than this they are never cut, the table is scrolled instead."""


class RecordTable(QTableView):
    """Table over a RecordFilter; the first click on a title sorts, the next one turns the order round.

    Signals:
        selection_changed: other rows are selected.
        closed: Escape was pressed.
    """

    selection_changed = Signal()
    closed = Signal()

    def __init__(self, rows: RecordFilter[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._most_letters: dict[int, int] = {}
        self._taker: int | None = None
        self._taker_letters = _TAKER_LETTERS
        self._whole: frozenset[int] = frozenset()
        self._dragged: dict[int, int] = {}
        self._is_fitting = False
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self._fit)
        self.setModel(rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrows move in it
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def arrange(
        self,
        most_letters: Mapping[Any, int],
        taker: int,
        hidden: Iterable[int] = (),
        icon_px: int = ICON,
        taker_letters: int = _TAKER_LETTERS,
        whole: Iterable[int] = (),
    ) -> None:
        """Say how the columns share the width; a width that somebody drags is kept.

        Args:
            most_letters: width of each column, in average letters of the font, while another one lacks room.
            taker: the column that takes what is left.
            hidden: columns that only the column menu shows.
            icon_px: edge of the pictures in the cells.
            taker_letters: what the taker keeps in a narrow window.
            whole: columns whose cells are never cut, such as spans of time; their letters are not limited.
        """
        self.setIconSize(QSize(icon_px, icon_px))
        self._most_letters, self._taker, self._taker_letters = dict(most_letters), taker, taker_letters
        self._whole = frozenset(whole)
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(_ROWS_LOOKED_AT)
        header.sectionResized.connect(self._on_section_resized)
        for column in hidden:
            self.setColumnHidden(column, True)
        for signal in (self._rows.modelReset, self._rows.rowsInserted, self._rows.rowsRemoved):
            signal.connect(self._fit_soon)
        self._rows.headerDataChanged.connect(self._fit_soon)
        self._fit_soon()

    def setColumnHidden(self, column: int, hide: bool) -> None:
        """Show or hide a column; the others share the width anew."""
        super().setColumnHidden(column, hide)
        self._fit_soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Share the width before the table is seen."""
        super().showEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Share the width anew when letters or titles change."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self._fit_soon()

    @Slot()
    def _fit_soon(self) -> None:
        if self._taker is not None:
            self._fitting.start()

    @Slot()
    def _fit(self) -> None:
        if self._taker is None:
            return
        header = self.horizontalHeader()
        letter = self.fontMetrics().averageCharWidth()
        columns = [column for column in range(header.count()) if not self.isColumnHidden(column)]
        needs = {}
        for column in columns:
            title = header.sectionSizeHint(column)
            contents = max(title, self.sizeHintForColumn(column) + SPACE_2)
            least = contents if column in self._whole else max(title, min(contents, _SHORT_LETTERS * letter))
            if column in self._dragged:
                least = contents = self._dragged[column]
            needs[column] = ColumnNeed(least, contents, self._most_letters.get(column, _OTHERS_LETTERS) * letter)
        if self._taker not in needs:
            return
        widths = fit_columns(
            self.viewport().width(), needs, taker=self._taker, taker_least=self._taker_letters * letter
        )
        self._is_fitting = True
        header.setMinimumSectionSize(min(need.least for need in needs.values()))
        for column, width in widths.items():
            header.resizeSection(column, width)
        self._is_fitting = False

    @Slot(int, int, int)
    def _on_section_resized(self, column: int, _before: int, width: int) -> None:
        if not self._is_fitting and width > 0:
            self._dragged[column] = width
            self._fit_soon()

    def start_sorted(self, column: int, order: Qt.SortOrder) -> None:
        """Turn sorting on with this column as the first order."""
        self.horizontalHeader().setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def selected_records(self) -> list[Any]:
        """Return the selected records in the order of the table."""
        return [self._rows.record(i.row()) for i in sorted(self.selectionModel().selectedRows(), key=lambda i: i.row())]

    def select_key(self, key: object) -> bool:
        """Select the row of one record and bring it into view; False when it is not visible."""
        row = self._rows.row_of(key)
        if row is None:
            return False
        index = self._rows.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        return True

    def copy_selection(self) -> None:
        """Put the selected rows, with titles, on the clipboard as tab-separated text."""
        QGuiApplication.clipboard().setText(self.selection_as_tsv())

    def selection_as_tsv(self) -> str:
        """Return titles and selected rows of the visible columns, one line each."""
        header = self.horizontalHeader()
        columns = [header.logicalIndex(v) for v in range(header.count())]
        columns = [c for c in columns if not self.isColumnHidden(c)]
        model = self.model()
        titles = [model.headerData(c, Qt.Orientation.Horizontal) for c in columns]
        lines = [titles]
        for index in sorted(self.selectionModel().selectedRows(), key=lambda i: i.row()):
            lines.append([index.siblingAtColumn(c).data() for c in columns])
        return "\n".join("\t".join(_one_line(cell) for cell in line) for line in lines) + "\n"

    def column_menu(self, parent: QWidget) -> QMenu:
        """Return a menu that shows and hides columns; the last visible one cannot be hidden."""
        menu = QMenu(parent)
        menu.aboutToShow.connect(lambda: self._fill_column_menu(menu))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy on Ctrl+C, close on Escape."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_selection_changed(self) -> None:
        self.selection_changed.emit()

    @Slot(QPoint)
    def _on_header_menu(self, place: QPoint) -> None:
        menu = self.column_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    def _fill_column_menu(self, menu: QMenu) -> None:
        menu.clear()
        count = self.model().columnCount()
        visible = [c for c in range(count) if not self.isColumnHidden(c)]
        for column in range(count):
            action = QAction(str(self.model().headerData(column, Qt.Orientation.Horizontal)), menu)
            action.setCheckable(True)
            action.setChecked(column in visible)
            action.setEnabled(visible != [column])
            action.toggled.connect(lambda is_on, c=column: self.setColumnHidden(c, not is_on))
            menu.addAction(action)


def _one_line(cell: object) -> str:
    return " ".join(str("" if cell is None else cell).split())
