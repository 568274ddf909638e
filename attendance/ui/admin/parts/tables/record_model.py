"""Table model over frozen records: locale-aware sorting, instant search, updates without flicker."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QCollator,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from attendance.ui.plain_tip import plain_tip

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")

_NOWHERE = QModelIndex()


class RecordModel(QAbstractTableModel, Generic[R]):
    """Rows of one record type. Subclasses say what a column shows; this class keeps order and selection.

    Sorting happens here and not in the proxy: a proxy would call back into Python for every comparison
    (about 140,000 times for 10,000 rows), this sorts once by ready-made collation keys.
    """

    column_count = 0
    number_columns: frozenset[int] = frozenset()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[R] = []
        self._places: dict[Hashable, int] = {}
        self._searchable: dict[Hashable, str] = {}
        self._sort_column = 0
        self._sort_order = Qt.SortOrder.AscendingOrder

    # --- what subclasses say -------------------------------------------------------------------------

    def key(self, record: R) -> Hashable:
        """Return the identity of a record, unique among the rows."""
        raise NotImplementedError

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        raise NotImplementedError

    def text(self, record: R, column: int) -> str:
        """Return what a cell shows."""
        raise NotImplementedError

    def sort_value(self, record: R, column: int) -> Any:
        """Return what a column is sorted by; a str is compared by the locale's collation."""
        return self.text(record, column)

    def search_text(self, record: R) -> str:
        """Return what the search box looks at."""
        raise NotImplementedError

    def extra(self, record: R, column: int, role: int) -> Any:
        """Return data of roles other than text and alignment; None where there is none."""
        return None

    # --- rows ----------------------------------------------------------------------------------------

    @property
    def records(self) -> Sequence[R]:
        """The rows in their present order."""
        return self._rows

    def record(self, row: int) -> R:
        """Return one row."""
        return self._rows[row]

    def row_of(self, key: Hashable) -> int | None:
        """Return where a record is, None when it is not there."""
        return self._places.get(key)

    def searchable(self, row: int) -> str:
        """Return the folded search text of one row."""
        record = self._rows[row]
        key = self.key(record)
        found = self._searchable.get(key)
        if found is None:
            found = self._searchable[key] = self.search_text(record).casefold()
        return found

    def set_rows(self, records: Iterable[R]) -> None:
        """Show these records; rows that stay keep selection and scroll position."""
        wanted = self._sorted(list(records))
        if wanted == self._rows:
            return
        fresh = {self.key(r): r for r in wanted}
        is_same_content = all(fresh.get(self.key(r), r) == r for r in self._rows)
        # A handful of changes is shown row by row; anything larger is quicker and calmer as one reset.
        if not self._rows or not is_same_content or len(fresh.keys() ^ self._places.keys()) > 500:
            self.beginResetModel()
            self._rows = wanted
            self._remember_places(forget_search=True)
            self.endResetModel()
            return
        for row in range(len(self._rows) - 1, -1, -1):
            if self.key(self._rows[row]) not in fresh:
                self._remove(row)
        known = {self.key(r) for r in self._rows}
        for row, record in enumerate(wanted):
            if self.key(record) not in known:
                self.beginInsertRows(_NOWHERE, row, row)
                self._rows.insert(row, record)
                self.endInsertRows()
        self._remember_places()

    def upsert(self, record: R) -> None:
        """Add a record, or show the new content of one that is there."""
        row = self._places.get(self.key(record))
        self._searchable.pop(self.key(record), None)
        if row is None:
            place = self._sorted([*self._rows, record]).index(record)
            self.beginInsertRows(_NOWHERE, place, place)
            self._rows.insert(place, record)
            self._remember_places()
            self.endInsertRows()
            return
        self._rows[row] = record
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.column_count - 1))

    def remove(self, key: Hashable) -> None:
        """Take one record out; nothing happens when it is not there."""
        row = self._places.get(key)
        if row is not None:
            self._remove(row)
            self._remember_places()

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(_NOWHERE, row, row)
        self._searchable.pop(self.key(self._rows[row]), None)
        del self._rows[row]
        self.endRemoveRows()

    def _remember_places(self, *, forget_search: bool = False) -> None:
        self._places = {self.key(r): row for row, r in enumerate(self._rows)}
        if forget_search:
            self._searchable.clear()

    def _sorted(self, records: list[R]) -> list[R]:
        column = self._sort_column
        collator = QCollator(QLocale())
        collator.setNumericMode(True)
        collator.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

        def order(record: R) -> tuple[Any, str]:
            value = self.sort_value(record, column)
            return (collator.sortKey(value) if isinstance(value, str) else value, str(self.key(record)))

        return sorted(records, key=order, reverse=self._sort_order == Qt.SortOrder.DescendingOrder)

    def retranslate(self) -> None:
        """Show titles and texts of the language that is now set, sorted by its collation."""
        self._searchable.clear()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.column_count - 1)
        self.sort(self._sort_column, self._sort_order)
        self.refresh()

    def refresh(self) -> None:
        """Paint every row anew: colours or times changed."""
        if self._rows:
            last = self.index(len(self._rows) - 1, self.column_count - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # --- Qt's side -----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else self.column_count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment or what the subclass adds."""
        if not index.isValid():
            return None
        record, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(record, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column in self.number_columns else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        found = self.extra(record, column, role)
        return plain_tip(found) if role == Qt.ItemDataRole.ToolTipRole and isinstance(found, str) else found

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.header(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self.number_columns else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by one column; selection and current row move along."""
        if column < 0:
            return
        self._sort_column, self._sort_order = column, order
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        keys = [self.key(self._rows[i.row()]) for i in before]
        self._rows = self._sorted(self._rows)
        self._remember_places()
        after = [self.index(self._places[k], i.column()) for k, i in zip(keys, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


class RecordFilter(QSortFilterProxyModel, Generic[R]):
    """Shows the rows whose search text holds every typed word, and that a condition lets through.

    ``invalidate`` and not ``invalidateFilter``: the latter is deprecated from Qt 6.11 and its successor needs Qt 6.10.
    """

    def __init__(self, model: RecordModel[R], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._words: tuple[str, ...] = ()
        self._condition: Callable[[R], bool] | None = None
        self.setSourceModel(model)

    def set_text(self, text: str) -> None:
        """Keep rows that hold every word of the text, in any order and case."""
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self.invalidate()

    def set_condition(self, condition: Callable[[R], bool] | None) -> None:
        """Keep rows for which the condition holds; None keeps all."""
        self._condition = condition
        self.invalidate()

    def record(self, row: int) -> R:
        """Return the record of one visible row."""
        return self._model.record(self.mapToSource(self.index(row, 0)).row())

    def row_of(self, key: Hashable) -> int | None:
        """Return the visible row of a record, None when it is hidden or absent."""
        row = self._model.row_of(key)
        if row is None:
            return None
        index = self.mapFromSource(self._model.index(row, 0))
        return index.row() if index.isValid() else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let the model sort; see RecordModel."""
        self._model.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Return whether condition and words let a row through."""
        if self._condition is not None and not self._condition(self._model.record(source_row)):
            return False
        if not self._words:
            return True
        text = self._model.searchable(source_row)
        return all(word in text for word in self._words)
