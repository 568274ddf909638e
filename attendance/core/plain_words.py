"""Numbers in English sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return number and noun: "1 template", "1,200 templates". For nouns with a plain s in the plural."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
