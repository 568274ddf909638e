"""A fixed threshold belongs to the recognizer it was set for."""

from __future__ import annotations

import pytest

from attendance.services.recognizers.fixed_threshold import (
    FIXED_THRESHOLD_SETTING,
    note_recognizer_of_threshold,
    recognizer_of_threshold,
)

OLD, NEW = "bundled:000000000000", "bundled:111111111111"
OLD_DIGITS, NEW_DIGITS = "000000000000", "111111111111"


class Settings(dict[str, str]):
    def get(self, key: str, default: str) -> str:  # type: ignore[override]
        return super().get(key, default)

    def set(self, key: str, value: str) -> None:
        self[key] = value


class Roster:
    """Knows by whose templates everybody is known."""

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id

    def unknown_to(self, model_id: str) -> list[str]:
        return [] if model_id == self.model_id else ["Ann"]

    def models_of(self, pack_id: str) -> list[str]:
        return [self.model_id] if self.model_id.startswith(f"{pack_id}:") else []


def owner(settings: Settings, roster: Roster, threshold: float, model_id: str) -> str:
    """Ask and note, as every start does."""
    found = looked_up(settings, roster, threshold, model_id)
    if threshold > 0:
        note_recognizer_of_threshold(threshold, found, settings)
    return found


def looked_up(settings: Settings, roster: Roster, threshold: float, model_id: str) -> str:
    return recognizer_of_threshold(threshold, model_id, settings=settings, recognizers=roster)  # type: ignore[arg-type]


def test_that_a_value_belongs_to_the_recognizer_in_use_and_stays_with_it() -> None:
    settings = Settings()
    assert owner(settings, Roster(OLD), 0.5, OLD) == OLD_DIGITS
    assert owner(settings, Roster(OLD), 0.5, NEW) == OLD_DIGITS
    assert owner(settings, Roster(NEW), 0.5, NEW) == OLD_DIGITS


def test_that_a_changed_value_is_one_for_the_recognizer_in_use() -> None:
    settings = Settings()
    assert owner(settings, Roster(OLD), 0.5, OLD) == OLD_DIGITS
    assert owner(settings, Roster(NEW), 0.55, NEW) == NEW_DIGITS


def test_that_a_value_from_before_an_update_belongs_to_the_recognizer_before_it() -> None:
    settings = Settings()
    assert owner(settings, Roster(OLD), 0.5, NEW) == OLD_DIGITS
    assert owner(settings, Roster(NEW), 0.5, NEW) == OLD_DIGITS  # also after the crops were embedded anew
    assert owner(settings, Roster(OLD), 0.5, "bundled-000000000000:000000000000") == OLD_DIGITS  # and if it is kept


def test_that_a_value_from_before_an_update_is_nobodys_where_another_pack_was_in_use() -> None:
    assert owner(Settings(), Roster("other:222222222222"), 0.5, NEW) == ""


def test_that_asking_alone_notes_nothing() -> None:
    settings = Settings()
    assert looked_up(settings, Roster(OLD), 0.5, NEW) == OLD_DIGITS
    assert settings == {}


def test_that_no_fixed_threshold_belongs_to_nobody() -> None:
    assert looked_up(Settings(), Roster(OLD), 0.0, OLD) == ""


@pytest.mark.parametrize("note", ["{", "7", '["x", "y"]', "[0.5]"])
def test_that_a_damaged_note_is_made_anew(note: str) -> None:
    settings = Settings({FIXED_THRESHOLD_SETTING: note})
    assert owner(settings, Roster(OLD), 0.5, OLD) == OLD_DIGITS
    assert owner(settings, Roster(NEW), 0.5, NEW) == OLD_DIGITS
