"""PINs under Argon2id (port PinHasher)."""

from __future__ import annotations

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

# The least that OWASP's password storage cheat sheet allows for Argon2id: 19 MiB, two passes, one lane. One hash takes
# some 60 ms on two slow cores.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1


class Argon2PinHasher:
    """Argon2id (RFC 9106) with a random salt in each hash. Safe from any thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, hash_len=32, salt_len=16, type=Type.ID
        )

    def hash(self, pin: str) -> str:
        """Return salt, parameters and hash in the PHC string format."""
        return self._hasher.hash(pin)

    def matches(self, hashed: str, pin: str) -> bool:
        """Return whether a hash is of this PIN; one that cannot be read is of none."""
        try:
            return self._hasher.verify(hashed, pin)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
