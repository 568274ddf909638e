from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.types import Direction
from attendance.core.who import Who
from attendance.data import disputed_repository
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.disputed_repository import SqlDisputedCrops
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.errors.hours import CorrectionRefused
from attendance.errors.storage import DatabaseCorrupt, KeyUnavailable, StorageError
from tests.unit.data.conftest import KEY, MODEL, check_in, noise_crop

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def corrections(database: Database) -> SqlCorrections:
    return SqlCorrections(database)


def correction(name: str, **more: object) -> Correction:
    new = Correction(
        correction_id=name,
        kind=CorrectionKind.VOID,
        state=CorrectionState.REQUESTED,
        person_id=None,
        reason="why",
        requested_by="desk",
        requested_utc=START,
    )
    return replace(new, **more)  # type: ignore[arg-type]


def test_that_a_correction_comes_back_as_asked_for(
    corrections: SqlCorrections, roster: SqlRoster, log: SqlCheckInLog
) -> None:
    person = roster.enrol(code="a", name="Ann", templates=[], model_id=MODEL)
    log.append(check_in("e", person.id)).result()
    asked = correction(
        "c",
        kind=CorrectionKind.MOVE,
        person_id=person.id,
        event_id="e",
        at_utc=START + timedelta(microseconds=7),
        direction=Direction.BREAK_START,
    )
    assert corrections.request(asked) == asked
    leave = correction(
        "l",
        kind=CorrectionKind.LEAVE,
        state=CorrectionState.APPROVED,
        person_id=person.id,
        first_day=date(2026, 3, 4),
        last_day=date(2026, 3, 5),
        leave_kind="sick",
        leave_half=True,
        decided_by="desk",
        decided_utc=START,
    )
    assert corrections.request(leave) == corrections.by_id("l") == leave
    assert corrections.by_id("none") is None


def test_that_a_range_holds_what_was_or_is_in_it(corrections: SqlCorrections, log: SqlCheckInLog) -> None:
    for name, days in (("before", -1), ("in", 0), ("after", 1)):
        log.append(check_in(name, at_utc=START + days * DAY)).result()
    move, void = {"kind": CorrectionKind.MOVE, "direction": Direction.IN}, {"kind": CorrectionKind.VOID}
    for asked in (
        correction("moved out", event_id="in", at_utc=START + 5 * DAY, **move),
        correction("moved in", event_id="before", at_utc=START, **move),
        correction("of the moved one", event_id="before", **void),
        correction("elsewhere", event_id="after", **void),
        correction("added", kind=CorrectionKind.ADD, at_utc=START, direction=Direction.IN),
        correction("of the added one", event_id="correction:added", **void),
        correction("leave", kind=CorrectionKind.LEAVE, first_day=date(2026, 3, 1), last_day=date(2026, 3, 2)),
        correction("other leave", kind=CorrectionKind.LEAVE, first_day=date(2026, 3, 3), last_day=date(2026, 3, 3)),
    ):
        corrections.request(asked)
    found = corrections.for_range(START, START + DAY, first_day=date(2026, 3, 2), last_day=date(2026, 3, 2))
    assert [c.correction_id for c in found] == [
        "moved out",
        "moved in",
        "of the moved one",
        "added",
        "of the added one",
        "leave",
    ]


def test_that_a_rejected_correction_stays_so(corrections: SqlCorrections, log: SqlCheckInLog) -> None:
    log.append(check_in("e")).result()
    corrections.request(correction("c", event_id="e"))
    for state in (CorrectionState.APPROVED, CorrectionState.REJECTED):
        assert corrections.decide("c", state, who=Who("anna", "boss"), at_utc=START).state is state
        with pytest.raises(CorrectionRefused, match=f"{state.value} already"):
            corrections.decide("c", state, who=Who("anna", "boss"), at_utc=START)
    with pytest.raises(CorrectionRefused, match="rejected already"):
        corrections.decide("c", CorrectionState.APPROVED, who=Who("anna", "boss"), at_utc=START)
    with pytest.raises(CorrectionRefused, match="no correction"):
        corrections.decide("none", CorrectionState.APPROVED, who=Who("anna", "boss"), at_utc=START)
    with pytest.raises(ValueError, match="not a decision"):
        corrections.decide("c", CorrectionState.REQUESTED, who=Who("anna", "boss"), at_utc=START)


def test_that_what_is_unknown_or_taken_is_refused_and_nothing_is_kept(
    corrections: SqlCorrections, log: SqlCheckInLog
) -> None:
    log.append(check_in("e")).result()
    corrections.request(correction("c", event_id="e"))
    for asked in (
        correction("c", event_id="e"),
        correction("d", event_id="none"),
        correction("d", event_id="correction:c"),  # no event: it is a void
        correction("d", person_id=9),
        correction("d", new_person_id=9),
    ):
        with pytest.raises(CorrectionRefused):
            corrections.request(asked)
    with pytest.raises(ValueError, match="rejected"):
        corrections.request(correction("d", state=CorrectionState.REJECTED))
    assert [c.correction_id for c in corrections.all_open()] == ["c"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM correction",
        "UPDATE correction SET reason = 'other'",
        "UPDATE correction SET reason = '(erased)'",
        "UPDATE correction SET kind = 'void'",
        "UPDATE correction SET person_id = 2",
        "UPDATE correction SET person_id = NULL, requested_by = 'me'",
        "DELETE FROM correction_step",
        "UPDATE correction_step SET state = 'approved'",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET body = '{}'",
    ],
)
def test_that_the_database_itself_keeps_corrections(
    corrections: SqlCorrections, roster: SqlRoster, database: Database, statement: str
) -> None:
    for code in ("a", "b"):
        roster.enrol(code=code, name=code, templates=[], model_id=MODEL)
    asked = correction("c", kind=CorrectionKind.ADD, person_id=1, at_utc=START, direction=Direction.IN)
    corrections.request(asked)
    with pytest.raises(StorageError, match="never"):
        database.write(lambda session: session.execute(text(statement)))
    assert corrections.by_id("c") == asked


def test_that_a_damaged_correction_is_noticed(corrections: SqlCorrections, database: Database) -> None:
    corrections.request(
        correction("c", kind=CorrectionKind.LEAVE, first_day=date(2026, 3, 1), last_day=date(2026, 3, 2))
    )
    database.write(lambda session: session.execute(text("DROP TRIGGER correction_never_changed")))
    database.write(lambda session: session.execute(text("UPDATE correction SET first_day = '1'")))
    with pytest.raises(DatabaseCorrupt, match="correction"):
        corrections.by_id("c")


# --- disputed crops ----------------------------------------------------------------------------------


def test_that_disputed_crops_come_back_over_several_batches(
    database: Database, roster: SqlRoster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disputed_repository, "_BATCH", 2)
    person = roster.enrol(code="a", name="a", templates=[], model_id=MODEL)
    disputed = SqlDisputedCrops(database, Cipher(KEY))
    for number in range(5):
        disputed.add(person.id, noise_crop(number), similarity=0.4, at_utc=START, model_id=MODEL)
    found = list(disputed.iter())
    assert disputed.count() == len(found) == 5
    for number, crop in enumerate(found):
        np.testing.assert_array_equal(crop.crop_bgr, noise_crop(number))


def test_that_a_disputed_crop_opens_for_its_person_and_key_only(
    database: Database, roster: SqlRoster, open_database: Callable[..., Database]
) -> None:
    for code in ("a", "b"):
        roster.enrol(code=code, name=code, templates=[], model_id=MODEL)
    disputed = SqlDisputedCrops(database, Cipher(KEY))
    disputed.add(1, noise_crop(1), similarity=None, at_utc=START, model_id=MODEL)
    with pytest.raises(KeyUnavailable):
        list(SqlDisputedCrops(open_database(), Cipher(bytes(32))).iter())
    database.write(lambda session: session.execute(text("UPDATE disputed_crop SET person_id = 2")))
    with pytest.raises(DatabaseCorrupt):
        list(disputed.iter())
    with pytest.raises(CorrectionRefused):
        disputed.add(9, noise_crop(1), similarity=None, at_utc=START, model_id=MODEL)
