"""A reason in a text column: the words of an error are chosen when they are shown, not when they are stored."""

from __future__ import annotations

import json

from attendance.errors import Reason

MAX_CHARACTERS = 1000
"""Length of the columns."""


def text_of_reason(reason: Reason) -> str:
    """Return the reason as JSON, or in English when a column is too short for that."""
    text = json.dumps(reason.as_data(), ensure_ascii=False)
    return text if len(text) <= MAX_CHARACTERS else str(reason)[:MAX_CHARACTERS]


def read_reason(text: str) -> Reason | None:
    """Return the reason of a column, None for ""; earlier versions kept English words, which are quoted."""
    if not text:
        return None
    try:
        return Reason.from_data(json.loads(text))
    except ValueError:
        return Reason.quoted(text)
