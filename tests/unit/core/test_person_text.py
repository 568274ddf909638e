from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.person_text import CodeBook, clean_text, code_key


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Ann \t\r\n Lee\u00a0", "Ann Lee"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\ufeffAnn\x00\x1b", "Ann"),
        ("a\x00 \x00b", "a b"),
        ("abc\u202etxt", "abctxt"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # the joiner is part of the Persian word
        ("李　娜", "李 娜"),
        ("bad\udcff", "bad?"),
        (" ", ""),
    ],
)
def test_that_one_name_has_one_spelling(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=20))
def test_that_a_cleaned_text_stays_and_can_be_stored(raw: str) -> None:
    clean = clean_text(raw)
    assert clean_text(clean) == clean
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0042", "42"),
        ("42", "42.0"),
        ("e7", "E7"),
        ("Ｅ７", "E7"),
        ("４２", "42"),
        ("E 7", "E7"),
        ("A–1", "A-1"),
        ("Jose\u0301", "JOS\u00c9"),
        ("0", "000"),
    ],
)
def test_that_spellings_that_are_taken_for_one_another_are_almost_the_same(one: str, other: str) -> None:
    assert CodeBook([one]).almost(other) == [one]
    assert CodeBook([other]).almost(one) == [other]


@pytest.mark.parametrize(("one", "other"), [("42", "420"), ("E07", "E7"), ("1.5", "15"), ("A-1", "A1"), ("0", "")])
def test_that_other_codes_are_not(one: str, other: str) -> None:
    assert CodeBook([one]).almost(other) == []


def test_that_a_code_is_not_almost_itself_and_that_all_that_are_almost_it_are_named() -> None:
    book = CodeBook(["E7", "e7"])
    book.add("E7")

    assert book.almost("E7") == ["e7"]
    assert str(book.nobody("Ｅ7")) == "nobody has the code Ｅ7; almost the same is E7, e7"
    assert str(book.nobody("x")) == "nobody has the code x"


@given(st.text(max_size=8))
def test_that_every_text_is_a_code_or_not_without_an_error(text: str) -> None:
    assert CodeBook([text]).almost(text) == []
    assert code_key(code_key(text)) == code_key(code_key(code_key(text)))
