"""Reads one table of a file key by key, and says precisely what is wrong with which key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

Choice = TypeVar("Choice", bound=StrEnum)
_NOTHING: Any = object()


def as_day(key: str, value: object) -> date:
    """Return a date, given as one or as "YYYY-MM-DD".

    Raises:
        HoursRulesInvalid: neither.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date.fromisoformat("")
    except ValueError as err:
        raise HoursRulesInvalid(key=key, reason=Reason("write it as YYYY-MM-DD")) from err


class TableReader:
    """One table; each key is asked for once, and ``finish`` refuses those that nobody asked for.

    Every method raises HoursRulesInvalid when the key is missing without a default, or of another type.

    Args:
        place: path of the table, "" for the file itself.
        data: the table.

    Raises:
        HoursRulesInvalid: no table.
    """

    def __init__(self, place: str, data: object) -> None:
        self._place = place
        self._data = _table(place or "-", data)
        self._asked: list[str] = []

    def key(self, name: str) -> str:
        """Return the full name of a key."""
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        """Return whether the key is there."""
        return name in self._data

    def skip(self, name: str) -> None:
        """Allow a key that somebody else reads."""
        self._asked.append(name)

    def text(self, name: str, default: str = _NOTHING) -> str:
        """Return a text."""
        return str(self._typed(name, str, Reason("a text"), default))

    def whole(self, name: str, default: int = _NOTHING) -> int:
        """Return a whole number."""
        return int(self._typed(name, int, Reason("a whole number"), default))

    def number(self, name: str, default: float = _NOTHING) -> float:
        """Return a number."""
        return float(self._typed(name, (int, float), Reason("a number"), default))

    def flag(self, name: str, default: bool = _NOTHING) -> bool:
        """Return true or false."""
        return bool(self._typed(name, bool, Reason("true or false"), default))

    def day(self, name: str) -> date:
        """Return a date."""
        return as_day(self.key(name), self._value(name, _NOTHING))

    def choice(self, name: str, choices: type[Choice], default: Choice) -> Choice:
        """Return a member of an enumeration, given by its value."""
        word = self.text(name, default.value)
        try:
            return choices(word)
        except ValueError as err:
            raise HoursRulesInvalid(
                key=self.key(name), reason=Reason("must be one of {names}", names=[*choices])
            ) from err

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty when the key is not there."""
        values = self._typed(name, list, Reason("a list"), [])
        for value in values:
            if not isinstance(value, str):
                raise HoursRulesInvalid(
                    key=self.key(name), reason=Reason("must be a text, not {kind}", kind=type(value).__name__)
                )
        return list(values)

    def rows(self, name: str) -> list[TableReader]:
        """Return a list of tables, numbered from 1 in messages; empty when the key is not there."""
        values = self._typed(name, list, Reason("a list"), [])
        return [TableReader(f"{self.key(name)}.{n}", value) for n, value in enumerate(values, start=1)]

    def tables(self, name: str) -> list[tuple[str, TableReader]]:
        """Return the tables of a table by their names; empty when the key is not there."""
        return [(str(k), TableReader(f"{self.key(name)}.{k}", v)) for k, v in self.mapping(name).items()]

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return a table as it is; empty when the key is not there."""
        return _table(self.key(name), self._value(name, {}))

    def finish(self) -> None:
        """Refuse keys that nobody asked for: they are slips, and would silently do nothing."""
        for name in self._data:
            if name not in self._asked:
                known = ", ".join(sorted(set(self._asked)))
                raise HoursRulesInvalid(
                    key=self.key(str(name)), reason=Reason("unknown key; known: {names}", names=known)
                )

    def _value(self, name: str, default: Any) -> Any:
        self._asked.append(name)
        if name in self._data:
            return self._data[name]
        if default is _NOTHING:
            raise HoursRulesInvalid(key=self.key(name), reason=Reason("it is missing"))
        return default

    def _typed(self, name: str, wanted: type | tuple[type, ...], word: Reason, default: Any) -> Any:
        value = self._value(name, default)
        # True is an int for Python, but not for whoever wrote the file.
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise HoursRulesInvalid(
                key=self.key(name),
                reason=Reason("must be {wanted}, not {actual}", wanted=word, actual=type(value).__name__),
            )
        return value


def _table(key: str, data: object) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise HoursRulesInvalid(key=key, reason=Reason("must be a table, not {kind}", kind=type(data).__name__))
    return data
