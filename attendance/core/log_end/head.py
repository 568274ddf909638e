"""The head of the audit log, kept outside the database: how many entries there are, and what the last hash is.

It finds what was cut off at the end, and a chain that was made anew. Its text is under an HMAC-SHA256 (RFC 2104).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from attendance.core.audit import GENESIS, AuditFinding, Head, canonical_json
from attendance.errors import Reason, Refusal

HEAD_VERSION = 2
"""Version 1 knew neither the log's id nor seals of entries."""
LOG_ID_BYTES = 16
_UNSEALED_VERSION = 1


@dataclass(frozen=True, slots=True)
class SealedHead:
    """What a head file says.

    Attributes:
        end: where the chain ended when it was written.
        log_id: of the log; b"" in a head of version 1.
        since: number of the first entry that has a seal of its own.
        revision: of what the tables held; it grows with every change, also with those that have no entry.
    """

    end: Head
    log_id: bytes = b""
    since: int = 1
    revision: int = 0

    @property
    def is_sealing(self) -> bool:
        """Whether the entries of its log have seals."""
        return bool(self.log_id)


def first_head(log_id: bytes) -> SealedHead:
    """Return the head of a log that has no entry yet."""
    return SealedHead(Head(0, GENESIS), log_id)


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


def seal_head(head: SealedHead, key: bytes) -> str:
    """Return the text of a head file: JSON with an HMAC-SHA256 under ``key``."""
    fields: dict[str, object] = {"count": head.end.count, "hash": head.end.last_hash.hex(), "version": HEAD_VERSION}
    fields |= {"log": head.log_id.hex(), "revision": head.revision, "since": head.since}
    return canonical_json({**fields, "mac": _mac(fields, key)}) + "\n"


def open_head(text: str, key: bytes | None) -> SealedHead:
    """Return what a head file says; one of version 1 is read as well.

    Args:
        text: content of the file.
        key: checks the HMAC; None only reads.

    Raises:
        Refusal: not a text that ``seal_head`` wrote with this key.
    """
    try:
        fields = dict(json.loads(text))
        mac = fields.pop("mac")
        end = Head(int(fields["count"]), bytes.fromhex(fields["hash"]))
        is_old = fields.get("version") == _UNSEALED_VERSION
        own = () if is_old else (bytes.fromhex(fields["log"]), int(fields["since"]), int(fields["revision"]))
        head = SealedHead(end, *own)
    except (KeyError, TypeError, ValueError) as err:
        raise Refusal(Reason("not the head of an audit log")) from err
    if fields.get("version") not in (HEAD_VERSION, _UNSEALED_VERSION):
        raise Refusal(Reason("a head of another version"))
    if key is not None and not hmac.compare_digest(str(mac), _mac(fields, key)):
        raise Refusal(Reason("the head was changed, or belongs to another key"))
    return head


def _mac(fields: Mapping[str, object], key: bytes) -> str:
    return hmac.new(key, canonical_json(fields).encode(), hashlib.sha256).hexdigest()
