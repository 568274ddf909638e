"""What the four directions are called at the kiosk."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from attendance.core.types import Direction

translate = QCoreApplication.translate


def event_text(direction: Direction) -> str:
    """Return what a new event is called, with a place for the time."""
    return {
        Direction.IN: translate("kiosk", "IN {time}"),
        Direction.OUT: translate("kiosk", "OUT {time}"),
        Direction.BREAK_START: translate("kiosk", "BREAK {time}"),
        Direction.BREAK_END: translate("kiosk", "BACK {time}"),
    }[direction]


def already_text(direction: Direction) -> str:
    """Return what somebody is told who is recognised again within the cool-down, with a place for the time."""
    return {
        Direction.IN: translate("kiosk", "Already in since {time}"),
        Direction.OUT: translate("kiosk", "Already out since {time}"),
        Direction.BREAK_START: translate("kiosk", "On a break since {time}"),
        Direction.BREAK_END: translate("kiosk", "Back since {time}"),
    }[direction]


def button_text(direction: Direction) -> str:
    """Return what the button of a direction says."""
    return {
        Direction.IN: translate("kiosk", "IN"),
        Direction.OUT: translate("kiosk", "OUT"),
        Direction.BREAK_START: translate("kiosk", "Break"),
        Direction.BREAK_END: translate("kiosk", "Back"),
    }[direction]
