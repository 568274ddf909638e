"""What the gate of a fine-tuning says; the training process and the window both speak of it."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What one check says."""

    HOLDS = "holds"
    UNKNOWN = "unknown"
    """What was seen could be chance."""
    HARM = "harm"


class Outcome(StrEnum):
    """What becomes of a candidate."""

    PROMOTED = "promoted"
    HELD = "held"
    """No harm was shown, and no gain either: the pack in use stays."""
    REFUSED = "refused"

    @property
    def exit_code(self) -> int:
        """What the training process ends with; any other code is an error."""
        return _EXIT_CODES[self]


_EXIT_CODES = {Outcome.PROMOTED: 0, Outcome.REFUSED: 3, Outcome.HELD: 4}
