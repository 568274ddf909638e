"""One spelling for codes and names, however they were typed or imported."""

from __future__ import annotations

import unicodedata

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
