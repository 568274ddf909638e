"""Errors: the settings file."""

from __future__ import annotations

from attendance.errors import AttendanceError


class ConfigError(AttendanceError):
    """A settings file cannot be used."""

    code = "CFG-01"
    template = "{path}, key {key}: {reason}"
    hint_template = "Correct this line or remove it to use the default."


class ZoneNotNamed(ConfigError):
    """The computer's time zone has no name, and the settings give none."""

    code = "CFG-02"
    template = "The time zone of this computer has no name; times follow its clock, {zone}."
    hint_template = "Set attendance.zone in config.toml, such as Europe/Berlin."


class ThresholdOfAnother(ConfigError):
    """A fixed threshold was set for a recognizer that is not in use any more."""

    code = "CFG-03"
    template = "The fixed threshold {threshold} was set for another recognizer than that of {pack} and is not used."
    hint_template = "Remove recognition.threshold from config.toml, or give the value for the recognizer in use."


class ClockWrong(ConfigError):
    """The computer's clock shows what cannot be."""

    code = "CFG-04"
    template = "The clock of this computer is wrong: it shows {shown}; {reason}."
    hint_template = "Set date and time; check-ins made until then are marked in the reports."
