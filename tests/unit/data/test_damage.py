"""Damaged files and killed programs: an error of ours or intact data, never anything else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.errors.storage import DatabaseCorrupt, StorageError
from tests.patience import PATIENCE_S
from tests.unit.data.conftest import KEY, MODEL, check_in, noise_crop, unit_vector

EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))

APPENDER = """
import sys
from pathlib import Path
from attendance.data.database import Database
from attendance.data.check_in_repository import SqlCheckInLog
from tests.unit.data.conftest import check_in
{before}
database = Database(Path(sys.argv[1]))
database.open()
log = SqlCheckInLog(database)
for number in range(100_000):
    log.append(check_in(f"{{sys.argv[2]}}-{{number}}")).result()
    print(number, flush=True)
"""
LIMIT = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
"""


@pytest.fixture
def filled(path: Path, open_database: Callable[..., Database]) -> Path:
    """A closed database with some of everything."""
    database = open_database()
    roster, log = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True), SqlCheckInLog(database)
    for number in range(5):
        templates = [(unit_vector(number), noise_crop(number))]
        person = roster.enrol(code=f"p{number}", name=f"Name {number}", templates=templates, model_id=MODEL)
        log.append(check_in(f"e{number}", person.id)).result()
    database.close()
    return path


def read_everything(path: Path) -> tuple[object, ...]:
    database = Database(path, busy_timeout_ms=100)
    try:
        database.open()
        roster, log = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True), SqlCheckInLog(database)
        embeddings, ids = roster.load_templates(MODEL)
        crops = [(person_id, crop.tobytes()) for person_id, crop in roster.iter_crops()]
        log.append(check_in("new")).result()
        return roster.list_people(), embeddings.tobytes(), ids, crops, list(log.between(*EVER)), log.count()
    finally:
        database.close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look at" * 20, b"SQLite format 3\0"])
def test_that_a_file_of_other_content_is_reported_and_left(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StorageError, match=str(path)):
        Database(path).open()
    assert path.read_bytes() == content


def test_that_a_damaged_header_is_reported(filled: Path) -> None:
    raw = bytearray(filled.read_bytes())
    raw[:16] = b"\0" * 16
    filled.write_bytes(raw)
    with pytest.raises(DatabaseCorrupt, match=str(filled)):
        Database(filled).open()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_that_a_cut_file_is_reported_and_left(filled: Path, share: float) -> None:
    raw = filled.read_bytes()
    cut = raw[: int(len(raw) * share)]
    filled.write_bytes(cut)
    with pytest.raises(DatabaseCorrupt):
        Database(filled).open()
    assert filled.read_bytes() == cut


def test_that_an_emptied_file_is_reported_and_not_taken_for_a_new_one(filled: Path) -> None:
    filled.write_bytes(b"")
    with pytest.raises(DatabaseCorrupt, match="the file is empty"):
        Database(filled).open()
    assert filled.read_bytes() == b""


@pytest.mark.parametrize("step", ["os.open", "sqlite3.connect", "publish", "inspect", "_upgrade"])
def test_that_a_first_start_cut_short_never_blocks_the_next(
    path: Path, open_database: Callable[..., Database], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut_short(*_args: object, **_facts: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(f"attendance.data.upgrade.{step}", cut_short)
        with pytest.raises(SystemExit):
            Database(path).open()
    assert not path.exists() or path.stat().st_size > 0
    assert SqlCheckInLog(open_database()).count() == 0


def test_that_changed_bytes_never_give_anything_but_an_error_of_ours_or_data(filled: Path) -> None:
    original = filled.read_bytes()
    chance = random.Random(20260302)
    reported = 0
    for _ in range(60):
        raw = bytearray(original)
        for _ in range(chance.randint(1, 8)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        for extra in ("-wal", "-shm"):
            filled.with_name(filled.name + extra).unlink(missing_ok=True)
        filled.write_bytes(raw)
        try:
            read_everything(filled)
        except StorageError:
            reported += 1
    assert reported > 0


def test_that_a_mutated_page_of_templates_never_gives_another_embedding(filled: Path) -> None:
    original = filled.read_bytes()
    expected = np.stack([unit_vector(number) for number in range(5)]).tobytes()
    sealed_at = original.index(b"<f4") + 20
    raw = bytearray(original)
    raw[sealed_at] ^= 0x10
    filled.write_bytes(raw)
    with pytest.raises(DatabaseCorrupt):
        read_everything(filled)
    filled.write_bytes(original)
    assert read_everything(filled)[1] == expected


def run_appender(path: Path, run: str, *, before: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPENDER.format(before=before), str(path), run]
    root = Path(__file__).resolve().parents[3]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_that_every_confirmed_check_in_survives_a_killed_program(
    path: Path, open_database: Callable[..., Database]
) -> None:
    confirmed = 0
    for run in range(4):
        process = run_appender(path, str(run))
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if int(line) >= 20 + 7 * run:
                break
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        process.wait(PATIENCE_S)
        process.stdout.close()
        process.stderr.close()
        confirmed += 20 + 7 * run + 1 + len(rest)
    database = open_database()
    # At most the one write that was committed but not yet confirmed comes on top, for each run.
    assert confirmed <= SqlCheckInLog(database).count() <= confirmed + 4
    assert database.integrity_problems() == []


@pytest.mark.skipif(os.name != "posix", reason="resource limits are of POSIX")
def test_that_a_file_that_may_not_grow_ends_in_an_error_and_keeps_what_was_saved(
    path: Path, open_database: Callable[..., Database]
) -> None:
    process = run_appender(path, "limited", before=LIMIT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "attendance.errors." in errors.splitlines()[-1]
    database = open_database()
    assert SqlCheckInLog(database).count() == len(output.splitlines()) > 0
    assert database.integrity_problems() == []
