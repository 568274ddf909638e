"""What the door decides by, told to the audit log when it changes."""

from __future__ import annotations

from attendance.core.audit import canonical_json
from attendance.core.ports.settings import RULES_SETTING, SettingsStore


def note_rules(settings: SettingsStore, **rules: str | float | int) -> None:
    """Keep the rules in force.

    Args:
        settings: of the site.
        rules: by name; what the audit log shows.

    Raises:
        StorageError: the database failed.
    """
    settings.set(RULES_SETTING, canonical_json(rules))
