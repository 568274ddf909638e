"""What the panel for PIN and badge asks, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from attendance.errors import Reason
from attendance.ui.reasons import reason_text


class Step(Enum):
    """What is typed, or waited for."""

    NAME = "name"
    """A code, or a badge."""
    PIN = "pin"
    NEW = "new"
    """The PIN that replaces a temporary one."""
    AGAIN = "again"
    """The same once more."""
    FACE = "face"
    BUSY = "busy"
    SAID = "said"
    """The outcome; nothing more is asked."""

    @property
    def is_typing(self) -> bool:
        """Whether keys are taken."""
        return self in {Step.NAME, Step.PIN, Step.NEW, Step.AGAIN}

    @property
    def is_secret(self) -> bool:
        """Whether what is typed is shown as dots."""
        return self in {Step.PIN, Step.NEW, Step.AGAIN}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the panel.

    Attributes:
        source: English template, key of the catalogue "kiosk"; "" when ``reason`` says it.
        tone: "", "warn" or "bad".
        values: for the template.
        reason: what a rule says, in the catalogue of reasons.
    """

    source: str
    tone: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    reason: Reason | None = None

    def text(self) -> str:
        """Return the sentence in the window's language."""
        if self.reason is not None:
            words = reason_text(self.reason)
            return words[:1].upper() + words[1:]
        return QCoreApplication.translate("kiosk", self.source).format(**self.values)


def said(reason: Reason) -> Line:
    """Return the sentence of a rule."""
    return Line("", "warn", reason=reason)


BADGE_OR_CODE = Line(str(QT_TRANSLATE_NOOP("kiosk", "Show badge or type code")))
TYPE_PIN = Line(str(QT_TRANSLATE_NOOP("kiosk", "Type your PIN")))
PIN_OR_FACE = Line(str(QT_TRANSLATE_NOOP("kiosk", "Type PIN, or look here")))
NEW_PIN = Line(str(QT_TRANSLATE_NOOP("kiosk", "Choose a new PIN")))
PIN_AGAIN = Line(str(QT_TRANSLATE_NOOP("kiosk", "Type it once more")))
NOT_THE_SAME = Line(str(QT_TRANSLATE_NOOP("kiosk", "The two PINs differ")), "warn")
LOOK_HERE = Line(str(QT_TRANSLATE_NOOP("kiosk", "Now look here, please")))
LOOK_STRAIGHT = Line(str(QT_TRANSLATE_NOOP("kiosk", "Look straight, please")), "warn")
ONE_MOMENT = Line(str(QT_TRANSLATE_NOOP("kiosk", "One moment, please")))
CODE_OR_PIN_WRONG = Line(str(QT_TRANSLATE_NOOP("kiosk", "Code or PIN not right")), "warn")
PIN_WRONG = Line(str(QT_TRANSLATE_NOOP("kiosk", "PIN not right")), "warn")
BADGE_UNKNOWN = Line(str(QT_TRANSLATE_NOOP("kiosk", "This badge is not valid")), "warn")
SEE_RECEPTION = Line(str(QT_TRANSLATE_NOOP("kiosk", "Please see reception")), "warn")
FAILED = Line(str(QT_TRANSLATE_NOOP("kiosk", "That did not work. Please see reception.")), "bad")
_PAUSE = str(QT_TRANSLATE_NOOP("kiosk", "Try again in {minutes} min"))


def pause(minutes: int) -> Line:
    """Return the sentence of a pause."""
    return Line(_PAUSE, "warn", {"minutes": minutes})
