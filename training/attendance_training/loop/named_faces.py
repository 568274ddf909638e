"""What ``attendance-train train`` does: looks at the faces, holds people out, trains, and says how it goes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from torch import Tensor

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance_training.data.check_command import open_faces
from attendance_training.data.face_source import FaceSource, LeftOut
from attendance_training.data.splits import TRAIN, VALIDATION, rows_of, split_people
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.checkpoint import load_arrays
from attendance_training.loop.config import read_config
from attendance_training.loop.processes import current_processes
from attendance_training.loop.progress_view import ProgressView
from attendance_training.loop.provenance import Fingerprint, fingerprint
from attendance_training.loop.session import train
from attendance_training.loop.validation import HeldOutPeople
from attendance_training.runs.run_folder import WEIGHTS_NAME

_SHOWN = 10
"""Damaged pictures named before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class NamedFacesRun:
    """One run on named faces.

    Attributes:
        faces: folder, .rec or .npz; see ``open_faces``.
        recipe: TOML file, see ``attendance_training.loop.config``.
        out: folder of the run.
        start: weights to begin with.
        held_out: share of the people to validate with.
        validate_every: steps between probes; 0: at the end only.
        save_every: steps between checkpoints.
        should_stop: whether somebody wants an end.
    """

    faces: Path
    recipe: Path
    out: Path
    start: Path | None
    held_out: float
    validate_every: int
    save_every: int
    should_stop: Callable[[], bool]

    def train(self) -> bool:
        """Train to the end of the schedule or until somebody wants an end; returns whether it came to its end.

        Raises:
            ConfigError: the recipe is wrong, or another than the run was begun with.
            TrainingDataUnusable: the faces are too few or others than the run was begun with.
            CheckpointUnusable: ``start``, or the checkpoint of the run.
            StorageError: the folder cannot be written.
        """
        config = read_config(self.recipe)
        first = current_processes().is_first
        console = Console() if first else Console(file=io.StringIO())
        view = ProgressView(console, lines_every=self.save_every)
        start = _weights(self.start)
        faces = open_faces(self.faces)
        shares = {TRAIN: 1.0 - self.held_out, VALIDATION: self.held_out}
        parts = split_people(faces.people, shares)
        found = {name: self._look_through(faces, name, rows_of(faces.labels, parts[name]), view) for name in shares}
        trained, validated = found[TRAIN], found[VALIDATION]
        if trained is None or validated is None:
            view.say("Stopped before the first step.")
            return False
        _name_left_out(view, [*faces.left_out, *trained.damaged, *validated.damaged])
        if not len(trained.rows):
            raise TrainingDataUnusable(path=self.faces, reason=Reason("not one of its pictures can be read"))
        view.say(
            f"{len(trained.rows):,} pictures of {len(parts[TRAIN]):,} people to train on, {len(validated.rows):,} of "
            f"{len(parts[VALIDATION]):,} others to validate with"
        )
        held_out = HeldOutPeople(faces, validated.rows, should_stop=self.should_stop)
        view = ProgressView(console, lines_every=self.save_every, held_out=held_out)
        with view.training() as report:
            try:
                outcome = train(
                    faces,
                    trained.rows,
                    config,
                    out=self.out,
                    start=start,
                    validate=held_out,
                    validate_every=self.validate_every,
                    should_stop=self.should_stop,
                    report=report,
                    save_every=self.save_every,
                    data_hash=trained.sha256,
                    say=view.say,
                )
            except ConfigError as err:
                reason = err.facts["reason"]
                assert isinstance(reason, Reason)
                raise ConfigError(path=self.recipe, key=err.facts["key"], reason=reason) from err
        if outcome.is_finished:
            view.say(f"The schedule is finished: {outcome.steps} steps. Wrote {self.out / WEIGHTS_NAME}")
        else:
            view.say(f"Stopped after step {outcome.steps}. The same command goes on from here.")
        return outcome.is_finished

    def _look_through(
        self, faces: FaceSource, part: str, rows: NDArray[np.int64], view: ProgressView
    ) -> Fingerprint | None:
        with view.counting(f"reads the pictures ({part})", len(rows)) as progress:
            return fingerprint(faces, rows, progress=progress, should_stop=self.should_stop)


def _weights(path: Path | None) -> Mapping[str, Tensor] | None:
    if path is None:
        return None
    return {name: torch.from_numpy(value) for name, value in load_arrays(path).items()}


def _name_left_out(view: ProgressView, left_out: list[LeftOut]) -> None:
    for item in left_out[:_SHOWN]:
        view.say(f"Left out: {item.name}: {item.reason}")
    if len(left_out) > _SHOWN:
        view.say(f"... and {len(left_out) - _SHOWN} more left out")
