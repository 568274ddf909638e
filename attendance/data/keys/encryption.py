"""AES-256-GCM for templates and crops, each bound to its person and recognizer."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attendance.errors import Reason

KEY_BYTES = 32
_NONCE_BYTES = 12
"""96-bit random nonce, the size NIST SP 800-38D (section 8.2.2) asks for."""
_VERSION = 1
_KEY_ID_HEX = 16


class BrokenSeal(Exception):
    """A sealed value is damaged, belongs to another row, or was sealed with another key."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def key_id_of(key: bytes) -> str:
    """Return 16 hexadecimal digits that name a key without giving it away."""
    return hashlib.sha256(b"attendance key id\0" + key).hexdigest()[:_KEY_ID_HEX]


class Cipher:
    """Seals and opens values with one key. Safe from any thread.

    A sealed value is one version byte, the nonce, then ciphertext and tag. The associated data is
    ``kind|person id|model id|version``: a value copied to another person's row does not open.

    Args:
        key: 32 bytes.

    Raises:
        ValueError: the key has another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._aead = AESGCM(key)
        self._key_id = key_id_of(key)

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that name the key without giving it away."""
        return self._key_id

    def seal(self, plain: bytes, *, kind: str, person_id: int, model_id: str = "") -> bytes:
        """Encrypt one value.

        Args:
            plain: the value.
            kind: "template", "crop", "disputed" or "pin".
            person_id: whose value it is.
            model_id: recognizer of a template, "" for a crop.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, plain, _associated(kind, person_id, model_id))
        return bytes([_VERSION]) + nonce + sealed

    def open(self, sealed: bytes, *, kind: str, person_id: int, model_id: str = "") -> bytes:
        """Decrypt one value; the arguments are those of ``seal``.

        Raises:
            BrokenSeal: damaged, moved from another row, sealed with another key or by a newer program.
        """
        if len(sealed) <= _NONCE_BYTES or sealed[0] != _VERSION:
            raise BrokenSeal(Reason("a {what} has an unknown format", what=kind_word(kind)))
        try:
            return self._aead.decrypt(
                sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], _associated(kind, person_id, model_id)
            )
        except InvalidTag as err:
            reason = Reason(
                "a {what} of person {person} is damaged or belongs to another row",
                what=kind_word(kind),
                person=person_id,
            )
            raise BrokenSeal(reason) from err


def kind_word(kind: str) -> Reason:
    """Return what a kind of sealed value is called."""
    words = {
        "template": Reason("template"),
        "crop": Reason("crop"),
        "disputed": Reason("disputed crop"),
        "pin": Reason("PIN"),
    }
    return words.get(kind, Reason.quoted(kind))


def _associated(kind: str, person_id: int, model_id: str) -> bytes:
    return f"{kind}|{person_id}|{model_id}|{_VERSION}".encode()
