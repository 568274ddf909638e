from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from attendance.core.recognition.shadow import ShadowProbe, ShadowReport
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.recognizer_repository import SqlRecognizers
from attendance.data.roster.repository import SqlRoster
from attendance.data.shadow_repository import SqlShadowLog
from attendance.errors.storage import StorageError
from tests.unit.data.conftest import KEY, MODEL, unit_vector

NEW = "new:ba9876543210"
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def recognizers(database: Database) -> SqlRecognizers:
    recognizers = SqlRecognizers(database, Cipher(KEY), default_pack="pack")
    recognizers.set_candidate("new")
    recognizers.mark_prepared("new", NEW)
    return recognizers


@pytest.fixture
def shadow_log(database: Database, recognizers: SqlRecognizers) -> SqlShadowLog:
    return SqlShadowLog(database, max_probes=5)


@pytest.fixture
def people(roster: SqlRoster) -> tuple[int, int]:
    first, second = (
        roster.enrol(code=code, name=code.title(), templates=[(unit_vector(1), None)], model_id=MODEL)
        for code in ("ann", "bob")
    )
    return first.id, second.id


def rows(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text("SELECT count(*) FROM shadow_look")) or 0


def test_that_probes_are_summarised_with_names(shadow_log: SqlShadowLog, people: tuple[int, int]) -> None:
    ann, bob = people
    for old, new in ((ann, ann), (ann, bob), (bob, None), (None, None)):
        assert shadow_log.append(ShadowProbe(AT, MODEL, NEW, old, new, 0.5, 0.25))
    report = shadow_log.report(MODEL, NEW)
    assert (report.probes, report.same_person, report.other_person, report.only_old) == (4, 1, 1, 1)
    assert (report.mean_old, report.mean_new) == (0.5, 0.25)
    assert [(person.code, person.name) for person in report.people] == [("ann", "Ann"), ("bob", "Bob")]
    assert shadow_log.report(MODEL, "other:0") == ShadowReport()


def test_that_a_row_holds_no_picture_and_no_embedding(
    shadow_log: SqlShadowLog, database: Database, people: tuple[int, int]
) -> None:
    shadow_log.append(ShadowProbe(AT, MODEL, NEW, people[0], people[0], 0.5, 0.6))
    with database.read() as session:
        (row,) = session.execute(text("SELECT * FROM shadow_look")).mappings().all()
    columns = {"id", "at_utc", "old_model_id", "new_model_id", "old_person_id", "new_person_id"}
    assert set(row) == {*columns, "old_similarity", "new_similarity"}
    assert not any(isinstance(value, bytes) for value in row.values())


def test_that_only_the_newest_probes_are_kept(shadow_log: SqlShadowLog, people: tuple[int, int]) -> None:
    probe = ShadowProbe(AT, MODEL, NEW, people[0], people[0], 0.5, 0.6)
    for number in range(8):
        shadow_log.append(replace(probe, at_utc=AT + timedelta(seconds=number), new_similarity=number / 10))
    report = shadow_log.report(MODEL, NEW)
    assert report.probes == 5
    assert report.mean_new == pytest.approx((0.3 + 0.4 + 0.5 + 0.6 + 0.7) / 5)


@pytest.mark.parametrize("column", ["old", "new"])
def test_that_erasing_a_person_takes_the_probes_along(
    shadow_log: SqlShadowLog, roster: SqlRoster, database: Database, people: tuple[int, int], column: str
) -> None:
    ann, bob = people
    old, new = (ann, None) if column == "old" else (None, ann)
    probe = ShadowProbe(AT, MODEL, NEW, old, new, 0.5, 0.6)
    shadow_log.append(probe)
    shadow_log.append(ShadowProbe(AT, MODEL, NEW, bob, bob, 0.5, 0.6))
    roster.erase("ann")
    assert rows(database) == 1
    assert not shadow_log.append(probe)  # it was on its way
    assert rows(database) == 1


@pytest.mark.parametrize("end", ["discard", "promote"])
def test_that_probes_end_with_the_candidate(
    shadow_log: SqlShadowLog, recognizers: SqlRecognizers, database: Database, people: tuple[int, int], end: str
) -> None:
    probe = ShadowProbe(AT, MODEL, NEW, people[0], None, 0.5, 0.6)
    shadow_log.append(probe)
    if end == "discard":
        recognizers.discard()
    else:
        recognizers.promote("new", NEW, force=True)
    assert rows(database) == 0
    assert not shadow_log.append(probe)
    assert rows(database) == 0


def test_that_probes_of_a_recognizer_that_was_replaced_end_with_the_next_preparation(
    shadow_log: SqlShadowLog, recognizers: SqlRecognizers, database: Database, people: tuple[int, int]
) -> None:
    shadow_log.append(ShadowProbe(AT, MODEL, NEW, people[0], None, 0.5, 0.6))
    recognizers.mark_prepared("new", NEW)
    assert rows(database) == 1
    recognizers.mark_prepared("new", "new:111111111111")
    assert rows(database) == 0


def test_that_probes_against_a_recognizer_that_was_left_end_with_the_rollback(
    shadow_log: SqlShadowLog, recognizers: SqlRecognizers, database: Database, people: tuple[int, int]
) -> None:
    recognizers.promote("new", NEW, force=True)
    recognizers.set_candidate("third")
    recognizers.mark_prepared("third", "third:aaaaaaaaaaaa")
    shadow_log.append(ShadowProbe(AT, NEW, "third:aaaaaaaaaaaa", people[0], None, 0.5, 0.6))
    recognizers.rollback("pack")
    assert recognizers.choice().candidate == "third"
    assert rows(database) == 0


def test_that_a_number_that_is_no_cosine_is_refused(shadow_log: SqlShadowLog, people: tuple[int, int]) -> None:
    with pytest.raises(StorageError):
        shadow_log.append(ShadowProbe(AT, MODEL, NEW, people[0], None, 1.5, 0.0))
