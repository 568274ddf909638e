from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from attendance.data.keys.key_store import KEY_FILE, KEYRING_SERVICE, KEYRING_USER, load_or_create_key
from attendance.errors.storage import DiskFull, KeyUnavailable, ReadOnlyStorage
from tests.patience import PATIENCE_S

posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX")


class MemoryKeyring(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.is_deaf = False
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.is_deaf:
            self.entries[service, username] = password


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_password", backend.get_password)
    monkeypatch.setattr(keyring, "set_password", backend.set_password)
    return backend


def test_that_without_a_keyring_a_private_file_is_made_and_found_again(tmp_path: Path) -> None:
    made = load_or_create_key(tmp_path, mode="auto", database_exists=False)
    again = load_or_create_key(tmp_path, mode="auto", database_exists=True)
    assert made.key == again.key
    assert len(made.key) == 32
    assert made.where == str(tmp_path / KEY_FILE)
    assert [p.name for p in tmp_path.iterdir()] == [KEY_FILE]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_that_two_folders_get_different_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = load_or_create_key(tmp_path / "a", mode="file", database_exists=False)
    assert first.key != load_or_create_key(tmp_path / "b", mode="file", database_exists=False).key


def test_that_the_key_is_not_shown_by_repr(tmp_path: Path) -> None:
    handle = load_or_create_key(tmp_path, mode="file", database_exists=False)
    assert repr(handle.key) not in repr(handle)


@pytest.mark.parametrize("mode", ["auto", "keyring", "file"])
def test_that_a_lost_key_is_never_replaced_while_the_database_exists(
    tmp_path: Path, mode: str, backend: MemoryKeyring
) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        load_or_create_key(tmp_path, mode=mode, database_exists=True)
    assert str(tmp_path) in caught.value.user_text
    assert not list(tmp_path.iterdir())
    assert not backend.entries


def test_that_a_working_keyring_is_used_and_found_again(tmp_path: Path, backend: MemoryKeyring) -> None:
    made = load_or_create_key(tmp_path, mode="auto", database_exists=False)
    assert made.where == "system keyring"
    assert backend.entries == {(KEYRING_SERVICE, KEYRING_USER): made.key.hex()}
    assert load_or_create_key(tmp_path, mode="auto", database_exists=True).key == made.key
    assert not list(tmp_path.iterdir())


def test_that_a_keyring_that_keeps_nothing_is_not_trusted(tmp_path: Path, backend: MemoryKeyring) -> None:
    backend.is_deaf = True
    assert load_or_create_key(tmp_path, mode="auto", database_exists=False).where == str(tmp_path / KEY_FILE)


def test_that_a_locked_keyring_leads_to_a_file(tmp_path: Path, backend: MemoryKeyring) -> None:
    backend.error = KeyringLocked("locked")
    assert load_or_create_key(tmp_path, mode="auto", database_exists=False).where == str(tmp_path / KEY_FILE)


def test_that_mode_keyring_never_falls_back_to_a_file(tmp_path: Path, backend: MemoryKeyring) -> None:
    backend.error = KeyringLocked("locked")
    with pytest.raises(KeyUnavailable, match="KeyringLocked"):
        load_or_create_key(tmp_path, mode="keyring", database_exists=False)
    assert not list(tmp_path.iterdir())


def test_that_mode_file_never_asks_the_keyring(tmp_path: Path, backend: MemoryKeyring) -> None:
    load_or_create_key(tmp_path, mode="file", database_exists=False)
    assert not backend.entries


def test_that_a_foreign_keyring_entry_is_not_taken_for_a_key(tmp_path: Path, backend: MemoryKeyring) -> None:
    backend.entries[KEYRING_SERVICE, KEYRING_USER] = "hunter2"
    with pytest.raises(KeyUnavailable, match="not a key"):
        load_or_create_key(tmp_path, mode="auto", database_exists=False)
    assert backend.entries[KEYRING_SERVICE, KEYRING_USER] == "hunter2"


@pytest.mark.parametrize("content", [b"", b"abc", b"00" * 31, b"zz" * 32, b"\xff" * 64])
def test_that_a_damaged_key_file_is_reported_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyUnavailable, match="64 hex digits"):
        load_or_create_key(tmp_path, mode="auto", database_exists=False)
    assert path.read_bytes() == content


@posix_only
def test_that_a_key_file_open_to_others_is_made_private(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path, mode="file", database_exists=False).key
    (tmp_path / KEY_FILE).chmod(0o644)
    assert load_or_create_key(tmp_path, mode="file", database_exists=True).key == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


@posix_only
def test_that_a_key_file_that_stays_open_to_others_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_create_key(tmp_path, mode="file", database_exists=False)
    (tmp_path / KEY_FILE).chmod(0o640)

    def refuse(_descriptor: int, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    with pytest.raises(KeyUnavailable, match="chmod 600"):
        load_or_create_key(tmp_path, mode="file", database_exists=True)


def test_that_a_key_file_that_is_a_loop_of_links_is_reported(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).symlink_to(KEY_FILE)
    with pytest.raises(KeyUnavailable, match="is a link"):
        load_or_create_key(tmp_path, mode="file", database_exists=True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [(PermissionError(13, "Permission denied"), ReadOnlyStorage), (OSError(28, "No space left on device"), DiskFull)],
)
def test_that_a_key_file_that_cannot_be_written_is_reported_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, expected: type[Exception]
) -> None:
    def fail(_descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(expected):
        load_or_create_key(tmp_path, mode="file", database_exists=False)
    assert not list(tmp_path.iterdir())


def test_that_a_disk_without_hard_links_gets_its_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made = load_or_create_key(tmp_path, mode="file", database_exists=False)
    assert load_or_create_key(tmp_path, mode="file", database_exists=True).key == made.key
    assert [p.name for p in tmp_path.iterdir()] == [KEY_FILE]


def test_that_programs_starting_together_agree_on_one_key(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    keys: list[bytes] = []

    def start() -> None:
        barrier.wait(PATIENCE_S)
        keys.append(load_or_create_key(tmp_path, mode="file", database_exists=False).key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_that_an_unknown_mode_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mode"):
        load_or_create_key(tmp_path, mode="floppy", database_exists=False)
