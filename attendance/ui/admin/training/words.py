"""What the Training page says: obstacles, phases, verdicts, what the door found."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from attendance.core.recognition.shadow import ShadowReport
from attendance.core.types import Person
from attendance.services.training.events import Phase, Refused, TrainingResult
from attendance.services.training.status import MIN_PEOPLE, Obstacle, RunState, TrainingStatus, TrainingSummary
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text
from attendance.ui.reasons import reason_text

_NAMES_SHOWN = 5


def obstacle_text(obstacle: Obstacle, summary: TrainingSummary) -> str:
    """Return why a training cannot start, and what to do."""
    if obstacle is Obstacle.NO_TORCH:
        return translate("admin", "The packages for training are not installed.")
    if obstacle is Obstacle.TOO_FEW_PEOPLE:
        return translate(
            "admin",
            "Too few people: {found} of the {needed} that are needed agreed to training and have two photos or more.",
        ).format(found=_number(summary.usable), needed=_number(MIN_PEOPLE))
    if obstacle is Obstacle.NO_OTHERS_FACES:
        return translate("admin", "Choose the faces of other people first.")
    return translate("admin", "The faces of other people are not there: choose a folder with photos or an .npz file.")


def install_text(command: str) -> str:
    """Return the one sentence on how to get the packages for training."""
    return translate(
        "admin", "Run {command} in a terminal, then open this window anew; everything else works without them."
    ).format(command=command)


def phase_text(status: TrainingStatus) -> str:
    """Return what a running training does now."""
    if status.state is RunState.CANCELLING:
        return translate("admin", "Stopping…")
    words = {
        Phase.PREPARE: translate("admin", "Putting the photos together…"),
        Phase.READ: translate("admin", "Reading the faces…"),
        Phase.CHECK: translate("admin", "Looking for photos in the wrong place…"),
        Phase.TRAIN: translate("admin", "Training…"),
        Phase.MEASURE: translate("admin", "Measuring before and after…"),
        Phase.EXPORT: translate("admin", "Writing the new model…"),
    }[status.phase]
    if not status.total:
        return words
    return translate("admin", "{what} {done} of {total}").format(
        what=words, done=_number(status.done), total=_number(status.total)
    )


def verdict_text(result: TrainingResult) -> str:
    """Return the verdict in one sentence."""
    if result.is_promoted and result.is_without_gain:
        return translate("admin", "Holds: nothing was gained. Nothing is lost either, so the new model may be used.")
    if result.is_promoted:
        return translate("admin", "Promoted: the new model is better on photos and people that it was not trained on.")
    if result.is_without_gain:
        return translate("admin", "Holds: nothing was gained, so the model in use stays.")
    failed = sum(not row.passed for row in result.rows)
    if failed == 1:
        return translate("admin", "Refused: one check was not passed, so the model in use stays.")
    return translate("admin", "Refused: {count} checks were not passed, so the model in use stays.").format(
        count=_number(failed)
    )


def failure_text(status: TrainingStatus) -> tuple[str, str]:
    """Return what ended a failed run and what to do."""
    if status.refused is not None:
        return refused_text(status.refused)
    assert status.error is not None
    return error_text(status.error)


def refused_text(refused: Refused) -> tuple[str, str]:
    """Return what the training process could not use, and what to do."""
    return reason_text(refused.sentence), reason_text(refused.hint)


def shadow_text(report: ShadowReport) -> str:
    """Return what the kiosks found so far."""
    if not report.probes:
        return translate("admin", "The kiosk has not seen anybody since then. Come back after a morning at the door.")
    parts = [
        translate("admin", "Of {faces} faces seen at the door, both models named the same person in {same}.").format(
            faces=_number(report.probes), same=_number(report.same_person)
        )
    ]
    if report.only_old:
        parts.append(
            translate("admin", "In {count} only the model in use knew the person.").format(
                count=_number(report.only_old)
            )
        )
    if report.only_new:
        parts.append(
            translate("admin", "In {count} only the new model knew the person.").format(count=_number(report.only_new))
        )
    if report.other_person:
        parts.append(
            translate("admin", "In {count} the new model named somebody else: look at these before going live.").format(
                count=_number(report.other_person)
            )
        )
    if report.people:
        names = ", ".join(person.name for person in report.people[:_NAMES_SHOWN])
        parts.append(translate("admin", "They differ most for {names}.").format(names=names))
    return " ".join(parts)


def names_text(people: tuple[Person, ...]) -> str:
    """Return the first names and how many more there are."""
    names = ", ".join(person.name for person in people[:_NAMES_SHOWN])
    more = len(people) - _NAMES_SHOWN
    if more <= 0:
        return names
    return translate("admin", "{names} and {count} more").format(names=names, count=_number(more))


def lost_text(people: tuple[Person, ...]) -> str:
    """Return who would have to be enrolled again; "" for nobody."""
    if not people:
        return ""
    return translate("admin", "The new model does not know {names}: no photos of them are kept.").format(
        names=names_text(people)
    )


def _number(value: int) -> str:
    return QLocale().toString(value)
