"""Takes the values of a JSON object out by type, and says which one is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from attendance.errors import Reason, Refusal

# No hidden file, no separator, drive letter or ".." that leaves the folder, no character that Windows refuses.
_FILE_NAME = re.compile(r"(?!\.)[^\\/:*?\"<>|\x00-\x1f]{1,128}(?<![. ])")


# Names that mean a device on Windows, whatever ending follows them (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)


def is_file_name(text: str) -> bool:
    """Tell whether a text is the plain name of a file inside the pack's folder on every system."""
    return _FILE_NAME.fullmatch(text) is not None and not is_device_name(text)


def is_device_name(text: str) -> bool:
    """Tell whether Windows takes a name for a device, such as "CON" or "nul.onnx"; no file can be called so there."""
    return _DEVICE.fullmatch(text.split(".", maxsplit=1)[0].rstrip(" ")) is not None


class JsonSection:
    """One JSON object whose values are taken out by type; each raises Refusal, whose reason names the key.

    Args:
        content: what ``json.loads`` gave.
        name: where it stands in the whole, "" for the root.
    """

    def __init__(self, content: object, name: str) -> None:
        if not isinstance(content, Mapping):
            raise Refusal(Reason("{key} is not a JSON object", key=name) if name else Reason("it is not a JSON object"))
        self.content: Mapping[str, Any] = content
        self._prefix = f"{name}." if name else ""

    def has(self, key: str) -> bool:
        """Tell whether there is a value."""
        return self.content.get(key) is not None

    def section(self, key: str) -> JsonSection:
        """Return an object inside."""
        return JsonSection(self.content.get(key), self._prefix + key)

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.content.get(key)
        if not isinstance(value, str):
            raise Refusal(Reason("{key} is not text", key=self._prefix + key))
        return value

    def file_name(self, key: str) -> str:
        """Return the plain name of a file."""
        value = self.text(key)
        if not is_file_name(value):
            raise Refusal(Reason("{key} {value} is not a plain file name", key=self._prefix + key, value=repr(value)))
        return value

    def choice(self, key: str, known: Sequence[str]) -> str:
        """Return one of the known texts."""
        value = self.text(key)
        if value not in known:
            where = self._prefix + key
            raise Refusal(
                Reason("{key} {value} is unknown; known: {names}", key=where, value=repr(value), names=[*known])
            )
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return a truth value."""
        value = self.content.get(key, default)
        if not isinstance(value, bool):
            raise Refusal(Reason("{key} is neither true nor false", key=self._prefix + key))
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """Return a whole number from low to high."""
        value = self.content.get(key)
        if type(value) is not int or not low <= value <= high:
            raise Refusal(
                Reason("{key} is not a whole number from {low} to {high}", key=self._prefix + key, low=low, high=high)
            )
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """Return a number from low to high."""
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refusal(Reason("{key} is not a number", key=self._prefix + key))
        if not low <= value <= high:
            raise Refusal(Reason("{key} is not from {low} to {high}", key=self._prefix + key, low=low, high=high))
        return float(value)
