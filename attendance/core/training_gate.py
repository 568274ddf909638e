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
