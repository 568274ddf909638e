from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from attendance.core.types import FloatArray, ImageBgr
from attendance.data.database import Database
from attendance.data.encryption import Cipher
from attendance.data.roster_repository import SqlRoster
from attendance.data.settings_repository import SqlSettings
from attendance.errors import DiskFull, ModelError, StorageError
from attendance.services.model_switch import adopt_recognizer, switch_pack
from tests.fakes import MODEL_ID, FakePack, ScriptedFace, identity_vector, picture

NEW_ID = "new:ba9876543210"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "attendance.db")
    database.open()
    yield database
    database.close()


@pytest.fixture
def roster(database: Database) -> SqlRoster:
    return SqlRoster(database, Cipher(bytes(32)), keep_crops=lambda: True)


@pytest.fixture
def pack() -> FakePack:
    return FakePack(NEW_ID, pack_id="new")


def crop_of(identity: int) -> ImageBgr:
    face = ScriptedFace(identity, similarity=0.9)
    return FakePack().embedder.align(picture(face), face.landmarks_px)


def enrol(roster: SqlRoster, code: str, *identities: int, with_crop: bool = True) -> int:
    templates: list[tuple[FloatArray, ImageBgr | None]] = [
        (identity_vector(i), crop_of(i) if with_crop else None) for i in identities
    ]
    return roster.enrol(code=code, name=code, templates=templates, model_id=MODEL_ID).id


def test_that_every_kept_crop_is_embedded_by_the_new_pack(
    roster: SqlRoster, database: Database, pack: FakePack
) -> None:
    ids = [enrol(roster, f"p{n}", n, n + 1) for n in range(1, 21)]
    roster.update("p3", is_active=False)
    outcome = switch_pack(roster=roster, new_pack=pack)
    assert outcome.re_embedded == 40
    assert outcome.must_enrol_again == []
    embeddings, person_ids = roster.load_templates(NEW_ID, active_only=False)
    assert person_ids == [i for i in ids for _ in range(2)]
    np.testing.assert_array_equal(embeddings[2], identity_vector(2, similarity=0.9))
    assert roster.load_templates(MODEL_ID, active_only=False)[1] == []
    assert SqlSettings(database).get("active_pack", "") == "new"
    assert max(pack.embedder.batches) <= 32


def test_that_people_without_crops_stay_and_are_named(roster: SqlRoster, pack: FakePack) -> None:
    enrol(roster, "kept", 1)
    enrol(roster, "bare", 2, with_crop=False)
    outcome = switch_pack(roster=roster, new_pack=pack)
    assert [person.code for person in outcome.must_enrol_again] == ["bare"]
    assert roster.load_templates(NEW_ID, active_only=False)[1] == [roster.get_by_code("kept").id]


def test_that_an_update_with_another_recognizer_takes_everybody_along(roster: SqlRoster, pack: FakePack) -> None:
    person = enrol(roster, "ann", 1)
    assert roster.load_templates(NEW_ID)[1] == []
    outcome = adopt_recognizer(roster=roster, pack=pack)
    assert outcome is not None
    assert outcome.re_embedded == 1
    assert roster.load_templates(NEW_ID)[1] == [person]


def test_that_nothing_is_embedded_anew_when_everybody_is_known(roster: SqlRoster, pack: FakePack) -> None:
    enrol(roster, "ann", 1)
    adopt_recognizer(roster=roster, pack=pack)
    batches = list(pack.embedder.batches)
    token = roster.change_token()
    assert adopt_recognizer(roster=roster, pack=pack) is None
    assert pack.embedder.batches == batches
    assert roster.change_token() == token


def test_that_people_without_crops_cannot_be_taken_along(roster: SqlRoster, pack: FakePack) -> None:
    enrol(roster, "bare", 2, with_crop=False)
    assert adopt_recognizer(roster=roster, pack=pack) is None
    assert [person.code for person in roster.people_without_templates(NEW_ID)] == ["bare"]


def test_that_progress_reaches_the_number_of_crops(roster: SqlRoster, pack: FakePack) -> None:
    for n in range(1, 41):
        enrol(roster, f"p{n}", n)
    seen: list[tuple[int, int]] = []
    switch_pack(roster=roster, new_pack=pack, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(32, 40), (40, 40)]


def test_that_an_empty_roster_only_changes_the_pack(roster: SqlRoster, database: Database, pack: FakePack) -> None:
    assert switch_pack(roster=roster, new_pack=pack).re_embedded == 0
    assert SqlSettings(database).get("active_pack", "") == "new"


def untouched(roster: SqlRoster, database: Database) -> bool:
    return len(roster.load_templates(MODEL_ID)[1]) == 2 and SqlSettings(database).get("active_pack", "old") == "old"


def test_that_a_failing_recognizer_changes_nothing(
    roster: SqlRoster, database: Database, pack: FakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(roster, "a", 1, 2)

    def fail(_crops: object) -> FloatArray:
        raise ModelError(pack="new", reason="out of memory")

    monkeypatch.setattr(pack.embedder, "embed", fail)
    with pytest.raises(ModelError):
        switch_pack(roster=roster, new_pack=pack)
    assert untouched(roster, database)


def test_that_a_failing_database_changes_nothing(
    roster: SqlRoster, database: Database, pack: FakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(roster, "a", 1, 2)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise DiskFull(path="attendance.db")

    monkeypatch.setattr("attendance.data.roster_repository.put_setting", fail)  # after the old templates are deleted
    with pytest.raises(StorageError):
        switch_pack(roster=roster, new_pack=pack)
    assert untouched(roster, database)


def test_that_somebody_enrolled_meanwhile_is_not_forgotten(roster: SqlRoster, pack: FakePack) -> None:
    enrol(roster, "a", 1)
    late: list[int] = []

    def progress(_done: int, _total: int) -> None:
        if not late:
            late.append(enrol(roster, "late", 2))

    assert switch_pack(roster=roster, new_pack=pack, progress=progress).re_embedded == 2
    assert late[0] in roster.load_templates(NEW_ID)[1]


def test_that_a_roster_that_keeps_changing_ends_the_switch(
    roster: SqlRoster, database: Database, pack: FakePack
) -> None:
    enrol(roster, "a", 1, 2)

    def progress(_done: int, _total: int) -> None:
        roster.update("a")

    with pytest.raises(ModelError, match="close the other windows"):
        switch_pack(roster=roster, new_pack=pack, progress=progress)
    assert untouched(roster, database)
