from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.person_text import clean_text


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
