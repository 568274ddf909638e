"""What the Training page says: obstacles, phases, verdicts."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from attendance.core.training_gate import Outcome, Verdict
from attendance.services.training.events import Phase, Refused, TrainingResult
from attendance.services.training.status import MIN_PEOPLE, Obstacle, RunState, TrainingStatus, TrainingSummary
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text
from attendance.ui.reasons import reason_text


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
    if result.is_promoted:
        return translate(
            "admin", "Better: more photos of your people are recognised, and nobody is worse off. It may be used."
        )
    if result.outcome is Outcome.HELD:
        return translate(
            "admin", "Not known: it is not certain that the new model is better, so the model in use stays."
        )
    return translate("admin", "Worse: it would harm the door, so the model in use stays.")


def check_text(verdict: Verdict) -> str:
    """Return what a check says, in one word or two."""
    return {
        Verdict.HOLDS: translate("admin", "good"),
        Verdict.UNKNOWN: translate("admin", "not known"),
        Verdict.HARM: translate("admin", "worse"),
    }[verdict]


def failure_text(status: TrainingStatus) -> tuple[str, str]:
    """Return what ended a failed run and what to do."""
    if status.refused is not None:
        return refused_text(status.refused)
    assert status.error is not None
    return error_text(status.error)


def refused_text(refused: Refused) -> tuple[str, str]:
    """Return what the training process could not use, and what to do."""
    return reason_text(refused.sentence), reason_text(refused.hint)


def _number(value: int) -> str:
    return QLocale().toString(value)
