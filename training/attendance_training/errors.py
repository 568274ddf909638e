"""Errors that only the training side raises."""

from __future__ import annotations

from attendance.errors import Reason
from attendance.errors.models import ModelError


class TrainingSideError(ModelError):
    """A file or folder of the training cannot be used.

    Args:
        path: the file or folder, or words for what lies in several.
        reason: why.
    """

    def __init__(self, *, path: object, reason: Reason) -> None:
        super().__init__(path=path, reason=reason)
        self.reason = reason


class CheckpointUnusable(TrainingSideError):
    """A weights file cannot be loaded into the network it was given for."""

    code = "MOD-05"
    template = "{path} is not a usable checkpoint: {reason}"
    hint_template = (
        "Give this network's .npz file ('attendance-train import-weights' makes it from a published one), or, where "
        "the state of a run is asked for, a whole state.safetensors."
    )


class ExportFailed(TrainingSideError):
    """The ONNX file could not be written or does not agree with the network it was made from."""

    code = "MOD-06"
    template = "Exporting to {path} failed: {reason}"
    hint_template = "The file that was there before is unchanged."


class CalibrationDataUnusable(TrainingSideError):
    """A file of embeddings holds too little, or not what a calibration needs."""

    code = "MOD-07"
    template = "{path} cannot be used for a calibration: {reason}"
    hint_template = "Make it with 'attendance embed' from a folder that has one sub-folder a person."


class TrainingDataUnusable(TrainingSideError):
    """Faces to train on are missing, damaged, or labelled by an unfitting teacher."""

    code = "MOD-08"
    template = "{path} cannot be used for training: {reason}"
    hint_template = "docs/training.md and docs/training-data.md show what each kind of training data must look like."


class TrainingDiverged(TrainingSideError):
    """The loss of a training ran away: there is no network worth keeping after its last good checkpoint."""

    code = "MOD-17"
    template = "The training in {path} diverged: {reason}"
    hint_template = "Lower peak_lr in the recipe, a .toml file, and begin in another folder."


class EvaluationDataUnusable(TrainingSideError):
    """Embeddings, pairs or groups hold too little, or not what an evaluation needs."""

    code = "MOD-09"
    template = "{path} cannot be used for an evaluation: {reason}"
    hint_template = "docs/evaluation.md shows how each of the files must look."
