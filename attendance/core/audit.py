"""The audit log as a chain of hashes: how an entry is written and hashed, and what is wrong with a list of entries.

An entry is one line of canonical JSON, its body. ``hash = SHA-256(hash of the entry before || body)``: whoever changes,
removes or moves an entry breaks the chain there. The head, kept outside the database under an HMAC-SHA256 (RFC 2104),
says how many entries there are and what the last hash is: it finds what was cut off at the end, and a chain that was
made anew.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attendance.errors import Reason, Refusal

GENESIS = bytes(32)
"""What the first entry is chained to."""
HEAD_VERSION = 1
_MARK_HEX = 32
"""128 bits: nobody finds a second person with the same mark by chance."""

ChainRow = tuple[int, bytes, bytes, bytes]
"""Number, body, hash of the entry before as it was written down, hash."""


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
class AuditCheck:
    """Outcome of a look at the whole log.

    Attributes:
        entries: how many were found in order.
        head: what the head file says, None without a usable one.
        lag: entries that the head had missed when the program started, because one was cut off before writing it.
        compared: rows of check-ins and corrections that were compared with the chain, None when none were.
        finding: the first thing that is wrong, None when nothing is.
    """

    entries: int
    head: Head | None
    lag: int
    compared: int | None
    finding: AuditFinding | None


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


def check_chain(rows: Iterable[ChainRow], *, after: Head | None = None) -> tuple[Head, AuditFinding | None]:
    """Follow the chain to its end or to the first entry that is not what was written.

    Args:
        rows: by rising number.
        after: where to begin: the rows follow these entries; None begins at the first.

    Returns:
        The entries found in order, and the first bad one.
    """
    count, last = (0, GENESIS) if after is None else (after.count, after.last_hash)
    body_before: object = b""
    sha256 = hashlib.sha256
    for row in rows:
        number, body, before, stored = row
        try:
            is_good = number == count + 1 and before == last and sha256(last + body).digest() == stored
        except TypeError:  # a column of a changed file may hold anything
            is_good = False
        if not is_good:
            return Head(count, last), _finding(row, count + 1, last, body_before)
        count, last, body_before = number, stored, body
    return Head(count, last), None


def _finding(row: ChainRow, expected: int, last: bytes, body_before: object) -> AuditFinding:
    number, body, before, stored = row
    seq, at = expected, _instant(body)
    own = _own_number(body)
    if number > expected:
        at, what = _instant(body_before), Reason("removed: entry {number} comes next", number=number)
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
        seq, at = expected - 1, _instant(body_before)
        what = Reason("replaced: entry {number} was chained to another one", number=expected)
    return AuditFinding(seq, at, what)


def _own_number(body: object) -> int | None:
    try:
        return parse_body(body.decode()).seq if isinstance(body, bytes) else None
    except ValueError:
        return None


def _instant(body: object) -> str:
    try:
        return str(json.loads(body)["at"]) if isinstance(body, bytes) else ""
    except (ValueError, KeyError, TypeError):
        return ""


def compare_with_head(found: Head, head: Head, hash_at_head: bytes | None) -> AuditFinding | None:
    """Say whether a whole chain is the one that the head was written for.

    Args:
        found: end of the chain.
        head: what the head file says; more entries than it knows are no fault, they continue the chain.
        hash_at_head: hash of entry number ``head.count`` of the chain, None when there is no such entry.
    """
    if found.count < head.count:
        what = Reason("removed from the end: the head knows {count} entries", count=head.count)
        return AuditFinding(found.count + 1, "", what)
    if head.count and hash_at_head != head.last_hash:
        what = Reason(
            "replaced: the head knows another entry of this number, so this one or earlier ones were written anew"
        )
        return AuditFinding(head.count, "", what)
    return None


def seal_head(head: Head, key: bytes) -> str:
    """Return the text of a head file: JSON with an HMAC-SHA256 under ``key``."""
    fields = {"count": head.count, "hash": head.last_hash.hex(), "version": HEAD_VERSION}
    return canonical_json({**fields, "mac": _mac(fields, key)}) + "\n"


def open_head(text: str, key: bytes | None) -> Head:
    """Return what a head file says.

    Args:
        text: content of the file.
        key: checks the HMAC; None only reads.

    Raises:
        Refusal: not a text that ``seal_head`` wrote with this key.
    """
    try:
        fields = dict(json.loads(text))
        mac = fields.pop("mac")
        head = Head(int(fields["count"]), bytes.fromhex(fields["hash"]))
    except (KeyError, TypeError, ValueError) as err:
        raise Refusal(Reason("not the head of an audit log")) from err
    if fields.get("version") != HEAD_VERSION:
        raise Refusal(Reason("a head of another version"))
    if key is not None and not hmac.compare_digest(str(mac), _mac(fields, key)):
        raise Refusal(Reason("the head was changed, or belongs to another key"))
    return head


def _mac(fields: Mapping[str, object], key: bytes) -> str:
    return hmac.new(key, canonical_json(fields).encode(), hashlib.sha256).hexdigest()
