"""What a badge carries: a random token, which names nobody to whoever reads it elsewhere.

A printed badge holds ``FA1`` and 40 hexadecimal digits, all of them letters and digits that a keyboard reader types
alike on keyboards with Y and Z exchanged. Badges that a company has already (a number that an RFID or barcode reader
types) are taken as they are.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from attendance.errors import Reason, Refusal

TOKEN_BYTES = 20
"""160 bits: nobody finds one by trying, so that a plain SHA-256 keeps them secret."""
PREFIX = "FA1"
LEAST_NUMBER = 6
"""Shorter numbers of cards could be somebody's code or PIN, and are tried in seconds."""
MOST_NUMBER = 64
_OWN = re.compile(rf"{PREFIX}[0-9A-F]{{{2 * TOKEN_BYTES}}}")
_DOMAIN = b"attendance badge\0"


def badge_text(token: bytes) -> str:
    """Return what is printed for a token of ``TOKEN_BYTES`` random bytes.

    Raises:
        ValueError: another length (a bug).
    """
    if len(token) != TOKEN_BYTES:
        raise ValueError(f"a token has {TOKEN_BYTES} bytes, not {len(token)}")
    return PREFIX + token.hex().upper()


def is_badge_text(text: str) -> bool:
    """Return whether a text has the form of a printed badge."""
    return _OWN.fullmatch(read_text(text)) is not None


def read_text(text: str) -> str:
    """Return what a reader read in the one way it is compared: no blanks, no full-width letters, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def badge_digest(text: str) -> bytes:
    """Return the 32 bytes that are stored of a badge's text."""
    return hashlib.sha256(_DOMAIN + read_text(text).encode()).digest()


def checked_number(text: str) -> str:
    """Return the number of a card that is to become a badge.

    Raises:
        Refusal: too short, too long, or with characters that no reader types.
    """
    number = read_text(text)
    if not LEAST_NUMBER <= len(number) <= MOST_NUMBER or not number.isprintable():
        raise Refusal(Reason("the number of a card has {low} to {high} characters", low=LEAST_NUMBER, high=MOST_NUMBER))
    return number
