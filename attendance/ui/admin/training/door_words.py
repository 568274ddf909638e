"""What the Training page says about the way to the door, and what it asks before it goes there."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.training.status import TrainingStatus
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.words import lost_text, names_text, shadow_text


def door_text(state: GoLiveState | None, *, has_result: bool) -> str:
    """Return which model is where, and what the kiosks found."""
    if has_result:
        return translate(
            "admin",
            "Installed, the new model first looks on: the kiosk goes on with the model in use and notes where the two "
            "differ. Nobody has to be enrolled again.",
        )
    if state is None:
        return ""
    if state.candidate is None:
        words = translate("admin", "In use: {active}.").format(active=state.active)
        if state.unknown:
            words += " " + translate("admin", "It does not know {names} yet.").format(names=names_text(state.unknown))
        return words
    if not state.prepared:
        return translate("admin", "{candidate} is installed, but not every photo is prepared for it yet.").format(
            candidate=state.candidate
        )
    looks_on = translate("admin", "The new model {candidate} looks on beside {active}, which is in use.").format(
        candidate=state.candidate, active=state.active
    )
    return looks_on if state.shadow is None else f"{looks_on} {shadow_text(state.shadow)}"


def busy_text(doing: str, done: int, total: int) -> str:
    """Return what is going on: "install", "switch", "discard" or nothing."""
    if doing == "install":
        if not total:
            return translate("admin", "Installing and checking the new model…")
        number = QLocale().toString
        return translate("admin", "Preparing it: {done} of {total} photos").format(
            done=number(done), total=number(total)
        )
    if doing == "switch":
        return translate("admin", "Switching…")
    return translate("admin", "Discarding…") if doing else ""


def go_live_question(state: GoLiveState) -> tuple[str, str]:
    """Return the question before a promotion and the text of its button."""
    sentence = translate(
        "admin", "{candidate} will recognise people at the door in place of {active}. You can go back at any time."
    ).format(candidate=state.candidate, active=state.active)
    lost = lost_text(state.would_be_unknown)
    if lost:
        lost += " " + translate("admin", "They must be enrolled again.")
    return f"{sentence} {lost}".strip(), translate("admin", "Go live now")


def rollback_question(state: GoLiveState) -> tuple[str, str]:
    """Return the question before going back and the text of its button."""
    sentence = translate("admin", "{previous} will recognise people at the door again in place of {active}.").format(
        previous=state.previous, active=state.active
    )
    return sentence, translate("admin", "Go back now")


def discard_question(state: GoLiveState | None, status: TrainingStatus) -> tuple[str, str]:
    """Return what is lost with a new model and the text of the button."""
    confirm = translate("admin", "Discard it")
    if status.result is not None:
        return translate(
            "admin", "The new model and its table are removed; another training would be needed to get it again."
        ), confirm
    faces = state.shadow.probes if state is not None and state.shadow is not None else 0
    return translate(
        "admin", "The comparison of {faces} faces seen at the door is removed. The model in use stays."
    ).format(faces=QLocale().toString(faces)), confirm
