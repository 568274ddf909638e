"""Changes of a plan's text: a shift and whom it is for, put into the tables and written as TOML again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """What the editor asks for.

    Attributes:
        name: of the shift, new or there already.
        start: "HH:MM".
        end: "HH:MM"; one that is not after the start lies on the next day.
        break_min: unpaid break in minutes, 0 for none.
        break_after_min: it applies to those who worked longer than so many minutes.
        grace_min: minutes of coming late and of leaving early that are forgiven.
        first_day: from when on.
        department: "" when it is for a person or for everybody.
        person: code, "" when it is for a department or for everybody.
    """

    name: str
    start: str
    end: str
    break_min: int
    break_after_min: int
    grace_min: int
    first_day: date
    department: str = ""
    person: str = ""


def with_entry(data: Mapping[str, Any], entry: ShiftEntry) -> dict[str, Any]:
    """Return the tables of a plan with a shift and its assignment.

    Other keys of a shift that is there already stay. What the same people worked before ends on the day before; what
    is planned for them later begins when it was to begin.

    Args:
        data: tables of a plan that was checked.
        entry: what to put in.
    """
    shifts = {name: dict(shift) for name, shift in data.get("shifts", {}).items()}
    shift = shifts.setdefault(entry.name, {})
    shift["parts"] = [f"{entry.start}-{entry.end}"]
    shift["grace_in_min"] = shift["grace_out_min"] = entry.grace_min
    shift["breaks"] = [_break(entry)] if entry.break_min else []
    return {**data, "shifts": shifts, "assignments": _assignments(data.get("assignments", []), entry)}


def _break(entry: ShiftEntry) -> dict[str, int]:
    return {"minutes": entry.break_min, "after_min": entry.break_after_min}


def _assignments(before: list[Mapping[str, Any]], entry: ShiftEntry) -> list[dict[str, Any]]:
    target = (entry.person, entry.department)
    new: dict[str, Any] = {"shift": entry.name, "first_day": entry.first_day.isoformat()}
    if entry.person:
        new["person"] = entry.person
    if entry.department:
        new["department"] = entry.department
    found, later = [], []
    for row in map(dict, before):
        if (row.get("person", ""), row.get("department", "")) != target:
            found.append(row)
            continue
        first, last = _day(row["first_day"]), _day(row.get("last_day", date.max))
        if first == entry.first_day:
            continue  # the new one stands in its place
        if first > entry.first_day:
            later.append(first)
        elif last >= entry.first_day:
            row["last_day"] = (entry.first_day - timedelta(days=1)).isoformat()
        found.append(row)
    if later:
        new["last_day"] = (min(later) - timedelta(days=1)).isoformat()
    return [*found, new]


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def toml_text(data: Mapping[str, Any]) -> str:
    """Return tables as TOML (https://toml.io/en/v1.0.0), such that ``tomllib`` reads equal ones.

    Args:
        data: texts, numbers, true and false, dates, lists and tables.
    """
    lines: list[str] = []
    _write_table(lines, (), data)
    return "\n".join(lines).strip() + "\n"


def _write_table(lines: list[str], path: tuple[str, ...], table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _is_rows(value):
            lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in table.items():
        place = (*path, key)
        name = ".".join(map(_key, place))
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]"]
            _write_table(lines, place, value)
        elif _is_rows(value):
            for row in value:
                # Tables inside a row are written inline: a header would belong to the row before.
                lines += ["", f"[[{name}]]", *(f"{_key(k)} = {_value(v)}" for k, v in row.items())]


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if is_bare else _quoted(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())}}}"
    return repr(value)


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
