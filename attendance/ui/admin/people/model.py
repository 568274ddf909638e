"""The roster as a table model."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QLocale, QObject, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.avatar import Avatars
from attendance.ui.admin.parts.stylesheet import AVATAR
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate


class PeopleColumn(IntEnum):
    """Columns of the people table."""

    NAME = 0
    CODE = 1
    DEPARTMENT = 2
    TEMPLATES = 3
    STATUS = 4


class PeopleModel(RecordModel[Person]):
    """People with photo or initial, name, code, department, number of templates, and whether active."""

    column_count = len(PeopleColumn)
    number_columns = frozenset({PeopleColumn.TEMPLATES})

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._avatars = Avatars()

    def key(self, record: Person) -> int:
        """Return the identity of a record."""
        return record.id

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        titles = (
            translate("admin", "Name"),
            translate("admin", "Code"),
            translate("admin", "Department"),
            translate("admin", "Templates"),
            translate("admin", "Status"),
        )
        return titles[column]

    def text(self, record: Person, column: int) -> str:
        """Return what a cell shows."""
        match PeopleColumn(column):
            case PeopleColumn.NAME:
                return record.name
            case PeopleColumn.CODE:
                return record.code
            case PeopleColumn.DEPARTMENT:
                return record.department
            case PeopleColumn.TEMPLATES:
                return QLocale().toString(record.template_count)
            case PeopleColumn.STATUS:
                return self._status(record)

    def sort_value(self, record: Person, column: int) -> Any:
        """Return what a column is sorted by."""
        if column == PeopleColumn.TEMPLATES:
            return record.template_count
        if column == PeopleColumn.STATUS:
            return (not record.is_active, record.template_count > 0)
        return self.text(record, column)

    def search_text(self, record: Person) -> str:
        """Return what the search box looks at."""
        return f"{record.name}\n{record.code}\n{record.department}"

    def extra(self, record: Person, column: int, role: int) -> Any:
        """Return icons, colours and tool tips."""
        if role == Qt.ItemDataRole.DecorationRole and column == PeopleColumn.NAME:
            return _unchanged_when_selected(self.avatar(record))
        if role == Qt.ItemDataRole.ForegroundRole and not record.is_active:
            return QColor(theme.tokens().text_muted)
        if role == Qt.ItemDataRole.ToolTipRole and column in {PeopleColumn.NAME, PeopleColumn.DEPARTMENT}:
            return self.text(record, column)
        return None

    def avatar(self, person: Person, size_px: int = AVATAR) -> QPixmap:
        """Return the round photo of a person, or the initial where no photo is kept."""
        return self._avatars.pixmap(person.id, person.name, size_px)

    def set_photos(self, photos: dict[int, QImage]) -> None:
        """Add photos (square, by person id) and show them."""
        self._avatars.add(photos)
        for person_id in photos:
            row = self.row_of(person_id)
            if row is not None:
                cell = self.index(row, PeopleColumn.NAME)
                self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])

    def owner_of(self, code: str) -> Person | None:
        """Return who has a code, None when it is free."""
        return next((p for p in self.records if p.code == code), None)

    def departments(self) -> list[str]:
        """Return the departments in use, sorted."""
        return sorted({p.department for p in self.records if p.department})

    def _status(self, person: Person) -> str:
        if not person.is_active:
            return translate("admin", "Inactive")
        return translate("admin", "Active") if person.template_count else translate("admin", "No photos yet")


def _unchanged_when_selected(pixmap: QPixmap) -> QIcon:
    """Return a photo that a selected row does not tint."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
