"""Errors: other systems: webhook, relay, mail, schedules, files of other programs."""

from __future__ import annotations

from attendance.errors import AttendanceError


class WebhookRefused(AttendanceError):
    """An address for messages cannot be used, or did not take one."""

    code = "INT-01"
    template = "The webhook cannot be used: {detail}"
    hint_template = "'attendance webhook set' takes an https address; 'attendance webhook status' shows what waits."


class RelayFailed(AttendanceError):
    """The door relay could not be switched."""

    code = "INT-02"
    template = "The door relay did not switch: {reason}"
    hint_template = "The check-in is saved. Check the relay's cable and the section [relay] of the settings file."


class MailFailed(AttendanceError):
    """An e-mail was not sent."""

    code = "INT-03"
    template = "The e-mail was not sent: {detail}"
    hint_template = "Check the section [mail] of the settings file, then run 'attendance mail test'."


class ScheduleRefused(AttendanceError):
    """A scheduled report makes no sense or does not exist."""

    code = "INT-04"
    template = "The scheduled report: {detail}"
    hint_template = "'attendance schedule list' shows all scheduled reports."


class DataFileError(AttendanceError):
    """A file of events, people or a calendar cannot be read as a whole."""

    code = "INT-05"
    template = "{path} cannot be imported: {detail}"
    hint_template = "docs/integrations.md shows what the file must look like."


class ImportRefused(AttendanceError):
    """Imported check-ins cannot be decided like that."""

    code = "INT-06"
    template = "The import: {detail}"
    hint_template = "'attendance imports list' shows every import and what became of it."
