"""What the training process said, read back."""

from __future__ import annotations

import pytest

from attendance.errors import Reason
from attendance.services.training.events import CheckRow, read_row, row_data


@pytest.mark.parametrize("why", [None, Reason("the gain is too small: {gain}", gain="0.1%")])
def test_that_a_row_is_read_as_it_was_written(why: Reason | None) -> None:
    row = CheckRow(Reason("gain: {name}", name="TAR"), "0.90", "0.91", False, why)
    assert read_row(row_data(row)) == row


@pytest.mark.parametrize(("text", "why"), [("", None), ("no gain {at all}", Reason.quoted("no gain {at all}"))])
def test_that_the_texts_of_earlier_versions_are_still_read(text: str, why: Reason | None) -> None:
    old = {"check": "gain: TAR", "before": "0.90", "after": "0.91", "passed": True, "why": text}
    assert read_row(old) == CheckRow(Reason.quoted("gain: TAR"), "0.90", "0.91", True, why)
