"""Errors: corrections, shifts and rules for hours."""

from __future__ import annotations

from attendance.errors import AttendanceError


class CorrectionRefused(AttendanceError):
    """A correction of the check-in log makes no sense, or may not be made by this person."""

    code = "COR-01"
    template = "This correction cannot be made: {reason}"
    hint_template = "Nothing was changed. Correct this and try again."


class HoursRulesInvalid(AttendanceError):
    """A shift, roster, assignment or rule for hours contradicts itself or cannot be read."""

    code = "HRS-01"
    template = "The rules for hours, {key}: {reason}"
    hint_template = "Correct this entry; docs/hours.md shows what each may hold."
