"""The batches of a run from processes of torch's ``DataLoader``: on many cores they keep up with a GPU."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
from torch import Generator, Tensor
from torch.utils.data import DataLoader, Dataset

from attendance.errors import Reason
from attendance_training.errors import TrainingDataUnusable
from attendance_training.loop.face_batches import FaceBatches

_MOST_WORKERS = 8
"""Chosen by default at most: a worker holds about 0.5 GB once torch is imported."""

Made = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class _Refused:
    """What a worker could not make; an exception would lose its facts on the way between processes."""

    path: object
    reason: Reason


class WorkerBatches:
    """Gives the batches of the coming steps one after the other; call it from one thread.

    A batch follows from its step alone, so it is the same whichever worker makes it, and a run that goes on sees what
    it would have seen. Workers are started by "spawn", the one way that all systems have and that copies no locked lock
    of torch's or OpenCV's threads. They end when this object is given up, or within seconds after their parent died.

    Args:
        batches: of the run; sent to every worker.
        steps: still to make.
        workers: processes, at least 1.
        seed: of the workers' own random numbers, which no batch takes.
    """

    def __init__(self, batches: FaceBatches, steps: range, *, workers: int, seed: int) -> None:
        self._loader: DataLoader[Made | _Refused] = DataLoader(
            _Steps(batches),
            batch_size=None,
            sampler=steps,
            num_workers=workers,
            worker_init_fn=_begin_worker,
            multiprocessing_context="spawn",
            generator=Generator().manual_seed(seed),
        )
        self._made: Iterator[Made | _Refused] | None = None

    def __call__(self, _step: int) -> Made | None:
        """Return the batch of the next step; None after the last one.

        Raises:
            TrainingDataUnusable: a picture is damaged, or a worker was killed.
        """
        try:
            if self._made is None:
                self._made = _started(self._loader)
            found = next(self._made, None)
        except RuntimeError as err:
            if "DataLoader worker" not in str(err):
                raise
            raise TrainingDataUnusable(
                path=Reason("the faces"),
                reason=Reason(
                    "a process that makes batches was killed, perhaps for want of memory; take fewer with --workers"
                ),
            ) from err
        if isinstance(found, _Refused):
            raise TrainingDataUnusable(path=found.path, reason=found.reason)
        return found


def usual_workers() -> int:
    """Return how many workers this process takes when nobody says: its share of the cores but one, 1 to 8."""
    share = (os.cpu_count() or 1) // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return min(max(share - 1, 1), _MOST_WORKERS)


class _Steps(Dataset[Made | _Refused]):
    def __init__(self, batches: FaceBatches) -> None:
        self._batches = batches

    def __getitem__(self, step: int) -> Made | _Refused:
        try:
            return self._batches(step)
        except TrainingDataUnusable as err:
            return _Refused(err.facts["path"], err.reason)


def _started(loader: DataLoader[Made | _Refused]) -> Iterator[Made | _Refused]:
    """Start the workers so that Ctrl+C, which reaches all processes of a terminal, leaves them at work.

    A signal that is blocked stays so in a process that is started. Windows has no such thing and gets
    ``_begin_worker``.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return iter(loader)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return iter(loader)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(_number: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
