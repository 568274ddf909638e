"""Keys of the audit log and of the seals, each derived from the site's key for one purpose."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from attendance.data.keys.encryption import key_id_of

_KEY_BYTES = 32


class AuditKeys:
    """Derives the keys on first use and keeps them. Safe from any thread.

    Every property raises what giving the site's key raises, e.g. KeyUnavailable when it is gone.

    Args:
        site_key: gives the site's key, 32 bytes; asked only when a key is needed.
    """

    def __init__(self, site_key: Callable[[], bytes]) -> None:
        self._site_key = site_key
        self._derived: dict[bytes, bytes] = {}

    @property
    def key_id(self) -> str:
        """What names the site's key without giving it away."""
        return key_id_of(self._site_key())

    @property
    def head(self) -> bytes:
        """For the head file."""
        return self._of(b"attendance audit head 1")

    @property
    def entry(self) -> bytes:
        """For the seals of entries."""
        return self._of(b"attendance audit entry 1")

    @property
    def row(self) -> bytes:
        """For the digests of stored rows."""
        return self._of(b"attendance row seal 1")

    @property
    def state(self) -> bytes:
        """For what the tables hold together."""
        return self._of(b"attendance seal state 1")

    @property
    def kept_day(self) -> bytes:
        """For worked-out days that are kept."""
        return self._of(b"attendance kept day 1")

    @property
    def setting(self) -> bytes:
        """For values of settings that the log does not tell."""
        return self._of(b"attendance setting 1")

    def _of(self, purpose: bytes) -> bytes:
        # RFC 5869: the info string keeps this key apart from every other use of the site's key.
        found = self._derived.get(purpose)
        if found is None:
            found = HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(self._site_key())
            self._derived[purpose] = found
        return found
