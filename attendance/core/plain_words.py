"""Numbers in English sentences."""

from __future__ import annotations


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return number and noun: "1 template", "1,200 templates".

    Args:
        number: how many.
        noun: of one.
        nouns: of several, where that is not the same with an s.
    """
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"
