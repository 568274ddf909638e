"""PINs and badges without a database or a slow hash (ports Credentials and PinHasher)."""

from __future__ import annotations

from datetime import UTC, datetime

from attendance.core.credentials.pin import pause_after
from attendance.core.credentials.records import Badge, PinState, PinTry
from attendance.errors.people import BadgeTaken

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class PlainHasher:
    """Hashes nothing."""

    def hash(self, pin: str) -> str:
        return f"hash of {pin}"

    def matches(self, hashed: str, pin: str) -> bool:
        return hashed == self.hash(pin)


class InMemoryCredentials:
    """See the port."""

    def __init__(self) -> None:
        self.hashes: dict[int, str] = {}
        self.states: dict[int, PinState] = {}
        self.actions: list[str] = []
        self._badges: list[tuple[bytes, Badge]] = []

    def pin_state(self, person_id: int) -> PinState | None:
        return self.states.get(person_id)

    def set_pin(self, person_id: int, hashed: str, *, must_change: bool, action: str, actor: str | None = None) -> None:
        self.hashes[person_id] = hashed
        self.states[person_id] = PinState(must_change, NOW)
        self.actions.append(action)

    def remove_pin(self, person_id: int) -> bool:
        self.hashes.pop(person_id, None)
        return self.states.pop(person_id, None) is not None

    def take_try(self, person_id: int, now_utc: datetime) -> PinTry | None:
        state = self.states.get(person_id)
        if state is None:
            return None
        tries = state.failed_tries + 1
        until = now_utc + pause_after(tries) if pause_after(tries) else None
        self.states[person_id] = PinState(state.must_change, NOW, tries, until)
        return PinTry(self.hashes[person_id], state.must_change, tries, until)

    def end_try(self, person_id: int, *, is_right: bool, failed_tries: int) -> None:
        state = self.states[person_id]
        if is_right:
            self.states[person_id] = PinState(state.must_change, NOW)

    def add_badge(self, person_id: int, digest: bytes) -> Badge:
        if self.badge_by_digest(digest) is not None:
            raise BadgeTaken(badge=1)
        made = Badge(len(self._badges) + 1, person_id, NOW)
        self._badges.append((digest, made))
        return made

    def badges(self, person_id: int | None = None) -> list[Badge]:
        return [badge for _, badge in self._badges if person_id in {None, badge.person_id}]

    def badge_by_digest(self, digest: bytes) -> Badge | None:
        return next((badge for own, badge in self._badges if own == digest), None)

    def revoke_badges(self, person_id: int, badge_id: int | None = None) -> int:
        count = 0
        for place, (digest, badge) in enumerate(self._badges):
            if badge.person_id == person_id and badge.revoked_utc is None and badge_id in {None, badge.id}:
                self._badges[place] = (digest, Badge(badge.id, person_id, badge.made_utc, NOW))
                count += 1
        return count
