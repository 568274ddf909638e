"""One installed pack and the part it plays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from attendance.core.licence import use_at
from attendance.core.types import LicenceUse, PackInfo
from attendance.services.recognizers.go_live import GoLiveState


class Part(IntEnum):
    """Which part a pack plays, in the order of a list."""

    IN_USE = 0
    COMPARED = 1
    PREPARED_IN_PART = 2
    BEFORE = 3
    INSTALLED = 4


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack as the page shows it.

    Attributes:
        use: what its licence allows now.
    """

    info: PackInfo
    part: Part
    use: LicenceUse

    @property
    def name(self) -> str:
        """Name of the pack, unique among the installed ones."""
        return self.info.pack_id


def row_of(info: PackInfo, state: GoLiveState | None, now_utc: datetime) -> PackRow:
    """Return a pack with its part.

    Args:
        info: the pack.
        state: which packs play which part, None while it is not known.
        now_utc: a licence may begin later or be over.
    """
    return PackRow(info, _part(info, state), use_at(info, now_utc))


def _part(info: PackInfo, state: GoLiveState | None) -> Part:
    if state is None:
        return Part.IN_USE if info.is_active else Part.INSTALLED
    if info.pack_id == state.active:
        return Part.IN_USE
    if info.pack_id == state.candidate:
        return Part.COMPARED if state.prepared else Part.PREPARED_IN_PART
    return Part.BEFORE if info.pack_id == state.previous else Part.INSTALLED
