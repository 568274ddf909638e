from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.csv_cells import guard, unguard

RISKY = [
    "=1+1",
    "+1-800",
    "-3",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "  =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b\u200d =1",
    "'=1",
]


@pytest.mark.parametrize("text", RISKY)
def test_that_a_formula_is_guarded(text: str) -> None:
    assert guard(text) == "'" + text
    assert unguard("'" + text) == text


@pytest.mark.parametrize("text", ["", "Ann", "O'Neil", "'Ann'", "a=b", "00123", "1-2", "李"])
def test_that_other_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t ＝\ufeffab")) | st.text())
def test_that_guarding_is_undone_exactly(text: str) -> None:
    assert unguard(guard(text)) == text
