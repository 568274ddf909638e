"""Hours, states and flags in the words of the admin window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QTime

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet
from attendance.core.report_table import hmm
from attendance.core.types import Direction
from attendance.ui.admin.parts.words import translate

LEAVE_KINDS = ("leave", "sick", "unpaid", "holiday")
"""Kinds of leave that have a name in both languages; a site may use its own words."""
_DASH = "–"


def hours_text(seconds: int) -> str:
    """Return hours and minutes as h:mm, nothing for none."""
    return hmm(seconds) if seconds else ""


def day_text(day: date) -> str:
    """Return a day with its weekday, short."""
    locale, one = QLocale(), QDate(day.year, day.month, day.day)
    weekday = locale.dayName(one.dayOfWeek(), QLocale.FormatType.ShortFormat)
    return f"{weekday} {locale.toString(one, QLocale.FormatType.ShortFormat)}"


def date_pattern() -> str:
    """Return the pattern of dates to type, with a year that cannot be mistaken for a day."""
    pattern = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    return pattern if "yyyy" in pattern else pattern.replace("yy", "yyyy")


def clock_text(instant: datetime | None, zone: ZoneInfo, day: date) -> str:
    """Return a time on the clock of the site; "+1" says that it lies on the day after ``day``."""
    if instant is None:
        return ""
    local = instant.astimezone(zone)
    text = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    away = (local.date() - day).days
    return f"{text} {away:+d}" if away else text


def planned_text(sheet: Timesheet, zone: ZoneInfo) -> str:
    """Return from when to when the day was planned, or how long where the times are free."""
    if sheet.planned_in_utc is not None and sheet.planned_out_utc is not None:
        first, last = (clock_text(at, zone, sheet.day) for at in (sheet.planned_in_utc, sheet.planned_out_utc))
        return f"{first}{_DASH}{last}"
    return hours_text(sheet.scheduled_s)


def status_text(sheet: Timesheet) -> str:
    """Return how the day ended, with the kind of leave or the name of the holiday."""
    match sheet.status:
        case DayStatus.LEAVE:
            return leave_text(sheet.leave_kind)
        case DayStatus.HOLIDAY | DayStatus.CLOSED if sheet.title:
            return sheet.title
    words = {
        DayStatus.PRESENT: translate("admin", "Present"),
        DayStatus.HALF_DAY: translate("admin", "Half a day"),
        DayStatus.ABSENT: translate("admin", "Absent"),
        DayStatus.INCOMPLETE: translate("admin", "Incomplete"),
        DayStatus.STILL_IN: translate("admin", "Still in"),
        DayStatus.EXPECTED: translate("admin", "Expected"),
        DayStatus.HOLIDAY: translate("admin", "Holiday"),
        DayStatus.CLOSED: translate("admin", "Closed"),
        DayStatus.REST_DAY: translate("admin", "Day off"),
        DayStatus.UNPLANNED: translate("admin", "Not planned"),
        DayStatus.NOT_EMPLOYED: translate("admin", "Not employed"),
    }
    return words[sheet.status]


def leave_text(kind: str) -> str:
    """Return a kind of leave; the site's own words stay as they are."""
    words = {
        "leave": translate("admin", "Leave"),
        "sick": translate("admin", "Sick"),
        "unpaid": translate("admin", "Unpaid leave"),
        "holiday": translate("admin", "Holiday"),
    }
    return words.get(kind, kind)


def flag_text(flag: Flag) -> str:
    """Return a flag in a few words."""
    words = {
        Flag.LATE: translate("admin", "Late"),
        Flag.LEFT_EARLY: translate("admin", "Left early"),
        Flag.MISSING_OUT: translate("admin", "Check-out missing"),
        Flag.MISSING_IN: translate("admin", "Check-in missing"),
        Flag.DOUBLE_IN: translate("admin", "Came twice"),
        Flag.DOUBLE_OUT: translate("admin", "Left twice"),
        Flag.STRAY_BREAK: translate("admin", "Break does not fit"),
        Flag.BREAK_NOT_ENDED: translate("admin", "Break not ended"),
        Flag.BREAK_SHORT: translate("admin", "Break too short"),
        Flag.BREAK_LONG: translate("admin", "Break too long"),
        Flag.AUTO_BREAK: translate("admin", "Break deducted"),
        Flag.PART_MISSED: translate("admin", "Part of the shift missed"),
        Flag.OUTSIDE_WINDOW: translate("admin", "Outside the shift"),
        Flag.WORKED_ON_FREE_DAY: translate("admin", "Worked on a day off"),
        Flag.WORKED_ON_LEAVE: translate("admin", "Worked on leave"),
        Flag.UNPLANNED_WORK: translate("admin", "Work was not planned"),
        Flag.NOT_EMPLOYED: translate("admin", "Check-in while not employed"),
        Flag.DEACTIVATED: translate("admin", "Deactivated while at work"),
        Flag.STILL_IN: translate("admin", "Still in"),
        Flag.PROVISIONAL: translate("admin", "Waits for approval"),
        Flag.CORRECTED: translate("admin", "Corrected"),
        Flag.CLOCK_SUSPECT: translate("admin", "Clock of the door was set"),
        Flag.CLOCK_CHANGE: translate("admin", "Clocks change"),
        Flag.FUTURE_EVENT: translate("admin", "Check-in in the future"),
        Flag.CONFLICTING_COPY: translate("admin", "Two versions of a check-in"),
    }
    return words[flag]


# What the columns of the table say already.
_IN_COLUMNS = frozenset({Flag.LATE, Flag.LEFT_EARLY, Flag.STILL_IN})
QUIET_FLAGS = frozenset({Flag.STILL_IN, Flag.LATE, Flag.LEFT_EARLY, Flag.AUTO_BREAK, Flag.CORRECTED, Flag.CLOCK_CHANGE})
"""Flags that only inform."""


def flags_text(sheet: Timesheet) -> str:
    """Return what is remarkable about a day beyond what its other columns say."""
    return " · ".join(flag_text(flag) for flag in Flag if flag in sheet.flags and flag not in _IN_COLUMNS)


def is_to_look_at(sheet: Timesheet) -> bool:
    """Return whether somebody should look at a day: absent, or with a flag that is more than information."""
    return sheet.status is DayStatus.ABSENT or bool(sheet.flags - QUIET_FLAGS)


def direction_text(direction: Direction) -> str:
    """Return which way an event goes."""
    words = {
        Direction.IN: translate("admin", "In"),
        Direction.OUT: translate("admin", "Out"),
        Direction.BREAK_START: translate("admin", "Break"),
        Direction.BREAK_END: translate("admin", "Back"),
    }
    return words[direction]


def state_text(state: CorrectionState) -> str:
    """Return where a correction stands."""
    words = {
        CorrectionState.REQUESTED: translate("admin", "asked for, does not count yet"),
        CorrectionState.PROVISIONAL: translate("admin", "provisional, counts already"),
        CorrectionState.APPROVED: translate("admin", "approved"),
        CorrectionState.REJECTED: translate("admin", "rejected"),
    }
    return words[state]


def event_text(at_utc: datetime, direction: Direction, zone: ZoneInfo) -> str:
    """Return a day, a time and a direction."""
    local = at_utc.astimezone(zone)
    return f"{day_text(local.date())} {clock_text(at_utc, zone, local.date())} {direction_text(direction)}"


def correction_text(correction: Correction, zone: ZoneInfo, name_of: Callable[[int | None], str], before: str) -> str:
    """Return what a correction does, in one line.

    Args:
        correction: in any state.
        zone: of the site.
        name_of: name by id of a person, also for None.
        before: the event it is about, "" without one.
    """
    after = ""
    if correction.at_utc is not None and correction.direction is not None:
        after = event_text(correction.at_utc, correction.direction, zone)
    match correction.kind:
        case CorrectionKind.ADD:
            return translate("admin", "Add: {event}").format(event=after)
        case CorrectionKind.MOVE:
            return translate("admin", "Change: {before} → {after}").format(before=before, after=after)
        case CorrectionKind.VOID:
            return translate("admin", "Void: {event}").format(event=before)
        case CorrectionKind.REASSIGN:
            text = translate("admin", "Give to {name}: {event}")
            return text.format(name=name_of(correction.new_person_id), event=before)
        case CorrectionKind.LEAVE:
            return _leave_line(correction)


def _leave_line(correction: Correction) -> str:
    first, last = correction.first_day, correction.last_day
    days = day_text(first) if first is not None else ""
    if last is not None and last != first:
        days = f"{days} {_DASH} {day_text(last)}"
    kind = leave_text(correction.leave_kind)
    if correction.leave_half:
        kind = translate("admin", "{kind}, half days").format(kind=kind)
    return f"{kind}: {days}"
