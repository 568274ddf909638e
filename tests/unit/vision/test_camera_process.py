"""A camera in a process of its own: its pictures, its errors, its crashes and hangs."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from attendance.core.ports.vision import FrameSource
from attendance.core.types import StreamState
from attendance.errors.cameras import CameraBusy, CameraError, CameraLost, CameraStopped
from attendance.services.door.capture import CaptureLoop, CaptureTiming
from attendance.system_clock import SystemClock
from attendance.vision.cameras.camera_process import CameraProcess, ProcessLimits
from tests import child_cameras
from tests.fakes import FakeClock
from tests.patience import PATIENCE_S, wait_until

SOON_S = 2.0
"""A hang is believed soon where the test makes sure of one; a child that starts more slowly is tried anew."""

Make = Callable[..., CameraProcess]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[CameraProcess] = []

    def make(
        factory: Callable[[], FrameSource], *, hang_after_s: float = PATIENCE_S, clock: FakeClock | None = None
    ) -> CameraProcess:
        limits = ProcessLimits(hang_after_s)
        if clock is not None:
            limits = ProcessLimits(hang_after_s, monotonic=clock.mono_s)
        made.append(CameraProcess(factory, name="the camera", clock=FakeClock(), room_px=160 * 120, limits=limits))
        return made[-1]

    yield make
    for each in made:
        each._end()


def opened(camera: CameraProcess) -> CameraProcess:
    camera.open()
    return camera


def read_on(camera: CameraProcess) -> None:
    """Read until something is raised."""
    while True:
        camera.read()


def test_that_pictures_come_out_of_another_process(make: Make) -> None:
    camera = opened(make(child_cameras.fine))
    frames = [camera.read() for _ in range(5)]

    assert camera.pid not in {None, os.getpid()}
    assert [frame.index for frame in frames if frame is not None] == [0, 1, 2, 3, 4]
    images = [frame.image_bgr for frame in frames if frame is not None]
    assert all(image.shape == (120, 160, 3) and len(np.unique(image)) == 1 for image in images)
    assert camera.is_live
    assert camera.describe() == "the camera"


def test_that_a_picture_is_not_written_over_by_the_next_one(make: Make) -> None:
    camera = opened(make(child_cameras.fine))
    first = camera.read()
    assert first is not None
    before = first.image_bgr.copy()
    for _ in range(5):
        camera.read()

    assert np.array_equal(first.image_bgr, before)


@pytest.mark.parametrize(
    ("factory", "error", "words"),
    [
        (child_cameras.busy, CameraBusy, "The camera child camera is in use by another program."),
        (child_cameras.forbidden, CameraError, "no permission to open /x"),
    ],
)
def test_that_the_source_says_what_is_wrong(
    make: Make, factory: Callable[[], FrameSource], error: type[CameraError], words: str
) -> None:
    camera = make(factory)
    with pytest.raises(error, match=words):
        camera.open()
    first = camera.pid
    with pytest.raises(error):
        camera.open()

    assert camera.pid == first  # asking again needs no new process


def test_that_a_camera_that_was_lost_is_opened_again_in_the_same_process(make: Make) -> None:
    camera = opened(make(child_cameras.raising))
    first = camera.pid
    for _ in range(3):
        with pytest.raises(CameraLost, match="The camera child camera stopped"):
            read_on(camera)
        camera.close()
        camera.open()

    assert camera.pid == first


@pytest.mark.parametrize("factory", [child_cameras.hanging, child_cameras.hanging_at_open, child_cameras.crashing])
def test_that_a_process_that_hangs_or_crashes_is_ended(make: Make, factory: Callable[[], FrameSource]) -> None:
    camera = make(factory, hang_after_s=SOON_S if factory is not child_cameras.crashing else PATIENCE_S)
    with pytest.raises(CameraLost):
        read_on(opened(camera))

    assert camera.pid is None
    wait_until(lambda: not [child for child in multiprocessing.active_children() if child.name == "camera"])


def test_that_it_is_started_again_five_times_a_minute_and_no_more(make: Make) -> None:
    clock = FakeClock()
    camera = make(child_cameras.crashing, clock=clock)

    for _ in range(6):  # the first start, and five more
        with pytest.raises(CameraLost):
            read_on(opened(camera))
        clock.advance(1.0)
    with pytest.raises(CameraStopped, match="failed 5 times within a minute"):
        camera.open()
    assert camera.pid is None

    clock.advance(60.0)
    with pytest.raises(CameraLost):
        read_on(opened(camera))


def test_that_a_larger_picture_gets_more_room(make: Make) -> None:
    camera = opened(make(child_cameras.large))
    with pytest.raises(CameraLost):
        camera.read()
    camera.open()
    frame = camera.read()

    assert frame is not None
    assert frame.image_bgr.shape == (480, 640, 3)


def test_that_the_log_of_the_child_is_not_lost(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    opened(make(child_cameras.talking))

    assert "asked for MJPG, got YUYV" in caplog.text


def test_that_reading_what_is_not_open_is_an_error(make: Make) -> None:
    camera = make(child_cameras.fine)
    with pytest.raises(CameraLost):
        camera.read()
    camera.open()
    camera.close()
    with pytest.raises(CameraLost):
        camera.read()


def _descriptors() -> int:
    opened = Path("/proc/self/fd")
    return sum(1 for _ in opened.iterdir()) if opened.is_dir() else 0


def test_that_the_process_ends_with_its_owner_and_leaves_nothing(make: Make) -> None:
    def once() -> None:
        camera = opened(CameraProcess(child_cameras.fine, name="x", clock=SystemClock(), room_px=160 * 120))
        camera.read()

    once()  # what multiprocessing keeps for good is there now
    gc.collect()
    before = _descriptors(), threading.active_count()
    for _ in range(3):
        once()
    gc.collect()

    assert not [child for child in multiprocessing.active_children() if child.name == "camera"]
    assert (_descriptors(), threading.active_count()) == before


def test_that_the_door_goes_on_after_a_camera_that_hung(make: Make, tmp_path: Path) -> None:
    camera = make(partial(child_cameras.hanging_once, tmp_path / "hung"), hang_after_s=SOON_S)
    states: list[StreamState] = []
    stop = threading.Event()
    loop = CaptureLoop(
        lambda: camera,
        stop=stop,
        on_frame=lambda _frame, _is_usable: None,
        on_state=lambda state, _detail: states.append(state),
        on_crashed=lambda _error: None,
        on_finished=lambda: None,
        timing=CaptureTiming(backoff_s=(0.0,)),
    )
    loop.start()
    try:
        wait_until(lambda: StreamState.LIVE in states[-1:] and StreamState.LOST in states)
        assert (tmp_path / "hung").exists()
    finally:
        stop.set()
        assert loop.join(PATIENCE_S)
