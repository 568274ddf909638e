"""Compares the stored check-ins and corrections with what the audit log says was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from attendance.core.audit import AuditFinding, person_mark, row_digest
from attendance.data.audit.entries import CHECK_IN, CORRECTION_COLUMNS, ERASED_REASON, EVENT_COLUMNS, digest_of_step
from attendance.data.audit.rows import raw_rows
from attendance.data.audit.sealed_rows import SealedRows
from attendance.errors import Reason

_EVENTS = f"SELECT id, person_id, {EVENT_COLUMNS}, {{method}} FROM check_in ORDER BY id"
_CORRECTIONS = f"SELECT id, person_id, new_person_id, {CORRECTION_COLUMNS} FROM correction ORDER BY id"
_STEPS = (
    "SELECT c.correction_id, s.state, s.made_by, s.at_utc, {account} FROM correction_step s "
    "LEFT JOIN correction c ON c.id = s.correction_id ORDER BY s.id"
)
_COLUMNS = "SELECT name FROM pragma_table_info('{table}')"
_TOLD = "SELECT seq, body FROM audit_entry ORDER BY seq"
_ERASED = "person.erased"


class Comparison:
    """One look at all rows; entries and rows were written in the same order, so both are read once, side by side.

    Args:
        connection: in one read transaction, in which the chain was found whole.
        rows: knows which rows were sealed by themselves when their person was erased; None for a database of a version
            that sealed nothing, where only their number can be compared.
    """

    def __init__(self, connection: Connection, rows: SealedRows | None) -> None:
        self.compared = 0
        """Rows that agree."""
        self._connection = connection
        self._salts: dict[object, object] = dict(raw_rows(connection, "SELECT person_id, salt FROM audit_salt"))
        # An earlier version is looked at before it is upgraded.
        has_method = ("method",) in set(raw_rows(connection, _COLUMNS.format(table="check_in")))
        has_account = ("account",) in set(raw_rows(connection, _COLUMNS.format(table="correction_step")))
        self._events = raw_rows(connection, _EVENTS.format(method="method" if has_method else "NULL"))
        self._steps = raw_rows(connection, _STEPS.format(account="s.account" if has_account else "''"))
        self._corrections = {row[3]: row for row in raw_rows(connection, _CORRECTIONS)}
        self._told_corrections: set[str] = set()
        self._erased_events = None if rows is None else rows.tombstones("check_in")
        self._erased_corrections = None if rows is None else rows.tombstones("correction")
        self._anonymous = 0
        self._erased = 0

    def run(self) -> AuditFinding | None:
        """Return the first entry whose row is not what it was, None when all are."""
        seq = 0
        for seq, body in raw_rows(self._connection, _TOLD):
            entry = json.loads(body)
            what = self._look(entry)
            if what is not None:
                return AuditFinding(seq, entry["at"], what)
            if entry["action"] == _ERASED:
                self._erased += entry["data"]["check_ins"]
        what = self._left_over()
        return None if what is None else AuditFinding(None, "", what)

    def _look(self, entry: Mapping[str, Any]) -> Reason | None:
        if entry["action"] == CHECK_IN:
            return self._look_at_event(entry["subject"], entry["data"])
        if entry["action"].startswith("correction."):
            return self._look_at_correction(entry["subject"], entry["data"])
        return None

    def _look_at_event(self, event_id: str, told: Mapping[str, Any]) -> Reason | None:
        row = next(self._events, None)
        if row is None or row[2] != event_id:
            query = "SELECT 1 FROM check_in WHERE event_id = ?"
            is_there = self._connection.exec_driver_sql(query, (event_id,)).first()
            if is_there:
                return Reason("the check-in {id} was moved", id=event_id)
            return Reason("the check-in {id} was removed", id=event_id)
        key, person_id, *values, method = row
        if _digest(values) != told["row"] or method != told.get("method"):
            return Reason("the check-in {id} was changed", id=event_id)
        if person_id is None and told["person"] is not None:
            if self._erased_events is not None and key not in self._erased_events:
                return Reason("the check-in {id} lost its person, and nobody was erased", id=event_id)
            self._anonymous += 1
        elif self._mark(person_id, event_id) != told["person"]:
            return Reason("the check-in {id} was given to another person", id=event_id)
        self.compared += 1
        return None

    def _look_at_correction(self, own_id: str, told: Mapping[str, Any]) -> Reason | None:
        row = self._corrections.get(own_id)
        if row is None:
            return Reason("the correction {id} was removed", id=own_id)
        key, person_id, new_person_id, *values = row
        # The words of an erased person are gone, so the row is no longer the one of the entry; it was sealed anew then.
        is_erased = values[9] == ERASED_REASON and (self._erased_corrections is None or key in self._erased_corrections)
        if not is_erased:
            salt = self._salt(person_id or new_person_id)
            marks = (self._mark(person_id, own_id), self._mark(new_person_id, own_id))
            if _digest(values, salt) != told["row"] or marks != (told["person"], told["new_person"]):
                return Reason("the correction {id} was changed", id=own_id)
        step = next(self._steps, None)
        if step is None or step[0] != own_id or _digest_of_step(step[1:]) != told["step"]:
            return Reason("a step of the correction {id} was changed, moved or removed", id=own_id)
        self._told_corrections.add(own_id)
        self.compared += 1
        return None

    def _left_over(self) -> Reason | None:
        """Return what the log does not know."""
        if (event := next(self._events, None)) is not None:
            return Reason("the check-in {id} was added past the log", id=event[2])
        unknown = self._corrections.keys() - self._told_corrections
        if unknown or next(self._steps, None) is not None:
            if unknown:
                return Reason("the correction {id} was added past the log", id=min(unknown))
            return Reason("a step of a correction was added past the log")
        if self._erased_events is None and self._anonymous != self._erased:
            return Reason(
                "check-ins that lost their person: {count}; check-ins of people who were erased: {erased}",
                count=self._anonymous,
                erased=self._erased,
            )
        return None

    def _mark(self, person_id: int | None, subject: str) -> str | None:
        salt = self._salt(person_id)
        return None if salt is None else person_mark(salt, subject)

    def _salt(self, person_id: int | None) -> bytes | None:
        found = self._salts.get(person_id)
        return found if isinstance(found, bytes) else None


def _digest(values: Sequence[object], salt: bytes | None = None) -> str:
    """Return the fingerprint of a row; "" for values that no row of this program has."""
    try:
        return row_digest(values, salt)
    except (TypeError, ValueError):  # a changed file may hold bytes, or an infinity
        return ""


def _digest_of_step(values: Sequence[str]) -> str:
    try:
        return digest_of_step(*values)
    except (TypeError, ValueError):
        return ""
