"""A plan's text, read and checked: who works when, and the rules of the site."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attendance.core.hours.plan import WorkPlan
from attendance.core.hours.plan_file.reading import plan_from_data, rules_from_data
from attendance.core.hours.plan_file.table_reader import TableReader
from attendance.core.hours.records import StoredPlan
from attendance.core.hours.rules import HoursRules
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid
from attendance.file_errors import report_error
from attendance.services.hours.public_holidays import with_public_holidays
from attendance.text_file import read_text
from attendance.whole_file import replaced_text

MAX_TEXT = 5_000_000
"""Characters; a plan for ten thousand people has about a million."""
_NAMING_PEOPLE = ("assignments", "leave")
_KEYS_OF_SETTINGS = (("max_shift_min", "max_shift_min"), ("cool_down_min", "cool_down_s"))


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A plan that was read.

    Attributes:
        plan: with the public holidays of the years it was read for, without leave from corrections.
        rules: of the site.
        data: tables of the file as they were given.
    """

    plan: WorkPlan
    rules: HoursRules
    data: Mapping[str, Any]


def plan_tables(text: str) -> dict[str, Any]:
    """Return the tables of a plan in TOML, or in JSON if it begins with a brace.

    Raises:
        HoursRulesInvalid: neither, or too long.
    """
    if len(text) > MAX_TEXT:
        raise HoursRulesInvalid(key="file", reason=Reason("longer than {count} characters", count=MAX_TEXT))
    text = text.removeprefix("\ufeff")
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as err:  # both readers raise kinds of ValueError
        is_deep = isinstance(err, RecursionError)
        reason = Reason("nested too deeply") if is_deep else Reason.quoted(str(err))
        raise HoursRulesInvalid(key="file", reason=reason) from err
    if not isinstance(data, dict):
        raise HoursRulesInvalid(key="file", reason=Reason("must be a table"))
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as err:  # JSON can write one, no database or file can hold it
        raise HoursRulesInvalid(key="file", reason=Reason("holds half of a character (a lone surrogate)")) from err
    return data


def read_plan_file(path: Path) -> str:
    """Return the text of a plan's file; what it says is not looked at.

    Raises:
        HoursRulesInvalid: unreadable, too large, or no text.
    """
    # A character has at most four bytes.
    return read_text(path, lambda reason: HoursRulesInvalid(key=path.name, reason=reason), max_bytes=4 * MAX_TEXT)


def read_plan(
    text: str, *, person_ids: Mapping[str, int], defaults: HoursRules, first_year: int, last_year: int, strict: bool
) -> SitePlan:
    """Read and check a plan.

    Args:
        text: TOML or JSON, see docs/hours.md; "" for no plan at all.
        person_ids: id by code.
        defaults: rules of the settings file; longest shift and cool-down hold where the plan says nothing about them.
        first_year: years of public holidays to write out.
        last_year: the last one, included.
        strict: refuse codes that nobody has. A stored plan may name somebody who was erased since; these entries are
            left out.

    Raises:
        HoursRulesInvalid: something is wrong; the error names it.
    """
    data = plan_tables(text)
    known = data if strict else _without_unknown(data, person_ids)
    written_out = with_public_holidays(known, first_year=first_year, last_year=last_year)
    plan = plan_from_data(written_out, person_ids=person_ids)
    given = TableReader("", data).mapping("rules")
    rules = rules_from_data(given)
    missing = {field: getattr(defaults, field) for key, field in _KEYS_OF_SETTINGS if key not in given}
    return SitePlan(plan, replace(rules, **missing), data)


def codes_named(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of the people whom a checked plan names."""
    return frozenset(row["person"] for name in _NAMING_PEOPLE for row in data.get(name, ()) if "person" in row)


def _without_unknown(data: Mapping[str, Any], person_ids: Mapping[str, int]) -> dict[str, Any]:
    kept = dict(data)
    for name in _NAMING_PEOPLE:
        if name in kept:
            kept[name] = [row for row in kept[name] if "person" not in row or row["person"] in person_ids]
    return kept


def export_plan(stored: StoredPlan | None, path: Path) -> Path:
    """Write a plan as it was saved, an empty file when there is none; an existing file is replaced as a whole.

    Raises:
        DiskFull: as it says.
        ReportError: the file cannot be written.
    """
    try:
        with replaced_text(path, newline="") as file:
            file.write(stored.text if stored else "")
    except OSError as err:
        raise report_error(err, path) from err
    return path
