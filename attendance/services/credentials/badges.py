"""Makes and takes back badges."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from attendance.core.credentials.badge import TOKEN_BYTES, badge_digest, badge_text, checked_number
from attendance.core.credentials.records import Badge
from attendance.core.ports.credentials import Credentials
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.errors import Refusal
from attendance.errors.people import PinRefused


@dataclass(frozen=True, slots=True)
class NewBadge:
    """A badge before it is printed.

    Attributes:
        text: what its QR code holds; only a digest of it is kept.
    """

    person: Person
    text: str


PrintBadges = Callable[[Sequence[NewBadge], Path], object]
"""Writes a sheet of badges; raises ReportError."""


class BadgeService:
    """Prints, registers, lists and revokes badges. Safe from any thread.

    Args:
        credentials: where they are kept.
        roster: whose they are.
        sheet: writes the file.
    """

    def __init__(self, credentials: Credentials, roster: Roster, sheet: PrintBadges) -> None:
        self._credentials = credentials
        self._roster = roster
        self._sheet = sheet

    def print(self, codes: Sequence[str], path: Path, *, keep_old: bool = False) -> list[Person]:
        """Write new badges of people into one file; earlier badges of them are taken back.

        The file comes first: a badge that nobody could print revokes none.

        Args:
            codes: of the people.
            path: file to write.
            keep_old: earlier badges stay good.

        Raises:
            UnknownPerson: nobody has one of these codes; nothing was made.
            ReportError: the file cannot be written; nothing was made.
        """
        people = [self._roster.get_by_code(code) for code in dict.fromkeys(codes)]
        made = [NewBadge(person, badge_text(secrets.token_bytes(TOKEN_BYTES))) for person in people]
        self._sheet(made, path)
        for badge in made:
            if not keep_old:
                self._credentials.revoke_badges(badge.person.id)
            self._credentials.add_badge(badge.person.id, badge_digest(badge.text))
        return people

    def register(self, code: str, number: str) -> Badge:
        """Let a card that a reader types the number of be a badge, beside the person's others.

        Raises:
            UnknownPerson: nobody has this code.
            PinRefused: the number is too short or too long.
            BadgeTaken: the card is a badge already.
        """
        person = self._roster.get_by_code(code)
        try:
            digest = badge_digest(checked_number(number))
        except Refusal as err:
            raise PinRefused(reason=err.reason) from err
        return self._credentials.add_badge(person.id, digest)

    def of(self, code: str) -> list[Badge]:
        """Return a person's badges, oldest first, revoked ones included.

        Raises:
            UnknownPerson: nobody has this code.
        """
        return self._credentials.badges(self._roster.get_by_code(code).id)

    def all(self, code: str | None = None) -> list[tuple[Person, Badge]]:
        """Return badges of one person or of everybody, oldest first, revoked ones included.

        Raises:
            UnknownPerson: nobody has this code.
        """
        chosen = self._roster.list_people() if code is None else [self._roster.get_by_code(code)]
        people = {person.id: person for person in chosen}
        return [(people[one.person_id], one) for one in self._credentials.badges() if one.person_id in people]

    def people_without(self) -> list[Person]:
        """Return active people without a badge that is good, by name."""
        have = {badge.person_id for badge in self._credentials.badges() if badge.revoked_utc is None}
        return [person for person in self._roster.list_people(include_inactive=False) if person.id not in have]

    def revoke(self, code: str, badge_id: int | None = None) -> int:
        """Take back one badge of a person, or all; returns how many were good until now.

        Raises:
            UnknownPerson: nobody has this code.
        """
        return self._credentials.revoke_badges(self._roster.get_by_code(code).id, badge_id)
