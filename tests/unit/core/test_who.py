from __future__ import annotations

import pytest

from attendance.core.who import Who


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        (Who("anna", "HR"), "anna (HR)"),
        (Who("anna", "Anna"), "anna"),
        (Who("anna"), "anna"),
        (Who("", "boss"), "“boss”"),  # of a version that asked for a name alone
        (Who(""), ""),
    ],
)
def test_that_the_account_comes_before_the_remark(who: Who, shown: str) -> None:
    assert who.shown == shown


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        (Who("anna"), Who("ANNA"), True),
        (Who("anna"), Who("bert"), False),
        (Who("anna", "HR"), Who("bert", "HR"), False),
        (Who("anna", "HR"), Who("anna", "hr "), True),
        (Who("anna", "HR"), Who("anna", "boss"), False),
        (Who("anna", "HR"), Who("anna"), True),
        (Who("anna", "HR"), Who("anna", "anna"), True),
        (Who("kiosk", "kiosk"), Who("anna"), False),
        (Who("", "HR"), Who("anna", "HR"), True),
        (Who("", "HR"), Who("anna", "boss"), False),
        (Who("", "anna"), Who("anna"), True),
    ],
)
def test_that_the_two_person_rule_takes_nobody_for_two(one: Who, other: Who, may_be: bool) -> None:
    assert one.may_be(other) is may_be
    assert other.may_be(one) is may_be
