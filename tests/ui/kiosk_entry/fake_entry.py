"""Codes, badges and PINs of three people, without hashes and without a disk."""

from __future__ import annotations

from datetime import timedelta

from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import Person
from attendance.errors import AttendanceError, Reason, Refusal
from attendance.services.credentials.door_entry import Claim, PinAnswer, Verdict

ANN, BOB = Person(1, "1007", "Ann Example"), Person(2, "2044", "Bob Sample")
PIN, TEMPORARY, NEW = "9713", "480213", "2580"
BADGE = "FA1" + "0" * 40


class FakeEntry:
    """Ann has a badge and the PIN 9713, Bob a temporary PIN (protocol Entry).

    Args:
        badge: what the badge of Ann asks for.
        then_face: a code asks for the face after the PIN.
    """

    def __init__(self, badge: Claim | None = None, *, then_face: bool = False) -> None:
        self.badge = badge or Claim(ANN, True, may_pin=True, may_face=True)
        self.then_face = then_face
        self.look_alike_has_pin = True
        self.wrong = 0
        self.changed: list[str] = []
        self.error: AttendanceError | None = None

    def claim(self, text: str, *, is_shown: bool = False) -> Claim | None:
        if self.error is not None:
            raise self.error
        if is_shown or text.startswith("FA1"):
            return self.badge if text == BADGE else None
        person = {one.code: one for one in (ANN, BOB)}.get(text)
        return Claim(person, typed=text, then_face=self.then_face and person is not None)

    def look_alike(self, person: Person) -> Claim | None:
        return Claim(person) if self.look_alike_has_pin else None

    def check_pin(self, claim: Claim, pin: str) -> PinAnswer:
        if claim.person == ANN and pin == PIN:
            return PinAnswer(Verdict.RIGHT)
        if claim.person == BOB and pin == TEMPORARY:
            return PinAnswer(Verdict.MUST_CHANGE)
        self.wrong += 1
        if self.wrong >= 5:
            return PinAnswer(Verdict.BLOCKED, timedelta(seconds=61))
        return PinAnswer(Verdict.WRONG)

    def change_pin(self, claim: Claim, old: str, new: str) -> None:
        if new == "1234":
            raise Refusal(Reason("too easily guessed"))
        self.changed.append(new)

    def method_of(self, claim: Claim, *, with_pin: bool) -> CheckInMethod:
        if claim.is_badge:
            return CheckInMethod.BADGE_PIN if with_pin else CheckInMethod.BADGE
        return CheckInMethod.PIN
