"""Tells the audit log what changed in the settings file since the program last ran."""

from __future__ import annotations

import dataclasses
import hmac
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attendance.config import Settings
from attendance.core.audit import canonical_json
from attendance.errors.storage import StorageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from attendance.data.audit.keys import AuditKeys
    from attendance.data.database import Database

CONFIG_SETTING = "_config_in_force"
"""Values of the settings file that differ from the defaults, as JSON by "section.key"."""

TOLD = frozenset(
    {
        *(f"attendance.{key}" for key in ("cool_down_min", "max_shift_h", "zone", "two_person_rule", "door_mode")),
        *(
            f"recognition.{key}"
            for key in ("min_eye_distance_px", "security", "threshold", "margin", "votes", "window")
        ),
        *(f"recognition.{key}" for key in ("max_attempts", "retry_after_s")),
        *(f"storage.{key}" for key in ("key_store", "keep_crops")),
        *(f"mail.{key}" for key in ("port", "security")),
        *(f"relay.{key}" for key in ("kind", "directions", "methods", "method")),
        *(f"entry.{key}" for key in ("mode", "badge_alone", "badge_pin", "badge_face", "look_alikes")),
    }
)
"""The log tells the values."""
HIDDEN = frozenset(
    {
        "camera.source",
        "kiosk.door",
        "webhook.ca_file",
        *(f"mail.{key}" for key in ("host", "user", "sender", "ca_file")),
        *(f"relay.{key}" for key in ("command", "device", "send_hex", "address", "body")),
    }
)
"""The log tells that the value changed: it may hold a password or name somebody."""
LEFT_OUT: Mapping[str, str] = {
    "camera.width_px": "how the picture is asked for",
    "camera.height_px": "how the picture is asked for",
    "camera.fps": "how the picture is asked for",
    "camera.backend": "how the picture is asked for",
    "recognition.provider": "speed",
    "recognition.threads": "speed",
    "kiosk.company": "looks",
    "kiosk.language": "looks",
    "kiosk.theme": "looks",
    "kiosk.welcome_s": "looks",
    "kiosk.voice": "whether the screen speaks",
    "entry.refusals": "when a panel opens",
    "webhook.timeout_s": "patience",
    "webhook.longest_wait_min": "patience",
    "mail.timeout_s": "patience",
    "relay.timeout_s": "patience",
    "relay.baud": "how the device is spoken to",
}
"""Not told, and why."""

_log = logging.getLogger(__name__)


def note_settings(database: Database, keys: AuditKeys, given: Settings) -> None:
    """Write an entry where the settings differ from those that were in force before; the first ones are only kept.

    Without the site's key nothing is written, and the next start with it tells.
    """
    try:
        now = _in_force(given, keys)
        with database.read() as session:
            before = _kept(session)
        if before != now:
            database.write(lambda session: _note(session, now))
    except StorageError as err:
        _log.warning("changed settings could not be told to the audit log: %s", err.log_text)


def _in_force(given: Settings, keys: AuditKeys) -> dict[str, object]:
    plain = Settings()
    found: dict[str, object] = {}
    for section in dataclasses.fields(Settings):
        own, default = getattr(given, section.name), getattr(plain, section.name)
        for one in dataclasses.fields(own):
            name, value = f"{section.name}.{one.name}", getattr(own, one.name)
            if value == getattr(default, one.name):
                continue
            if name in TOLD:
                found[name] = value
            elif name in HIDDEN:
                found[name] = hmac.digest(keys.setting, f"{name}={value}".encode(), "sha256").hex()[:32]
    return found


def _kept(session: Session) -> dict[str, object] | None:
    from attendance.data.settings_repository import read_setting

    text = read_setting(session, CONFIG_SETTING)
    try:
        return None if text is None else dict(json.loads(text))
    except (TypeError, ValueError):  # changed by hand: the check finds it
        return None


def _note(session: Session, now: Mapping[str, object]) -> None:
    from attendance.data.audit.entries import add_entry
    from attendance.data.settings_repository import put_setting

    before = _kept(session)
    put_setting(session, CONFIG_SETTING, canonical_json(dict(now)))
    if before is None:
        return
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    told = {name: [before.get(name), now.get(name)] for name in changed if name in TOLD}
    hidden = [name for name in changed if name not in TOLD]
    add_entry(session, action="config.changed", subject="config.toml", data={"changed": told, "hidden": hidden})
