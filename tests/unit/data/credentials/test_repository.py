from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.core.check_in_method import CheckInMethod
from attendance.core.credentials.pin import FREE_TRIES
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.credentials.pin_hash import Argon2PinHasher
from attendance.data.credentials.repository import SqlCredentials
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.upgrade import prepare_file
from attendance.errors.people import BadgeTaken
from attendance.errors.storage import DatabaseCorrupt
from tests.unit.data.conftest import KEY, check_in

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HASH = "$argon2id$made-up"


@pytest.fixture
def store(database: Database) -> SqlCredentials:
    return SqlCredentials(database, Cipher(KEY))


@pytest.fixture
def ann(roster: SqlRoster) -> int:
    return roster.enrol(code="a", name="Ann", templates=[], model_id="").id


def entries(database: Database) -> list[str]:
    with database.read() as session:
        return [
            str(action)
            for (action,) in session.execute(
                text("SELECT json_extract(body, '$.action') FROM audit_entry ORDER BY seq")
            )
        ]


def fail(store: SqlCredentials, person_id: int, now_utc: datetime = NOW) -> None:
    taken = store.take_try(person_id, now_utc)
    assert taken is not None
    store.end_try(person_id, is_right=False, failed_tries=taken.failed_tries)


def test_that_a_hash_is_argon2id_with_at_least_19_mib_and_differs_each_time() -> None:
    hasher = Argon2PinHasher()
    hashed = hasher.hash("1379")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashed != hasher.hash("1379")
    assert hasher.matches(hashed, "1379")
    assert not hasher.matches(hashed, "1380")
    assert not hasher.matches("nonsense", "1379")


def test_that_the_hash_is_sealed_and_bound_to_its_person(
    database: Database, store: SqlCredentials, roster: SqlRoster, ann: int, path: Path
) -> None:
    bob = roster.enrol(code="b", name="Bob", templates=[], model_id="").id
    store.set_pin(ann, HASH, must_change=True, action="pin.set")
    taken = store.take_try(ann, NOW)
    assert taken is not None
    assert (taken.hashed, taken.must_change) == (HASH, True)
    database.write(lambda session: session.execute(text(f"UPDATE pin SET person_id = {bob}")))
    with pytest.raises(DatabaseCorrupt, match="PIN"):
        store.take_try(bob, NOW)
    database.close()
    assert b"argon2" not in path.read_bytes()


def test_that_five_wrong_pins_begin_a_pause_that_survives_a_restart_and_grows(
    store: SqlCredentials, ann: int, database: Database, open_database: Callable[..., Database]
) -> None:
    store.set_pin(ann, HASH, must_change=False, action="pin.set")
    for _ in range(FREE_TRIES):
        fail(store, ann)
    database.close()
    again = SqlCredentials(open_database(), Cipher(KEY))
    blocked = again.take_try(ann, NOW + timedelta(seconds=59))
    assert blocked is not None
    assert (blocked.hashed, blocked.blocked_until_utc) == (None, NOW + timedelta(minutes=1))
    fail(again, ann, NOW + timedelta(seconds=60))
    state = again.pin_state(ann)
    assert state is not None
    assert state.blocked_until_utc == NOW + timedelta(minutes=3)  # twice as long


def test_that_a_try_counts_before_the_pin_is_looked_at(store: SqlCredentials, ann: int) -> None:
    store.set_pin(ann, HASH, must_change=False, action="pin.set")
    for _ in range(FREE_TRIES):
        store.take_try(ann, NOW)  # the plug is pulled before the answer
    taken = store.take_try(ann, NOW)
    assert taken is not None
    assert taken.hashed is None


def test_that_a_right_pin_and_a_new_one_end_the_count(store: SqlCredentials, ann: int) -> None:
    store.set_pin(ann, HASH, must_change=False, action="pin.set")
    fail(store, ann)
    taken = store.take_try(ann, NOW)
    assert taken is not None
    store.end_try(ann, is_right=True, failed_tries=taken.failed_tries)
    state = store.pin_state(ann)
    assert state is not None
    assert state.failed_tries == 0
    for _ in range(FREE_TRIES):
        fail(store, ann)
    store.set_pin(ann, HASH, must_change=True, action="pin.reset")
    taken = store.take_try(ann, NOW)
    assert taken is not None
    assert taken.hashed == HASH


def test_that_a_clock_that_was_set_back_does_not_block_for_years(store: SqlCredentials, ann: int) -> None:
    store.set_pin(ann, HASH, must_change=False, action="pin.set")
    for _ in range(FREE_TRIES):
        fail(store, ann, NOW + timedelta(days=400))
    taken = store.take_try(ann, NOW)
    assert taken is not None
    assert taken.hashed == HASH


def test_that_a_badge_is_found_by_its_digest_until_it_is_revoked(store: SqlCredentials, ann: int) -> None:
    first, second = store.add_badge(ann, b"1" * 32), store.add_badge(ann, b"2" * 32)
    found = store.badge_by_digest(b"2" * 32)
    assert found == second
    assert store.badge_by_digest(b"3" * 32) is None
    with pytest.raises(BadgeTaken):
        store.add_badge(ann, b"1" * 32)
    assert store.revoke_badges(ann, second.id) == 1
    assert store.revoke_badges(ann, second.id) == 0
    assert [one.revoked_utc is None for one in store.badges(ann)] == [True, False]
    assert store.revoke_badges(ann) == 1
    assert [one.id for one in store.badges()] == [first.id, second.id]


def test_that_the_audit_log_tells_every_change_and_neither_pin_nor_token(
    store: SqlCredentials, ann: int, database: Database
) -> None:
    store.set_pin(ann, HASH, must_change=True, action="pin.set")
    store.set_pin(ann, HASH, must_change=False, action="pin.changed", actor="kiosk")
    for _ in range(FREE_TRIES):
        fail(store, ann)
    badge = store.add_badge(ann, b"1" * 32)
    store.revoke_badges(ann, badge.id)
    assert store.remove_pin(ann)
    assert not store.remove_pin(ann)
    assert entries(database)[2:] == [
        "pin.set", "pin.changed", "pin.blocked", "badge.made", "badge.revoked", "pin.removed",
    ]  # fmt: skip
    with database.read() as session:
        bodies = " ".join(session.execute(text("SELECT body FROM audit_entry")).scalars())
    assert "argon2" not in bodies
    assert "31313131" not in bodies


def test_that_erasing_a_person_takes_pin_and_badges_along(
    store: SqlCredentials, roster: SqlRoster, ann: int, database: Database, path: Path
) -> None:
    digest = bytes(range(100, 132))
    store.set_pin(ann, HASH, must_change=True, action="pin.set")
    store.add_badge(ann, digest)
    roster.erase("a")
    assert store.pin_state(ann) is None
    assert store.badge_by_digest(digest) is None
    database.close()
    assert digest not in path.read_bytes()


def test_that_the_log_keeps_by_what_somebody_was_known(log: SqlCheckInLog, ann: int) -> None:
    for number, method in enumerate([*CheckInMethod, None]):
        event = check_in(f"e{number}", ann)
        event = type(event)(**{**{name: getattr(event, name) for name in event.__slots__}, "method": method})
        assert log.append(event).result() == event
    ever = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [row.method for row in log.rows_between(*ever)] == [*CheckInMethod, None]
    assert [event.method for event, _ in log.between(*ever)] == [*CheckInMethod, None]


def test_that_check_ins_of_the_version_before_stay_and_say_nothing_of_their_method(path: Path) -> None:
    prepare_file(path, busy_timeout_ms=1000, revision="0004")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO check_in VALUES (1, 'e1', NULL, '2026-03-02 08:00:00.000000', 0, 'in', .5, .2, 'd', 'm', 'k')"
        )
        connection.commit()
    prepare_file(path, busy_timeout_ms=1000)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT event_id, method FROM check_in").fetchall() == [("e1", None)]
        for statement in ("UPDATE check_in SET method = 'face'", "UPDATE check_in SET direction = 'out'"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM pin").fetchone() == (0,)
