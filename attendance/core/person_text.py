"""One spelling for codes and names, however they were typed or imported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from attendance.errors import Reason

# Marks that change nothing visible but make two equal names differ: byte-order mark and the bidirectional
# controls of Unicode UAX #9. Joiners (U+200C, U+200D) stay: Persian and emoji need them.
_INVISIBLE = dict.fromkeys([0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean_text(text: str) -> str:
    """Return a text as it is stored and compared.

    Composed (NFC), white space runs as one space, none at the ends, no control or direction characters, and
    undecodable file-name bytes (lone surrogates) as question marks, because no database or report can hold them.
    """
    printable = text.encode("utf-8", "replace").decode("utf-8").translate(_INVISIBLE)
    visible = "".join(c for c in printable if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join(unicodedata.normalize("NFC", visible).split())


def code_key(code: str) -> str:
    """Return what codes have in common that people or spreadsheets take for one another.

    Equal for spellings that differ only in letter case, full-width or otherwise compatible characters (NFKC), spaces,
    kinds of dashes, or, when the code is a number, in leading zeros and a trailing ".0". Never stored, never shown.
    """
    folded = unicodedata.normalize("NFKC", clean_text(code)).casefold()
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", "".join(folded.split()))
    number = re.fullmatch(r"0*([0-9]+?)(?:\.0+)?", plain)
    return number.group(1) if number else plain


class CodeBook:
    """Codes in use, and which of them are written almost like another.

    Args:
        codes: as ``clean_text`` makes them.
    """

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self._by_key: dict[str, list[str]] = {}
        for code in codes:
            self.add(code)

    def add(self, code: str) -> None:
        """Note a code; harmless when it is noted already."""
        spellings = self._by_key.setdefault(code_key(code), [])
        if code not in spellings:
            spellings.append(code)

    def almost(self, code: str) -> list[str]:
        """Return the codes in use that are almost this one, without itself."""
        return [other for other in self._by_key.get(code_key(code), ()) if other != code]

    def nobody(self, code: str) -> Reason:
        """Return the reason why a code that nobody has cannot be taken; names codes that are almost it."""
        almost = self.almost(code)
        if almost:
            return Reason("nobody has the code {code}; almost the same is {names}", code=code, names=almost)
        return Reason("nobody has the code {code}", code=code)
