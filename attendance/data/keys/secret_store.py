"""Secrets of the site, such as the password of a mail account: in the system keyring, else sealed in the database."""

from __future__ import annotations

import base64
import logging
import secrets

from attendance.core.ports.settings import SettingsStore
from attendance.data.keys.encryption import BrokenSeal, Cipher
from attendance.data.keys.key_store import KEYRING_SERVICE
from attendance.errors import Reason
from attendance.errors.storage import KeyUnavailable

_IN_KEYRING = "keyring:"
"""Followed by what the entry is called: several data folders of one user keep their secrets apart."""
_log = logging.getLogger(__name__)


class SecretStore:
    """Keeps short secrets under a name; never in the settings file, the log or the audit log.

    Args:
        settings: says where a secret is, and holds it when there is no keyring, sealed with the site's key.
        cipher: the site's key.
        use_keyring: False never asks the keyring.
    """

    def __init__(self, settings: SettingsStore, cipher: Cipher, *, use_keyring: bool) -> None:
        self._settings = settings
        self._cipher = cipher
        self._use_keyring = use_keyring

    def put(self, name: str, secret: str) -> str:
        """Keep a secret, or with "" forget it; returns where: "system keyring" or "database, sealed"."""
        key = _setting(name)
        before = self._settings.get(key, "")
        if before.startswith(_IN_KEYRING):
            _forget(before.removeprefix(_IN_KEYRING))
        if not secret:
            self._settings.set(key, "")
            return ""
        user = f"{name} {secrets.token_hex(4)}"
        if self._use_keyring and _write_keyring(user, secret):
            self._settings.set(key, _IN_KEYRING + user)
            return "system keyring"
        sealed = self._cipher.seal(secret.encode(), kind=f"secret {name}", person_id=0)
        self._settings.set(key, base64.b64encode(sealed).decode())
        return "database, sealed"

    def get(self, name: str) -> str:
        """Return a secret, "" when there is none.

        Raises:
            KeyUnavailable: it was kept, but the keyring or the site's key does not give it.
        """
        value = self._settings.get(_setting(name), "")
        if not value:
            return ""
        if value.startswith(_IN_KEYRING):
            secret = _read_keyring(value.removeprefix(_IN_KEYRING))
            if not secret:
                problem = Reason("it has no entry")
                raise KeyUnavailable(path=name, reason=Reason("the system keyring has none ({cause})", cause=problem))
            return secret
        try:
            return self._cipher.open(base64.b64decode(value), kind=f"secret {name}", person_id=0).decode()
        except (BrokenSeal, ValueError) as err:
            raise KeyUnavailable(path=name, reason=Reason("it was sealed with another key")) from err


def _setting(name: str) -> str:
    return f"secret_{name}"


def _write_keyring(user: str, secret: str) -> bool:
    import keyring  # noqa: PLC0415 - a dozen backends: only who needs it waits

    try:
        keyring.set_password(KEYRING_SERVICE, user, secret)
        return bool(keyring.get_password(KEYRING_SERVICE, user) == secret)
    except Exception as err:  # noqa: BLE001 - backends are plug-ins and raise whatever their service raises
        _log.info("system keyring not usable: %s", type(err).__name__)
        return False


def _read_keyring(user: str) -> str:
    import keyring  # noqa: PLC0415

    try:
        return keyring.get_password(KEYRING_SERVICE, user) or ""
    except Exception as err:  # noqa: BLE001 - see above
        _log.info("system keyring not usable: %s", type(err).__name__)
        return ""


def _forget(user: str) -> None:
    import keyring  # noqa: PLC0415

    try:
        keyring.delete_password(KEYRING_SERVICE, user)
    except Exception as err:  # noqa: BLE001 - see above
        _log.info("an old entry stays in the system keyring: %s", type(err).__name__)
