"""Anchors: where the audit log stood at some moment, kept outside of the data folder.

Who holds the key of a site can make another log with fitting seals, and anybody can put a whole older copy of the
folder back. Only a note that was kept elsewhere tells. Comparing needs no key: the chain of hashes is enough.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from attendance.core.audit import Head, canonical_json
from attendance.errors import Reason, Refusal

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """One such note.

    Attributes:
        end: number of entries and last hash.
        at_utc: aware UTC instant at which it was made.
        file: name of the file that it was made with, "" for none.
        sha256: of that file, hexadecimal digits; "" for none.
    """

    end: Head
    at_utc: datetime
    file: str = ""
    sha256: str = ""

    def text(self) -> str:
        """Return the content of an anchor file."""
        fields: dict[str, object] = {"anchor": _VERSION, "at": self.at_utc.isoformat(), "entries": self.end.count}
        fields |= {"hash": self.end.last_hash.hex(), "file": self.file, "sha256": self.sha256}
        return canonical_json(fields) + "\n"


def anchor_beside(path: Path) -> Path:
    """Return where the anchor of an exported file lies."""
    return path.with_name(f"{path.name}.anchor.json")


def read_anchor(text: str) -> Anchor:
    """Return the anchor of a text.

    Raises:
        Refusal: not what ``Anchor.text`` gives.
    """
    try:
        fields = dict(json.loads(text))
        if fields["anchor"] != _VERSION:
            raise Refusal(Reason("an anchor of another version"))
        end = Head(int(fields["entries"]), bytes.fromhex(fields["hash"]))
        return Anchor(end, datetime.fromisoformat(fields["at"]), str(fields["file"]), str(fields["sha256"]))
    except (KeyError, TypeError, ValueError) as err:
        if isinstance(err, Refusal):
            raise
        raise Refusal(Reason("not an anchor of an audit log")) from err


def compare_with_anchor(found: Head, anchor: Anchor, hash_there: bytes | None) -> Reason | None:
    """Say what is wrong when a whole chain does not continue an anchor, None when it does.

    Args:
        found: end of the chain.
        anchor: kept elsewhere.
        hash_there: hash of the entry of the chain with the anchor's number, None when there is none.
    """
    if found.count < anchor.end.count:
        return Reason(
            "the anchor knows {count} entries, and this log has {found}: it is an older copy, or its end was cut off",
            count=anchor.end.count,
            found=found.count,
        )
    if anchor.end.count and hash_there != anchor.end.last_hash:
        return Reason(
            "the anchor knows another entry {count}: this log was written anew, or is that of another folder",
            count=anchor.end.count,
        )
    return None
