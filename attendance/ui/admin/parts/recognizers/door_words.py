"""What is said about the way of a new model to the door, and what is asked before it goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale

from attendance.core.recognition.shadow import ShadowReport
from attendance.core.types import Person
from attendance.errors import Reason
from attendance.services.recognizers.go_live import GoLiveState
from attendance.ui.admin.parts.recognizers.door_run import Doing
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import joined
from attendance.ui.reasons import reason_text

_NAMES_SHOWN = 5


def door_text(state: GoLiveState | None) -> str:
    """Return which model is where, and what the kiosks found."""
    if state is None:
        return ""
    if state.candidate is None:
        unknown = translate("admin", "It does not know {names} yet.").format(names=names_text(state.unknown))
        in_use = translate("admin", "In use: {active}.").format(active=state.active)
        return joined(in_use, unknown if state.unknown else "")
    if not state.prepared:
        return translate("admin", "{candidate} is installed, but not every photo is prepared for it yet.").format(
            candidate=state.candidate
        )
    looks_on = translate("admin", "The new model {candidate} looks on beside {active}, which is in use.").format(
        candidate=state.candidate, active=state.active
    )
    return joined(looks_on, "" if state.shadow is None else shadow_text(state.shadow))


def busy_text(doing: Doing | None, name: str, done: int, total: int) -> str:
    """Return what is going on, "" for nothing.

    Args:
        doing: what is done.
        name: of the pack, "" for one that is not installed yet.
        done: photographs.
        total: photographs, 0 while nobody knows.
    """
    if doing is Doing.PREPARE:
        if not total:
            return translate("admin", "Loading and checking the new model…")
        number = QLocale().toString
        words = (
            translate("admin", "Preparing {name}: {done} of {total} photos")
            if name
            else translate("admin", "Preparing it: {done} of {total} photos")
        )
        return words.format(name=name, done=number(done), total=number(total))
    if doing is Doing.CHECK:
        return translate("admin", "Looking at {name} with the photos of your people…").format(name=name)
    if doing is Doing.SWITCH:
        return translate("admin", "Switching…")
    return translate("admin", "Discarding…") if doing is Doing.DISCARD else ""


def go_live_question(state: GoLiveState, problems: Sequence[Reason]) -> tuple[str, str]:
    """Return the question before a promotion and the text of the button that goes on.

    Args:
        state: with the candidate.
        problems: what speaks against it.
    """
    sentence = translate(
        "admin", "{candidate} will recognise people at the door in place of {active}. You can go back at any time."
    ).format(candidate=state.candidate, active=state.active)
    lost = lost_text(state.would_be_unknown)
    sentence = joined(sentence, lost, translate("admin", "They must be enrolled again.") if lost else "")
    if not problems:
        return sentence, translate("admin", "Go live now")
    against = translate("admin", "What speaks against {candidate}:").format(candidate=state.candidate)
    listed = "\n".join([against, *(f"• {reason_text(problem)}" for problem in problems)])
    return f"{listed}\n{sentence}", translate("admin", "Go live anyway")


def uncalibrated_text(name: str) -> str:
    """Return what it means that a model is not calibrated."""
    return translate(
        "admin",
        "{name} is not calibrated: nobody has measured from which similarity it is sure, so it decides by a cautious "
        "one and may refuse many people.",
    ).format(name=name)


def calibrate_first_text() -> str:
    """Return the text of the button that calibrates before anything else."""
    return translate("admin", "Calibrate it first")


def rollback_question(state: GoLiveState) -> tuple[str, str]:
    """Return the question before going back and the text of its button."""
    sentence = translate("admin", "{previous} will recognise people at the door again in place of {active}.").format(
        previous=state.previous, active=state.active
    )
    return sentence, translate("admin", "Go back now")


def discard_question(state: GoLiveState | None) -> tuple[str, str]:
    """Return what is lost with a candidate and the text of the button."""
    faces = state.shadow.probes if state is not None and state.shadow is not None else 0
    sentence = (
        translate("admin", "The comparison of 1 face seen at the door is removed. The model in use stays.")
        if faces == 1
        else translate("admin", "The comparison of {faces} faces seen at the door is removed. The model in use stays.")
    )
    return sentence.format(faces=QLocale().toString(faces)), translate("admin", "Discard it")


def shadow_text(report: ShadowReport) -> str:
    """Return what the kiosks found so far."""
    if not report.probes:
        return translate("admin", "The kiosk has not seen anybody since then. Come back after a morning at the door.")
    number = QLocale().toString
    seen = (
        translate("admin", "Of 1 face seen at the door, both models named the same person in {same}.")
        if report.probes == 1
        else translate("admin", "Of {faces} faces seen at the door, both models named the same person in {same}.")
    )
    parts = [seen.format(faces=number(report.probes), same=number(report.same_person))]
    if report.only_old:
        parts.append(
            translate("admin", "In {count} only the model in use knew the person.").format(
                count=number(report.only_old)
            )
        )
    if report.only_new:
        parts.append(
            translate("admin", "In {count} only the new model knew the person.").format(count=number(report.only_new))
        )
    if report.other_person:
        parts.append(
            translate("admin", "In {count} the new model named somebody else: look at these before going live.").format(
                count=number(report.other_person)
            )
        )
    if report.people:
        names = ", ".join(person.name for person in report.people[:_NAMES_SHOWN])
        parts.append(translate("admin", "They differ most for {names}.").format(names=names))
    return joined(*parts)


def names_text(people: tuple[Person, ...]) -> str:
    """Return the first names and how many more there are."""
    names = ", ".join(person.name for person in people[:_NAMES_SHOWN])
    more = len(people) - _NAMES_SHOWN
    if more <= 0:
        return names
    return translate("admin", "{names} and {count} more").format(names=names, count=QLocale().toString(more))


def lost_text(people: tuple[Person, ...]) -> str:
    """Return who would have to be enrolled again; "" for nobody."""
    if not people:
        return ""
    return translate("admin", "The new model does not know {names}: no photos of them are kept.").format(
        names=names_text(people)
    )
