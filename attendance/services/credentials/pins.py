"""Sets PINs of people; the door looks at them in ``door_entry``."""

from __future__ import annotations

import secrets

from attendance.core.credentials.pin import TEMPORARY_DIGITS, checked_pin, is_trivial
from attendance.core.credentials.records import PinState
from attendance.core.ports.credentials import Credentials, PinHasher
from attendance.core.ports.people import Roster
from attendance.errors import Refusal
from attendance.errors.people import PinRefused


class PinService:
    """Sets, shows the state of, and takes away PINs. Safe from any thread; no call tells a PIN that was set before.

    Args:
        credentials: where they are kept.
        roster: whose they are.
        hasher: makes them unreadable.
    """

    def __init__(self, credentials: Credentials, roster: Roster, hasher: PinHasher) -> None:
        self._credentials = credentials
        self._roster = roster
        self._hasher = hasher

    def state(self, code: str) -> PinState | None:
        """Return what is known of a person's PIN, None without one.

        Raises:
            UnknownPerson: nobody has this code.
        """
        return self._credentials.pin_state(self._roster.get_by_code(code).id)

    def set_temporary(self, code: str, pin: str | None = None) -> str:
        """Give a person a PIN that the first use at the door replaces; ends a pause.

        Args:
            code: of the person.
            pin: the PIN, None for a random one.

        Returns:
            The PIN, which nobody can read again.

        Raises:
            UnknownPerson: nobody has this code.
            PinRefused: this is no PIN, or one that is easily guessed.
        """
        person = self._roster.get_by_code(code)
        chosen = _random_pin(person.code) if pin is None else checked(pin, person.code)
        is_new = self._credentials.pin_state(person.id) is None
        self._credentials.set_pin(
            person.id, self._hasher.hash(chosen), must_change=True, action="pin.set" if is_new else "pin.reset"
        )
        return chosen

    def remove(self, code: str) -> bool:
        """Take a person's PIN away; False when there was none.

        Raises:
            UnknownPerson: nobody has this code.
        """
        return self._credentials.remove_pin(self._roster.get_by_code(code).id)


def checked(pin: str, code: str) -> str:
    """Return a PIN that a person may have.

    Raises:
        PinRefused: this is no PIN, or one that is easily guessed.
    """
    try:
        return checked_pin(pin, code=code)
    except Refusal as err:
        raise PinRefused(reason=err.reason) from err


def _random_pin(code: str) -> str:
    while True:
        pin = f"{secrets.randbelow(10**TEMPORARY_DIGITS):0{TEMPORARY_DIGITS}}"
        if pin != code and not is_trivial(pin):
            return pin
