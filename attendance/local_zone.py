"""The time zone of this computer, by its name where it has one, else by its rules."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SYSTEM_FILE = Path("/etc/localtime")
_NAME_FILE = Path("/etc/timezone")
_DATABASES = tuple(map(Path, ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/var/db/timezone/zoneinfo")))
_NOT_A_ZONE = frozenset({"localtime", "posixrules", "Factory"})
# Summer and winter of either half of the world; the rules of a zone differ from another's in one of them.
_MOST_OFFSET_S = 24 * 3600 - 60
_PROBED_DAYS = range(0, 366, 7)
# The days that a zone without usable rules is read off the clock for: times are 32 bits long in old C libraries.
_MEASURED_DAYS = range(0, 24_800)
_DAY_S = 24 * 3600
# The smallest block of a zone file (RFC 9636): one unused type, no change.
_EMPTY_BLOCK = struct.pack(">5s15x6l", b"TZif2", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb4s", 0, 0, 0, b"UTC\0")


@dataclass(frozen=True, slots=True)
class LocalZone:
    """What the computer's clock shows.

    Attributes:
        zone: its rules; local times are right with it.
        is_named: True for a zone of the IANA database. Without a name nobody can tell which rules hold after the next
            change of the law, so the site's zone should be set.
    """

    zone: ZoneInfo
    is_named: bool


def local_zone(
    *,
    variable: str | None = None,
    system_file: Path = _SYSTEM_FILE,
    name_file: Path = _NAME_FILE,
) -> LocalZone:
    """Return the zone of this computer; never a zone that shows another time than its clock.

    The variable TZ counts first, as everywhere in the system: a name, or rules as POSIX writes them. Then the system's
    zone: the link or name that tells it, else the zone of the database whose file has the same content.

    Args:
        variable: value of TZ; None reads it.
        system_file: what is read in place of /etc/localtime.
        name_file: in place of /etc/timezone.
    """
    setting = os.environ.get("TZ", "") if variable is None else variable
    candidates = _of_variable(setting) if setting else _of_system(system_file, name_file)
    for found in candidates:
        if shows_the_clock(found.zone):
            return found
    return LocalZone(_measured_zone(setting), False)


def shows_the_clock(zone: ZoneInfo) -> bool:
    """Return whether a zone has the offsets of the computer's own clock, today and in the other seasons."""
    now = datetime.now(UTC)
    for days in _PROBED_DAYS:
        instant = now + timedelta(days=days)
        try:
            shown = instant.astimezone(zone).utcoffset()
        except ValueError:  # a day or more: Python has no such offset
            return False
        if shown != timedelta(seconds=time.localtime(instant.timestamp()).tm_gmtoff):
            return False
    return True


def _of_variable(setting: str) -> Iterator[LocalZone]:
    text = setting.removeprefix(":")
    if Path(text).is_absolute():
        yield from _of_system(Path(text), Path(os.devnull))
        return
    yield from _named(text)
    with contextlib.suppress(ValueError):
        yield LocalZone(_zone_of_rules(text), False)


def _of_system(system_file: Path, name_file: Path) -> Iterator[LocalZone]:
    if sys.platform == "win32":
        yield from _of_windows()
        return
    try:
        target = system_file.resolve(strict=True)
        content = target.read_bytes()
    except OSError:
        yield from _named("Etc/UTC")  # what the C library takes then
        return
    for database in _DATABASES:
        if target.is_relative_to(database):
            yield from _named(target.relative_to(database).as_posix())
    with contextlib.suppress(OSError, ValueError):
        yield from _named(name_file.read_text(encoding="utf-8").strip())
    for database in _DATABASES:
        for name in _same_content(database, content):
            yield from _named(name)
    try:
        yield LocalZone(ZoneInfo.from_file(io.BytesIO(content), key=_key(_footer(content))), False)
    except ValueError:
        return


def _of_windows() -> Iterator[LocalZone]:
    from tzlocal import get_localzone_name  # noqa: PLC0415 - reads the registry

    try:
        yield from _named(get_localzone_name() or "")
    except (ZoneInfoNotFoundError, LookupError, OSError, ValueError):
        return


def _named(name: str) -> Iterator[LocalZone]:
    try:
        yield LocalZone(ZoneInfo(name), True)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return


def _same_content(database: Path, content: bytes) -> list[str]:
    """Return the zones of a database whose file is this one, the shortest name first: old and new ones are the same."""
    found = []
    if database.is_dir():
        for path in database.rglob("*"):
            name = path.relative_to(database).as_posix()
            is_zone = not name.startswith(("posix/", "right/")) and name not in _NOT_A_ZONE and "/" in name
            if is_zone and path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
                found.append(name)
    return sorted(found, key=lambda name: (len(name), name))


def _footer(content: bytes) -> str:
    """Return the rules that a zone file gives for the future (RFC 9636, section 3.3), or what tells it from others."""
    rules = content.rstrip(b"\n").rpartition(b"\n")[2]
    return rules.decode("ascii", "replace") if 0 < len(rules) < 60 else hashlib.sha256(content).hexdigest()[:8]


def _key(rules: str) -> str:
    return f"local time ({rules})"


def _fixed_rules(offset_s: int) -> str:
    east, west = ("+", "-") if offset_s >= 0 else ("-", "+")  # POSIX counts west of Greenwich
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return f"<{east}{hours:02}{minutes:02}>{west}{hours}:{minutes:02}"


def _clock_offset_s(instant_s: int) -> int:
    """Return the offset of the computer's clock at seconds since 1970, within what Python can show."""
    return max(-_MOST_OFFSET_S, min(_MOST_OFFSET_S, time.localtime(instant_s).tm_gmtoff))


def _measured_zone(setting: str) -> ZoneInfo:
    """Return the zone whose offsets are those that the C library's clock has from 1970 to 2037.

    POSIX leaves open when a summer time without rules begins (``TZ=MEZ-1MESZ``), and C libraries differ: glibc takes
    the rules of a file if there is one, else those of the United States.
    """
    changes = []
    before_s = offset_s = _clock_offset_s(0)
    for day in _MEASURED_DAYS:
        last_s, first_s = day * _DAY_S, (day + 1) * _DAY_S
        offset_s = _clock_offset_s(first_s)
        if offset_s != before_s:
            while first_s - last_s > 1:
                middle_s = (last_s + first_s) // 2
                last_s, first_s = (middle_s, first_s) if _clock_offset_s(middle_s) == before_s else (last_s, middle_s)
            changes.append((first_s, offset_s))
            before_s = offset_s
    if not changes:
        return _zone_of_rules(_fixed_rules(offset_s))
    offsets_s = sorted({_clock_offset_s(0), *(offset for _, offset in changes)}, key=lambda o: o != _clock_offset_s(0))
    header = struct.pack(">5s15x6l", b"TZif2", 0, 0, 0, len(changes), len(offsets_s), 4)
    body = struct.pack(f">{len(changes)}q", *(instant_s for instant_s, _ in changes))
    body += bytes(offsets_s.index(offset) for _, offset in changes)
    body += b"".join(struct.pack(">lbb", offset, 0, 0) for offset in offsets_s) + b"LMT\0"
    return ZoneInfo.from_file(io.BytesIO(_EMPTY_BLOCK + header + body + b"\n\n"), key=_key(setting))


def _zone_of_rules(rules: str) -> ZoneInfo:
    """Return the zone of rules such as ``CET-1CEST,M3.5.0,M10.5.0/3`` (POSIX.1-2017, section 8.3).

    Raises:
        ValueError: these are no such rules.
    """
    content = _EMPTY_BLOCK + _EMPTY_BLOCK + b"\n" + rules.encode("ascii", "replace") + b"\n"
    return ZoneInfo.from_file(io.BytesIO(content), key=_key(rules))
