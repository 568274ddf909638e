"""Check-ins that came in a file: which file, who brought it, who let it count, and what it claims."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from attendance.core.types import Direction
from attendance.core.who import Who

IMPORTED = "import"
"""Source and maker of every check-in that came in a file; what the file claims instead is kept apart."""


class ImportState(StrEnum):
    """Where the check-ins of a file stand."""

    REQUESTED = "requested"
    APPROVED = "approved"
    """Decided; whatever the program did not get to before it was ended goes into the log at its next start."""
    STORED = "stored"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One check-in as a file has it.

    Attributes:
        event_id: unique.
        person_id: None after the person was erased.
        at_utc: aware UTC instant.
        utc_offset_s: offset of the site's local time from UTC at that instant, in seconds.
        claimed_source: what the file says of door or camera; never shown as the site's.
        claimed_similarity: likewise of the match, None when it says nothing.
        claimed_made_by: likewise of who made it.
    """

    event_id: str
    person_id: int | None
    at_utc: datetime
    utc_offset_s: int
    direction: Direction
    claimed_source: str = ""
    claimed_similarity: float | None = None
    claimed_made_by: str = ""


@dataclass(frozen=True, slots=True)
class EventImport:
    """One file of check-ins as it stands now.

    Attributes:
        import_id: UUID4 text, unique.
        file_name: without its folder.
        sha256: of the whole file, 64 hexadecimal digits.
        state: see there.
        asked: who imported it.
        asked_utc: aware UTC instant.
        decided: who approved or rejected it, None while nobody has.
        decided_utc: likewise.
        events: number of its check-ins.
        people: of how many people.
        first_utc: of the earliest check-in, None without any.
        last_utc: of the latest one.
    """

    import_id: str
    file_name: str
    sha256: str
    state: ImportState
    asked: Who
    asked_utc: datetime
    decided: Who | None
    decided_utc: datetime | None
    events: int
    people: int
    first_utc: datetime | None
    last_utc: datetime | None


def made_event_id(key: bytes, *, source: str, at_utc: datetime, direction: Direction) -> str:
    """Return the id of a check-in to which the file gives none: the same in every import of the same row.

    It is a UUID (RFC 9562, version 8) of HMAC-SHA256, so that once the person's key is gone nobody can find out whose
    check-in it was by trying codes.

    Args:
        key: secret of the person, kept with the person.
        source: what the file claims.
        at_utc: aware UTC instant.
        direction: which way.
    """
    named = "|".join((source, at_utc.isoformat(timespec="microseconds"), direction.value))
    digest = bytearray(hmac.new(key, named.encode(), hashlib.sha256).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
