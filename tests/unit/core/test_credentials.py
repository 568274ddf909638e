from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.core.credentials.badge import badge_digest, badge_text, checked_number, is_badge_text
from attendance.core.credentials.pin import (
    FIRST_PAUSE,
    FREE_TRIES,
    LONGEST_PAUSE,
    checked_pin,
    is_trivial,
    pause_after,
)
from attendance.errors import Refusal


@pytest.mark.parametrize("pin", ["1379", "90210", "481516", "20261129", " 4711 "])
def test_that_a_pin_of_four_to_eight_digits_is_taken(pin: str) -> None:
    assert checked_pin(pin) == pin.strip()


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１３７９", "13 79", "-137", "1379\n5"])
def test_that_anything_else_is_no_pin(pin: str) -> None:
    with pytest.raises(Refusal, match="4 to 8 digits"):
        checked_pin(pin)


@pytest.mark.parametrize(
    "pin", ["0000", "99999999", "1234", "0123", "23456789", "9012", "4321", "2109", "1212", "123123", "47474747"]
)
def test_that_a_pin_that_is_guessed_first_is_refused_with_a_sentence(pin: str) -> None:
    with pytest.raises(Refusal, match="easily guessed"):
        checked_pin(pin)


def test_that_few_of_all_pins_are_refused() -> None:
    refused = [pin for pin in map("{:04}".format, range(10_000)) if is_trivial(pin)]
    # 100 that repeat two digits, the ten with one digit among them, and ten that count up and ten that count down.
    assert len(refused) == 120


def test_that_the_code_of_a_person_is_no_pin_of_theirs() -> None:
    assert checked_pin("1007") == "1007"
    with pytest.raises(Refusal, match="easily guessed"):
        checked_pin("1007", code="1007")


def test_that_the_pause_begins_after_five_wrong_pins_and_doubles_up_to_an_hour() -> None:
    assert {pause_after(tries) for tries in range(FREE_TRIES)} == {timedelta(0)}
    assert [pause_after(FREE_TRIES + more) / FIRST_PAUSE for more in range(4)] == [1, 2, 4, 8]
    assert pause_after(FREE_TRIES + 6) == pause_after(10**9) == LONGEST_PAUSE


def test_that_a_badge_is_read_as_it_was_printed_however_a_reader_types_it() -> None:
    text = badge_text(bytes(range(20)))
    assert is_badge_text(text)
    assert badge_digest(f" {text.lower()}\n") == badge_digest(text)
    assert badge_digest(badge_text(bytes(20))) != badge_digest(text)
    assert not {"Y", "Z", "-", ":", "Q", "W"} & set(text)  # keys that lie elsewhere on other keyboards


@pytest.mark.parametrize("text", ["", "FA1", "https://example.com", "FA1" + "0" * 39, "FA2" + "0" * 40, "1007"])
def test_that_a_foreign_code_is_no_badge(text: str) -> None:
    assert not is_badge_text(text)


@pytest.mark.parametrize("number", ["12345", "1" * 65, "     7    "])
def test_that_the_number_of_a_card_is_neither_short_nor_endless(number: str) -> None:
    assert checked_number(" 00 1234 5678 ") == "0012345678"
    with pytest.raises(Refusal, match="characters"):
        checked_number(number)
