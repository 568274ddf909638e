"""The installed packs as a table model."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt

from attendance.core.types import LicenceUse
from attendance.ui import theme
from attendance.ui.admin.models.pack_row import PackRow
from attendance.ui.admin.models.words import calibration_text, part_text, purpose_text
from attendance.ui.admin.parts.recognizers.pack_words import use_text
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate

_USE_ICONS = {
    LicenceUse.ALLOWED: ("check", "ok"),
    LicenceUse.DATA_NOT_DOCUMENTED: ("info", "text_muted"),
    LicenceUse.RESEARCH_ONLY: ("warning", "warn"),
}


class ModelColumn(IntEnum):
    """Columns of the list."""

    NAME = 0
    PART = 1
    LICENCE = 2
    CALIBRATED = 3
    PURPOSE = 4


class PackModel(RecordModel[PackRow]):
    """Name, part, licence, calibration, and what the pack is for."""

    column_count = len(ModelColumn)

    def key(self, record: PackRow) -> str:
        """Return the identity of a record."""
        return record.name

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        return (
            translate("admin", "Model"),
            translate("admin", "State"),
            translate("admin", "Commercial use"),
            translate("admin", "Calibrated on"),
            translate("admin", "What it is"),
        )[column]

    def text(self, record: PackRow, column: int) -> str:
        """Return what a cell shows."""
        match ModelColumn(column):
            case ModelColumn.NAME:
                return record.name
            case ModelColumn.PART:
                return part_text(record.part)
            case ModelColumn.LICENCE:
                return use_text(record.use)
            case ModelColumn.CALIBRATED:
                return calibration_text(record.info)
            case ModelColumn.PURPOSE:
                return purpose_text(record.info)

    def sort_value(self, record: PackRow, column: int) -> Any:
        """Return what a column is sorted by."""
        return int(record.part) if column == ModelColumn.PART else self.text(record, column)

    def search_text(self, record: PackRow) -> str:
        """Return what a search box would look at."""
        return f"{record.name}\n{purpose_text(record.info)}"

    def extra(self, record: PackRow, column: int, role: int) -> Any:
        """Return icons and tool tips; a text that is cut stands whole in the tool tip."""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.text(record, column)
        if role == Qt.ItemDataRole.DecorationRole and column == ModelColumn.LICENCE:
            icon, token = _USE_ICONS[record.use]
            return theme.icon(icon, getattr(theme.tokens(), token))
        return None
