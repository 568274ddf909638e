"""Errors: reports."""

from __future__ import annotations

from attendance.errors import AttendanceError


class ReportError(AttendanceError):
    """A report cannot be made or written."""

    code = "REP-01"
    template = "The report {path} cannot be written: {reason}"
    hint_template = "Close the file in other programs or choose another folder."


class ReportRangeError(ReportError):
    """The dates make no sense."""

    code = "REP-02"
    template = "The report range {start} to {end} is not usable: {reason}"
    hint_template = "Give the first and last day as YYYY-MM-DD."


class ReportRequestError(ReportError):
    """A report was asked for with something that does not exist."""

    code = "REP-03"
    template = "This report cannot be made: {reason}."
    hint_template = "Choose one of these and try again."


class OutputFailed(AttendanceError):
    """What a command prints cannot be written where it goes."""

    code = "REP-04"
    template = "The output cannot be written: {reason}."
    hint_template = "Free space on the disk it goes to, or let it go to another file; what the command did stays done."
