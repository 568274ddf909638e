"""Who has no key cannot add to the log, begin it anew or change what is stored; what was sealed stays checkable."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from attendance.core.audit import GENESIS, canonical_json, entry_body, entry_hash
from attendance.data.audit.adoption import Adoption
from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.settings_repository import SqlSettings
from attendance.data.upgrade import prepare_file
from attendance.errors import Reason
from attendance.errors.storage import KeyUnavailable
from tests.unit.data.audit.site import EVER, Site, tamper
from tests.unit.data.conftest import KEY, check_in


def rehash(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Write the chain anew, with fitting hashes and without the key; the old seals stay where they were."""
    with closing(sqlite3.connect(folder / "attendance.db", isolation_level=None)) as connection:
        macs = dict(connection.execute("SELECT seq, mac FROM audit_entry"))
        bodies = [body for (body,) in connection.execute("SELECT body FROM audit_entry ORDER BY seq")]
        tamper(folder, "DELETE FROM audit_entry")
        last = GENESIS
        for seq, text in enumerate(change(bodies), start=1):
            body = canonical_json({**json.loads(text), "seq": seq})
            before, last = last, entry_hash(last, body.encode())
            row = (seq, body, before, last, macs.get(seq))
            connection.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)", row)


def forged_entries(folder: Path, number: int) -> None:
    """Add check-ins with their entries, as the program does, but without the key."""
    with closing(sqlite3.connect(folder / "attendance.db", isolation_level=None)) as connection:
        for index in range(number):
            seq, last = connection.execute("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1").fetchone()
            values = ["2026-03-02 07:00:00.000000", 3600, "in", 0.9, 0.3, "Main entrance", "m", "kiosk"]
            digest = hashlib.sha256(canonical_json([f"f{index}", *values]).encode()).hexdigest()
            salt = connection.execute("SELECT salt FROM audit_salt WHERE person_id = 1").fetchone()[0]
            mark = hmac.digest(salt, f"f{index}".encode(), "sha256").hex()[:32]
            data = {"person": mark, "row": digest}
            body = entry_body(
                seq=seq + 1, at_utc=EVER[0], actor="kiosk", action="check_in", subject=f"f{index}", data=data
            )
            row = (seq + 1, body, last, entry_hash(last, body.encode()), b"\0" * 32)
            connection.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)", row)
            marks = ", ".join("?" * 10)
            connection.execute(
                "INSERT INTO check_in (event_id, person_id, at_utc, utc_offset_s, direction, similarity, margin, "
                f"source, model_id, made_by) VALUES ({marks})",
                (f"f{index}", 1, *values),
            )


def test_that_entries_added_without_the_key_are_found_and_never_adopted(folder: Path) -> None:
    before = (folder / "audit-head.json").read_bytes()
    forged_entries(folder, 20)
    for _ in range(2):
        with Site(folder) as site:
            check = site.audit.verify()
            assert check.finding is not None
            assert (check.finding.seq, check.entries) == (13, 12)
            assert "not sealed by this site" in str(check.finding.what)
            site.log.append(check_in("later")).result()  # the door goes on working, and hides nothing
        assert (folder / "audit-head.json").read_bytes() == before


@pytest.mark.parametrize("with_state", [False, True])
def test_that_a_log_made_anew_beside_no_head_is_no_beginning(folder: Path, with_state: bool) -> None:
    tamper(folder, "DELETE FROM check_in", "DELETE FROM setting WHERE key = '_audit_head'")
    rehash(folder, lambda bodies: bodies[:4])
    if with_state:
        tamper(folder, "DELETE FROM seal_state", "DELETE FROM row_seal")
    (folder / "audit-head.json").unlink()
    with Site(folder) as site:
        assert site.finding(deep=False) is not None
        site.log.append(check_in("later")).result()
    with Site(folder) as site:
        assert site.finding(deep=False) is not None
    assert not (folder / "audit-head.json").exists()


def test_that_an_emptied_log_is_not_whole(folder: Path) -> None:
    tamper(folder, "DELETE FROM check_in", "DELETE FROM audit_entry", "DELETE FROM seal_state")
    (folder / "audit-head.json").unlink()
    with Site(folder) as site:
        finding = site.finding(deep=False)
    assert finding is not None
    assert "is missing" in str(finding.what)


def test_that_the_seals_of_another_folder_of_the_same_key_do_not_fit(folder: Path, tmp_path: Path) -> None:
    with Site(tmp_path / "other") as other:
        other.log.append(check_in("e0")).result()
    for name in ("attendance.db", "audit-head.json"):
        mixed = Path(shutil.copytree(folder, tmp_path / f"mixed-{name}"))
        shutil.copy(tmp_path / "other" / name, mixed / name)
        with Site(mixed) as site:
            assert site.finding(deep=False) is not None
    with (
        closing(sqlite3.connect(tmp_path / "other" / "attendance.db")) as source,
        closing(sqlite3.connect(folder / "attendance.db")) as target,
    ):
        blob = source.execute("SELECT sealed FROM seal_state").fetchone()
        with target:
            target.execute("UPDATE seal_state SET sealed = ?", blob)
    with Site(folder) as site:
        assert site.finding(deep=False) is not None


def test_that_an_older_state_of_the_tables_is_found(folder: Path) -> None:
    def state(value: bytes | None = None) -> bytes:
        with closing(sqlite3.connect(folder / "attendance.db")) as connection, connection:
            if value is not None:
                connection.execute("UPDATE seal_state SET sealed = ?", (value,))
            found = connection.execute("SELECT sealed FROM seal_state").fetchone()[0]
            assert isinstance(found, bytes)
            return found

    with Site(folder) as site:
        before = state()
        site.roster.update("k1", name="Ann Other")
    tamper(folder, "UPDATE person SET name = 'Ann Example' WHERE code = 'k1'")
    state(before)
    with Site(folder) as site:
        site.log.append(check_in("later")).result()  # and does not make it fit
        assert site.finding(deep=False) is not None


def test_that_what_has_no_entry_cannot_be_put_back_either(folder: Path) -> None:
    with Site(folder) as site:
        SqlSettings(site.database).set("kiosk_language", "en")
    with closing(sqlite3.connect(folder / "attendance.db")) as connection:
        blob = connection.execute("SELECT sealed FROM seal_state").fetchone()
        rows = connection.execute("SELECT * FROM row_seal WHERE row_key = 'kiosk_language'").fetchone()
    with Site(folder) as site:
        SqlSettings(site.database).set("kiosk_language", "zh_CN")
        assert site.finding() is None
    with closing(sqlite3.connect(folder / "attendance.db")) as connection, connection:
        connection.execute("UPDATE seal_state SET sealed = ?", blob)
        connection.execute("UPDATE setting SET value = 'en' WHERE key = 'kiosk_language'")
        connection.execute("REPLACE INTO row_seal VALUES (?, ?, ?)", rows)
    for _ in range(2):
        with Site(folder) as site:
            finding = site.finding(deep=False)
            assert finding is not None
            assert "put back" in str(finding.what)
            assert "put back" in str(site.database.alarm)


def test_that_a_head_that_missed_a_change_without_an_entry_is_brought_up(folder: Path) -> None:
    old = (folder / "audit-head.json").read_bytes()
    with Site(folder) as site:
        SqlSettings(site.database).set("kiosk_language", "en")
    assert (folder / "audit-head.json").read_bytes() != old
    (folder / "audit-head.json").write_bytes(old)
    with Site(folder) as site:
        assert (site.finding(), site.head.lag) == (None, 0)
        head = site.head.read()
        assert head is not None
        assert json.loads(old)["revision"] < head.revision


def test_that_nothing_is_written_without_the_key_and_everything_read(folder: Path) -> None:
    def gone() -> bytes:
        raise KeyUnavailable(path=folder, reason=Reason("it has none"))

    database = Database(folder / "attendance.db", head=AuditHead(folder / "audit-head.json", gone))
    with closing(database):
        database.open()
        log = SqlCheckInLog(database)
        assert log.count() == 6
        with pytest.raises(KeyUnavailable):
            log.append(check_in("later")).result()
        with pytest.raises(KeyUnavailable):
            SqlSettings(database).set("kiosk_language", "en")
        assert log.count() == 6
    with Site(folder) as site:
        assert site.finding() is None


# --- the first start ---------------------------------------------------------------------------------


def start(folder: Path) -> None:
    with Site(folder) as site:
        check = site.audit.verify(deep=True)
        assert (check.finding, check.entries) == (None, 1)
        assert check.protection is not None
        assert check.protection.seq == 1
        site.log.append(check_in("e0")).result()
        assert site.finding() is None


def test_that_a_first_start_that_was_cut_short_goes_on_from_any_point(tmp_path: Path) -> None:
    head_only = tmp_path / "head"
    head_only.mkdir()
    AuditHead(head_only / "audit-head.json", lambda: KEY).begin()
    empty = Path(shutil.copytree(head_only, tmp_path / "empty"))
    with pytest.raises(KeyboardInterrupt):
        prepare_file(empty / "attendance.db", busy_timeout_ms=1000, witness=Cut())
    assert (empty / "attendance.db").exists()
    headless_entry = tmp_path / "lagging"
    head_text = (head_only / "audit-head.json").read_bytes()
    shutil.copytree(head_only, headless_entry)
    with Site(headless_entry):
        pass
    (headless_entry / "audit-head.json").write_bytes(head_text)  # as if killed before it followed the first entry
    for folder in (head_only, empty, headless_entry):
        start(folder)


class Cut:
    def before(self, connection: object, found: str | None) -> None:
        pass

    def after(self, connection: object, revision: str) -> None:
        raise KeyboardInterrupt


def test_that_a_head_left_by_a_start_without_a_key_gives_way_but_no_other(tmp_path: Path, folder: Path) -> None:
    left = AuditHead(tmp_path / "audit-head.json", lambda: bytes(32))
    left.begin()
    mine = AuditHead(tmp_path / "audit-head.json", lambda: KEY)
    mine.begin()  # there is one
    with pytest.raises(ValueError, match="another key"):
        mine.read()
    mine.begin(KEY)
    found = mine.read()
    assert found is not None
    assert found.end.count == 0
    before = (folder / "audit-head.json").read_bytes()
    AuditHead(folder / "audit-head.json", lambda: bytes(32)).begin(bytes(32))
    assert (folder / "audit-head.json").read_bytes() == before


# --- versions before the seals, and another key -----------------------------------------------------------


def earlier(folder: Path, *, head_at: int = 3) -> None:
    """A folder of the version before the seals: three entries and a head of version 1."""
    folder.mkdir()
    path = folder / "attendance.db"
    prepare_file(path, busy_timeout_ms=1000, revision="0004")
    last, hashes = b"", [GENESIS]
    with closing(sqlite3.connect(path)) as connection, connection:
        (last,) = connection.execute("SELECT hash FROM audit_entry").fetchone()
        hashes.append(last)
        for number in range(2):
            values = [f"e{number}", "2026-03-02 07:00:00.000000", 0, "in", None, None, "door", "m", "kiosk"]
            columns = "event_id, at_utc, utc_offset_s, direction, similarity, margin, source, model_id, made_by"
            connection.execute(f"INSERT INTO check_in ({columns}) VALUES ({', '.join('?' * 9)})", values)
            data = {"person": None, "row": hashlib.sha256(canonical_json(values).encode()).hexdigest()}
            body = entry_body(
                seq=2 + number, at_utc=EVER[0], actor="kiosk", action="check_in", subject=f"e{number}", data=data
            )
            before, last = last, entry_hash(last, body.encode())
            hashes.append(last)
            connection.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?)", (2 + number, body, before, last))
        connection.execute("INSERT INTO setting VALUES ('_audit_head', '1')")
    fields = {"count": head_at, "hash": hashes[head_at].hex(), "version": 1}
    key = HKDF(SHA256(), length=32, salt=None, info=b"attendance audit head 1").derive(KEY)
    mac = hmac.digest(key, canonical_json(fields).encode(), "sha256").hex()
    (folder / "audit-head.json").write_text(canonical_json({**fields, "mac": mac}) + "\n")


def test_that_a_log_of_an_earlier_version_is_sealed_by_one_entry(tmp_path: Path) -> None:
    earlier(tmp_path / "site")
    with Site(tmp_path / "site") as site:
        check = site.audit.verify(deep=True)
        assert (check.finding, check.entries, check.lag, check.compared) == (None, 4, 0, 2)
        entries = list(site.audit.entries(*EVER))
        assert (entries[3].action, entries[3].data["before"]["count"]) == ("audit.sealed", 3)
        assert check.protection is not None
        assert check.protection.seq == 4
        assert check.protection.at.startswith(entries[3].at_utc.isoformat()[:19])
        assert site.head.read() is not None
    (tmp_path / "site" / "attendance.db.before-0004").unlink()
    tamper(tmp_path / "site", "UPDATE audit_entry SET body = replace(body, 'e1', 'e9') WHERE seq = 3")
    with Site(tmp_path / "site") as site:
        assert site.finding() is not None


def test_that_a_head_of_an_earlier_version_is_brought_up_once_its_log_was_sealed(tmp_path: Path) -> None:
    earlier(tmp_path / "site")
    old = (tmp_path / "site" / "audit-head.json").read_bytes()
    with Site(tmp_path / "site"):
        pass
    (tmp_path / "site" / "audit-head.json").write_bytes(old)  # as if killed right after the upgrade
    with Site(tmp_path / "site") as site:
        assert site.finding() is None
        head = site.head.read()
        assert head is not None
        assert (head.end.count, head.since, head.is_sealing) == (4, 4, True)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "audit-head.json").unlink(),
        lambda folder: tamper(folder, "UPDATE check_in SET direction = 'out' WHERE event_id = 'e1'"),
        lambda folder: tamper(folder, "UPDATE audit_entry SET body = body || ' ' WHERE seq = 3"),
        lambda folder: tamper(folder, "DELETE FROM audit_entry WHERE seq = 3", "DELETE FROM check_in WHERE id = 2"),
    ],
)
def test_that_a_log_of_an_earlier_version_is_not_sealed_when_it_is_not_whole(
    tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    earlier(tmp_path / "site")
    harm(tmp_path / "site")
    for _ in range(2):
        with Site(tmp_path / "site") as site:
            assert site.finding() is not None


def test_that_entries_behind_the_head_of_an_earlier_version_are_not_adopted(tmp_path: Path) -> None:
    earlier(tmp_path / "site", head_at=2)
    with Site(tmp_path / "site") as site:
        assert site.finding() is not None


def test_that_another_key_begins_a_part_of_the_log_that_is_linked_to_the_one_before(folder: Path) -> None:
    other = bytes(range(1, 33))
    head = AuditHead(folder / "audit-head.json", lambda: other)
    database = Database(folder / "attendance.db", head=head)
    with closing(database):
        database.open()
        audit = SqlAuditLog(database, head)
        assert audit.verify().finding is not None
        audit.accept(by="boss", reason="the key was lost")
        check = audit.verify(deep=True)
        assert (check.finding, check.entries) == (None, 13)
        assert check.protection is not None
        assert check.protection.seq == 13
        entry = list(audit.entries(*EVER))[-1]
        assert (entry.action, entry.data["before"]["count"], entry.data["since"]) == ("audit.accepted", 12, 13)
        SqlCheckInLog(database).append(check_in("later")).result()
        assert audit.verify(deep=True).finding is None
    tamper(folder, "UPDATE audit_entry SET body = replace(body, 'e1', 'e9') WHERE seq = 5")
    with closing(Database(folder / "attendance.db", head=head)) as database:
        database.open()
        assert SqlAuditLog(database, head).verify().finding is not None


def test_that_a_start_tells_what_was_done_to_the_seals_without_looking_at_every_row(folder: Path) -> None:
    with Site(folder) as site:
        assert site.database.alarm is None
    for harm, words in (
        ("DROP INDEX ix_check_in_at_utc_id", "structure"),
        ("DELETE FROM seal_state", "not sealed with the key of this site"),
    ):
        tamper(folder, harm)
        with Site(folder) as site:
            assert words in str(site.database.alarm)


# --- later versions of the database -------------------------------------------------------------------


def sealed_at(folder: Path, revision: str) -> None:
    """A new folder whose database has the tables of an earlier version that knew the seals, as it was made."""
    folder.mkdir()
    head = AuditHead(folder / "audit-head.json", lambda: KEY)
    head.begin()
    path = folder / "attendance.db"
    prepare_file(path, busy_timeout_ms=1000, revision=revision, witness=Adoption(head, "desk"))


def test_that_an_upgrade_seals_what_was_sealed_and_says_so(tmp_path: Path) -> None:
    sealed_at(tmp_path / "site", "0006")
    with Site(tmp_path / "site") as site:
        check = site.audit.verify(deep=True)
        assert (check.finding, check.entries) == (None, 2)
        assert [entry.action for entry in site.audit.entries(*EVER)] == ["audit.started", "database.upgraded"]
        assert check.protection is not None
        assert check.protection.seq == 1
        site.log.append(check_in("e0")).result()
        assert site.finding() is None


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO setting VALUES ('two_person_rule', '0')",
        "UPDATE setting SET value = '7' WHERE key = '_roster_revision'",
        "DELETE FROM seal_state",
    ],
)
def test_that_an_upgrade_does_not_seal_what_was_changed_before(tmp_path: Path, statement: str) -> None:
    sealed_at(tmp_path / "site", "0006")
    tamper(tmp_path / "site", statement)
    for _ in range(2):
        with Site(tmp_path / "site") as site:
            assert site.finding() is not None
            site.log.append(check_in("later")).result()


def test_that_a_transaction_in_which_a_statement_failed_is_not_committed(folder: Path) -> None:
    def swallow(session: Session) -> None:
        with suppress(IntegrityError):
            session.execute(text("INSERT INTO setting VALUES ('x', '1'), ('x', '2')"))

    with Site(folder) as site:
        with pytest.raises(AssertionError, match="a statement failed"):
            site.database.write(swallow)
        site.log.append(check_in("later")).result()
        assert site.finding() is None
