"""By what somebody was known at the door."""

from __future__ import annotations

from enum import StrEnum


class CheckInMethod(StrEnum):
    """What named a person and what confirmed it."""

    FACE = "face"
    PIN = "pin"
    """The person's code and PIN."""
    BADGE = "badge"
    BADGE_PIN = "badge+pin"
    BADGE_FACE = "badge+face"
    PIN_FACE = "pin+face"
    """Face and PIN: a door where the face confirms, or somebody with a look-alike."""

    @property
    def has_face(self) -> bool:
        """True when a recognizer took part."""
        return self in {CheckInMethod.FACE, CheckInMethod.BADGE_FACE, CheckInMethod.PIN_FACE}
