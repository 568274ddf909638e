"""What a plan's text is read as, and what it is refused for."""

from __future__ import annotations

import pytest

from attendance.errors.hours import HoursRulesInvalid
from attendance.services.hours.plan import plan_tables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"holidays": {"2026-01-01": "\\ud800"}}', "half of a character"),
        ('{"\\udfff": 1}', "half of a character"),
        ("[[[", "Expected|Invalid|expected"),
    ],
)
def test_that_a_plan_that_cannot_be_stored_is_refused(text: str, words: str) -> None:
    with pytest.raises(HoursRulesInvalid, match=words):
        plan_tables(text)


def test_that_whole_characters_of_two_halves_are_taken() -> None:
    assert plan_tables('{"holidays": {"2026-01-01": "\\ud83c\\udf89"}}') == {"holidays": {"2026-01-01": "🎉"}}
