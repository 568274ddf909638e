"""A request to end is heard, obeyed in time, and comes too late once something was written."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance_training.finetune.cancel import EXIT_CANCELLED, CancelRequest
from attendance_training.finetune.feedback import Cancelled
from tests.patience import PATIENCE_S

"""Of a busy machine; nothing here waits so long unless it is broken."""


class Rig:
    def __init__(self, leftovers: Path, grace_s: float) -> None:
        reading, self.writing = os.pipe()
        self.exits: queue.Queue[int] = queue.Queue()
        self.request = CancelRequest(reading, leftovers=leftovers, exit_now=self.exits.put, grace_s=grace_s)
        self.request.start()

    def write(self, text: bytes) -> None:
        os.write(self.writing, text)

    def close(self) -> None:
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "left", 0.0)
    yield made
    made.close()


def test_that_other_lines_change_nothing_and_the_word_ends_the_run(rig: Rig) -> None:
    rig.write(b"cancelled?\nca")
    rig.request.check()
    rig.write(b"ncel\r\n")
    assert rig.exits.get(timeout=PATIENCE_S) == EXIT_CANCELLED
    with pytest.raises(Cancelled):
        rig.request.check()
    with pytest.raises(Cancelled):
        rig.request.commit()


def test_that_a_closed_input_ends_the_run(rig: Rig) -> None:
    rig.close()
    assert rig.exits.get(timeout=PATIENCE_S) == EXIT_CANCELLED


def test_that_a_run_that_ends_by_itself_is_not_ended_from_outside(tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    rig = Rig(tmp_path / "left", PATIENCE_S)
    rig.request.end()
    rig.write(b"cancel\n")
    while not rig.request.is_asked:
        pass
    rig.close()
    assert rig.exits.empty()
    assert (tmp_path / "left").is_dir()


def test_that_what_was_half_made_is_removed_before_the_process_ends(tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "rec.onnx").write_bytes(b"half")
    rig = Rig(tmp_path / "left", 0.0)
    rig.write(b"cancel\n")
    assert rig.exits.get(timeout=PATIENCE_S) == EXIT_CANCELLED
    assert list(tmp_path.iterdir()) == []
    rig.close()


def test_that_a_request_after_the_writing_began_comes_too_late(rig: Rig) -> None:
    rig.request.commit()
    rig.write(b"cancel\n")
    with pytest.raises(queue.Empty):
        rig.exits.get(timeout=0.2)
    rig.request.check()
    assert not rig.request.is_asked
