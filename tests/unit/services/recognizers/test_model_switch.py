from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.shadow import ShadowProbe
from attendance.core.types import FloatArray, ImageBgr
from attendance.data import recognizer_repository
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.recognizer_repository import SqlRecognizers
from attendance.data.roster.repository import SqlRoster
from attendance.data.settings_repository import SqlSettings
from attendance.data.shadow_repository import SqlShadowLog
from attendance.errors import Reason
from attendance.errors.models import ModelError, SwitchRefused
from attendance.errors.storage import DiskFull, StorageError
from attendance.services.recognizers.switch import SwitchOutcome, adopt_recognizer, prepare_candidate, switch_pack
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


@pytest.fixture
def recognizers(database: Database) -> SqlRecognizers:
    return SqlRecognizers(database, Cipher(bytes(32)), default_pack="fake")


@pytest.fixture
def switch(roster: SqlRoster, recognizers: SqlRecognizers, pack: FakePack) -> Callable[..., SwitchOutcome]:
    def run(progress: Callable[[int, int], None] | None = None) -> SwitchOutcome:
        return switch_pack(
            recognizers=recognizers,
            roster=roster,
            new_pack=pack,
            check=nothing,
            progress=progress,
        )

    return run


def nothing(_pack: VisionPack) -> tuple[Reason, ...]:
    return ()


def crop_of(identity: int) -> ImageBgr:
    face = ScriptedFace(identity, similarity=0.9)
    return FakePack().embedder.align(picture(face), face.landmarks_px)


def enrol(roster: SqlRoster, code: str, *identities: int, with_crop: bool = True) -> int:
    templates: list[tuple[FloatArray, ImageBgr | None]] = [
        (identity_vector(i), crop_of(i) if with_crop else None) for i in identities
    ]
    return roster.enrol(code=code, name=code, templates=templates, model_id=MODEL_ID).id


def test_that_every_kept_crop_is_embedded_by_the_new_pack(
    roster: SqlRoster, database: Database, pack: FakePack, switch: Callable[..., SwitchOutcome]
) -> None:
    ids = [enrol(roster, f"p{n}", n, n + 1) for n in range(1, 21)]
    roster.update("p3", is_active=False)
    outcome = switch()
    assert outcome.re_embedded == 40
    assert outcome.must_enrol_again == []
    embeddings, person_ids = roster.load_templates(NEW_ID, active_only=False)
    assert person_ids == [i for i in ids for _ in range(2)]
    np.testing.assert_array_equal(embeddings[2], identity_vector(2, similarity=0.9))
    assert len(roster.load_templates(MODEL_ID, active_only=False)[1]) == 40  # for a rollback
    assert {person.template_count for person in roster.list_people()} == {2}
    assert SqlSettings(database).get("active_pack", "") == "new"
    assert max(pack.embedder.batches) <= 32


def test_that_people_without_crops_stay_and_are_named(roster: SqlRoster, switch: Callable[..., SwitchOutcome]) -> None:
    enrol(roster, "kept", 1)
    enrol(roster, "bare", 2, with_crop=False)
    outcome = switch()
    assert [person.code for person in outcome.must_enrol_again] == ["bare"]
    assert roster.load_templates(NEW_ID, active_only=False)[1] == [roster.get_by_code("kept").id]


def test_that_an_update_with_another_recognizer_takes_everybody_along(
    roster: SqlRoster, recognizers: SqlRecognizers, pack: FakePack
) -> None:
    person = enrol(roster, "ann", 1)
    assert roster.load_templates(NEW_ID)[1] == []
    outcome = adopt_recognizer(recognizers=recognizers, roster=roster, pack=pack)
    assert outcome is not None
    assert outcome.re_embedded == 1
    assert roster.load_templates(NEW_ID)[1] == [person]


def test_that_nothing_is_embedded_anew_when_everybody_is_known(
    roster: SqlRoster, recognizers: SqlRecognizers, pack: FakePack
) -> None:
    enrol(roster, "ann", 1)
    adopt_recognizer(recognizers=recognizers, roster=roster, pack=pack)
    batches = list(pack.embedder.batches)
    token = roster.change_token()
    assert adopt_recognizer(recognizers=recognizers, roster=roster, pack=pack) is None
    assert pack.embedder.batches == batches
    assert roster.change_token() == token


def test_that_people_without_crops_cannot_be_taken_along(
    roster: SqlRoster, recognizers: SqlRecognizers, pack: FakePack
) -> None:
    enrol(roster, "bare", 2, with_crop=False)
    assert adopt_recognizer(recognizers=recognizers, roster=roster, pack=pack) is None
    assert [person.code for person in roster.people_without_templates(NEW_ID)] == ["bare"]


def test_that_progress_reaches_the_number_of_crops(roster: SqlRoster, switch: Callable[..., SwitchOutcome]) -> None:
    for n in range(1, 41):
        enrol(roster, f"p{n}", n)
    seen: list[tuple[int, int]] = []
    switch(lambda done, total: seen.append((done, total)))
    assert seen == [(32, 40), (40, 40)]


def test_that_an_empty_roster_only_changes_the_pack(database: Database, switch: Callable[..., SwitchOutcome]) -> None:
    assert switch().re_embedded == 0
    assert SqlSettings(database).get("active_pack", "") == "new"


def untouched(roster: SqlRoster, database: Database) -> bool:
    return len(roster.load_templates(MODEL_ID)[1]) == 2 and SqlSettings(database).get("active_pack", "old") == "old"


def test_that_a_failing_recognizer_changes_nothing(
    roster: SqlRoster,
    database: Database,
    pack: FakePack,
    switch: Callable[..., SwitchOutcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrol(roster, "a", 1, 2)

    def fail(_crops: object) -> FloatArray:
        raise ModelError(pack="new", reason=Reason("out of memory"))

    monkeypatch.setattr(pack.embedder, "embed", fail)
    with pytest.raises(ModelError):
        switch()
    assert untouched(roster, database)


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_that_a_disk_that_fills_up_at_any_write_changes_nothing(
    roster: SqlRoster,
    database: Database,
    switch: Callable[..., SwitchOutcome],
    monkeypatch: pytest.MonkeyPatch,
    nth: int,
) -> None:
    """Writes are: name the candidate, one batch of crops, the end of the preparation, the switch in three settings."""
    enrol(roster, "a", 1, 2)
    calls = 0
    put = recognizer_repository.put_setting  # type: ignore[attr-defined]

    def fail(session: Session, key: str, value: str) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise DiskFull(path="attendance.db")
        put(session, key, value)

    monkeypatch.setattr(recognizer_repository, "put_setting", fail)
    with pytest.raises(StorageError):
        switch()
    assert untouched(roster, database)
    monkeypatch.undo()
    assert switch().must_enrol_again == []  # goes on where it stopped
    assert SqlSettings(database).get("active_pack", "") == "new"


def test_that_somebody_enrolled_meanwhile_is_not_forgotten(
    roster: SqlRoster, switch: Callable[..., SwitchOutcome]
) -> None:
    enrol(roster, "a", 1)
    late: list[int] = []

    def progress(_done: int, _total: int) -> None:
        if not late:
            late.append(enrol(roster, "late", 2))

    assert switch(progress).re_embedded == 2
    assert late[0] in roster.load_templates(NEW_ID)[1]


def test_that_a_roster_that_keeps_growing_ends_the_switch(
    roster: SqlRoster, recognizers: SqlRecognizers, pack: FakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(roster, "a", 1, 2)
    promote = recognizers.promote

    def late(*args: str, **options: Any) -> bool:
        enrol(roster, f"late{recognizers.count_crops_without(MODEL_ID)}{len(roster.list_people())}", 3)
        return promote(*args, **options)

    monkeypatch.setattr(recognizers, "promote", late)
    with pytest.raises(SwitchRefused, match="close the other windows"):
        switch_pack(recognizers=recognizers, roster=roster, new_pack=pack, check=nothing)
    assert recognizers.choice().active == "fake"


def test_that_the_templates_of_three_recognizers_are_not_piled_up(
    roster: SqlRoster, recognizers: SqlRecognizers, switch: Callable[..., SwitchOutcome]
) -> None:
    enrol(roster, "a", 1, 2)
    enrol(roster, "bare", 3, with_crop=False)
    switch()
    third = FakePack("third:aaaaaaaaaaaa", pack_id="third")
    switch_pack(recognizers=recognizers, roster=roster, new_pack=third, check=nothing)
    kept = [len(roster.load_templates(model)[1]) for model in (MODEL_ID, NEW_ID, third.info.model_id)]
    assert kept == [1, 2, 2]  # what cannot be made again stays
    assert recognizers.choice().previous == "new"


def test_that_an_earlier_recognizer_of_the_same_pack_leaves_no_templates(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "a", 1)
    updated = FakePack("fake:bbbbbbbbbbbb", pack_id="fake")
    adopt_recognizer(recognizers=recognizers, roster=roster, pack=updated)
    assert [len(roster.load_templates(m)[1]) for m in (MODEL_ID, updated.info.model_id)] == [0, 1]


def test_that_the_pack_in_use_is_refused(recognizers: SqlRecognizers, roster: SqlRoster) -> None:
    with pytest.raises(SwitchRefused, match="fake is in use already"):
        switch_pack(recognizers=recognizers, roster=roster, new_pack=FakePack(), check=nothing)


def test_that_a_pack_that_would_harm_the_door_is_forgotten_unless_forced(
    roster: SqlRoster, recognizers: SqlRecognizers, database: Database, pack: FakePack
) -> None:
    enrol(roster, "p1", 1, 2)
    problem = Reason(
        "one face takes {ms} milliseconds on this computer, at most {most} are good for a door", ms="900", most="150"
    )

    def found(_pack: VisionPack) -> tuple[Reason, ...]:
        return (problem,)

    with pytest.raises(SwitchRefused, match="new would harm the door: one face takes 900"):
        switch_pack(recognizers=recognizers, roster=roster, new_pack=pack, check=found)
    assert recognizers.choice().active == "fake"
    assert recognizers.choice().candidate is None  # kiosks have nothing to compare
    assert not len(roster.load_templates(NEW_ID)[1])
    outcome = switch_pack(recognizers=recognizers, roster=roster, new_pack=pack, check=found, force=True)
    assert (recognizers.choice().active, outcome.overruled) == ("new", (problem,))
    with database.read() as session:
        body = session.connection().exec_driver_sql("SELECT body FROM audit_entry ORDER BY seq DESC").scalars().all()
    (entry,) = [json.loads(one) for one in body if "recognizer.promoted" in one]
    assert entry["subject"] == "new"
    assert entry["data"] == {"recognizer": NEW_ID, "before": "fake", "overruled": [str(problem)], "unknown": 0}


@pytest.mark.parametrize("refusal", ["harm", "broken"])
def test_that_a_comparison_at_the_door_outlives_a_refused_switch(
    roster: SqlRoster, recognizers: SqlRecognizers, database: Database, pack: FakePack, refusal: str
) -> None:
    person_id = enrol(roster, "p1", 1, 2)

    def found(_pack: VisionPack) -> tuple[Reason, ...]:
        if refusal == "broken":
            raise ModelError(pack="new", reason=Reason("it failed"))
        return (Reason("it gives nearly the same answer for everybody"),)

    with pytest.raises(ModelError):
        switch_pack(recognizers=recognizers, roster=roster, new_pack=pack, check=found)
    assert recognizers.choice().candidate is None

    prepare_candidate(recognizers, pack)
    shadow_log = SqlShadowLog(database)
    shadow_log.append(ShadowProbe(datetime(2026, 9, 1, tzinfo=UTC), MODEL_ID, NEW_ID, person_id, None, 0.6, 0.2))
    with pytest.raises(ModelError):
        switch_pack(recognizers=recognizers, roster=roster, new_pack=pack, check=found)
    assert recognizers.choice().candidate_model == NEW_ID
    assert len(roster.load_templates(NEW_ID)[1]) == 2
    assert shadow_log.report(MODEL_ID, NEW_ID).probes == 1
