"""The items of an import and what became of each, as a table model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QLocale, Qt

from attendance.errors import AttendanceError, Reason
from attendance.ui import theme
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.people.rejection import file_verdict
from attendance.ui.messages import error_text, joined
from attendance.ui.reasons import shown

Status = Literal["waiting", "running", "enrolled", "added", "unchanged", "failed", "cancelled"]


class ImportColumn(IntEnum):
    """Columns of the import table."""

    LABEL = 0
    NAME = 1
    CODE = 2
    PHOTOS = 3
    STATUS = 4
    TEXT = 5


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person of the folder or CSV.

    Attributes:
        number: running number within the import, from 0.
        label: where it stands: the CSV line or the sub-folder.
        error: why it failed or cannot be tried.
        rejected: photographs left out although the row succeeded.
        skipped: number of photographs that were enrolled before.
    """

    number: int
    label: str | Reason
    name: str
    code: str
    photos: int
    status: Status = "waiting"
    error: AttendanceError | None = None
    rejected: tuple[tuple[Path, AttendanceError], ...] = ()
    skipped: int = 0


_ICONS: dict[Status, tuple[str, str]] = {
    "waiting": ("clock", "text_muted"),
    "running": ("clock", "accent"),
    "enrolled": ("check", "ok"),
    "added": ("plus", "ok"),
    "unchanged": ("check", "text_muted"),
    "failed": ("warning", "bad"),
    "cancelled": ("close", "text_muted"),
}


class ImportModel(RecordModel[ImportRow]):
    """Rows in the order of the import until a title is clicked."""

    column_count = len(ImportColumn)
    number_columns = frozenset({ImportColumn.PHOTOS})

    def key(self, record: ImportRow) -> int:
        """Return the identity of a record."""
        return record.number

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        titles = (
            translate("admin", "Source"),
            translate("admin", "Name"),
            translate("admin", "Code"),
            translate("admin", "Photos"),
            translate("admin", "Result"),
            translate("admin", "Details"),
        )
        return titles[column]

    def text(self, record: ImportRow, column: int) -> str:
        """Return what a cell shows."""
        match ImportColumn(column):
            case ImportColumn.LABEL:
                return str(shown(record.label))
            case ImportColumn.NAME:
                return record.name
            case ImportColumn.CODE:
                return record.code
            case ImportColumn.PHOTOS:
                return QLocale().toString(record.photos)
            case ImportColumn.STATUS:
                return self.status_text(record.status)
            case ImportColumn.TEXT:
                return self.details(record)

    def sort_value(self, record: ImportRow, column: int) -> Any:
        """Return what a column is sorted by."""
        if column == ImportColumn.LABEL:
            return record.number
        return record.photos if column == ImportColumn.PHOTOS else self.text(record, column)

    def search_text(self, record: ImportRow) -> str:
        """Return what the search box looks at."""
        return f"{shown(record.label)}\n{record.name}\n{record.code}\n{self.details(record)}"

    def extra(self, record: ImportRow, column: int, role: int) -> Any:
        """Return icons, colours and tool tips."""
        if role == Qt.ItemDataRole.DecorationRole and column == ImportColumn.STATUS:
            name, token = _ICONS[record.status]
            return theme.icon(name, getattr(theme.tokens(), token))
        if role == Qt.ItemDataRole.ToolTipRole and column == ImportColumn.TEXT:
            return self.details(record)
        return None

    def details(self, record: ImportRow) -> str:
        """Return what is to be said about a row, in the window's language."""
        number = QLocale().toString
        if record.error is not None:
            return joined(*error_text(record.error))
        if record.status not in {"enrolled", "added", "unchanged"}:
            return ""
        used = record.photos - len(record.rejected) - record.skipped
        text = (
            translate("admin", "1 photo used")
            if used == 1
            else translate("admin", "{count} photos used").format(count=number(used))
        )
        if record.skipped:
            text = translate("admin", "{used}, {count} known before").format(used=text, count=number(record.skipped))
        if not record.rejected:
            return text
        reasons = "; ".join(f"{path.name}: {file_verdict(error)}" for path, error in record.rejected)
        return translate("admin", "{used}, {count} left out ({reasons})").format(
            used=text, count=number(len(record.rejected)), reasons=reasons
        )

    def status_text(self, status: Status) -> str:
        """Return a status in the window's language."""
        return {
            "waiting": translate("admin", "Waiting"),
            "running": translate("admin", "Working…"),
            "enrolled": translate("admin", "Enrolled"),
            "added": translate("admin", "Photos added"),
            "unchanged": translate("admin", "Nothing new"),
            "failed": translate("admin", "Failed"),
            "cancelled": translate("admin", "Not done"),
        }[status]
