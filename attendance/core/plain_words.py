"""Numbers in English sentences, and sentences in columns."""

from __future__ import annotations


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return number and noun: "1 template", "1,200 templates".

    Args:
        number: how many.
        noun: of one.
        nouns: of several, where that is not the same with an s.
    """
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def shorten(text: str, most: int) -> str:
    """Return a text on one line of at most ``most`` characters; what is left out is shown by an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
