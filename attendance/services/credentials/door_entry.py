"""The other way in at the door: a code or badge names a person, a PIN or the face confirms it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from attendance.core.check_in_method import CheckInMethod
from attendance.core.credentials.badge import badge_digest, is_badge_text
from attendance.core.credentials.pin import checked_pin, pause_after
from attendance.core.person_text import code_key
from attendance.core.ports.clock import Clock
from attendance.core.ports.credentials import Credentials, PinHasher
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.errors import Reason, Refusal
from attendance.errors.people import AlmostKnownCode, UnknownPerson

ANSWER_AFTER_S = 0.3
"""A PIN that is not right is answered no sooner: longer than a hash and the two commits of a person's."""
_REMEMBERED = 1000
"""Codes that nobody has, with their tries; the oldest is forgotten first."""


class EntryMode(StrEnum):
    """Who is let in by what."""

    FACE = "face"
    """The face names the person (1:N); PIN and badge are there as well."""
    CONFIRM = "confirm"
    """Badge or PIN names the person, the face confirms it (1:1)."""
    PIN = "pin"
    """PIN and badge only; faces are not looked at."""


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What a door asks for.

    Attributes:
        mode: who is let in by what.
        badge_alone: a badge is enough. It can be photographed, so this is off unless the site says otherwise.
        badge_pin: a badge and the PIN are enough.
        badge_face: a badge and the face are enough.
    """

    mode: EntryMode = EntryMode.FACE
    badge_alone: bool = False
    badge_pin: bool = True
    badge_face: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody said who they are.

    Attributes:
        person: whom the badge or code names; None for a code that nobody has, which is asked for a PIN all the same.
        is_badge: a badge said it.
        typed: the code, for the tries of one that nobody has.
        is_enough: nothing more is asked.
        may_pin: the PIN confirms it.
        may_face: the face confirms it.
        then_face: after the PIN the face confirms it as well.
    """

    person: Person | None
    is_badge: bool = False
    typed: str = ""
    is_enough: bool = False
    may_pin: bool = True
    may_face: bool = False
    then_face: bool = False


class Verdict(StrEnum):
    """What became of a PIN."""

    RIGHT = "right"
    MUST_CHANGE = "must_change"
    """Right, and a temporary one: another one is chosen before anything is booked."""
    WRONG = "wrong"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """What became of a PIN.

    Attributes:
        wait: until the next try is taken, zero without a pause.
    """

    verdict: Verdict
    wait: timedelta = timedelta(0)


class DoorEntry:
    """Looks at codes, badges and PINs for one door. Safe from any thread; a PIN takes some 60 ms, so not the window's.

    A code that nobody has is answered like a wrong PIN, after the same work, and is paused like one, so that the door
    does not tell who works here. The pauses of such codes are forgotten when the program ends; those of people are not.

    Args:
        credentials: PINs and badges.
        roster: whose they are.
        hasher: compares PINs.
        clock: for the pauses.
        rules: of the door.
        knows_face: whether the recognizer in use knows a person (id), so that the face can confirm them.
        answer_after_s: see ``ANSWER_AFTER_S``.
    """

    def __init__(
        self,
        credentials: Credentials,
        roster: Roster,
        hasher: PinHasher,
        clock: Clock,
        rules: EntryRules,
        *,
        knows_face: Callable[[int], bool],
        answer_after_s: float = ANSWER_AFTER_S,
    ) -> None:
        self._credentials = credentials
        self._roster = roster
        self._hasher = hasher
        self._clock = clock
        self.rules = rules
        self._knows_face = knows_face
        self._answer_after_s = answer_after_s
        self._lock = threading.Lock()
        self._unknown: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash("nobody's PIN")

    # --- who -----------------------------------------------------------------------------------------

    def claim(self, text: str, *, is_shown: bool = False) -> Claim | None:
        """Return whom a typed code, a badge or the number of a card names; None for a badge that is not good here.

        Args:
            text: as it was typed or read.
            is_shown: the camera read it: a code of the company is no badge, whatever is printed on it.

        Raises:
            StorageError: the records cannot be read.
        """
        badge = self._credentials.badge_by_digest(badge_digest(text))
        if badge is not None or is_shown or is_badge_text(text):
            is_good = badge is not None and badge.revoked_utc is None
            person = self._roster.get(badge.person_id) if badge is not None and is_good else None
            return None if person is None or not person.is_active else self._badge_claim(person)
        person = self._person_of(text)
        then_face = self.rules.mode is EntryMode.CONFIRM and self._may_confirm(person)
        return Claim(person, typed=text, then_face=then_face)

    def look_alike(self, person: Person) -> Claim | None:
        """Return what is asked of somebody whom the face names and whose look-alike it could be; None without a PIN."""
        return Claim(person) if self._credentials.pin_state(person.id) is not None else None

    def _badge_claim(self, person: Person) -> Claim | None:
        rules = self.rules
        can_confirm = self._may_confirm(person)
        if rules.mode is EntryMode.CONFIRM:
            # Whoever has no face here confirms with the PIN.
            return Claim(person, True, may_pin=not can_confirm, may_face=can_confirm)
        may_face = can_confirm and rules.badge_face
        if not (rules.badge_alone or rules.badge_pin or may_face):
            return None
        return Claim(person, True, is_enough=rules.badge_alone, may_pin=rules.badge_pin, may_face=may_face)

    def _may_confirm(self, person: Person | None) -> bool:
        return self.rules.mode is not EntryMode.PIN and person is not None and self._knows_face(person.id)

    def _person_of(self, text: str) -> Person | None:
        try:
            person = self._roster.get_by_code(text)
        except AlmostKnownCode as err:
            almost = err.facts["other_code"]
            if not isinstance(almost, list) or len(almost) != 1:
                return None
            person = self._roster.get_by_code(almost[0])  # letter case, or zeros that a reader left out
        except UnknownPerson:
            return None
        return person if person.is_active else None

    # --- the PIN -------------------------------------------------------------------------------------

    def check_pin(self, claim: Claim, pin: str) -> PinAnswer:
        """Compare a PIN; a try counts before it is looked at.

        Raises:
            StorageError: the try cannot be counted, so the PIN is not looked at.
        """
        begun_s = time.monotonic()
        answer = self._look_at(claim, pin)
        if answer.verdict in {Verdict.WRONG, Verdict.BLOCKED}:
            time.sleep(max(0.0, begun_s + self._answer_after_s - time.monotonic()))
        return answer

    def _look_at(self, claim: Claim, pin: str) -> PinAnswer:
        now_utc = self._clock.now_utc()
        taken = None if claim.person is None else self._credentials.take_try(claim.person.id, now_utc)
        if claim.person is None or taken is None:
            return self._check_nobody(claim, pin, now_utc)
        if taken.hashed is None:
            return _blocked(taken.blocked_until_utc, now_utc)
        is_right = self._hasher.matches(taken.hashed, pin)
        self._credentials.end_try(claim.person.id, is_right=is_right, failed_tries=taken.failed_tries)
        if is_right:
            return PinAnswer(Verdict.MUST_CHANGE if taken.must_change else Verdict.RIGHT)
        return _wrong(taken.blocked_until_utc, now_utc)

    def change_pin(self, claim: Claim, old: str, new: str) -> None:
        """Replace a temporary PIN that was just right.

        Raises:
            Refusal: the new one cannot be taken: no PIN, easily guessed, or the old one.
            StorageError: it was not saved; the old one stays.
        """
        person = claim.person
        assert person is not None, "nobody has no PIN to change"
        pin = checked_pin(new, code=person.code)
        if pin == old:
            raise Refusal(Reason("the same as before"))
        self._credentials.set_pin(
            person.id, self._hasher.hash(pin), must_change=False, action="pin.changed", actor="kiosk"
        )

    def method_of(self, claim: Claim, *, with_pin: bool) -> CheckInMethod:
        """Return by what a person was known who is let in now without the face."""
        if claim.is_badge:
            return CheckInMethod.BADGE_PIN if with_pin else CheckInMethod.BADGE
        return CheckInMethod.PIN

    def _check_nobody(self, claim: Claim, pin: str, now_utc: datetime) -> PinAnswer:
        """Do and say what happens to a person with a PIN, for a code without."""
        key = f"#{claim.person.id}" if claim.person else code_key(claim.typed)
        with self._lock:
            tries, until = self._unknown.pop(key, (0, None))
            if until is not None and now_utc < until:
                self._unknown[key] = (tries, until)
                return _blocked(until, now_utc)
            pause = pause_after(tries + 1)
            until = now_utc + pause if pause else None
            self._unknown[key] = (tries + 1, until)
            while len(self._unknown) > _REMEMBERED:
                self._unknown.popitem(last=False)
        self._hasher.matches(self._nobodys_hash, pin)
        return _wrong(until, now_utc)


def _wrong(until: datetime | None, now_utc: datetime) -> PinAnswer:
    return PinAnswer(Verdict.WRONG) if until is None else _blocked(until, now_utc)


def _blocked(until: datetime | None, now_utc: datetime) -> PinAnswer:
    return PinAnswer(Verdict.BLOCKED, max(timedelta(0), (until or now_utc) - now_utc))
