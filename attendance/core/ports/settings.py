"""Settings of the site."""

from __future__ import annotations

from typing import Protocol

ACTIVE_PACK_SETTING = "active_pack"
PREVIOUS_PACK_SETTING = "previous_pack"
"""Pack that a rollback returns to; "" when there is none."""
CANDIDATE_PACK_SETTING = "candidate_pack"
"""Pack that is being prepared or runs in shadow mode; "" when there is none."""
CANDIDATE_MODEL_SETTING = "candidate_model"
"""Recognizer of the candidate for which every crop was embedded; "" until then."""
RULES_SETTING = "rules_in_force"
"""What the door decides by: pack, security, threshold, margin and votes as JSON; the storage writes an entry of the
audit log for a new value."""
KEEP_CROPS_SETTING = "keep_crops"
"""Whether aligned enrolment crops are kept, "1" or "0"; the audit log tells the value."""


class SettingsStore(Protocol):
    """Small values that belong to the site and live in the database (language, theme, active pack)."""

    def get(self, key: str, default: str) -> str:
        """Return the value of one key."""

    def set(self, key: str, value: str) -> None:
        """Store one value."""
