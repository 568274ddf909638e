"""The runs of a sweep one after the other; what is finished is kept, and the same command goes on."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from attendance.errors import ConfigError, TrainingDataUnusable
from training.calibration import count_cross_pairs, is_supported, needed_trials
from training.data.face_source import FaceSource
from training.data.splits import TEST, VALIDATION
from training.loop.config import TrainConfig
from training.loop.provenance import fingerprint, git_commit
from training.loop.session import TrainOutcome
from training.sweep.choice import choose_tuned
from training.sweep.copies import CopiedFaces, make_copies
from training.sweep.measure import embed_rows, labelled, measure
from training.sweep.people import SweepPeople, divide
from training.sweep.plan import Run, SweepPlan
from training.sweep.results import Row, SweepFolder

_DIVERGED_KEY = "peak_lr"
"""Key of the error with which a training ends whose loss is no number."""


class Trainer(Protocol):
    """What ``training.loop.session.train`` does for a sweep."""

    def __call__(
        self,
        faces: FaceSource,
        rows: NDArray[np.int64],
        config: TrainConfig,
        *,
        start: Mapping[str, Tensor] | None,
        should_stop: Callable[[], bool],
    ) -> TrainOutcome:
        """Train one network in memory."""


class Sweep:
    """A sweep on given faces.

    Args:
        plan: what to try.
        faces: where the pictures are.
        out: folder of the sweep; what is there is kept.
        trainer: makes one training.
        start: weights that every run begins with; None: random ones by the seed.
        stop: set it to end within a network layer's time; the run under way is lost, finished ones are kept.
        say: takes a line of text.

    Attributes:
        people: who is trained on and measured with.
        folder: what is kept.

    Raises:
        ConfigError: the folder holds another sweep.
        TrainingDataUnusable: too few people, or a damaged picture.
        EvaluationDataUnusable: the folder's files are damaged.
        StorageError: the folder cannot be written.
    """

    def __init__(
        self,
        plan: SweepPlan,
        faces: FaceSource,
        out: Path,
        *,
        trainer: Trainer,
        start: Mapping[str, Tensor] | None,
        stop: threading.Event,
        say: Callable[[str], object],
    ) -> None:
        self.plan, self.faces, self.people = plan, faces, divide(faces, plan)
        self._trainer, self._start, self._stop, self._say = trainer, start, stop, say
        self._copies: NDArray[np.uint8] | None = None
        _refuse_too_few(faces.labels[self.people.validation], VALIDATION, plan.far)
        _refuse_too_few(faces.labels[self.people.test], TEST, plan.far)
        about = {
            "plan": plan.as_json(),
            "faces_sha256": _faces_hash(faces, self.people),
            "start_sha256": "" if start is None else _weights_hash(start),
        }
        self.folder = SweepFolder(out, about)
        counts = self.people.counts
        say(", ".join(f"{counts[part]} people for {part}" for part in counts) + f"; {plan.run_count} runs")
        if self.folder.rows:
            say(f"{len(self.folder.rows)} of them are finished in {out}")

    def train(self) -> bool:
        """Make the runs that are missing; returns False when it was stopped.

        Raises:
            ConfigError: the recipe fits no run.
            TrainingDataUnusable: fewer people than a batch needs.
            StorageError: a finished run cannot be kept.
        """
        if not self._train_all(self.plan.tuning_runs()):
            return False
        tuned = choose_tuned(self.plan, self.folder.rows)
        if len(self.plan.tuned) > 1:
            for loss, values in tuned.items():
                self._say(f"{loss}: {', '.join(f'{key} = {value}' for key, value in values)} is best on validation")
        return self._train_all(self.plan.remaining_runs(tuned))

    def _train_all(self, runs: list[Run]) -> bool:
        return all(run.label in self.folder.rows or self._train_one(run) for run in runs)

    def _train_one(self, run: Run) -> bool:
        """Train, measure and keep one run; returns False when it was stopped."""
        if self._stop.is_set():
            return False
        faces = self._source(run)
        if faces is None:
            return False
        begun = time.process_time()
        number = len(self.folder.rows) + 1
        try:
            outcome = self._trainer(
                faces, self.people.train, self.plan.config(run), start=self._start, should_stop=self._stop.is_set
            )
        except ConfigError as err:
            if err.facts["key"] != _DIVERGED_KEY:
                raise
            row = Row.of(number, run, None, steps=0, last_loss=float("nan"), cpu_seconds=time.process_time() - begun)
            self.folder.add(row, {})
            self._say(f"{number}/{self.plan.run_count} {run.label}: diverged")
            return True
        parts = {VALIDATION: self.people.validation, TEST: self.people.test}
        found = {part: embed_rows(outcome.network, self.faces, rows, self._stop.is_set) for part, rows in parts.items()}
        embeddings = {part: vectors for part, vectors in found.items() if vectors is not None}
        if not outcome.is_finished or len(embeddings) < len(found):
            return False
        # Rounded as they are kept, so that a resumed sweep chooses by the very same numbers.
        of_validation = embeddings[VALIDATION].astype(np.float16).astype(np.float32)
        figures = measure(labelled(of_validation, self.faces.labels[self.people.validation]), self.plan.far)
        last = outcome.losses[-max(1, len(outcome.losses) // 10) :]
        row = Row.of(
            number,
            run,
            figures,
            steps=outcome.steps,
            last_loss=float(np.mean(last)),
            cpu_seconds=time.process_time() - begun,
        )
        self.folder.add(row, embeddings)
        self._say(
            f"{number}/{self.plan.run_count} {run.label}: TAR {figures.tar:.2%} at FAR {self.plan.far:g}, "
            f"EER {figures.eer:.2%} ({row.cpu_seconds:.0f} s of processor time)"
        )
        return True

    def _source(self, run: Run) -> FaceSource | None:
        """Return the faces of a run, with the copies that all runs share; None when it was stopped."""
        if not self.plan.copies:
            return self.faces
        if self._copies is None:
            from training.data.augmentation import degrade_batch  # noqa: PLC0415 - kornia takes a second to import

            self._say(f"Making {self.plan.copies} degraded copies of {len(self.people.train):,} photographs")
            self._copies = make_copies(
                self.faces,
                self.people.train,
                self.plan.copies,
                degrade=degrade_batch,
                should_stop=self._stop.is_set,
            )
        if self._copies is None:
            return None
        return CopiedFaces(self.faces, self.people.train, self._copies, first=run.seed)

    def about_code(self) -> dict[str, str]:
        """Return what the outcome should say of the code that made it."""
        return {"git_commit": git_commit()}


def _refuse_too_few(labels: NDArray[np.int64], part: str, far: float) -> None:
    counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
    pairs = count_cross_pairs(counts)
    if not is_supported(far, pairs):
        raise TrainingDataUnusable(
            path=f"the part '{part}'",
            reason=f"its {pairs:,} pairs of two people are too few for a false accept rate of {far:g}, which needs "
            f"{needed_trials(far):,}; take more people, a larger share or a larger 'far'",
        )


def _faces_hash(faces: FaceSource, people: SweepPeople) -> str:
    """Return the hash of all pictures that are used, by part.

    Raises:
        TrainingDataUnusable: one is damaged; a sweep that ends at its last run for one picture helps nobody.
    """
    found = fingerprint(faces, people.every)
    if found is None or found.damaged:
        damaged = found.damaged[0] if found else None
        raise TrainingDataUnusable(
            path=damaged.name if damaged else "the faces", reason=damaged.reason if damaged else "not read"
        )
    return found.sha256


def _weights_hash(start: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(start):
        digest.update(name.encode() + start[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
