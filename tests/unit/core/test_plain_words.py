from __future__ import annotations

import pytest

from attendance.core.plain_words import counted, shorten


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 templates"), (1, "1 template"), (2, "2 templates"), (1200, "1,200 templates")]
)
def test_that_a_noun_agrees_with_its_number(number: int, text: str) -> None:
    assert counted(number, "template") == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 people"), (1, "1 person"), (2, "2 people")])
def test_that_a_noun_has_the_plural_it_is_given(number: int, text: str) -> None:
    assert counted(number, "person", "people") == text


@pytest.mark.parametrize(
    ("text", "short"),
    [("MIT", "MIT"), ("a\n b", "a b"), ("x" * 10, "x" * 10), ("x" * 11, "x" * 9 + "…"), ("12345678  abc", "12345678…")],
)
def test_that_a_long_text_is_cut_and_shows_it(text: str, short: str) -> None:
    assert shorten(text, 10) == short
