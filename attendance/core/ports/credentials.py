"""PINs and badges."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attendance.core.credentials.records import Badge, PinState, PinTry


class PinHasher(Protocol):
    """Makes a PIN unreadable, slowly on purpose. Safe from any thread."""

    def hash(self, pin: str) -> str:
        """Return salt, parameters and hash as one text."""

    def matches(self, hashed: str, pin: str) -> bool:
        """Return whether a text was made from this PIN; takes the same time either way."""


class Credentials(Protocol):
    """PINs and badges of all people. Safe from any thread; writes return after the commit.

    Every method raises StorageError when the database cannot be used.
    """

    def pin_state(self, person_id: int) -> PinState | None:
        """Return what is known of a person's PIN, None without one."""

    def set_pin(self, person_id: int, hashed: str, *, must_change: bool, action: str, actor: str | None = None) -> None:
        """Store a person's PIN; tries and pause begin anew.

        Args:
            person_id: whose.
            hashed: see ``PinHasher``.
            must_change: whoever uses it next chooses another one.
            action: of the audit log: "pin.set", "pin.reset" or "pin.changed".
            actor: likewise, None for the account that runs the program.
        """

    def remove_pin(self, person_id: int) -> bool:
        """Take a person's PIN away; False when there was none."""

    def take_try(self, person_id: int, now_utc: datetime) -> PinTry | None:
        """Count one try and return what to compare it with; None without a PIN.

        Raises:
            DatabaseCorrupt: the stored PIN is damaged or was moved from another person.
        """

    def end_try(self, person_id: int, *, is_right: bool, failed_tries: int) -> None:
        """Clear the count after a right PIN; note in the audit log that a wrong one began a pause."""

    def add_badge(self, person_id: int, digest: bytes) -> Badge:
        """Store a badge.

        Raises:
            BadgeTaken: one with this digest is there already.
        """

    def badges(self, person_id: int | None = None) -> list[Badge]:
        """Return badges of one person or of everybody, oldest first, revoked ones included."""

    def badge_by_digest(self, digest: bytes) -> Badge | None:
        """Return the badge with this digest, also a revoked one."""

    def revoke_badges(self, person_id: int, badge_id: int | None = None) -> int:
        """Take back one badge of a person, or all; returns how many were good until now."""
