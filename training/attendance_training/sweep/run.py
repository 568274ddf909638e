"""The runs of a sweep one after the other; what is finished is kept, and the same command goes on."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from attendance.errors import Reason
from attendance_training.data.face_source import FaceSource
from attendance_training.data.splits import TEST, VALIDATION
from attendance_training.errors import TrainingDataUnusable, TrainingDiverged
from attendance_training.evaluation.calibration import count_cross_pairs, is_supported, needed_trials
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.files.checkpoint import load_weights
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.learner import build_network
from attendance_training.loop.provenance import fingerprint
from attendance_training.loop.session import TrainOutcome
from attendance_training.sweep.choice import choose_tuned
from attendance_training.sweep.copies import CopiedFaces, make_copies
from attendance_training.sweep.measure import embed_rows, labelled, measure
from attendance_training.sweep.people import SweepPeople, divide
from attendance_training.sweep.plan import Run, SweepPlan
from attendance_training.sweep.results import Row, SweepFolder
from attendance_training.sweep.stopping import Stopped, refuse_to_go_on


class Trainer(Protocol):
    """What ``attendance_training.loop.session.train`` does for a sweep."""

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
        Stopped: an end was asked for.
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
            "faces_sha256": _faces_hash(faces, self.people, stop),
            "start_sha256": "" if start is None else _weights_hash(start),
        }
        self.folder = SweepFolder(out, about)
        counts = self.people.counts
        say(", ".join(f"{counts[part]} people for {part}" for part in counts) + f"; {plan.run_count} runs")
        if self.folder.rows:
            say(f"{len(self.folder.rows)} of them are finished in {out}")

    def train(self) -> None:
        """Make the runs that are missing.

        Raises:
            ConfigError: the recipe fits no run.
            Stopped: an end was asked for.
            TrainingDataUnusable: fewer people than a batch needs.
            StorageError: a finished run cannot be kept.
        """
        self._train_all(self.plan.tuning_runs())
        tuned = choose_tuned(self.plan, self.folder.rows)
        if len(self.plan.tuned) > 1:
            for loss, values in tuned.items():
                self._say(f"{loss}: {', '.join(f'{key} = {value}' for key, value in values)} is best on validation")
        self._train_all(self.plan.remaining_runs(tuned))

    def refuse_to_go_on(self) -> None:
        """Raise when an end was asked for.

        Raises:
            Stopped: it was.
        """
        refuse_to_go_on(self._stop)

    def rows_of(self, part: str) -> NDArray[np.int64]:
        """Return the rows of the people who are measured, ``validation`` or ``test``."""
        return self.people.validation if part == VALIDATION else self.people.test

    def data_of(self, run: Run, part: str) -> LabelledEmbeddings:
        """Return the kept embeddings of a finished run.

        Raises:
            EvaluationDataUnusable: the file is absent or damaged.
        """
        return labelled(self.folder.embeddings(run, part), self.faces.labels[self.rows_of(part)])

    def data_of_start(self, part: str) -> LabelledEmbeddings | None:
        """Return what the weights to begin with give before any training; None with random ones.

        Raises:
            CheckpointUnusable: they are of another network.
            Stopped: an end was asked for.
        """
        if self._start is None:
            return None
        network = build_network(self.plan.config(self.plan.tuning_runs()[0]))
        arrays = {key: value.numpy() for key, value in self._start.items() if value.is_floating_point()}
        load_weights(network, arrays, Path("the weights to begin with"))
        rows = self.rows_of(part)
        vectors = embed_rows(network.eval(), self.faces, rows, check=self.refuse_to_go_on)
        return labelled(vectors, self.faces.labels[rows])

    def _train_all(self, runs: list[Run]) -> None:
        for run in runs:
            if run.label not in self.folder.rows:
                self.refuse_to_go_on()
                self._train_one(run, self._source(run))

    def _train_one(self, run: Run, faces: FaceSource) -> None:
        """Train, measure and keep one run."""
        begun = time.process_time()
        number = len(self.folder.rows) + 1
        try:
            outcome = self._trainer(
                faces, self.people.train, self.plan.config(run), start=self._start, should_stop=self._stop.is_set
            )
        except TrainingDiverged:
            row = Row.of(number, run, None, steps=0, last_loss=math.nan, cpu_seconds=time.process_time() - begun)
            self.folder.add(row, {})
            self._say(f"{number}/{self.plan.run_count} {run.label}: diverged")
            return
        if not outcome.is_finished:
            raise Stopped
        embeddings = {
            part: embed_rows(outcome.network, self.faces, self.rows_of(part), check=self.refuse_to_go_on)
            for part in (VALIDATION, TEST)
        }
        rates = measure(labelled(embeddings[VALIDATION], self.faces.labels[self.people.validation]), self.plan.far)
        last = outcome.losses[-max(1, len(outcome.losses) // 10) :]
        row = Row.of(
            number,
            run,
            rates,
            steps=outcome.steps,
            last_loss=float(np.mean(last)),
            cpu_seconds=time.process_time() - begun,
        )
        self.folder.add(row, embeddings)
        self._say(
            f"{number}/{self.plan.run_count} {run.label}: TAR {rates.tar:.2%} at FAR {self.plan.far:g}, "
            f"EER {rates.eer:.2%} ({row.cpu_seconds:.0f} s of processor time)"
        )

    def _source(self, run: Run) -> FaceSource:
        """Return the faces of a run, with the copies that all runs share."""
        if not self.plan.copies:
            return self.faces
        if self._copies is None:
            from attendance_training.data.augmentation import degrade_batch  # noqa: PLC0415 - kornia takes a second to import

            self._say(f"Making {self.plan.copies} degraded copies of {len(self.people.train):,} photographs")
            self._copies = make_copies(
                self.faces, self.people.train, self.plan.copies, degrade=degrade_batch, check=self.refuse_to_go_on
            )
        return CopiedFaces(self.faces, self.people.train, self._copies, first=run.seed)


def _refuse_too_few(labels: NDArray[np.int64], part: str, far: float) -> None:
    counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
    pairs = count_cross_pairs(counts)
    if not is_supported(far, pairs):
        raise TrainingDataUnusable(
            path=Reason("the part '{part}'", part=part),
            reason=Reason(
                "its {pairs} pairs of two people are too few for a false accept rate of {far}, which needs {needed}; "
                "take more people, a larger share or a larger 'far'",
                pairs=f"{pairs:,}",
                far=f"{far:g}",
                needed=f"{needed_trials(far):,}",
            ),
        )


def _faces_hash(faces: FaceSource, people: SweepPeople, stop: threading.Event) -> str:
    """Return the hash of all pictures that are used.

    Raises:
        Stopped: an end was asked for.
        TrainingDataUnusable: one is damaged; a sweep that ends at its last run for one picture helps nobody.
    """
    found = fingerprint(faces, people.every, should_stop=stop.is_set)
    if found is None:
        raise Stopped
    for damaged in found.damaged:
        raise TrainingDataUnusable(path=damaged.name, reason=damaged.reason)
    return found.sha256


def _weights_hash(start: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(start):
        digest.update(name.encode() + start[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
