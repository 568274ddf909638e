"""Erasing a person, and templates that somebody read, moved or damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.errors import Reason
from attendance.errors.storage import DatabaseCorrupt, KeyUnavailable, StorageError
from tests.unit.data.conftest import KEY, MODEL, check_in, enrol, noise_crop, unit_vector

# --- erasing -----------------------------------------------------------------------------------------


def test_that_erasing_removes_the_person_and_keeps_the_attendance(roster: SqlRoster, log: SqlCheckInLog) -> None:
    ann, bob = enrol(roster, "ann", 1, 2), enrol(roster, "bob", 3)
    for number, person in enumerate((ann, ann, ann, bob)):
        log.append(check_in(f"e{number}", person.id)).result()
    assert roster.erase("ann") == (2, 2, 3)
    assert roster.list_people() == [bob]
    assert roster.get(ann.id) is None
    assert roster.load_templates(MODEL, active_only=False)[1] == [bob.id]
    assert log.count() == 4
    assert log.last_for_person(ann.id) is None
    assert log.last_for_person(bob.id) is not None


def test_that_an_erased_id_is_never_given_again(roster: SqlRoster) -> None:
    ann = enrol(roster, "ann", 1)
    roster.erase("ann")
    assert enrol(roster, "ann", 1).id > ann.id


def test_that_nothing_of_an_erased_person_is_left_in_the_files(
    roster: SqlRoster, log: SqlCheckInLog, path: Path
) -> None:
    person = roster.enrol(code="code-Xq7", name="Zebulon Quandary", department="Dept-Vw9", templates=[], model_id=MODEL)
    enrol(roster, "other", *range(20))
    log.append(check_in("e", person.id)).result()
    path.with_name("attendance.db.before-0000").write_bytes(b"Zebulon Quandary")
    roster.update("code-Xq7", name="Zebulon Renamed")
    found = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Zebulon Quandary" in found  # else the test would prove nothing
    roster.erase("code-Xq7")
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for secret in (b"Zebulon", b"code-Xq7", b"Dept-Vw9"):
        assert secret not in left
    assert b"Other" in left


def test_that_templates_and_crops_are_never_stored_in_the_clear(roster: SqlRoster, path: Path) -> None:
    crop = noise_crop(1)
    crop[:] = 77  # compresses to a few known bytes
    vector = unit_vector(1)
    roster.enrol(code="a", name="Ann", templates=[(vector, crop)], model_id=MODEL)
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert vector.tobytes()[:16] not in stored
    assert crop.tobytes()[:64] not in stored
    assert b"\x78\x01" + b"\xed\xc1" not in stored  # zlib header at level 1


def test_that_an_erasure_holds_even_when_the_file_cannot_be_rewritten(
    roster: SqlRoster, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    enrol(roster, "ann", 1)

    def fail() -> None:
        raise StorageError(path="x", reason=Reason("no space"))

    monkeypatch.setattr(database, "compact", fail)
    assert roster.erase("ann") == (1, 1, 0)
    assert roster.list_people() == []
    assert "no space" in caplog.text


# --- keys and damage ---------------------------------------------------------------------------------


def test_that_another_key_is_recognised_before_anything_is_read_or_written(
    roster: SqlRoster, database: Database
) -> None:
    enrol(roster, "ann", 1)
    other = SqlRoster(database, Cipher(bytes(32)), keep_crops=lambda: True)
    for use in (
        lambda: other.load_templates(MODEL),
        lambda: next(other.iter_crops()),
        lambda: enrol(other, "bob", 2),
    ):
        with pytest.raises(KeyUnavailable, match=Cipher(KEY).key_id):
            use()
    assert len(roster.load_templates(MODEL)[1]) == 1
    assert len(roster.list_people()) == 1


def test_that_templates_swapped_between_people_are_noticed(roster: SqlRoster, database: Database) -> None:
    ann, bob = enrol(roster, "ann", 1), enrol(roster, "bob", 2)
    database.write(
        lambda session: session.execute(
            text("UPDATE template SET person_id = CASE person_id WHEN :a THEN :b ELSE :a END"),
            {"a": ann.id, "b": bob.id},
        )
    )
    with pytest.raises(DatabaseCorrupt):
        roster.load_templates(MODEL)


def test_that_a_crop_moved_to_another_person_is_noticed(roster: SqlRoster, database: Database) -> None:
    enrol(roster, "ann", 1)
    bob = enrol(roster, "bob", 2)
    database.write(lambda session: session.execute(text("UPDATE crop SET person_id = :b"), {"b": bob.id}))
    with pytest.raises(DatabaseCorrupt):
        list(roster.iter_crops())


def test_that_a_template_relabelled_to_another_recognizer_is_noticed(roster: SqlRoster, database: Database) -> None:
    enrol(roster, "ann", 1)
    database.write(lambda session: session.execute(text("UPDATE template SET model_id = 'other:0'")))
    with pytest.raises(DatabaseCorrupt):
        roster.load_templates("other:0")


@pytest.mark.parametrize("value", ["x''", "'text'", "7", "x'01'", "zeroblob(600)"])
def test_that_a_template_of_any_other_content_is_noticed(roster: SqlRoster, path: Path, value: str) -> None:
    enrol(roster, "ann", 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE template SET sealed = {value}")
        connection.commit()
    with pytest.raises(DatabaseCorrupt):
        roster.load_templates(MODEL)


@pytest.mark.parametrize("value", ["x''", "'text'", "7", "x'01'", "zeroblob(600)", "NULL"])
def test_that_whole_templates_are_loaded_beside_a_damaged_one(roster: SqlRoster, path: Path, value: str) -> None:
    people = [enrol(roster, code, number) for number, code in enumerate(("ann", "bob", "cyd"), 1)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE template SET sealed = coalesce({value}, 1) WHERE person_id = {people[1].id}")
        connection.commit()
    damaged: list[int] = []
    rows, ids = roster.load_templates(MODEL, on_damaged=damaged.append)
    assert (len(rows), ids) == (2, [people[0].id, people[2].id])
    assert damaged == [people[1].id]


def test_that_a_template_of_another_size_than_most_is_left_out(roster: SqlRoster, database: Database) -> None:
    people = [enrol(roster, code, number) for number, code in enumerate(("ann", "bob", "cyd"), 1)]
    sealed = Cipher(KEY).seal(bytes(40), kind="template", person_id=people[0].id, model_id=MODEL)
    database.write(
        lambda session: session.execute(
            text("UPDATE template SET sealed = :sealed WHERE person_id = :id"), {"sealed": sealed, "id": people[0].id}
        )
    )
    with pytest.raises(DatabaseCorrupt, match="different sizes"):
        roster.load_templates(MODEL)
    damaged: list[int] = []
    assert roster.load_templates(MODEL, on_damaged=damaged.append)[1] == [people[1].id, people[2].id]
    assert damaged == [people[0].id]
