"""The term of a pack's licence: for whom, from when and until when it allows what it allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from attendance.core.types import LicenceUse
from attendance.errors import Reason

if TYPE_CHECKING:
    from attendance.core.types import PackInfo


@dataclass(frozen=True, slots=True)
class LicenceTerm:
    """Whom a signed licence names, and when it holds. Nothing here knows what time it is: whoever shows a pack asks.

    Attributes:
        customer: to whom it was given.
        from_utc: aware UTC instant of its begin.
        until_utc: first instant at which it is over, None when it does not end.
    """

    customer: str
    from_utc: datetime
    until_utc: datetime | None = None

    @property
    def last_day(self) -> date | None:
        """Last day in UTC on which it holds, None when it does not end."""
        return None if self.until_utc is None else (self.until_utc - timedelta(microseconds=1)).date()

    def holds(self, now_utc: datetime) -> bool:
        """Tell whether it has begun and is not over."""
        return self.from_utc <= now_utc and (self.until_utc is None or now_utc < self.until_utc)


def use_at(pack: PackInfo, now_utc: datetime) -> LicenceUse:
    """Return what the licence of a pack allows at an instant: nothing but research before and after its term."""
    is_valid = pack.term is None or pack.term.holds(now_utc)
    return pack.use if is_valid else LicenceUse.RESEARCH_ONLY


def licence_line(pack: PackInfo, now_utc: datetime) -> Reason:
    """Return the licence of a pack in one line, with the customer and the last day where it has a term."""
    term = pack.term
    if term is None:
        return Reason.quoted(pack.licence)
    if now_utc < term.from_utc:
        day = term.from_utc.date().isoformat()
        return Reason("InsightFace's licence for {customer}, which begins on {day}", customer=term.customer, day=day)
    last = term.last_day
    if last is None:
        return Reason("InsightFace's licence for {customer}", customer=term.customer)
    if term.holds(now_utc):
        return Reason("InsightFace's licence for {customer}, until {day}", customer=term.customer, day=last.isoformat())
    return Reason(
        "InsightFace's licence for {customer}, which ended on {day}", customer=term.customer, day=last.isoformat()
    )
