"""What files of other programs hold, before it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from attendance.errors import Reason


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a table.

    Attributes:
        line: line of the file on which the row ends, from 1.
        values: text by lower-case column name.
    """

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """One event of a calendar, or one occurrence of an event that repeats, as days of the site.

    Attributes:
        uid: of the event; the same for all its occurrences.
        summary: title on one line.
        emails: addresses of those who take part, lower case.
        last_day: included.
        is_half: a timed event on one day that is at most five hours long.
    """

    uid: str
    summary: str
    emails: tuple[str, ...]
    first_day: date
    last_day: date
    is_half: bool = False


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out.

    Attributes:
        where: a reason such as "line 7", or title and day of a calendar's event.
        detail: why.
    """

    where: str | Reason
    detail: Reason
