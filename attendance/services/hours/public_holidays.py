"""Public holidays of a country, from the table ``calendar`` of a plan's file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from attendance.core.hours.plan_file.table_reader import TableReader, as_day
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

CALENDAR = "calendar"
"""Name of the table: ``country`` and ``subdivision`` by ISO 3166, ``language``, ``leave_out`` (dates)."""
_CACHED_YEARS = 400


def with_public_holidays(data: Mapping[str, Any], *, first_year: int, last_year: int) -> dict[str, Any]:
    """Return the tables of a plan's file with its calendar written out as ``holidays``.

    A holiday that the file itself names keeps its name. Without a table ``calendar`` nothing changes.

    Args:
        data: tables of the file.
        first_year: years to write out.
        last_year: the last one, included.

    Raises:
        HoursRulesInvalid: the country, its part or the language is not known, or a key is.
    """
    rest = {name: value for name, value in data.items() if name != CALENDAR}
    if CALENDAR not in data:
        return rest
    table = TableReader(CALENDAR, data[CALENDAR])
    country, subdivision = table.text("country"), table.text("subdivision", "")
    language = table.text("language", "")
    left_out = _left_out(table, data[CALENDAR])
    table.finish()
    named = TableReader("", data).mapping("holidays")
    found: dict[str, Any] = {}
    for year in range(first_year, last_year + 1):
        for day, title in _holidays_of(country.upper(), subdivision, language, year):
            if day not in left_out:
                found[day.isoformat()] = title
    return rest | {"holidays": found | dict(named)}


def _left_out(table: TableReader, data: Mapping[str, Any]) -> set[date]:
    table.skip("leave_out")
    given = data.get("leave_out", [])  # dates or texts, so it is not a list of texts
    if not isinstance(given, list):
        raise HoursRulesInvalid(
            key=table.key("leave_out"), reason=Reason("must be a list, not {kind}", kind=type(given).__name__)
        )
    return {as_day(table.key("leave_out"), day) for day in given}


@lru_cache(maxsize=_CACHED_YEARS)
def _holidays_of(country: str, subdivision: str, language: str, year: int) -> tuple[tuple[date, str], ...]:
    import holidays  # noqa: PLC0415 - 100 ms: only a site with a calendar needs it

    supported = holidays.list_supported_countries()
    if country not in supported:
        raise HoursRulesInvalid(
            key="calendar.country", reason=Reason("no holidays are known for {country}", country=country)
        )
    known = holidays.country_holidays(country)
    if subdivision and subdivision not in (*known.subdivisions, *known.subdivisions_aliases):
        raise HoursRulesInvalid(
            key="calendar.subdivision",
            reason=Reason("{country} has no part called {part}", country=country, part=subdivision),
        )
    if language and language not in known.supported_languages:
        languages = ", ".join(known.supported_languages)
        raise HoursRulesInvalid(key="calendar.language", reason=Reason("must be one of {names}", names=languages))
    # Without a language the package takes that of the computer, and two computers would give two reports.
    named = language or known.default_language
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=named)
    return tuple(sorted(found.items()))
