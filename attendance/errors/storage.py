"""Errors: database, files of ours, and the key."""

from __future__ import annotations

from attendance.errors import AttendanceError


class StorageError(AttendanceError):
    """The database or a file of ours cannot be read or written."""

    code = "STO-00"
    template = "{path}: {reason}"
    hint_template = "Nothing was changed. Check the disk and try again."


class DatabaseLocked(StorageError):
    """Another program held the database longer than the wait."""

    code = "STO-01"
    template = "The database {path} is locked by another program."
    hint_template = "Close the other program and try again; nothing was lost."


class DatabaseCorrupt(StorageError):
    """The file is not a healthy SQLite database."""

    code = "STO-02"
    template = "The database {path} is damaged: {reason}"
    hint_template = "Restore a backup; the damaged file was left as it is."


class SchemaTooNew(StorageError):
    """The database was written by a newer version of the application."""

    code = "STO-03"
    template = "The database {path} was written by a newer version (schema {found}, this program knows {known})."
    hint_template = "Install the newer version; the file was not touched."


class DiskFull(StorageError):
    """No space left."""

    code = "STO-04"
    template = "The disk that holds {path} is full."
    hint_template = "Free some space; what was already saved is safe."


class ReadOnlyStorage(StorageError):
    """The folder or file may not be written."""

    code = "STO-05"
    template = "{path} cannot be written."
    hint_template = "Give this user write permission, or choose another folder."


class TemplatesDamaged(StorageError):
    """Some stored templates cannot be opened; the others are in use."""

    code = "STO-07"
    template = "Face templates of {names} are damaged, so the door may not know them; everybody else is known."
    hint_template = "Restore a backup, or enrol them again with new photographs."


class KeyUnavailable(StorageError):
    """The encryption key is missing or wrong."""

    code = "STO-06"
    template = "The encryption key for {path} is not available: {reason}"
    hint_template = "Restore the key file or keyring entry; without it the stored faces cannot be read."


class DoorTaken(StorageError):
    """Another process runs the door of this data folder."""

    code = "STO-08"
    template = "The door of {path} is already run by another program: {holder}."
    hint_template = "Close that one first; two at once would book everybody twice."


class EraseUnfinished(StorageError):
    """Somebody was erased, but the disk may still hold something of them."""

    code = "STO-09"
    template = "Somebody was erased, but something of them may still be in files of {path}: {reason}"
    hint_template = "Every start of the program tries again; close other programs and free some space first."


class CheckInsUnsaved(StorageError):
    """A door ended while check-ins were not in the database."""

    code = "STO-10"
    template = "Check-ins that are not in the database: {count} ({events}); {reason}."
    hint_template = "Free some space on the disk and start the door again before anything else."


class DiskAlmostFull(StorageError):
    """The disk has too little room to take some in reserve for check-ins."""

    code = "STO-11"
    template = "The disk that holds {path} is almost full."
    hint_template = "Free some space before check-ins cannot be saved any more."


class DatabaseGone(StorageError):
    """The database is not there, but there was one."""

    code = "STO-12"
    template = "The database {path} is gone: {reason}."
    hint_template = (
        "Put a backup back with 'attendance restore FILE'; without one, move the whole folder away to begin anew."
    )


class LogNotContinued(StorageError):
    """The database does not go on from where the head of the audit log left it."""

    code = "STO-13"
    template = "Something was changed or taken out of {path} behind the program's back: {reason}."
    hint_template = "Run 'attendance audit verify', and restore a backup if entries are missing."
