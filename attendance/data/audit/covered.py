"""Which tables are sealed, and why the others are not; a test compares this with the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Covered:
    """How the rows of one table are sealed.

    Attributes:
        key: primary key, one column.
        named_when: SQL condition on the row with "{row}" for its name: then it has a seal of its own beside the one of
            the table, so that it can be named when it was changed. "0" for tables that get a row with every check-in.
        counts_up: the table never uses an id again (AUTOINCREMENT): the highest one is part of the seal.
    """

    key: str
    named_when: str = "1"
    counts_up: bool = False


COVERED: Mapping[str, Covered] = {
    "audit_salt": Covered("person_id"),
    "person": Covered("id", counts_up=True),
    "template": Covered("id"),
    "crop": Covered("id"),
    "disputed_crop": Covered("id"),
    # The audit log names a check-in, but not that its person was erased properly.
    "check_in": Covered("id", named_when="{row}.person_id IS NULL"),
    "correction": Covered("id"),
    "correction_step": Covered("id"),
    "work_plan": Covered("id", counts_up=True),
    "setting": Covered("key"),
    "pin": Covered("person_id"),
    "badge": Covered("id", counts_up=True),
    "report_schedule": Covered("id", counts_up=True),
    "event_import": Covered("id", counts_up=True),
    "event_import_step": Covered("id"),
    "imported_event": Covered("id"),
    "pending_work": Covered("id", counts_up=True),
    "outbox": Covered("id", named_when="0", counts_up=True),
    "shadow_look": Covered("id", named_when="0"),
}
"""In the order in which they are looked at: the salts first, since other findings rest on them."""

EXEMPT: Mapping[str, str] = {
    "audit_entry": "each entry has a seal of its own, and the chain",
    "timesheet_day": "each row has a keyed digest of itself, looked at wherever it is read; one that is gone is worked "
    "out again",
    "row_seal": "holds the seals of rows; checked against the rows",
    "seal_state": "is encrypted and bound to the last entry of the audit log",
}
