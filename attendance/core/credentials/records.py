"""PINs and badges as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PinState:
    """What is known of a person's PIN, never the PIN.

    Attributes:
        must_change: whoever uses it next chooses another one.
        set_utc: when it was set.
        failed_tries: wrong ones in a row.
        blocked_until_utc: until when none is taken, None without a pause.
    """

    must_change: bool
    set_utc: datetime
    failed_tries: int = 0
    blocked_until_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class PinTry:
    """One try that was counted before the PIN is looked at, so that pulling the plug saves none.

    Attributes:
        hashed: what the PIN is compared with, None while a pause lasts.
        must_change: see ``PinState``.
        failed_tries: this one included.
        blocked_until_utc: until when no other try is taken, None without a pause.
    """

    hashed: str | None
    must_change: bool
    failed_tries: int
    blocked_until_utc: datetime | None


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge.

    Attributes:
        made_utc: when it was printed or registered.
        revoked_utc: when it was taken back, None while it is good.
    """

    id: int
    person_id: int
    made_utc: datetime
    revoked_utc: datetime | None = None
