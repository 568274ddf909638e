from __future__ import annotations

from typing import Any

import pytest

from attendance.core.recognition.thresholds import GallerySize
from attendance.errors.storage import DatabaseLocked
from attendance.services.door.gallery import GalleryKeeper
from tests.fakes import MODEL_ID, identity_vector
from tests.in_memory import InMemoryRoster


@pytest.fixture
def roster() -> InMemoryRoster:
    roster = InMemoryRoster()
    roster.add("Ada", 1, 2)
    return roster


def test_that_the_first_snapshot_is_there_at_once(roster: InMemoryRoster) -> None:
    keeper = GalleryKeeper(roster, MODEL_ID)

    assert keeper.current.size.templates == 2
    assert keeper.current.size.people == 1
    assert keeper.current.model_id == MODEL_ID


def test_that_templates_of_another_recognizer_stay_out(roster: InMemoryRoster) -> None:
    assert GalleryKeeper(roster, "other:000000000000").current.size == GallerySize(people=0, templates=0)


def test_that_an_unchanged_roster_is_not_loaded_again(roster: InMemoryRoster) -> None:
    keeper = GalleryKeeper(roster, MODEL_ID)
    before = keeper.current

    assert not keeper.reload_if_changed()

    assert keeper.current is before
    assert roster.loads == 1


def test_that_a_new_person_comes_in_a_new_snapshot_and_the_old_one_stays_as_it_was(roster: InMemoryRoster) -> None:
    keeper = GalleryKeeper(roster, MODEL_ID)
    before = keeper.current
    grace = roster.add("Grace", 3)

    assert keeper.reload_if_changed()

    assert before.size.templates == 2
    (match,) = keeper.current.search(identity_vector(3)[None])
    assert match.person_id == grace.id


def test_that_a_deactivated_person_is_no_longer_found(roster: InMemoryRoster) -> None:
    keeper = GalleryKeeper(roster, MODEL_ID)
    roster.update("ada", is_active=False)
    keeper.reload()

    assert keeper.current.size.templates == 0


def test_that_a_change_during_the_load_is_seen_at_the_next_look(
    roster: InMemoryRoster, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = roster.load_templates

    def load_while_somebody_enrols(model_id: str, **options: Any) -> object:
        rows = load(model_id, **options)
        monkeypatch.undo()
        roster.add("Grace", 3)
        return rows

    monkeypatch.setattr(roster, "load_templates", load_while_somebody_enrols)
    keeper = GalleryKeeper(roster, MODEL_ID)

    assert keeper.reload_if_changed()
    assert keeper.current.size.people == 2


def test_that_a_failed_reload_keeps_the_old_snapshot(roster: InMemoryRoster) -> None:
    keeper = GalleryKeeper(roster, MODEL_ID)
    before = keeper.current
    roster.failure = DatabaseLocked(path="attendance.db")

    with pytest.raises(DatabaseLocked):
        keeper.reload_if_changed()

    assert keeper.current is before
    roster.failure = None
    roster.add("Grace", 3)
    assert keeper.reload_if_changed()
