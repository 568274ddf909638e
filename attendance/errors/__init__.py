"""The exception tree: one class per thing that can go wrong outside the program.

An ``AttendanceError`` is raised only for the environment (disk, camera, network) or the user's input.
A bug stays ``ValueError`` or ``AssertionError`` and ends in the log file.

Every class carries a code, one sentence (what happened, and where) and one hint (what to do). Both are
``str.format`` templates filled from the keyword arguments, so that a window can translate the template
(catalogue context ``errors``) and still show the same facts as the command line. A fact that is words is a ``Reason``,
which is a template with values as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

_PRIVATE_FACTS = frozenset({"other_name", "where"})
"""Facts that name people: ``where`` is a file or folder, often called like the person."""


class Reason:
    """Words with values in them: the command line shows them in English, a window in its own language.

    Args:
        template: English ``str.format`` template; stands in every language's catalogue, context ``errors``.
        **values: numbers, names, paths and other things that mean the same in every language; several of them as a
            list; or reasons.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values: Mapping[str, object] = values

    @classmethod
    def quoted(cls, text: str) -> Reason:
        """Return the words of a library or the operating system, which have no values."""
        return cls(text.replace("{", "{{").replace("}", "}}"))

    @classmethod
    def from_data(cls, data: object) -> Reason:
        """Return the reason that ``as_data`` described.

        Raises:
            ValueError: not such a description.
        """
        if not isinstance(data, Mapping) or not isinstance(template := data.get("template"), str):
            raise ValueError("not a reason")
        values = data.get("values", {})
        if not isinstance(values, Mapping):
            raise ValueError("not a reason")
        found = cls(template, **{str(name): _from_data(value) for name, value in values.items()})
        try:
            str(found)
        except (LookupError, ValueError, AttributeError, TypeError) as err:
            raise ValueError("a reason without its values") from err
        return found

    def as_data(self) -> dict[str, Any]:
        """Return template and values for another process, as JSON has them."""
        return {"template": self.template, "values": {name: _as_data(value) for name, value in self.values.items()}}

    def mapped(self, change: Callable[[object], object]) -> Reason:
        """Return the same reason with other values.

        Args:
            change: gets each value that is not a reason, also those of reasons inside, and each quoted text.
        """
        return Reason(
            self.template if self.values else str(change(self.template)),
            **{name: v.mapped(change) if isinstance(v, Reason) else change(v) for name, v in self.values.items()},
        )

    def __str__(self) -> str:
        return _filled(self.template, self.values)

    def __repr__(self) -> str:
        return f"Reason({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash(str(self))


def _filled(template: str, values: Mapping[str, object]) -> str:
    shown = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in values.items()}
    return template.format(**shown)


def _as_data(value: object) -> object:
    if isinstance(value, Reason):
        return value.as_data()
    if isinstance(value, list | tuple):
        return [_as_data(one) for one in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _from_data(value: object) -> object:
    if isinstance(value, list):
        return [_from_data(one) for one in value]
    return Reason.from_data(value) if isinstance(value, Mapping) else value


class Refusal(ValueError):
    """A value from outside that cannot be taken; whoever knows where it came from makes an AttendanceError of it.

    Args:
        reason: why.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class AttendanceError(Exception):
    """Base of every error a user may see.

    Args:
        reason: why, where the template asks for it.
        detail: likewise.
        **facts: values for the other placeholders of ``template`` and ``hint``; several of them as a list.

    Raises:
        KeyError: a placeholder of the template has no value (a bug at the raising line).
    """

    code: ClassVar[str] = "APP-00"
    template: ClassVar[str] = "{what}"
    hint_template: ClassVar[str] = "See the log file for details."

    def __init__(self, *, reason: Reason | None = None, detail: Reason | None = None, **facts: object) -> None:
        words = {name: value for name, value in (("reason", reason), ("detail", detail)) if value is not None}
        self.facts: dict[str, object] = {**facts, **words}
        super().__init__(self.user_text)

    @property
    def user_text(self) -> str:
        """One English sentence: what happened and where."""
        return _filled(self.template, self.facts)

    @property
    def log_text(self) -> str:
        """The sentence for the log file, without people's names: erasing a person must not leave them there."""
        shown = {name: "..." if name in _PRIVATE_FACTS else value for name, value in self.facts.items()}
        return _filled(self.template, shown)

    @property
    def hint(self) -> str:
        """One English sentence: what to do now."""
        return _filled(self.hint_template, self.facts)

    @property
    def as_reasons(self) -> tuple[Reason, Reason]:
        """Sentence and hint with their facts, for another process or a part of another sentence."""
        return Reason(self.template, **self.facts), Reason(self.hint_template, **self.facts)

    @property
    def one_line(self) -> str:
        """Sentence and hint for one line of text; a reason of the system's ends without a full stop."""
        text = self.user_text
        return f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} {self.hint}"
