"""Batches from other processes: the same ones, in the same order, also where a run goes on; trouble in one sentence."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from attendance.errors import Reason
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.record_faces import RecordFaces
from attendance_training.errors import TrainingDataUnusable
from attendance_training.loop import worker_batches
from attendance_training.loop.face_batches import FaceBatches
from attendance_training.loop.processes import Processes
from attendance_training.loop.session import train
from attendance_training.loop.worker_batches import WorkerBatches, usual_workers
from tests.unit.training.data.pictures import Crop, picture_record, png, write_folder, write_records
from tests.unit.training.loop.tiny import MadeUpFaces, make_config, photo, same

pytestmark = pytest.mark.needs_torch

LIMIT_S = 120
"""For a busy machine."""


class Damaged(MadeUpFaces):
    def crop_bgr(self, index: int) -> Crop:
        raise TrainingDataUnusable(path=self.names[index], reason=Reason("it is a damaged picture"))


class Murderous(MadeUpFaces):
    """Ends the process that reads it, as a system without memory does."""

    def crop_bgr(self, index: int) -> Crop:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().crop_bgr(index)


def batches_of(faces: MadeUpFaces | FolderFaces | RecordFaces, *, degrade: bool = False) -> FaceBatches:
    rows = torch.arange(len(faces.labels)).numpy()
    return FaceBatches(faces, rows, make_config(degrade=degrade), Processes())


def folder(tmp_path: Path) -> FolderFaces:
    photos = {f"p{who}": [photo(who, number) for number in range(3)] for who in range(6)}
    return FolderFaces(write_folder(tmp_path / "faces", photos))


def records(tmp_path: Path) -> RecordFaces:
    pictures = {row + 1: picture_record(row // 3, png(photo(row // 3, row))) for row in range(18)}
    return RecordFaces(write_records(tmp_path / "train.rec", pictures))


@pytest.mark.parametrize("open_faces", [folder, records], ids=["folder", "records"])
def test_that_workers_make_the_same_batches_in_the_order_of_the_steps(
    open_faces: Callable[[Path], FolderFaces | RecordFaces], tmp_path: Path
) -> None:
    pytest.importorskip("kornia")
    batches = batches_of(open_faces(tmp_path), degrade=True)
    made = WorkerBatches(batches, range(3, 9), workers=2, seed=1)
    for step in range(3, 9):
        found, expected = made(step), batches(step)
        assert found is not None
        assert torch.equal(found[0], expected[0])
        assert torch.equal(found[1], expected[1])
    assert made(9) is None


def test_that_a_run_with_workers_goes_on_bit_for_bit_as_one_without(faces: MadeUpFaces, tmp_path: Path) -> None:
    config = make_config(backbone="forgetful", epochs=4)
    whole = train(faces, faces.rows, config)
    losses: list[float] = []
    torch.manual_seed(77)
    expected = torch.rand(3)
    torch.manual_seed(77)
    for stop_after in (3, None):
        made: list[int] = []
        part = train(
            faces,
            faces.rows,
            config,
            out=tmp_path,
            workers=2,
            report=lambda done, made=made: made.append(done.step),  # type: ignore[misc]
            should_stop=lambda made=made, end=stop_after: made[-1:] == [end],  # type: ignore[misc]
        )
        losses += part.losses
    assert losses == whole.losses
    assert same(part.network, whole.network)
    assert torch.equal(torch.rand(3), expected), "the random numbers of others are left alone"
    _wait_for_their_end()


def test_that_a_damaged_picture_and_a_killed_worker_are_one_sentence() -> None:
    with pytest.raises(TrainingDataUnusable, match=r"person\d\d/\d+\.png.*: it is a damaged picture"):
        WorkerBatches(batches_of(Damaged()), range(4), workers=1, seed=1)(0)
    with pytest.raises(TrainingDataUnusable, match=r"a process that makes batches was killed.*fewer with --workers"):
        WorkerBatches(batches_of(Murderous()), range(4), workers=1, seed=1)(0)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs signals of processes")
def test_that_ctrl_c_of_a_terminal_leaves_the_workers_at_work(faces: MadeUpFaces) -> None:
    made = WorkerBatches(batches_of(faces), range(40), workers=2, seed=1)
    assert made(0) is not None
    workers = multiprocessing.active_children()
    for worker in workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGINT)
    for step in range(1, 40):
        assert made(step) is not None
    assert all(worker.exitcode in {None, 0} for worker in workers)
    del made
    _wait_for_their_end()


def test_that_the_cores_are_shared_between_the_processes_of_a_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(cores: int | None, processes: str | None) -> int:
        with monkeypatch.context() as patch:
            patch.setattr(worker_batches.os, "cpu_count", lambda: cores)
            patch.delenv("LOCAL_WORLD_SIZE", raising=False)
            if processes is not None:
                patch.setenv("LOCAL_WORLD_SIZE", processes)
            return usual_workers()

    assert [asked(cores, None) for cores in (None, 1, 2, 6, 64)] == [1, 1, 1, 5, 8]
    assert [asked(64, processes) for processes in ("8", "64")] == [7, 1]


def _wait_for_their_end() -> None:
    end = time.monotonic() + LIMIT_S
    while multiprocessing.active_children():
        assert time.monotonic() < end
        time.sleep(0.05)
