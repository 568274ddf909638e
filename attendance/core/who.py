"""Who did something: the account that the computer vouches for, and what was said beside it."""

from __future__ import annotations

from dataclasses import dataclass

KIOSK = "kiosk"
"""Actor of what people do at the door; only the program itself says so, never anybody's input."""


@dataclass(frozen=True, slots=True)
class Who:
    """One actor.

    Attributes:
        account: the computer's account, or ``KIOSK``; "" for what was written down before accounts were.
        remark: what was given as a name beside it; nobody checks it.
    """

    account: str
    remark: str = ""

    @property
    def shown(self) -> str:
        """The account with the remark in brackets; what was written down without an account is in quotation marks."""
        if not self.account:
            return f"“{self.remark}”" if self.remark else ""
        return f"{self.account} ({self.remark})" if self._has_remark else self.account

    @property
    def _has_remark(self) -> bool:
        return bool(self.remark) and _folded(self.remark) != _folded(self.account)

    def may_be(self, other: Who) -> bool:
        """Return whether two actors may be one person, which the two-person rule does not allow.

        Different accounts are different people. Behind one account only the remarks tell them apart, and only where
        both gave one: the program has no accounts of its own.
        """
        if self.account and other.account and _folded(self.account) != _folded(other.account):
            return False
        if self._has_remark and other._has_remark:
            return _folded(self.remark) == _folded(other.remark)
        return bool(self.account and other.account) or _folded(self._name) == _folded(other._name)

    @property
    def _name(self) -> str:
        return self.remark or self.account


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
