"""The audit log as a chain of hashes: how an entry is written and hashed, and what is wrong with a list of entries.

An entry is one line of canonical JSON, its body. ``hash = SHA-256(hash of the entry before || body)``: whoever changes,
removes or moves an entry breaks the chain there. Anybody can check that, and anybody can make another chain. So each
entry also has a seal, an HMAC-SHA256 (RFC 2104) of its hash under a key of the site: who has no key cannot add one. The
head (``core.log_end.head``) says where the chain ends.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attendance.errors import Reason

GENESIS = bytes(32)
"""What the first entry is chained to."""
_MARK_HEX = 32
"""128 bits: nobody finds a second person with the same mark by chance."""

ChainRow = tuple[int, bytes, bytes, bytes, bytes | None]
"""Number, body, hash of the entry before as it was written down, hash, seal; None where none was made."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry as people read it.

    Attributes:
        seq: running number from 1, without gaps.
        at_utc: aware UTC instant of the change.
        actor: who did it: "kiosk", an account of the computer, or what was given with ``--by``.
        action: what was done, e.g. "check_in" or "correction.approved".
        subject: event id, correction id, name of a setting, or "person".
        data: JSON values; people are named by marks only (``person_mark``).
        person_id: whom it is about, None when nobody, or somebody who was erased.
    """

    seq: int
    at_utc: datetime
    actor: str
    action: str
    subject: str
    data: Mapping[str, Any]
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """The first thing that is wrong.

    Attributes:
        seq: number of the entry, None when it is the head that is wrong.
        at: instant written in that entry, or in the one before when it is gone; "" when unknown.
        what: what is wrong.
    """

    seq: int | None
    at: str
    what: Reason


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends.

    Attributes:
        count: number of entries.
        last_hash: 32 bytes, hash of the last one.
    """

    count: int
    last_hash: bytes


@dataclass(frozen=True, slots=True)
class Protection:
    """From where on every entry has a seal of its own; what stood before is vouched for by that entry.

    Attributes:
        seq: number of the first sealed entry.
        at: instant written in it, "" when there is no such entry.
    """

    seq: int
    at: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Outcome of a look at the whole log.

    Attributes:
        entries: how many were found in order.
        head: what the head file says, None without a usable one.
        lag: entries that the head had missed when the program started, because one was cut off before writing it.
        compared: stored rows that were compared with the log and with their seals, None when none were.
        finding: the first thing that is wrong, None when nothing is.
        protection: None where nothing is sealed.
    """

    entries: int
    head: Head | None
    lag: int
    compared: int | None
    finding: AuditFinding | None
    protection: Protection | None = None


@dataclass(frozen=True, slots=True)
class EntrySeal:
    """Makes and checks the seals of entries.

    Attributes:
        key: 32 bytes, of this purpose only.
        log_id: random bytes of this log: the key may serve several folders.
        since: number of the first entry that has a seal.
    """

    key: bytes
    log_id: bytes
    since: int = 1

    def of(self, own_hash: bytes) -> bytes:
        """Return HMAC-SHA256(key, log id || hash of the entry), 32 bytes; the hash covers all entries before."""
        return hmac.digest(self.key, self.log_id + own_hash, "sha256")


def canonical_json(value: object) -> str:
    """Return the one way to write a JSON value: sorted keys, no blanks, ASCII, numbers as Python's ``repr``.

    Raises:
        ValueError: NaN or an infinity.
        TypeError: no JSON value.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_body(*, seq: int, at_utc: datetime, actor: str, action: str, subject: str, data: Mapping[str, object]) -> str:
    """Return the body of one entry; the arguments are those of ``AuditEntry``.

    Raises:
        ValueError: the instant is naive.
    """
    if at_utc.utcoffset() is None:
        raise ValueError("only aware instants are stored")
    at = at_utc.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return canonical_json({"action": action, "actor": actor, "at": at, "data": data, "seq": seq, "subject": subject})


def parse_body(body: str, person_id: int | None = None) -> AuditEntry:
    """Return the entry of a body.

    Raises:
        ValueError: not a body that ``entry_body`` wrote.
    """
    try:
        value = json.loads(body)
        return AuditEntry(
            seq=int(value["seq"]),
            at_utc=datetime.fromisoformat(value["at"]),
            actor=str(value["actor"]),
            action=str(value["action"]),
            subject=str(value["subject"]),
            data=dict(value["data"]),
            person_id=person_id,
        )
    except (KeyError, TypeError) as err:
        raise ValueError("not an entry of the audit log") from err


def entry_hash(hash_before: bytes, body: bytes) -> bytes:
    """Return SHA-256(hash of the entry before || body), 32 bytes."""
    return hashlib.sha256(hash_before + body).digest()


def row_digest(values: Iterable[object], salt: bytes | None = None) -> str:
    """Return the fingerprint of a stored row as 64 hexadecimal digits.

    Args:
        values: the columns, JSON values.
        salt: makes it an HMAC: without the salt the values cannot be guessed from it.
    """
    text = canonical_json(list(values)).encode()
    digest = hashlib.sha256(text) if salt is None else hmac.new(salt, text, hashlib.sha256)
    return digest.hexdigest()


def person_mark(salt: bytes, subject: str) -> str:
    """Return how an entry names a person: 32 hexadecimal digits of HMAC-SHA256(the person's salt, subject).

    With the salt it can be checked who is meant. The salt goes with the person: from then on the marks lead to nobody,
    and the marks of two events do not tell that they were of one person.
    """
    return hmac.new(salt, subject.encode(), hashlib.sha256).hexdigest()[:_MARK_HEX]


def check_chain(
    rows: Iterable[ChainRow], *, after: Head | None = None, seal: EntrySeal | None = None
) -> tuple[Head, AuditFinding | None]:
    """Follow the chain to its end or to the first entry that is not what was written.

    Args:
        rows: by rising number.
        after: where to begin: the rows follow these entries; None begins at the first.
        seal: checks the seals; None looks at the hashes only.

    Returns:
        The entries found in order, and the first bad one.
    """
    count, last = (0, GENESIS) if after is None else (after.count, after.last_hash)
    body_before: object = b""
    sha256 = hashlib.sha256
    for row in rows:
        number, body, before, stored, mac = row
        try:
            is_good = number == count + 1 and before == last and sha256(last + body).digest() == stored
        except TypeError:  # a column of a changed file may hold anything
            is_good = False
        if not is_good:
            return Head(count, last), _finding(row, count + 1, last, body_before)
        if seal is not None and number >= seal.since and mac != seal.of(stored):
            what = Reason("not sealed by this site: it was written without the key, or its seal was changed")
            return Head(count, last), AuditFinding(number, instant_of_body(body), what)
        count, last, body_before = number, stored, body
    return Head(count, last), None


def _finding(row: ChainRow, expected: int, last: bytes, body_before: object) -> AuditFinding:
    number, body, before, stored, _ = row
    seq, at = expected, instant_of_body(body)
    own = _own_number(body)
    if number > expected:
        at, what = instant_of_body(body_before), Reason("removed: entry {number} comes next", number=number)
    elif number < expected:
        seq, what = number, Reason("added before the first entry")
    elif not all(isinstance(value, bytes) for value in (body, before, stored)):
        what = Reason("changed: it holds values of another type")
    elif entry_hash(before, body) != stored:
        what = Reason("changed: it does not fit its hash")
    elif own != expected:
        what = Reason("moved: entry {number} stands in its place", number=own)
    elif expected == 1:
        what = Reason("changed: it is not chained to the beginning")
    else:
        # It is whole and was chained as number `expected`, but to another entry than the one before it now.
        seq, at = expected - 1, instant_of_body(body_before)
        what = Reason("replaced: entry {number} was chained to another one", number=expected)
    return AuditFinding(seq, at, what)


def _own_number(body: object) -> int | None:
    try:
        return parse_body(body.decode()).seq if isinstance(body, bytes) else None
    except ValueError:
        return None


def instant_of_body(body: object) -> str:
    """Return the instant written in the bytes of a body, "" when there is none."""
    try:
        return str(json.loads(body)["at"]) if isinstance(body, bytes) else ""
    except (ValueError, KeyError, TypeError):
        return ""
