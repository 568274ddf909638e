from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame, StreamState
from attendance.errors import Reason
from attendance.errors.cameras import CameraBusy, CameraLost, CameraNotFound
from attendance.errors.pictures import ImageUnreadable
from attendance.services.door.capture import CaptureLoop, CaptureTiming
from tests.fake_door import Block, FakeSource
from tests.fakes import WAIT_S, FakeClock, ScriptedFace, black_picture, picture

FACE = ScriptedFace(1)
OPENING, LIVE, LOST = StreamState.OPENING, StreamState.LIVE, StreamState.LOST
FROZEN, BLACK, ENDED = StreamState.FROZEN, StreamState.BLACK, StreamState.ENDED
LOST_FOR_GOOD = CameraLost(source="fake camera")


class Recorder:
    """A capture loop and everything it says."""

    def __init__(
        self, source_factory: Callable[[], FrameSource], *, timing: CaptureTiming, stop_after: int | None = None
    ) -> None:
        self.changed = threading.Condition()
        self.frames: list[tuple[Frame, bool]] = []
        self.states: list[tuple[StreamState, str]] = []
        self.crashes: list[Exception] = []
        self.finished = 0
        self.stop = threading.Event()
        self.stop_after = stop_after
        self.loop = CaptureLoop(
            source_factory,
            stop=self.stop,
            on_frame=self.on_frame,
            on_state=lambda state, text: self.keep(self.states, (state, str(text))),
            on_crashed=lambda error: self.keep(self.crashes, error),
            on_finished=self.on_finished,
            timing=timing,
        )

    def on_frame(self, frame: Frame, is_usable: bool) -> None:
        self.keep(self.frames, (frame, is_usable))
        if len(self.frames) == self.stop_after:
            self.stop.set()

    def on_finished(self) -> None:
        self.finished += 1

    def keep(self, store: list[Any], item: object) -> None:
        with self.changed:
            store.append(item)
            self.changed.notify_all()

    def wait_for(self, predicate: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(predicate, WAIT_S)

    @property
    def kinds(self) -> list[StreamState]:
        return [state for state, _ in self.states]

    @property
    def usable(self) -> list[int]:
        return [frame.index for frame, is_usable in self.frames if is_usable]


Start = Callable[..., Recorder]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Recorder] = []

    def start(
        source: FakeSource,
        *,
        backoff_s: Sequence[float] = (0.0,),
        monotonic: Callable[[], float] = lambda: 0.0,
        stop_after: int | None = None,
    ) -> Recorder:
        timing = CaptureTiming(tuple(backoff_s), watch_interval_s=0.001, monotonic=monotonic)
        recorder = Recorder(lambda: source, timing=timing, stop_after=stop_after)
        started.append(recorder)
        recorder.loop.start()
        return recorder

    yield start
    for recorder in started:
        recorder.stop.set()
        assert recorder.loop.join(WAIT_S)
        assert recorder.finished == 1


def test_that_a_file_is_read_to_its_end_in_one_thread(start: Start) -> None:
    source = FakeSource([FACE] * 5)
    recorder = start(source)

    assert recorder.loop.join(WAIT_S)
    assert recorder.states == [(OPENING, "fake camera"), (LIVE, "fake camera"), (ENDED, "fake camera")]
    assert recorder.usable == [0, 1, 2, 3, 4]
    assert source.threads == {"camera"}
    assert (source.opened, source.closed) == (1, 1)


def test_that_a_file_that_cannot_be_opened_is_lost_with_its_sentence_and_ends(start: Start) -> None:
    source = FakeSource(ImageUnreadable(path="lobby.mp4", reason=Reason("not a video")))
    recorder = start(source)

    assert recorder.loop.join(WAIT_S)
    assert recorder.states == [
        (OPENING, "fake camera"),
        (LOST, "lobby.mp4 is not a readable picture (not a video)."),
    ]
    assert (source.opened, source.closed) == (1, 1)


def test_that_an_unplugged_camera_is_lost_then_closed_and_opened_again(start: Start) -> None:
    source = FakeSource([FACE] * 3 + [LOST_FOR_GOOD], CameraNotFound(source="0"), [FACE] * 3, is_live=True)
    recorder = start(source, stop_after=6)

    assert recorder.loop.join(WAIT_S)
    assert recorder.kinds == [OPENING, LIVE, LOST, LIVE]
    assert recorder.states[2][1] == "The camera fake camera stopped sending pictures."
    assert (source.opened, source.closed) == (3, 3)
    assert source.threads == {"camera"}


def test_that_a_camera_that_was_never_there_is_asked_until_it_comes(start: Start) -> None:
    source = FakeSource(CameraNotFound(source="0"), CameraBusy(source="0"), [FACE] * 2, is_live=True)
    recorder = start(source, stop_after=2)

    assert recorder.loop.join(WAIT_S)
    assert recorder.kinds == [OPENING, LOST, LOST, LIVE]
    assert [text for _, text in recorder.states[1:3]] == [str(CameraNotFound(source="0")), str(CameraBusy(source="0"))]
    assert source.opened == 3


class Faults:
    """A camera that is well for five seconds of a fake clock, then has a fault for six, in turn (port FrameSource).

    Args:
        kinds: faults in turn.
        cycles: how many; then the loop is stopped.
    """

    WELL_S, FAULT_S, FRAME_S = 5.0, 6.0, 0.2

    def __init__(self, kinds: Sequence[str], cycles: int, stop: threading.Event) -> None:
        self.clock = FakeClock(mono_s=0.0)
        self._kinds, self._cycles, self._stop = kinds, cycles, stop
        self._frames = 0
        self._swapped = 0
        self._looks = threading.Semaphore(0)

    is_live = True

    def watched(self) -> float:
        """Return the time, as the watchdog asks for it."""
        if threading.current_thread().name == "camera-watchdog":
            self._looks.release()
        return self.clock.mono_s()

    @property
    def fault(self) -> str:
        cycle, since_s = divmod(self.clock.mono_s(), self.WELL_S + self.FAULT_S)
        if cycle >= self._cycles:
            self._stop.set()
        return self._kinds[int(cycle) % len(self._kinds)] if since_s >= self.WELL_S else ""

    def describe(self) -> str:
        return "camera"

    def open(self) -> None:
        self.clock.advance(0.5)  # drivers take their time
        if self.fault in {"unplugged", "swapped"}:
            raise CameraNotFound(source="camera")

    def read(self) -> Frame | None:
        self.clock.advance(self.FRAME_S)
        fault = self.fault
        if fault in {"unplugged", "swapped"}:
            self._swapped += fault == "swapped"
            raise CameraLost(source="camera")
        while fault == "hanging" and self.fault == "hanging":
            self.clock.advance(0.25)
            while self._looks.acquire(blocking=False):
                pass
            for _ in range(2):
                assert self._looks.acquire(timeout=WAIT_S)
        size_wh = (160, 120) if self._swapped % 2 else (176, 144)
        self._frames += fault != "frozen"
        if fault == "black":
            image = black_picture(size_wh=size_wh)
        else:
            image = picture(size_wh=(80, 60) if fault == "small" else size_wh, seed=self._frames)
        return Frame(image, self.clock.now_utc(), self.clock.mono_s(), self._frames)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("cycles", [21, pytest.param(1000, marks=pytest.mark.heavy)])
def test_that_every_fault_is_seen_in_three_seconds_and_its_end_in_five(cycles: int) -> None:
    kinds = ("unplugged", "frozen", "black", "small", "hanging", "swapped", "unplugged")

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread().name == "camera":
                camera.clock.advance(timeout or 0.0)
                return super().wait(0.0)
            return super().wait(timeout)

    stop = Stop()
    camera = Faults(kinds, cycles, stop)
    heard: list[tuple[float, StreamState]] = []
    loop = CaptureLoop(
        lambda: camera,
        stop=stop,
        on_frame=lambda _frame, _is_usable: None,
        on_state=lambda state, _detail: heard.append((camera.clock.mono_s(), state)),
        on_crashed=lambda error: pytest.fail(str(error)),
        on_finished=lambda: None,
        timing=CaptureTiming(watch_interval_s=0.0, monotonic=camera.watched),
    )
    threads = threading.active_count()
    loop.start()
    assert loop.join(WAIT_S * 10)

    whole_s = Faults.WELL_S + Faults.FAULT_S
    wanted = {"frozen": FROZEN, "black": BLACK}
    for cycle in range(cycles):
        fault = kinds[cycle % len(kinds)]
        begin_s = cycle * whole_s + Faults.WELL_S
        seen = [(at_s, state) for at_s, state in heard if begin_s <= at_s < begin_s + whole_s]
        assert seen[0][1] is wanted.get(fault, LOST), (cycle, fault, seen)
        assert seen[0][0] - begin_s <= 3.0, (cycle, fault, seen)
        back = [at_s for at_s, state in seen if state is LIVE]
        if cycle < cycles - 1:
            assert len(back) == 1, (cycle, fault, seen)
            assert back[0] - begin_s - Faults.FAULT_S <= 5.0, (cycle, fault, seen)
    assert threading.active_count() <= threads + 1  # the watchdog may be at its last look
    assert len(heard) <= 3 * cycles + 2


def test_that_the_pauses_grow_and_start_anew_after_a_frame() -> None:
    class Stop(threading.Event):
        def __init__(self) -> None:
            super().__init__()
            self.waits: list[float | None] = []

        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread().name == "camera":
                self.waits.append(timeout)
            return super().wait(0.0)

    stop = Stop()
    gone = CameraNotFound(source="0")
    source = FakeSource(gone, gone, gone, gone, gone, [FACE, LOST_FOR_GOOD], gone, [FACE], is_live=True)
    frames: list[Frame] = []

    def on_frame(frame: Frame, is_usable: bool) -> None:
        frames.append(frame)
        if len(frames) == 2:
            stop.set()

    loop = CaptureLoop(
        lambda: source,
        stop=stop,
        on_frame=on_frame,
        on_state=lambda state, text: None,
        on_crashed=lambda error: None,
        on_finished=lambda: None,
    )
    loop.start()

    assert loop.join(WAIT_S)
    assert stop.waits == [1.0, 2.0, 2.0, 2.0, 2.0, 1.0, 2.0]


def test_that_a_stop_interrupts_the_back_off(start: Start) -> None:
    recorder = start(FakeSource(CameraNotFound(source="0"), is_live=True), backoff_s=[3600.0])
    assert recorder.wait_for(lambda: LOST in recorder.kinds)

    recorder.stop.set()

    assert recorder.loop.join(WAIT_S)


def test_that_a_stop_ends_the_thread_with_the_frame_in_work(start: Start) -> None:
    source = FakeSource([FACE] * 100, is_live=True, is_paced=True)
    recorder = start(source)
    source.release(3)
    assert recorder.wait_for(lambda: len(recorder.frames) == 3)

    recorder.stop.set()
    source.release(1)

    assert recorder.loop.join(WAIT_S)
    assert len(recorder.frames) == 4
    assert source.closed == 1


def test_that_a_blocked_read_is_noticed_from_outside_and_over_with_the_next_frame(start: Start) -> None:
    real = FakeClock()
    source = FakeSource([FACE, FACE, Block(), FACE], is_live=True)
    recorder = start(source, monotonic=real.mono_s, stop_after=3)
    assert source.blocked.wait(WAIT_S)
    assert recorder.kinds == [OPENING, LIVE]

    real.advance(2.1)
    assert recorder.wait_for(lambda: LOST in recorder.kinds)
    source.unblock()

    assert recorder.loop.join(WAIT_S)
    assert recorder.kinds == [OPENING, LIVE, LOST, LIVE]


def test_that_a_file_may_take_its_time(start: Start) -> None:
    real = FakeClock()
    source = FakeSource([FACE, Block(), FACE])
    comparisons: list[float] = []

    def monotonic() -> float:
        comparisons.append(real.mono_s())
        return comparisons[-1]

    recorder = start(source, monotonic=monotonic)
    assert source.blocked.wait(WAIT_S)
    real.advance(100.0)
    source.unblock()

    assert recorder.loop.join(WAIT_S)
    assert comparisons == []  # nobody looked at the time
    assert recorder.kinds == [OPENING, LIVE, ENDED]


@pytest.mark.parametrize("is_live", [True, False])
def test_that_a_frozen_stream_is_shown_but_is_no_evidence(start: Start, is_live: bool) -> None:
    still = picture(FACE, seed=99)
    source = FakeSource([FACE, FACE, *[still] * 30, FACE], is_live=is_live)
    recorder = start(source, stop_after=33)

    assert recorder.loop.join(WAIT_S)
    assert len(recorder.frames) == 33
    assert [kind for kind in recorder.kinds if kind is not ENDED] == [OPENING, LIVE, FROZEN, LIVE]
    # A file is given the two seconds that StreamHealth needs; a camera not a single repetition.
    last_before = 2 if is_live else 22
    assert [index for index in recorder.usable if index < 32] == list(range(is_live, last_before + 1))
    assert recorder.usable[-1] == 32


def test_that_the_first_picture_after_a_reconnect_is_no_evidence(start: Start) -> None:
    still = picture(FACE)
    source = FakeSource([still, LOST_FOR_GOOD], is_live=True)
    recorder = start(source, stop_after=20)

    assert recorder.loop.join(WAIT_S)
    assert source.opened == 20
    assert recorder.usable == []


def test_that_a_black_stream_is_shown_but_is_no_evidence(start: Start) -> None:
    source = FakeSource([FACE, *[black_picture(FACE)] * 5, FACE])
    recorder = start(source)

    assert recorder.loop.join(WAIT_S)
    assert recorder.kinds == [OPENING, LIVE, BLACK, LIVE, ENDED]
    assert len(recorder.frames) == 7
    assert recorder.usable == [0, 6]


def test_that_a_bug_in_a_live_source_is_reported_and_survived(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    bug = ValueError("wrong shape")
    source = FakeSource([FACE, bug], [FACE, FACE], is_live=True)
    recorder = start(source, stop_after=3)

    assert recorder.loop.join(WAIT_S)
    assert recorder.crashes == [bug]
    assert recorder.kinds == [OPENING, LIVE, LOST, LIVE]
    assert any(record.exc_info for record in caplog.records)


def test_that_a_bug_in_a_file_source_ends_it(start: Start) -> None:
    bug = ValueError("wrong shape")
    recorder = start(FakeSource([FACE, bug, FACE]))

    assert recorder.loop.join(WAIT_S)
    assert recorder.crashes == [bug]
    assert recorder.kinds == [OPENING, LIVE, LOST]


def test_that_a_source_that_cannot_be_built_is_lost_for_good() -> None:
    def build() -> FrameSource:
        raise CameraNotFound(source="no/such/file.mp4")

    recorder = Recorder(build, timing=CaptureTiming())
    recorder.loop.start()

    assert recorder.loop.join(WAIT_S)
    assert recorder.states == [(LOST, "No camera found at no/such/file.mp4.")]
    assert recorder.finished == 1
