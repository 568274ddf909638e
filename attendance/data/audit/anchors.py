"""Anchors of the audit log as files, and comparing the log with one."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from attendance.core.audit import GENESIS, AuditFinding, Head, check_chain
from attendance.core.log_end.anchor import Anchor, anchor_beside, compare_with_anchor, read_anchor
from attendance.data.audit.head import chain_rows, hash_of, read_newest
from attendance.data.database import Database
from attendance.data.storage_errors import translated
from attendance.errors import Reason, Refusal
from attendance.errors.storage import StorageError
from attendance.whole_file import replaced_text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnchorCheck:
    """Outcome of a comparison.

    Attributes:
        anchor: None when the file is no anchor.
        since: entries that came after it.
        finding: what is wrong, None when the log continues the anchor.
    """

    anchor: Anchor | None
    since: int
    finding: AuditFinding | None


class AuditAnchors:
    """Makes and compares anchors; needs no key.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, path: Path, at_utc: datetime, *, beside: Path | None = None) -> Anchor:
        """Write an anchor of this moment.

        Args:
            path: the file; replaced whole.
            at_utc: now.
            beside: file that it is made with.

        Raises:
            StorageError: it cannot be written, or the database cannot be read.
        """
        with self._database.read() as session:
            end = read_newest(session.connection()) or Head(0, GENESIS)
        with translated(path):
            digest = "" if beside is None else _sha256(beside)
            anchor = Anchor(end, at_utc, "" if beside is None else beside.name, digest)
            with replaced_text(path, encoding="ascii") as file:
                file.write(anchor.text())
        return anchor

    def write_beside(self, path: Path, at_utc: datetime) -> None:
        """Write an anchor beside an exported file; one that cannot be written is only logged: the file is there."""
        try:
            self.write(anchor_beside(path), at_utc, beside=path)
        except StorageError as err:
            _log.warning("no anchor beside %s: %s", path, err.log_text)

    def compare(self, path: Path) -> AnchorCheck:
        """Say whether the log continues an anchor.

        Raises:
            StorageError: the file or the database cannot be read.
        """
        with translated(path):
            text = path.read_text(encoding="ascii", errors="replace")
        try:
            anchor = read_anchor(text)
        except Refusal as err:
            what = Reason("the anchor {path} is no use: {cause}", path=path, cause=err.reason)
            return AnchorCheck(None, 0, AuditFinding(None, "", what))
        with self._database.read() as session:
            connection = session.connection()
            end, finding = check_chain(chain_rows(connection))
            if finding is None:
                wrong = compare_with_anchor(end, anchor, hash_of(connection, anchor.end.count))
                finding = None if wrong is None else AuditFinding(None, "", wrong)
        return AnchorCheck(anchor, max(0, end.count - anchor.end.count), finding)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
