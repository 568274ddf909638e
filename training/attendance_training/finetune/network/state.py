"""Checkpoints of a training of the network: one file, replaced whole, that the same command goes on from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import nn
from torch.optim import Optimizer

from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.file_errors import storage_error
from attendance.whole_file import PART_SUFFIX
from attendance_training.errors import CheckpointUnusable
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.network.options import NetworkData, NetworkOptions
from attendance_training.runs.run_state import read_state, restore_run, write_run

STATE_NAME = "finetune.safetensors"
_SHOWN = "options"


@dataclass(slots=True)
class NetworkProgress:
    """How far a training is.

    Attributes:
        step: made.
        best_step: of the best validation so far; 0 before the first step.
        scores: of the validation, before the first step and at each validation.
    """

    step: int = 0
    best_step: int = 0
    scores: list[float] = field(default_factory=list)

    def validations_since_best(self) -> int:
        """Return how many validations have brought nothing better; of equal ones the first is the best."""
        return len(self.scores) - 1 - self.scores.index(max(self.scores))


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What a checkpoint belongs to.

    Attributes:
        options: of the training.
        data: SHA-256 of photographs, labels and first embeddings: of this staff, this pack and this division.
        backbone: name of the network.
    """

    options: NetworkOptions
    data: str
    backbone: str


class CheckpointFile:
    """The checkpoint of one run, replaced whole.

    Args:
        folder: of the file; made when absent.
        config: what the run belongs to.

    Raises:
        StorageError: the folder cannot be made.
    """

    def __init__(self, folder: Path, config: RunConfig) -> None:
        self._path, self._config = folder / STATE_NAME, config
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f".{STATE_NAME}.*{PART_SUFFIX}"):  # of a process that was killed while it wrote
                left.unlink(missing_ok=True)
        except OSError as err:
            raise storage_error(err, folder) from err

    def restore(self, trained: nn.Module, best: nn.Module, optimizer: Optimizer) -> NetworkProgress | None:
        """Put the checkpoint into networks and optimizer; None when there is none.

        Raises:
            CheckpointUnusable: damaged, or of another run; the sentence says in what.
        """
        if not self._path.exists():
            return None
        state = read_state(self._path)
        begun, now = state["config"], json.loads(json.dumps(asdict(self._config)))
        if not isinstance(begun, dict) or not isinstance(begun.get(_SHOWN), dict):
            raise CheckpointUnusable(path=self._path, reason=Reason("it is not a checkpoint of a fine-tuning"))
        for name, value in now[_SHOWN].items():
            if begun[_SHOWN].get(name) != value:
                raise self._other(
                    Reason("{name} was {before} and is {now} now", name=name, before=begun[_SHOWN].get(name), now=value)
                )
        if begun != now:
            raise self._other(Reason("it was begun with another pack, network, other photographs or another division"))
        return restore_run(
            state, self._path, model=trained, average=best, optimizer=optimizer, progress=NetworkProgress
        )

    def save(
        self, trained: nn.Module, best: nn.Module, optimizer: Optimizer, progress: NetworkProgress, feedback: Feedback
    ) -> None:
        """Replace the checkpoint; when the disk refuses, the one before stays and the run goes on."""
        try:
            write_run(
                self._path, model=trained, average=best, optimizer=optimizer, progress=progress, config=self._config
            )
        except StorageError as err:
            feedback.progress(f"{err.user_text} The checkpoint before stays; the training goes on.")

    def _other(self, cause: Reason) -> CheckpointUnusable:
        return CheckpointUnusable(
            path=self._path,
            reason=Reason("{cause}; give the options it was begun with, or another --work", cause=cause),
        )


def fingerprint(data: NetworkData) -> str:
    """Return the SHA-256 of everything a training works with."""
    digest = hashlib.sha256()
    fit = data.fit
    for array in (fit.vectors, fit.labels, fit.bystanders, fit.general, fit.disputed, fit.disputed_as, fit.validation):
        digest.update(array.tobytes())
    digest.update(repr(fit.threshold).encode())
    return digest.hexdigest()
