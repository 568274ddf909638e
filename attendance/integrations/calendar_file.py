"""Reads a calendar (.ics, RFC 5545) as days of the site; what repeats is written out for a bounded range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar

from attendance.bounded_work import run_bounded
from attendance.core.data_file import BadRow, CalendarDays
from attendance.errors import Reason, Refusal
from attendance.errors.exchange import DataFileError
from attendance.text_file import NotText, read_text, text_of

HALF_DAY_AT_MOST = timedelta(hours=5)
_MAX_BYTES = 20_000_000
_MAX_OCCURRENCES = 4000
"""Of one event: a daily one for more than ten years."""
_DAY = timedelta(days=1)
LIMIT_S = 60.0
"""For all rules of a file together; a year of a company's calendar takes less than a second."""
_FOLDED = re.compile(r"\n[ \t]")
_REPEATS = re.compile(r"^RRULE", re.IGNORECASE | re.MULTILINE)
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_MAX_TITLE = 200
_NO_CALENDAR = Reason("it is not a calendar in iCalendar format")
_FOLD = re.compile(rb"\r?\n[ \t]")
_PART = re.compile(r"^(?P<mark>BEGIN|END):(?P<name>\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def read_calendar(path: Path, *, first: date, last: date, zone: ZoneInfo) -> tuple[list[CalendarDays], list[BadRow]]:
    """Return everything that takes place from one day to another, both included, and what could not be read.

    All-day and timed events, RRULE, RDATE, EXDATE and single occurrences that were moved or cancelled are understood.
    Times without a zone are times of the site.

    Args:
        path: the file.
        first: first day.
        last: last day, included.
        zone: of the site; timed events become its days.

    Raises:
        DataFileError: unreadable, too large, no text, one of the calendars in it is broken, or its rules take longer
            than ``LIMIT_S``.
    """
    text = read_text(
        path, lambda reason: DataFileError(path=path, detail=reason), max_bytes=_MAX_BYTES, decode=_text_of_calendar
    )
    if _REPEATS.search(_FOLDED.sub("", text)) is None:
        return _read(path, text, first, last, zone)
    try:
        # Nobody can tell from a rule how long its library looks for the next day that fits, or whether there is one.
        return run_bounded(_read, path, text, first, last, zone, limit_s=LIMIT_S)
    except Refusal as err:
        raise DataFileError(path=path, detail=Reason("it cannot be worked out: {cause}", cause=err.reason)) from err


def _read(path: Path, text: str, first: date, last: date, zone: ZoneInfo) -> tuple[list[CalendarDays], list[BadRow]]:
    every = [event for calendar in _parsed(path, text) for event in calendar.walk("VEVENT")]
    events = [one for one in every if str(one.get("STATUS", "")).upper() != "CANCELLED"]
    changed = _changed(every, zone)
    found: list[CalendarDays] = []
    bad: list[BadRow] = []
    for event in events:
        title = _title(event)
        try:
            found += [one for one in _days_of(event, changed, first, last, zone)]
        except _Unreadable as err:
            bad.append(BadRow(title, err.reason))
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):  # of a property the library let pass
            bad.append(BadRow(title, Reason("its dates or its rule cannot be read")))
    return sorted(found, key=lambda one: (one.first_day, one.uid)), bad


class _Unreadable(Refusal):
    """An event that cannot be taken."""


def _parsed(path: Path, text: str) -> list[Any]:
    """Return all calendars of a file; RFC 5545, section 3.4, allows several, one after the other."""
    calendars: list[Any] = []
    try:
        for piece in _pieces(text):
            calendars.append(Calendar.from_ical(piece))
    except (ValueError, KeyError, IndexError, AttributeError) as err:
        number = len(calendars) + 1
        detail = Reason("calendar {number} in it is damaged or cut off", number=number) if number > 1 else _NO_CALENDAR
        raise DataFileError(path=path, detail=detail) from err
    return calendars


def _text_of_calendar(raw: bytes) -> str:
    """Return the text; RFC 5545, section 3.1, lets programs fold a line in the middle of a character."""
    try:
        return text_of(raw)
    except NotText:
        try:
            return text_of(_FOLD.sub(b"", raw))
        except NotText:
            pass
        raise


def _pieces(text: str) -> Iterator[str]:
    """Yield each calendar of a text, with what follows it.

    Whether each of its parts ends where it should is looked at here: the library leaves out a calendar without an end,
    and takes any end for that of the part that is open.

    Raises:
        ValueError: the next one is broken, or there is none.
    """
    start: int | None = None
    is_open: list[str] = []
    for found in _PART.finditer(text):
        kind = found["name"].upper()
        if found["mark"].upper() == "END":
            if not is_open or is_open.pop() != kind:
                raise ValueError(f"END:{kind} stands in a wrong place")
        elif kind == "VCALENDAR" and is_open:
            raise ValueError("a calendar begins before the one before it ends")
        else:
            if not is_open:
                if start is not None or text[: found.start()].strip():
                    yield text[start or 0 : found.start()]
                start = found.start()
            is_open.append(kind)
    if is_open or start is None:
        raise ValueError("it ends too early")
    yield text[start:]


def _title(event: Any) -> str:
    return (
        " ".join(str(event.get("SUMMARY", "")).split())[:_MAX_TITLE] or str(event.get("UID", "(no title)"))[:_MAX_TITLE]
    )


def _changed(events: Any, zone: ZoneInfo) -> set[tuple[str, datetime]]:
    """Return the occurrences that an event of their own stands for, or that are cancelled, as UTC instants."""
    found = set()
    for event in events:
        if "RECURRENCE-ID" in event:
            at = event["RECURRENCE-ID"].dt
            found.add((str(event.get("UID", "")), _instant(at, zone)))
    return found


def _days_of(
    event: Any, changed: set[tuple[str, datetime]], first: date, last: date, zone: ZoneInfo
) -> Iterator[CalendarDays]:
    if "DTSTART" not in event:
        raise _Unreadable(Reason("it has no start"))
    start = event["DTSTART"].dt
    length = _length(event, start)
    uid = str(event.get("UID", ""))
    emails = _emails(event)
    is_whole = not isinstance(start, datetime)
    for at in _starts(event, start, length, first, last, zone):
        if "RECURRENCE-ID" not in event and (uid, _instant(at, zone)) in changed:
            continue
        if is_whole:
            first_day, last_day, is_half = at.date(), (at + length - _DAY).date(), False
        else:
            begins, ends = _instant(at, zone), _instant(at, zone) + length
            first_day = begins.astimezone(zone).date()
            last_day = max(begins, ends - timedelta(microseconds=1)).astimezone(zone).date()
            is_half = first_day == last_day and timedelta() < length <= HALF_DAY_AT_MOST
        last_day = max(first_day, last_day)
        if first_day <= last and last_day >= first:
            yield CalendarDays(uid, _title(event), emails, first_day, last_day, is_half)


def _length(event: Any, start: date) -> timedelta:
    if "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(end, datetime) != isinstance(start, datetime):
            raise _Unreadable(Reason("it starts on a day and ends at a time"))
        length: timedelta = end - start
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta() if isinstance(start, datetime) else _DAY
    if length < timedelta():
        raise _Unreadable(Reason("it ends before it starts"))
    return length


def _starts(event: Any, start: date, length: timedelta, first: date, last: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the starts that may matter: on the clock of the event's own zone, which they carry if it has one."""
    own = start.tzinfo if isinstance(start, datetime) else None
    begin = _wall(start, own)
    if "RECURRENCE-ID" in event or not ("RRULE" in event or "RDATE" in event):
        yield begin.replace(tzinfo=own)
        return
    low = datetime.combine(first, datetime.min.time()) - length - 2 * _DAY
    high = datetime.combine(last, datetime.min.time()) + 2 * _DAY
    dates = rruleset()
    dates.rdate(begin)
    for rule in _listed(event.get("RRULE")):
        dates.rrule(_rule(rule, begin, own, high))
    for given in _listed(event.get("RDATE")):
        for one in given.dts:
            if isinstance(one.dt, tuple):
                raise _Unreadable(Reason("it repeats by periods"))
            dates.rdate(_wall(one.dt, own))
    for given in _listed(event.get("EXDATE")):
        for one in given.dts:
            dates.exdate(_wall(one.dt, own))
    for number, at in enumerate(dates.xafter(low, inc=True)):
        if at > high:
            return
        if number >= _MAX_OCCURRENCES:
            raise _Unreadable(Reason("it takes place more than {most} times", most=_MAX_OCCURRENCES))
        yield at.replace(tzinfo=own)


def _rule(rule: Any, begin: datetime, own: tzinfo | None, high: datetime) -> Any:
    parts = {str(name).upper(): values for name, values in rule.items()}
    frequency = str(parts["FREQ"][0] if isinstance(parts["FREQ"], list) else parts["FREQ"]).upper()
    if frequency not in _FREQUENCIES:
        raise _Unreadable(Reason("it repeats {frequency}", frequency=frequency.lower()))
    if any(int(interval) < 1 for interval in _listed(parts.get("INTERVAL"))):
        raise _Unreadable(Reason("it repeats at no interval"))  # the library would look for ever
    until = _listed(parts.get("UNTIL"))
    end = _wall(until[0], own) if until else high
    if until and not isinstance(until[0], datetime):
        end += _DAY - timedelta(seconds=1)  # the last day counts as a whole
    text = rule.to_ical().decode()
    kept = [part for part in text.split(";") if not part.upper().startswith("UNTIL=")]
    if "COUNT" not in parts:  # an end in any case, so that a rule without one does not run for ever
        kept.append(f"UNTIL={min(end, high):%Y%m%dT%H%M%S}")
    return rrulestr(";".join(kept), dtstart=begin)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _wall(value: date, own: tzinfo | None) -> datetime:
    """Return what the clock in a zone shows, without the zone; the midnight of a day."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
    if value.tzinfo is not None and own is not None:
        value = value.astimezone(own)
    return value.replace(tzinfo=None)


def _instant(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = _wall(value, None)
    return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)


def _emails(event: Any) -> tuple[str, ...]:
    found = []
    for one in _listed(event.get("ATTENDEE")):
        scheme, _, address = str(one).strip().partition(":")
        if scheme.lower() == "mailto" and address:
            found.append(address.lower())
    return tuple(found)
