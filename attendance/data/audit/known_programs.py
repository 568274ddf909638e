"""Which triggers the database may have: any other one would act, unseen, with all the rights of this program."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping

from attendance.data.storage_errors import DamagedValue
from attendance.errors import Reason

KNOWN_PROGRAMS: Mapping[str, frozenset[str]] = {
    "audit_entry_never_deleted": frozenset({"8950e5616cd81c8da938d9a894262042a7a4cc264627c78dfbae7386114637d4"}),
    "audit_entry_never_updated": frozenset(
        {
            "39b586f950fbff1873115530188ae0483d8e763558df1f4b03238868198fc20e",  # before the seals
            "c2ee47d7964e95a4e2cffaad295dfaaa863d3aaad67ec029f777b3ab97ffff1f",
        }
    ),
    "check_in_never_changed": frozenset(
        {
            "5a495c74d03d8b25310b95efab54f75bef726617cf2f5ca5e149ad1fe41676b3",  # before the method
            "91f385121c5247ee4fbf01e6956d74da42b2530b7535434efd8fc1679f2aad13",
        }
    ),
    "check_in_never_deleted": frozenset({"2626440e12f547b487237e58542c00af25d1d7697aa3f75865127ba839943169"}),
    "correction_never_changed": frozenset({"0047ccde67f1d00f072fcf256c6b1beec4b0b3c9125d2b83e1836a2efceb24d3"}),
    "correction_never_deleted": frozenset({"d9aa3f08023f3b357d48901becca37a88f32d3c1de5d37d6553d6513a238d329"}),
    "correction_step_never_deleted": frozenset({"9a2e2a4231e789e8b19017dadae9ecec393e7cd53354bf27fa65d3d4d35fc9f5"}),
    "correction_step_never_updated": frozenset({"f27abcdf6ae53802139ffaeaf13f9314fbbe5c83154f7e60360b7ab387cb8af1"}),
    "event_import_never_deleted": frozenset({"98e3fca52c06127ee6bd583c2ae239c82007a8fd619ce138dd5402ff918f437d"}),
    "event_import_never_updated": frozenset({"0a0a21c80ab7e8d9cfc547ac6757f4ebaa99a7788599f99bac8e9f9d915f8ec4"}),
    "event_import_step_never_deleted": frozenset({"522209b8a02f47f76815a7ae428c72e7d6dbc2976923a06caf7a8ebb39eb0d2b"}),
    "event_import_step_never_updated": frozenset({"2d03acff6847444d332db4520863dddd6664e58d6170b77e77cd314756907ed2"}),
    "imported_event_never_changed": frozenset({"90d614974585174e6342c67662b460b0b3aa2ef26ad67ca0d9942cf411d1daf2"}),
    "imported_event_never_deleted": frozenset({"0d79942a01700a635abcfb201bb0d33d6a92db473a5a13e6587eba95afa93085"}),
}
"""SHA-256 of the text of each trigger by its name, of this and earlier versions. There is no view."""


def refuse_strange_programs(connection: sqlite3.Connection) -> None:
    """Make sure that nothing but this program acts on the rows of a database.

    Raises:
        DamagedValue: it has a trigger or a view that no version of this program made.
    """
    query = "SELECT name, CAST(sql AS BLOB) FROM sqlite_master WHERE type IN ('trigger', 'view')"
    for name, sql in connection.execute(query):
        if hashlib.sha256(sql or b"").hexdigest() not in KNOWN_PROGRAMS.get(name, ()):
            raise DamagedValue(Reason("{name} is a trigger or view that is not of this program", name=name))
