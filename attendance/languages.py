"""The languages of windows and reports. A further one is a line here, its catalogues and its words in reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        name: in itself, so that whoever needs it can read it.
        short_name: for a small button.
    """

    name: str
    short_name: str


ENGLISH = "en"
LANGUAGES = {ENGLISH: Language("English", "EN"), "zh_CN": Language("中文", "中文")}
"""By code, as Qt and the names of catalogues have it."""
