"""Room on the disk for check-ins that the database refuses, and the record of them outside of it.

One file beside the database holds real bytes from the start of a door on. When the disk is full, all but its head is
given back, which lets the database write on; and the head, which is there already and only written over, takes each
check-in that was refused all the same. Where even that fails, the record goes to another folder.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import CheckIn, Direction
from attendance.data.keys.encryption import BrokenSeal, Cipher

RESERVE_BYTES = 8 * 1024 * 1024
"""What is given back: as much as the write-ahead log takes before SQLite empties it (1000 pages of 8 KiB)."""
HEAD_BYTES = 1024 * 1024
"""What stays for the record: some 1,800 check-ins."""
_BLOCK = 64 * 1024
_MARK = b"check-in "
_END = b"\0"
"""Behind the last line: what an earlier record left there does not count."""

_log = logging.getLogger(__name__)


class CheckInReserve:
    """Keeps refused check-ins (port UnsavedRecord). For the one process that runs the door; safe from any thread.

    Args:
        path: the file, beside the database.
        elsewhere: files in other folders, tried in this order where the first one cannot be written.
        cipher: seals the record, so that nobody without the key adds to it.
        log_id: of the site's audit log: one key may serve several folders of a user, and a line of another folder is
            none of this one's.
        size: bytes of the file while the disk has room.
    """

    def __init__(
        self, path: Path, elsewhere: Sequence[Path], cipher: Cipher, *, log_id: bytes, size: int = RESERVE_BYTES
    ) -> None:
        self._places = (path, *elsewhere)
        self._cipher = cipher
        self._kind = f"unsaved check-in {log_id.hex()}"
        self._size = size
        self._lock = threading.Lock()
        self._events: dict[str, CheckIn] = {}
        self._on_disk: set[str] = set()
        self._end: dict[Path, int] = {}
        for place in self._places:
            self._read(place)

    @property
    def kept(self) -> list[CheckIn]:
        """Refused check-ins, oldest first, also those of earlier runs."""
        with self._lock:
            return sorted(self._events.values(), key=lambda event: event.at_utc)

    @property
    def places(self) -> list[Path]:
        """Files that hold the record; empty when there is none, or when it is in memory only."""
        with self._lock:
            whole = self._on_disk >= self._events.keys()
            return [place for place in self._places if self._end.get(place)] if whole else []

    def prepare(self) -> bool:
        """Take the room, unless the disk is nearly full already.

        Returns:
            Whether the room is there.
        """
        path = self._places[0]
        with self._lock:
            try:
                there = path.stat().st_size if path.exists() else 0
                if there >= self._size:
                    return True
                if shutil.disk_usage(path.parent).free < 2 * self._size:
                    return False
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                    file.seek(there)
                    # Bytes that no file system can leave out.
                    for _ in range(there, self._size, _BLOCK):
                        file.write(os.urandom(_BLOCK))
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as err:
                _log.warning("no room could be reserved in %s: %s", path, err)
                return False
            return True

    def make_room(self) -> bool:
        """Give the disk back all but the record; True when that freed anything."""
        path = self._places[0]
        with self._lock:
            keep = max(HEAD_BYTES, self._end.get(path, 0))
            try:
                if path.stat().st_size <= keep:
                    return False
                os.truncate(path, keep)
            except OSError:
                return False
        _log.warning("the disk is full: the room reserved in %s was given back", path)
        return True

    def keep(self, event: CheckIn) -> bool:
        """Note a refused check-in; True when it is on a disk, False when only memory has it."""
        with self._lock:
            self._events[event.event_id] = event
            if event.event_id in self._on_disk:
                return True
            for place in self._places:
                try:
                    self._append(place, event)
                except OSError as err:
                    _log.warning("a refused check-in cannot be kept in %s: %s", place, err)
                else:
                    self._on_disk.add(event.event_id)
                    return True
        return False

    def forget(self, event_id: str) -> None:
        """Note that a check-in is in the database; the record goes with the last one."""
        with self._lock:
            if self._events.pop(event_id, None) is None or self._events:
                return
            self._on_disk.clear()
            for place in self._places:
                if self._end.pop(place, 0):
                    self._clear(place)

    def _append(self, place: Path, event: CheckIn) -> None:
        values = {**asdict(event), "at_utc": event.at_utc.isoformat(), "direction": event.direction.value}
        sealed = self._cipher.seal(json.dumps(values).encode(), kind=self._kind, person_id=0)
        line = _MARK + base64.b64encode(sealed) + b"\n"
        written = line + _END
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(place, flags, 0o600)
        try:
            end = self._end.get(place, 0)
            os.lseek(descriptor, end, os.SEEK_SET)
            if os.write(descriptor, written) < len(written):
                raise OSError(f"{place} took half a line")  # it is written over by the next one
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._end[place] = end + len(line)

    def _clear(self, place: Path) -> None:
        try:
            if place == self._places[0]:
                with place.open("rb+") as file:
                    file.write(os.urandom(len(_MARK)))
                    file.flush()
                    os.fsync(file.fileno())
            else:
                place.unlink(missing_ok=True)
        except OSError as err:  # read again at the next start, which changes nothing: every event has its own id
            _log.warning("%s cannot be cleared: %s", place, err)

    def _read(self, place: Path) -> None:
        end = seen = 0
        try:
            with place.open("rb") as file:
                for line in iter(lambda: file.readline(_BLOCK), b""):
                    if not line.startswith(_MARK):
                        break
                    seen += len(line)
                    event = self._open(line)
                    if event is None:  # damaged, or half written by a program that was killed
                        continue
                    end = seen
                    self._events[event.event_id] = event
                    self._on_disk.add(event.event_id)
        except FileNotFoundError:
            return
        except OSError as err:
            _log.error("%s, which may hold check-ins, cannot be read: %s", place, err)
            return
        if end:
            self._end[place] = end

    def _open(self, line: bytes) -> CheckIn | None:
        try:
            plain = self._cipher.open(
                base64.b64decode(line[len(_MARK) :], validate=False), kind=self._kind, person_id=0
            )
            values = json.loads(plain)
            values["at_utc"] = datetime.fromisoformat(values["at_utc"])
            values["direction"] = Direction(values["direction"])
            values["method"] = values["method"] and CheckInMethod(values["method"])
            return CheckIn(**values)
        except (BrokenSeal, ValueError, KeyError, TypeError) as err:
            _log.error(
                "a kept check-in cannot be read, it is damaged, or of another folder or key (%s)", type(err).__name__
            )
            return None
