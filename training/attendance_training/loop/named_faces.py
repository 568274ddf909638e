"""What ``attendance-train train`` does: looks at the faces, holds people out, trains, and says how it goes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
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
from attendance_training.data.face_source import FaceSource, IndexedFaces, LeftOut
from attendance_training.data.splits import TRAIN, VALIDATION, rows_of
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.checkpoint import load_weights
from attendance_training.loop.altered_pictures import altered_pictures
from attendance_training.loop.config import TrainConfig, read_config
from attendance_training.loop.learner import build_network
from attendance_training.loop.processes import current_processes
from attendance_training.loop.progress_view import ProgressView
from attendance_training.loop.provenance import Fingerprint, fingerprint, refuse_trained_on, trained_on
from attendance_training.loop.session import train
from attendance_training.loop.validation import FixedPairs, HeldOutPeople, SeveralSets, Validation
from attendance_training.loop.worker_batches import usual_workers
from attendance_training.reports.alterations import Alteration
from attendance_training.runs.held_out import HELD_OUT, parts_of
from attendance_training.runs.network_weights import read_weights, weights_file
from attendance_training.runs.run_folder import WEIGHTS_NAME, refuse_unwritable

Rows = NDArray[np.int64]
_HELD_OUT = 0.1
_PAIRS_SUFFIX = ".bin"
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
        held_out: share of the people to validate with; None: 0.1, or nobody with a fixed set.
        validation: fixed sets to validate with, pairs of the field (.bin) or faces as ``open_faces`` takes them.
        validate_every: steps between probes; 0: at the end only.
        save_every: steps between checkpoints.
        workers: processes that make batches; 0: a thread; None: a thread on a processor, ``usual_workers`` on a GPU.
        should_stop: whether somebody wants an end.
    """

    faces: Path
    recipe: Path
    out: Path
    start: Path | None
    held_out: float | None
    validation: Sequence[Path]
    validate_every: int
    save_every: int
    workers: int | None
    should_stop: Callable[[], bool]

    def train(self) -> bool:
        """Train to the end of the schedule or until somebody wants an end; returns whether it came to its end.

        Raises:
            ConfigError: the recipe is wrong, or another than the run was begun with.
            TrainingDataUnusable: the faces are too few or others than the run was begun with.
            EvaluationDataUnusable: a set of pairs.
            CheckpointUnusable: ``start``, or the checkpoint of the run.
            StorageError: the folder cannot be written.
        """
        config = read_config(self.recipe)
        first = current_processes().is_first
        console = Console() if first else Console(file=io.StringIO())
        view = ProgressView(console, lines_every=self.save_every)
        refuse_unwritable(self.out)
        start = _weights(self.start, config)
        alterations = altered_pictures() if config.validate_altered else {}
        fixed = {path: self._opened(path, alterations) for path in self.validation}
        faces = open_faces(self.faces)
        parts = parts_of(faces.people, self._share_held_out())
        found = [self._look_through(faces, part, rows_of(faces.labels, own), view) for part, own in parts.items()]
        if isinstance(faces, IndexedFaces) and first:
            faces.keep_digests()
        if None in found:
            view.say("Stopped before the first step.")
            return False
        trained, *validated = [part for part in found if part is not None]
        _name_left_out(view, [*faces.left_out, *(item for part in found if part is not None for item in part.damaged)])
        if not len(trained.rows):
            raise TrainingDataUnusable(path=self.faces, reason=Reason("not one of its pictures can be read"))
        view.say(f"{len(trained.rows):,} pictures of {len(parts[TRAIN]):,} people to train on")
        sets: list[Validation] = []
        for part in validated:
            rows = _not_trained_on(faces, part, trained, view)
            view.say(f"{len(rows):,} of {len(parts[VALIDATION]):,} others to validate with")
            sets.append(HeldOutPeople(faces, rows, should_stop=self.should_stop, alterations=alterations))
        others = self._fixed_sets(fixed, trained, alterations, view)
        if others is None:
            view.say("Stopped before the first step.")
            return False
        validation = SeveralSets([*sets, *others])
        view = ProgressView(console, lines_every=self.save_every, validation=validation)
        with view.training() as report:
            try:
                outcome = train(
                    faces,
                    trained.rows,
                    config,
                    out=self.out,
                    start=start,
                    validate=validation,
                    validate_every=self.validate_every,
                    altered=validation.altered,
                    should_stop=self.should_stop,
                    report=report,
                    save_every=self.save_every,
                    data_hash=trained.sha256,
                    workers=self._workers(),
                    about={HELD_OUT: self._share_held_out()},
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

    def _share_held_out(self) -> float:
        if self.held_out is not None:
            return self.held_out
        return 0.0 if self.validation else _HELD_OUT

    def _workers(self) -> int:
        if self.workers is not None:
            return self.workers
        return usual_workers() if torch.cuda.is_available() else 0

    def _opened(self, path: Path, alterations: Mapping[str, Alteration]) -> FixedPairs | FaceSource:
        """Open a fixed set before anything takes long."""
        if path.suffix.lower() == _PAIRS_SUFFIX:
            return FixedPairs(path, should_stop=self.should_stop, alterations=alterations)
        return open_faces(path)

    def _fixed_sets(
        self,
        opened: Mapping[Path, FixedPairs | FaceSource],
        trained: Fingerprint,
        alterations: Mapping[str, Alteration],
        view: ProgressView,
    ) -> list[Validation] | None:
        """Look through the people of fixed sets; None when it was stopped."""
        sets: list[Validation] = []
        for path, one in opened.items():
            found = one if isinstance(one, FixedPairs) else self._fixed_people(path, one, trained, alterations, view)
            if found is None:
                return None
            sets.append(found)
        return sets

    def _fixed_people(
        self,
        path: Path,
        faces: FaceSource,
        trained: Fingerprint,
        alterations: Mapping[str, Alteration],
        view: ProgressView,
    ) -> HeldOutPeople | None:
        """Look through a fixed set of people; None when it was stopped."""
        with view.counting(f"reads the pictures ({path.name})", len(faces.labels)) as progress:
            rows = np.arange(len(faces.labels))
            found = fingerprint(faces, rows, progress=progress, should_stop=self.should_stop)
        if isinstance(faces, IndexedFaces) and current_processes().is_first:
            faces.keep_digests()
        if found is None:
            return None
        _name_left_out(view, [*faces.left_out, *found.damaged])
        refuse_trained_on(faces, found, trained, path)
        view.say(f"{len(found.rows):,} pictures of {len(faces.people):,} people in {path} to validate with")
        return HeldOutPeople(faces, found.rows, should_stop=self.should_stop, name=path.stem, alterations=alterations)

    def _look_through(self, faces: FaceSource, part: str, rows: Rows, view: ProgressView) -> Fingerprint | None:
        with view.counting(f"reads the pictures ({part})", len(rows)) as progress:
            return fingerprint(faces, rows, progress=progress, should_stop=self.should_stop)


def _weights(path: Path | None, config: TrainConfig) -> Mapping[str, Tensor] | None:
    """Read the weights to begin with and put them into the recipe's network once, before anything takes long."""
    if path is None:
        return None
    arrays = read_weights(path)
    load_weights(build_network(config), arrays, weights_file(path))
    return {name: torch.from_numpy(value) for name, value in arrays.items()}


def _not_trained_on(faces: FaceSource, found: Fingerprint, trained: Fingerprint, view: ProgressView) -> Rows:
    """Return the held-out rows without pictures that are trained on under another name."""
    shared = trained_on(found, trained)
    if len(shared):
        first = faces.names[int(shared[0])]
        view.say(f"Left out of the validation, as they are trained on as well: {len(shared):,}, the first is {first}")
    return found.rows[~np.isin(found.rows, shared)]


def _name_left_out(view: ProgressView, left_out: list[LeftOut]) -> None:
    for item in left_out[:_SHOWN]:
        view.say(f"Left out: {item.name}: {item.reason}")
    if len(left_out) > _SHOWN:
        view.say(f"... and {len(left_out) - _SHOWN} more left out")
