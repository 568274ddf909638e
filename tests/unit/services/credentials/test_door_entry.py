from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.core.check_in_method import CheckInMethod
from attendance.core.credentials.badge import badge_text
from attendance.core.credentials.pin import FREE_TRIES
from attendance.errors import Refusal
from attendance.services.credentials.door_entry import Claim, DoorEntry, EntryMode, Verdict
from tests.unit.services.credentials.conftest import Door

PIN = "1379"


def claimed(entry: DoorEntry, text: str) -> Claim:
    claim = entry.claim(text)
    assert claim is not None
    return claim


def answers(entry: DoorEntry, text: str, pin: str, times: int) -> list[Verdict]:
    return [entry.check_pin(claimed(entry, text), pin).verdict for _ in range(times)]


def test_that_code_and_pin_let_somebody_in(door: Door) -> None:
    ann = door.add("1007")
    door.pins.set_temporary("1007", PIN)
    entry = door.entry()
    claim = claimed(entry, " 1007 ")
    assert (claim.person, claim.may_pin, claim.may_face, claim.is_enough) == (ann, True, False, False)
    assert entry.check_pin(claim, PIN).verdict is Verdict.MUST_CHANGE
    entry.change_pin(claim, PIN, "2580")
    assert entry.check_pin(claim, PIN).verdict is Verdict.WRONG
    assert entry.check_pin(claim, "2580").verdict is Verdict.RIGHT
    assert entry.method_of(claim, with_pin=True) is CheckInMethod.PIN


@pytest.mark.parametrize(
    ("new", "words"), [(PIN, "same as before"), ("1234", "guessed"), ("12", "digits"), ("1007", "guessed")]
)
def test_that_a_temporary_pin_is_not_replaced_by_any_pin(door: Door, new: str, words: str) -> None:
    door.add("1007")
    door.pins.set_temporary("1007", PIN)
    entry = door.entry()
    with pytest.raises(Refusal, match=words):
        entry.change_pin(claimed(entry, "1007"), PIN, new)
    assert answers(entry, "1007", PIN, 1) == [Verdict.MUST_CHANGE]


def test_that_a_code_is_found_as_somebody_types_it_in_a_hurry(door: Door) -> None:
    ann = door.add("E-0042")
    assert claimed(door.entry(), "e-0042").person == ann
    assert claimed(door.entry(), "E-42").person is None


def test_that_a_code_that_nobody_has_is_answered_like_a_person_after_the_same_work(door: Door) -> None:
    door.add("known")
    door.pins.set_temporary("known", PIN)
    door.add("pinless")
    entry = door.entry()
    tries = FREE_TRIES + 2
    said: dict[str, list[Verdict]] = {}
    work: dict[str, int] = {}
    entry.check_pin(Claim(None, typed="warm"), PIN)  # makes the hash that is compared with once
    for code in ("known", "pinless", "nobody"):
        before = door.hasher.computed
        said[code] = answers(entry, code, "9713", tries)
        work[code] = door.hasher.computed - before
    assert said["known"] == [Verdict.WRONG] * (FREE_TRIES - 1) + [Verdict.BLOCKED] * 3
    assert said["nobody"] == said["pinless"] == said["known"]
    assert work == dict.fromkeys(said, FREE_TRIES)  # a pause costs no hash


def test_that_a_pause_refuses_the_right_pin_and_ends(door: Door) -> None:
    door.add("1007")
    door.pins.set_temporary("1007", PIN)
    entry = door.entry()
    answers(entry, "1007", "9713", FREE_TRIES)
    blocked = entry.check_pin(claimed(entry, "1007"), PIN)
    assert (blocked.verdict, blocked.wait) == (Verdict.BLOCKED, timedelta(minutes=1))
    again = door.entry()  # another start of the program
    assert answers(again, "1007", PIN, 1) == [Verdict.BLOCKED]
    door.clock.advance(60)
    assert answers(again, "1007", PIN, 1) == [Verdict.MUST_CHANGE]


def test_that_a_new_pin_from_the_office_ends_a_pause(door: Door) -> None:
    door.add("1007")
    door.pins.set_temporary("1007", PIN)
    entry = door.entry()
    answers(entry, "1007", "9713", FREE_TRIES)
    new = door.pins.set_temporary("1007")
    assert len(new) == 6
    assert answers(entry, "1007", new, 1) == [Verdict.MUST_CHANGE]


def test_that_an_inactive_person_is_nobody_at_the_door(door: Door) -> None:
    door.add("1007")
    door.pins.set_temporary("1007", PIN)
    badge = door.badge("1007")
    door.roster.update("1007", is_active=False)
    entry = door.entry()
    assert entry.claim(badge) is None
    assert answers(entry, "1007", PIN, 1) == [Verdict.WRONG]


def test_that_a_badge_alone_is_not_enough_unless_the_site_says_so(door: Door) -> None:
    ann = door.add("1007", has_face=True)
    badge = door.badge("1007")
    claim = claimed(door.entry(), badge)
    assert (claim.person, claim.is_enough, claim.may_pin, claim.may_face) == (ann, False, True, True)
    assert claimed(door.entry(badge_alone=True), badge).is_enough
    only_pin = claimed(door.entry(badge_face=False), badge)
    assert (only_pin.may_pin, only_pin.may_face) == (True, False)
    assert door.entry(badge_pin=False, badge_face=False).claim(badge) is None
    assert door.entry().method_of(claim, with_pin=True) is CheckInMethod.BADGE_PIN
    assert door.entry().method_of(claim, with_pin=False) is CheckInMethod.BADGE


def test_that_who_has_no_face_here_is_never_asked_for_one(door: Door) -> None:
    door.add("b")
    badge = door.badge("b")
    for mode in EntryMode:
        claim = claimed(door.entry(mode=mode), badge)
        assert (claim.may_pin, claim.may_face, claim.then_face) == (True, False, False)
        assert not claimed(door.entry(mode=mode), "b").then_face


def test_that_the_face_confirms_at_a_door_of_one_to_one(door: Door) -> None:
    door.add("a", has_face=True)
    entry = door.entry(mode=EntryMode.CONFIRM)
    by_badge = claimed(entry, door.badge("a"))
    assert (by_badge.may_pin, by_badge.may_face) == (False, True)
    by_code = claimed(entry, "a")
    assert (by_code.may_pin, by_code.then_face) == (True, True)


def test_that_a_door_of_pins_asks_for_no_face(door: Door) -> None:
    door.add("a", has_face=True)
    claim = claimed(door.entry(mode=EntryMode.PIN), door.badge("a"))
    assert (claim.may_pin, claim.may_face) == (True, False)


def test_that_a_foreign_revoked_or_replaced_badge_names_nobody(door: Door) -> None:
    door.add("a")
    first = door.badge("a")
    second = door.badge("a")
    entry = door.entry()
    assert entry.claim(badge_text(bytes(20))) is None
    assert entry.claim(first) is None  # the second one replaced it
    assert entry.claim(second) is not None
    door.badges.revoke("a")
    assert entry.claim(second) is None
    assert entry.claim("a", is_shown=True) is None  # a code is no badge


def test_that_an_earlier_badge_may_stay(door: Door) -> None:
    door.add("a")
    first = door.badge("a")
    door.badges.print(["a", "a"], Path("badges.pdf"), keep_old=True)
    assert len(door.printed) == 2  # one badge a person, however often the code is given
    assert door.entry().claim(first) is not None


def test_that_a_badge_that_could_not_be_printed_revokes_none(door: Door) -> None:
    door.add("a")
    first = door.badge("a")

    def broken(*_: object) -> None:
        raise OSError("no paper")

    door.badges._sheet = broken
    with pytest.raises(OSError, match="no paper"):
        door.badge("a")
    assert door.entry().claim(first) is not None


def test_that_the_number_of_a_card_names_its_owner(door: Door) -> None:
    ann = door.add("a")
    door.badges.register("a", "0012345678")
    claim = claimed(door.entry(), "0012345678")
    assert (claim.person, claim.is_badge) == (ann, True)


def test_that_a_look_alike_without_a_pin_can_be_asked_for_none(door: Door) -> None:
    ann = door.add("a", has_face=True)
    assert door.entry().look_alike(ann) is None
    door.pins.set_temporary("a", PIN)
    claim = door.entry().look_alike(ann)
    assert claim is not None
    assert claim.may_pin


def test_that_a_wrong_pin_is_answered_no_sooner_than_anybody_could_tell_from_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.add("1007")
    door.pins.set_temporary("1007", PIN)
    entry = door.entry(answer_after_s=60.0)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for code in ("1007", "nobody"):
        entry.check_pin(claimed(entry, code), "9713")
    assert entry.check_pin(claimed(entry, "1007"), PIN).verdict is Verdict.MUST_CHANGE  # the right one does not wait
    assert len(slept) == 2
    assert all(50.0 < waited <= 60.0 for waited in slept)
