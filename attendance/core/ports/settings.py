"""Settings of the site."""

from __future__ import annotations

from typing import Protocol


class SettingsStore(Protocol):
    """Small values that belong to the site and live in the database (language, theme, active pack)."""

    def get(self, key: str, default: str) -> str:
        """Return the value of one key."""

    def set(self, key: str, value: str) -> None:
        """Store one value."""
