"""Corrections of the check-in log: rows that say what is to be read differently. The events themselves never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from attendance.core.types import Direction, ImageBgr
from attendance.core.who import Who


class CorrectionKind(StrEnum):
    """What a correction does."""

    ADD = "add"
    """An event that no camera saw."""
    MOVE = "move"
    """Another instant or direction for an event."""
    VOID = "void"
    """An event that does not count."""
    REASSIGN = "reassign"
    """An event of somebody else ("that's not me"); ``person_id`` is whom it was booked for."""
    LEAVE = "leave"
    """Days of leave or absence with a reason, ``first_day`` to ``last_day``, both included."""


class CorrectionState(StrEnum):
    """Where a correction stands. Only APPROVED ones count for hours; PROVISIONAL ones count and are flagged."""

    REQUESTED = "requested"
    PROVISIONAL = "provisional"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction as it stands now.

    Attributes:
        correction_id: UUID4 text, unique.
        person_id: whose hours it changes; None after the person was erased.
        event_id: the check-in it is about: given for MOVE, VOID and REASSIGN, None for ADD and LEAVE.
        at_utc: aware UTC instant for ADD and MOVE, else None.
        direction: for ADD and MOVE; None keeps the direction of a moved event.
        first_day: business days of the site, for LEAVE.
        last_day: see above.
        leave_kind: "leave", "sick", "unpaid", "holiday" or the site's own word; "" for other kinds.
        leave_half: half days instead of whole ones.
        reason: why, in the words of who asked; never empty.
        requested_by: the name that whoever asked gave.
        requested_utc: aware UTC instant.
        decided_by: the name that whoever approved or rejected gave; "" while nobody has.
        decided_utc: likewise None.
        new_person_id: for REASSIGN: whose event it is, None when nobody knows.
        requested_account: who asked: the computer's account or ``who.KIOSK``; "" before accounts were written down.
        decided_account: likewise who decided.
    """

    correction_id: str
    kind: CorrectionKind
    state: CorrectionState
    person_id: int | None
    reason: str
    requested_by: str
    requested_utc: datetime
    event_id: str | None = None
    at_utc: datetime | None = None
    direction: Direction | None = None
    first_day: date | None = None
    last_day: date | None = None
    leave_kind: str = ""
    leave_half: bool = False
    new_person_id: int | None = None
    requested_account: str = ""
    decided_account: str = ""
    decided_by: str = ""
    decided_utc: datetime | None = None

    @property
    def asked(self) -> Who:
        """Who asked."""
        return Who(self.requested_account, self.requested_by)

    @property
    def decided(self) -> Who:
        """Who decided; nothing to show while nobody has."""
        return Who(self.decided_account, self.decided_by)


@dataclass(frozen=True, slots=True, eq=False)
class DisputedCrop:
    """A face of a check-in that somebody took back, kept with consent.

    Attributes:
        person_id: whom it was taken for.
        crop_bgr: (112, 112, 3) uint8 BGR.
        similarity: cosine of the wrong match, None when there was none.
        at_utc: aware UTC instant of the event.
        model_id: recognizer that was wrong.
        shown_person_id: who it really is, None when nobody knows.
    """

    person_id: int
    crop_bgr: ImageBgr
    similarity: float | None
    at_utc: datetime
    model_id: str
    shown_person_id: int | None = None
