"""The table of every list: sorting, many rows selected, copy as TSV, columns shown and hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from attendance.ui.admin.record_model import RecordFilter
from attendance.ui.admin.stylesheet import ICON, ROW_HEIGHT


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
        self, widths_in_letters: Mapping[Any, int], stretch: int, hidden: Iterable[int] = (), icon_px: int = ICON
    ) -> None:
        """Set the first layout of the columns.

        Args:
            widths_in_letters: width of each column in average letters of the font.
            stretch: the column that takes what is left.
            hidden: columns that only the column menu shows.
            icon_px: edge of the pictures in the cells.
        """
        self.setIconSize(QSize(icon_px, icon_px))
        letter = self.fontMetrics().averageCharWidth()
        header = self.horizontalHeader()
        header.setMinimumSectionSize(letter * 10)
        for column, letters in widths_in_letters.items():
            header.resizeSection(column, letters * letter)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        for column in hidden:
            self.setColumnHidden(column, True)

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
