"""Where the encryption key lives: the system keyring, or a file only this user may read.

The key guards backups, stolen disks' database files and copies; it does not guard a running kiosk whose
user account is taken over.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from attendance.data.keys.encryption import KEY_BYTES
from attendance.data.new_file import publish
from attendance.data.storage_errors import translate
from attendance.errors import Reason
from attendance.errors.storage import KeyUnavailable, StorageError
from attendance.file_errors import reason_of
from attendance.private_files import open_no_link, tighten_open
from attendance.whole_file import make_private_part

KEY_FILE = "attendance.key"
# One entry a user, not one a folder: a database that is moved or restored elsewhere must still find its key.
KEYRING_SERVICE = "face-attendance"
KEYRING_USER = "database-key"
KEYRING = "system keyring"
"""``KeyHandle.where`` of a key that is no file."""
_MODES = ("auto", "keyring", "file")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeyHandle:
    """A key and where it came from.

    Attributes:
        key: 32 bytes; never shown by repr().
        where: "system keyring" or the path of the key file.
    """

    key: bytes = field(repr=False)
    where: str


def load_or_create_key(
    data_dir: Path, *, mode: str, database_exists: bool, on_new_file: Callable[[bytes], None] | None = None
) -> KeyHandle:
    """Return the key of a data folder; make one only where nothing can be encrypted yet.

    Args:
        data_dir: existing folder; the key file is ``attendance.key`` in it.
        mode: "file", "keyring", or "auto": an existing file, else the keyring if it keeps what is written to
            it, else a new file.
        database_exists: True forbids a new key: the stored faces would be lost.
        on_new_file: called with a key right before its new file is there.

    Raises:
        KeyUnavailable: absent, damaged, readable by others and not to be tightened, or no keyring.
        StorageError: the key file cannot be written.
        ValueError: unknown mode (a bug).
    """
    if mode not in _MODES:
        raise ValueError(f"mode is one of {', '.join(_MODES)}, not {mode!r}")
    path = data_dir / KEY_FILE
    if mode != "keyring" and (key := _read_file(path)) is not None:
        return KeyHandle(key, str(path))
    problem = Reason("not asked")
    if mode != "file":
        key, problem = _from_keyring(create=not database_exists, data_dir=data_dir)
        if key is not None:
            return KeyHandle(key, KEYRING)
    if mode == "keyring":
        raise KeyUnavailable(path=data_dir, reason=Reason("the system keyring has none ({cause})", cause=problem))
    if database_exists:
        where = Reason("{path} is missing", path=path)
        if mode != "file":
            where = Reason("{path} is missing and the system keyring has none ({cause})", path=path, cause=problem)
        raise KeyUnavailable(path=data_dir, reason=where)
    return KeyHandle(_create_file(path, on_new_file), str(path))


def _from_keyring(*, create: bool, data_dir: Path) -> tuple[bytes | None, Reason]:
    """Return (key, _) or (None, why not)."""
    # keyring imports a dozen backends: only installations that use it wait for that.
    import keyring  # noqa: PLC0415

    try:
        text = keyring.get_password(KEYRING_SERVICE, KEYRING_USER)
        if text is None and create:
            keyring.set_password(KEYRING_SERVICE, KEYRING_USER, secrets.token_bytes(KEY_BYTES).hex())
            # Read back: some backends swallow what they are given, and another process may have been faster.
            text = keyring.get_password(KEYRING_SERVICE, KEYRING_USER)
    except Exception as err:  # noqa: BLE001 - backends are plug-ins and raise whatever their service raises
        _log.info("system keyring not usable: %s", type(err).__name__, exc_info=True)
        return None, Reason("{error}: no usable keyring service", error=type(err).__name__)
    if text is None:
        return None, Reason("it does not keep entries") if create else Reason("it has no entry")
    key = _parse(text)
    if key is None:
        raise KeyUnavailable(path=data_dir, reason=Reason("the entry in the system keyring is not a key"))
    return key, Reason("it has one")


def _parse(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _read_file(path: Path) -> bytes | None:
    """Return the key of the file, None when there is no file."""
    try:
        descriptor = open_no_link(path)
    except FileNotFoundError:
        return None
    except OSError as err:
        if path.is_symlink():
            reason = Reason("{path} is a link; put the key itself there, or remove the link", path=path)
            raise KeyUnavailable(path=path.parent, reason=reason) from err
        raise KeyUnavailable(
            path=path.parent, reason=Reason("{path} cannot be read ({cause})", path=path, cause=reason_of(err))
        ) from err
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise KeyUnavailable(path=path.parent, reason=Reason("{path} is not a file", path=path))
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        if os.name == "posix":
            _tighten(path, descriptor)
        key = _parse(file.read(1024))
    if key is None:
        raise KeyUnavailable(
            path=path.parent,
            reason=Reason("{path} is damaged: it must hold {count} hex digits", path=path, count=KEY_BYTES * 2),
        )
    return key


def _tighten(path: Path, descriptor: int) -> None:
    try:
        was_open = tighten_open(descriptor)
        if not was_open and os.fstat(descriptor).st_mode & _OTHERS:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))  # somebody else's
    except OSError as err:
        reason = Reason(
            "other users may read {path}; make it private with: chmod 600 {same_path}", path=path, same_path=path
        )
        raise KeyUnavailable(path=path.parent, reason=reason) from err
    if was_open:
        _log.warning("%s was readable by other users; made private", path)


def _create_file(path: Path, on_new_file: Callable[[bytes], None] | None) -> bytes:
    """Write a new key file with mode 0600 and return the key that is in force.

    The file appears complete or not at all, and the first of two processes wins.
    """
    made = secrets.token_bytes(KEY_BYTES)
    try:
        part = make_private_part(path)
        try:
            with part.open("w", encoding="ascii") as file:
                file.write(made.hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            if on_new_file is not None:
                on_new_file(made)
            publish(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as err:
        raise translate(err, path) from err
    key = _read_file(path)
    if key is None:
        raise StorageError(path=path, reason=Reason("vanished while it was being created"))
    return key
