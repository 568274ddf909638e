"""The exception tree: one class per thing that can go wrong outside the program.

An ``AttendanceError`` is raised only for the environment (disk, camera, network) or the user's input.
A bug stays ``ValueError`` or ``AssertionError`` and ends in the log file.

Every class carries a code, one sentence (what happened, and where) and one hint (what to do). Both are
``str.format`` templates filled from the keyword arguments, so that a window can translate the template
(catalogue context ``errors``) and still show the same facts as the command line.
"""

from __future__ import annotations

from typing import ClassVar

_PRIVATE_FACTS = frozenset({"other_name", "where"})
"""Facts that name people: ``where`` is a file or folder, often called like the person."""


class AttendanceError(Exception):
    """Base of every error a user may see.

    Args:
        **facts: values for the placeholders of ``template`` and ``hint``.

    Raises:
        KeyError: a placeholder of the template has no value (a bug at the raising line).
    """

    code: ClassVar[str] = "APP-00"
    template: ClassVar[str] = "{what}"
    hint_template: ClassVar[str] = "See the log file for details."

    def __init__(self, **facts: object) -> None:
        self.facts: dict[str, object] = facts
        super().__init__(self.user_text)

    @property
    def user_text(self) -> str:
        """One English sentence: what happened and where."""
        return self.template.format(**self.facts)

    @property
    def log_text(self) -> str:
        """The sentence for the log file, without people's names: erasing a person must not leave them there."""
        shown = {name: "..." if name in _PRIVATE_FACTS else value for name, value in self.facts.items()}
        return self.template.format(**shown)

    @property
    def hint(self) -> str:
        """One English sentence: what to do now."""
        return self.hint_template.format(**self.facts)

    @property
    def one_line(self) -> str:
        """Sentence and hint for one line of text; a reason of the system's ends without a full stop."""
        text = self.user_text
        return f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} {self.hint}"
