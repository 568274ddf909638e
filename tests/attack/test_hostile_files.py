"""Damaged and harmful files end in one sentence, within a time; no traceback, nothing half taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attack.hostile_files import (
    Found,
    attack_with_packs,
    attack_with_pictures,
    attack_with_texts,
    attack_without_end,
)


def nothing_is_wrong(found: Found, *, refused: int = 1) -> None:
    print(found)
    assert found.wrong is None
    assert found.trials == found.taken + found.refused
    assert found.refused >= refused


def test_that_damaged_pictures_are_read_or_refused(tmp_path: Path) -> None:
    nothing_is_wrong(attack_with_pictures(240, tmp_path))


def test_that_damaged_texts_are_read_or_refused(tmp_path: Path) -> None:
    nothing_is_wrong(attack_with_texts(400, tmp_path))


def test_that_damaged_packs_are_taken_whole_or_refused(tmp_path: Path) -> None:
    nothing_is_wrong(attack_with_packs(30, tmp_path))
    for models in tmp_path.glob("models-*"):
        assert [path.name for path in models.iterdir()] in ([], ["office"])


def test_that_what_would_never_end_is_ended(tmp_path: Path) -> None:
    found = attack_without_end(3, tmp_path)
    nothing_is_wrong(found, refused=3)
    assert found.taken == 0


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_that_thousands_of_hostile_files_do_no_harm(tmp_path: Path) -> None:
    for name, attack, trials in (
        ("pictures", attack_with_pictures, 3000),
        ("texts", attack_with_texts, 3000),
        ("packs", attack_with_packs, 300),
        ("without end", attack_without_end, 30),
    ):
        folder = tmp_path / name
        folder.mkdir()
        nothing_is_wrong(attack(trials, folder))
