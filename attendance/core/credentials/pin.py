"""What a PIN may be, and how long nobody may try one after too many that were wrong."""

from __future__ import annotations

from datetime import timedelta

from attendance.errors import Reason, Refusal

SHORTEST, LONGEST = 4, 8
TEMPORARY_DIGITS = 6
FREE_TRIES = 5
"""Wrong PINs before the first pause."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""10,000 PINs of four digits then take more than a year, and whoever is kept out by somebody's joke an hour."""

_DIGITS = frozenset("0123456789")
_CIRCLE = "01234567890123456789"


def checked_pin(text: str, *, code: str = "") -> str:
    """Return a PIN that somebody may have.

    Args:
        text: what was typed.
        code: of the person, which a PIN must not be.

    Raises:
        Refusal: no PIN, or one that is guessed first.
    """
    pin = text.strip()
    # isdigit() takes digits of every script; a keypad has ten.
    if not _DIGITS.issuperset(pin) or not SHORTEST <= len(pin) <= LONGEST:
        raise Refusal(Reason("a PIN has {low} to {high} digits", low=SHORTEST, high=LONGEST))
    if pin == code or is_trivial(pin):
        raise Refusal(Reason("too easily guessed"))
    return pin


def is_trivial(pin: str) -> bool:
    """Return whether a PIN repeats a part of itself (0000, 1212, 123123) or counts up or down (1234, 9012, 4321)."""
    repeats = any(pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin) // 2 + 1))
    return repeats or pin in _CIRCLE or pin in _CIRCLE[::-1]


def pause_after(failed_tries: int) -> timedelta:
    """Return how long PINs of a person are refused after so many wrong ones in a row: it doubles with each."""
    beyond = failed_tries - FREE_TRIES
    if beyond < 0:
        return timedelta(0)
    # A power of two with a thousand digits is nothing to make for a pause that is capped.
    return LONGEST_PAUSE if beyond > 16 else min(LONGEST_PAUSE, FIRST_PAUSE * 2**beyond)
