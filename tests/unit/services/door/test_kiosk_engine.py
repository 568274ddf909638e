from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.quality import KioskGate
from attendance.core.types import Direction, Frame, ImageBgr, StreamState
from attendance.errors.cameras import CameraLost
from attendance.errors.storage import DatabaseLocked, DiskFull
from attendance.services.door.capture import CaptureTiming
from attendance.services.door.clock_watch import ClockWatch, jumps_by_door
from attendance.services.door.engine import KioskEngine
from attendance.services.door.engine_stats import RING_SIZE, StatsRing
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.listener import DecisionNotice, RecognitionHung, RecognitionStopped
from attendance.services.door.mailbox import LatestFrame
from attendance.services.door.recognition import RecognitionPipeline
from attendance.services.door.rest import Rest
from tests.door_parts import make_door
from tests.fake_door import Block, FakeSource, RecordingListener
from tests.fakes import MODEL_ID, WAIT_S, FakeClock, FakePack, ScriptedFace, black_picture, picture
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster, InMemorySettings
from tests.patience import wait_until

ADA, GRACE, STRANGER = ScriptedFace(1), ScriptedFace(2), ScriptedFace(40)
EMPTY: tuple[ScriptedFace, ...] = ()
VOTES = 3
MANY = 1000
"""Permits for everything that a paced source may still be asked."""
LOST = CameraLost(source="fake camera")


@dataclass
class Site:
    """Everything around an engine; engines come and go."""

    clock: FakeClock = field(default_factory=FakeClock)
    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    log: InMemoryCheckInLog = field(default_factory=InMemoryCheckInLog)
    pack: FakePack = field(default_factory=FakePack)
    listener: RecordingListener = field(default_factory=RecordingListener)
    engines: list[KioskEngine] = field(default_factory=list)
    retry_after_s: float = 3600.0
    # Stands still, so that no test is lost because the computer is slow.
    monotonic: Callable[[], float] = lambda: 0.0
    observers: tuple[Callable[[DecisionNotice], None], ...] = ()

    def __post_init__(self) -> None:
        self.roster.add("Ada", 1)
        self.roster.add("Grace", 2)

    def start(
        self,
        source: FakeSource,
        *,
        lossless: bool = True,
        clock_watch: ClockWatch | None = None,
        monotonic: Callable[[], float] | None = None,
        rest: Rest | None = None,
    ) -> KioskEngine:
        door = make_door(
            self.log,
            self.clock,
            zone=ZoneInfo("Europe/Berlin"),
            source=source.describe(),
            model_id=MODEL_ID,
            retry_after_s=self.retry_after_s,
        )
        pipeline = RecognitionPipeline(
            self.pack,
            GalleryKeeper(self.roster, MODEL_ID),
            rules=lambda _count: DecisionRules(threshold=0.5, votes=VOTES, window=5, max_attempts=6),
            gate=KioskGate(),
            classify=door.visits.classify,
        )
        timing = CaptureTiming(backoff_s=(0.0,), watch_interval_s=0.001, monotonic=monotonic or self.monotonic)
        engine = KioskEngine(
            lambda: source,
            pipeline,
            door.visits,
            door.queue,
            self.roster,
            self.listener,
            observers=self.observers,
            lossless=lossless,
            rest=rest,
            clock_watch=clock_watch,
            timing=timing,
        )
        self.engines.append(engine)
        engine.start()
        return engine

    def source(self, *steps: object, is_live: bool = False, is_paced: bool = False) -> FakeSource:
        return FakeSource(list(steps), is_live=is_live, is_paced=is_paced, clock=self.clock)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.log.release_held()
    for engine in site.engines:
        engine.stop()


def test_that_a_video_file_is_recognised_frame_by_frame_to_its_end(site: Site) -> None:
    engine = site.start(site.source(*[ADA] * 5, *[EMPTY] * 15, *[GRACE] * 5))

    assert engine.wait(WAIT_S)
    assert [result.frame_index for result in site.listener.results] == list(range(25))
    assert [notice.person.name for notice in site.listener.notices if notice.person] == ["Ada", "Grace"]
    assert site.listener.kinds == ["welcome", "welcome"]
    assert [event.direction for event in site.log.events] == [Direction.IN, Direction.IN]
    assert site.listener.stream_states == [StreamState.OPENING, StreamState.LIVE, StreamState.ENDED]
    stats = engine.stats()
    assert (stats.frames_captured, stats.frames_processed, stats.frames_dropped) == (25, 25, 0)
    assert stats.fps > 0
    assert set(stats.p50_ms) == {"detect", "align", "embed", "match", "decide", "total"}
    assert all(stats.p95_ms[stage] >= stats.p50_ms[stage] for stage in stats.p50_ms)


def test_that_a_notice_carries_the_saved_event_the_crop_and_the_timings(site: Site) -> None:
    engine = site.start(site.source(*[ADA] * VOTES))

    assert engine.wait(WAIT_S)
    (notice,) = site.listener.notices
    assert notice.check_in == site.log.events[0]
    assert notice.check_in.source == "fake camera"
    assert notice.crop_bgr is not None
    assert notice.crop_bgr.shape == (112, 112, 3)
    assert notice.timings_ms["total"] > 0


def test_that_a_welcome_waits_for_the_commit_and_other_answers_do_not(site: Site) -> None:
    site.log.is_held = True
    engine = site.start(site.source(*[ADA] * VOTES, *[EMPTY] * 15, *[ADA] * VOTES, *[EMPTY] * 15, *[STRANGER] * 6))

    # The second sighting of Ada meets an event that still waits: already in.
    assert site.listener.wait_for(lambda seen: len(seen.notices) == 2)
    assert site.listener.kinds == ["already_in", "unknown"]
    assert not engine.wait(0.01)

    site.log.release_held()

    assert engine.wait(WAIT_S)
    assert site.listener.kinds == ["already_in", "unknown", "welcome"]
    assert site.log.count() == 1


def test_that_observers_hear_of_every_decision_after_the_listener_and_of_a_check_in_once_it_is_saved(
    site: Site,
) -> None:
    heard: list[tuple[str, bool, int]] = []

    def observe(notice: DecisionNotice) -> None:
        heard.append((notice.decision.kind.value, notice.check_in is not None, len(site.listener.notices)))

    site.observers = (observe,)
    site.start(site.source(*[picture(ADA)] * VOTES, *[picture()] * 30, *[picture(STRANGER)] * 6)).wait(WAIT_S)
    assert heard == [("welcome", True, 1), ("unknown", False, 2)]


def test_that_a_failed_write_is_told_and_the_welcome_follows_when_the_disk_has_room(site: Site) -> None:
    site.retry_after_s = 0.001
    site.log.fail(10**6)
    engine = site.start(site.source(*[ADA] * VOTES, *[EMPTY] * 15, *[GRACE] * VOTES))

    assert site.listener.wait_for(lambda seen: len(seen.failures) == 2)
    assert site.log.wait_for(lambda log: len(log.attempts) > 20)
    assert site.listener.notices == []
    notice, error = site.listener.failures[0]
    assert isinstance(error, DiskFull)
    assert notice.person is not None
    assert (notice.person.name, notice.check_in) == ("Ada", None)
    assert notice.crop_bgr is not None

    site.log.fail(0)

    assert engine.wait(WAIT_S)
    assert site.listener.kinds == ["welcome", "welcome"]
    assert len(site.listener.failures) == 2
    assert site.log.count() == 2
    # A long queue must not keep pictures.
    assert [notice.crop_bgr for notice in site.listener.notices] == [None, None]


def test_that_an_engine_that_ends_with_unsaved_check_ins_says_which(site: Site) -> None:
    site.retry_after_s = 3600.0
    site.log.fail(10**6)
    engine = site.start(site.source(*[ADA] * VOTES, *[EMPTY] * 15, *[GRACE] * VOTES))
    assert engine.unsaved() is None
    assert site.listener.wait_for(lambda seen: len(seen.failures) == 2)
    assert not engine.stop()
    told = engine.unsaved()
    assert told is not None
    assert "database: 2 (ada 2026-03-02" in told.user_text
    assert "nowhere else" in told.user_text
    assert [code for _, code in engine.unsaved_events()] == ["ada", "grace"]


def test_that_a_slow_computer_judges_the_newest_frame_and_lets_one_wait_at_most(site: Site) -> None:
    is_busy, may_go_on = threading.Event(), threading.Event()

    def before(number: int) -> None:
        is_busy.set()
        assert may_go_on.wait(WAIT_S)

    site.pack.detector.before = before
    source = site.source(*[ADA] * 51, Block(), is_live=True, is_paced=True)
    engine = site.start(source, lossless=False)
    source.release(2)  # the first picture of a live source is never judged
    assert is_busy.wait(WAIT_S)
    source.release(50)
    assert source.blocked.wait(WAIT_S)
    may_go_on.set()

    assert site.listener.wait_for(lambda seen: len(seen.results) == 2)
    assert [result.frame_index for result in site.listener.results] == [1, 50]
    assert engine.stats().frames_dropped == 48
    source.unblock()
    source.release(MANY)


def test_that_a_file_in_real_time_may_drop_frames_but_ends_with_the_last(site: Site) -> None:
    engine = site.start(site.source(*[ADA] * 200), lossless=False)

    assert engine.wait(WAIT_S)
    assert site.listener.results[-1].frame_index == 199
    stats = engine.stats()
    assert stats.frames_processed + stats.frames_dropped == stats.frames_captured == 200


def test_that_a_stop_ends_with_the_frame_in_work(site: Site) -> None:
    is_busy, may_go_on = threading.Event(), threading.Event()

    def before(number: int) -> None:
        is_busy.set()
        assert may_go_on.wait(WAIT_S)

    site.pack.detector.before = before
    engine = site.start(site.source(*[ADA] * 1000))
    assert is_busy.wait(WAIT_S)
    stopper = threading.Thread(target=engine.stop, args=(WAIT_S,))
    stopper.start()
    while engine.preview.take(WAIT_S) is not None:
        pass  # until the stop has closed it
    may_go_on.set()
    stopper.join(WAIT_S)

    assert not stopper.is_alive()
    assert site.pack.detector.calls == 1
    assert engine.stop()  # again: harmless


def test_that_an_engine_that_never_started_can_be_stopped(site: Site) -> None:
    engine = site.start(site.source(ADA))
    assert engine.wait(WAIT_S)
    other = KioskEngine(site.source, engine._pipeline, engine._visits, engine._queue, site.roster, site.listener)

    assert other.stop()


def test_that_a_stuck_camera_does_not_hold_up_the_stop_nor_the_check_ins(site: Site) -> None:
    site.log.fail(1)
    source = site.source(*[ADA] * (VOTES + 1), Block(), is_live=True)
    engine = site.start(source)
    assert source.blocked.wait(WAIT_S)
    assert site.listener.wait_for(lambda seen: len(seen.failures) == 1)

    assert not engine.stop(0.3)

    assert site.log.count() == 1
    source.unblock()
    assert engine.stop(WAIT_S)
    assert source.closed == 1


def test_that_recognition_ends_although_the_camera_is_stuck(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    is_waiting = threading.Event()
    take = LatestFrame.take

    def announce(box: LatestFrame[Frame], timeout_s: float | None = None) -> Frame | None:
        if threading.current_thread().name == "recognition":
            is_waiting.set()
        return take(box, timeout_s)

    monkeypatch.setattr(LatestFrame, "take", announce)
    source = site.source(Block(), is_live=True)
    engine = site.start(source)
    assert source.blocked.wait(WAIT_S)
    assert is_waiting.wait(WAIT_S)

    assert not engine.stop(0.3)

    engine._thread.join(WAIT_S / 2)
    assert not engine._thread.is_alive()
    source.unblock()


def test_that_an_unplugged_camera_comes_back_and_checks_in(site: Site) -> None:
    source = FakeSource([EMPTY, EMPTY, LOST], [ADA] * (VOTES + 1), [EMPTY, Block()], is_live=True, clock=site.clock)
    site.start(source)

    assert site.listener.wait_for(lambda seen: seen.kinds == ["welcome"])
    assert site.listener.stream_states[:4] == [
        StreamState.OPENING,
        StreamState.LIVE,
        StreamState.LOST,
        StreamState.LIVE,
    ]
    source.unblock()


@pytest.mark.parametrize("is_live", [True, False])
def test_that_a_black_stream_checks_nobody_in(site: Site, is_live: bool) -> None:
    engine = site.start(site.source(*[black_picture(ADA)] * 40, *[EMPTY] * 2, LOST, is_live=is_live))

    assert site.listener.wait_for(lambda seen: StreamState.LOST in seen.stream_states)
    assert StreamState.BLACK in site.listener.stream_states
    assert engine.stats().frames_captured >= 40
    assert site.listener.notices == []
    assert site.log.count() == 0


def test_that_a_frozen_camera_checks_nobody_in(site: Site) -> None:
    source = FakeSource([picture(ADA)] * 45 + [LOST], [EMPTY, Block()], is_live=True, clock=site.clock)
    engine = site.start(source)

    assert source.blocked.wait(WAIT_S)
    assert StreamState.FROZEN in site.listener.stream_states
    assert engine.stats().frames_captured == 46
    assert engine.stats().frames_processed == 0
    assert site.log.count() == 0
    source.unblock()


def test_that_a_camera_that_freezes_while_somebody_is_in_view_collects_no_votes(site: Site) -> None:
    still = picture(ADA, seed=77)
    source = FakeSource([EMPTY, EMPTY, *[still] * 45, LOST], [EMPTY, Block()], is_live=True, clock=site.clock)
    engine = site.start(source)

    assert source.blocked.wait(WAIT_S)
    assert engine.stats().frames_captured == 48
    assert site.listener.notices == []
    assert site.log.count() == 0
    source.unblock()


def test_that_the_cool_down_outlives_a_restart_and_a_forgotten_check_out_is_in_again(site: Site) -> None:
    assert site.start(site.source(*[ADA] * VOTES)).wait(WAIT_S)
    site.clock.advance(60)
    site.clock.set_mono(5.0)
    assert site.start(site.source(*[ADA] * VOTES)).wait(WAIT_S)
    site.clock.advance(24 * 3600)
    assert site.start(site.source(*[ADA] * VOTES)).wait(WAIT_S)

    assert site.listener.kinds == ["welcome", "already_in", "welcome"]
    assert [event.direction for event in site.log.events] == [Direction.IN, Direction.IN]


def test_that_recognition_survives_a_crash_in_one_frame(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    bug = ValueError("index out of range")

    def before(number: int) -> None:
        if number == 1:
            raise bug

    site.pack.detector.before = before
    engine = site.start(site.source(*[ADA] * (VOTES + 1)))

    assert engine.wait(WAIT_S)
    assert site.listener.crashes == [bug]
    assert site.listener.kinds == ["welcome"]
    assert any(record.exc_info for record in caplog.records)


def test_that_recognition_that_always_crashes_ends_the_engine(site: Site) -> None:
    def before(number: int) -> None:
        raise ValueError("index out of range")

    site.pack.detector.before = before
    engine = site.start(site.source(*[ADA] * 1000))

    assert engine.wait(WAIT_S)
    assert [type(error) for error in site.listener.crashes] == [ValueError] * 5 + [RecognitionStopped]
    assert site.pack.detector.calls == 5


def test_that_recognition_that_hangs_is_told_once(site: Site) -> None:
    may_go_on = threading.Event()
    now_s = [0.0]

    def hang(number: int) -> None:
        if number == 3:
            now_s[0] = 11.0
            assert may_go_on.wait(WAIT_S)

    site.pack.detector.before = hang
    engine = site.start(site.source(*[ADA] * 10), monotonic=lambda: now_s[0])
    try:
        assert site.listener.wait_for(lambda heard: bool(heard.crashes))
    finally:
        may_go_on.set()
    assert engine.wait(WAIT_S)
    assert [type(error) for error in site.listener.crashes] == [RecognitionHung]


def test_that_the_first_picture_may_take_longer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.services.door.hang_watch._LOOK_EVERY_S", 0.001)
    looks = 0
    now_s = [59.0]

    def monotonic() -> float:
        nonlocal looks
        if threading.current_thread().name == "recognition-watchdog":
            looks += 1
            return now_s[0]
        return 0.0

    def slow(number: int) -> None:
        if number == 0:
            seen = looks
            wait_until(lambda: looks >= seen + 3)
            now_s[0] = 0.0

    site.pack.detector.before = slow
    engine = site.start(site.source(*[ADA] * 3), monotonic=monotonic)

    assert engine.wait(WAIT_S)
    assert site.listener.crashes == []


def test_that_a_resting_door_still_checks_in_whoever_comes(site: Site) -> None:
    noise = np.random.default_rng(1)
    empty = [noise.normal(110.0, 3.0, (240, 320, 3)).astype(np.uint8) for _ in range(200)]
    for image in empty:
        image[-1] = 0  # no record of a face
    engine = site.start(site.source(*empty, *[ADA] * 12), rest=Rest(after_s=5.0))

    assert engine.wait(WAIT_S)
    assert engine.stats().frames_processed < 100
    assert site.listener.kinds == ["welcome"]


def test_that_crashes_far_apart_do_not_end_the_engine(site: Site) -> None:
    def before(number: int) -> None:
        real.advance(16.0)
        if number < 8:
            raise ValueError("index out of range")

    real = FakeClock()
    site.monotonic = real.mono_s
    site.pack.detector.before = before
    engine = site.start(site.source(*[ADA] * 12))

    assert engine.wait(WAIT_S)
    assert len(site.listener.crashes) == 8
    assert site.listener.kinds == ["welcome"]


def test_that_an_unreadable_log_is_reported_once_and_the_person_is_welcomed_later(site: Site) -> None:
    site.log.read_failure = DatabaseLocked(path="attendance.db")
    is_far = threading.Event()
    site.pack.detector.before = lambda number: is_far.set() if number == 19 else None
    source = site.source(*[ADA] * 40, is_paced=True)
    engine = site.start(source)
    source.release(20)
    assert is_far.wait(WAIT_S)
    assert len(site.listener.results) == VOTES - 1

    site.log.read_failure = None
    source.release(MANY)

    assert engine.wait(WAIT_S)
    assert [type(error) for error in site.listener.crashes] == [DatabaseLocked]
    assert site.listener.kinds == ["welcome"]


def test_that_a_person_without_a_readable_name_is_checked_in_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(person_id: int) -> None:
        raise DatabaseLocked(path="attendance.db")

    monkeypatch.setattr(site.roster, "get", get)
    engine = site.start(site.source(*[ADA] * VOTES))

    assert engine.wait(WAIT_S)
    assert site.listener.kinds == ["welcome"]
    assert site.listener.notices[0].person is None
    assert site.log.count() == 1


def test_that_the_window_is_woken_only_when_no_picture_waits(site: Site) -> None:
    source = site.source(*[EMPTY] * 12, is_paced=True)
    engine = site.start(source)
    source.release(5)
    assert site.listener.wait_for(lambda seen: len(seen.results) == 5)
    assert site.listener.previews == 1

    newest = engine.preview.take(0)
    source.release(MANY)

    assert engine.wait(WAIT_S)
    assert newest is not None
    assert newest.index == 4
    assert site.listener.previews == 2


def test_that_frames_are_let_go(site: Site) -> None:
    class RememberingSource(FakeSource):
        def read(self) -> Frame | None:
            frame = super().read()
            if frame is not None:
                images.append(weakref.ref(frame.image_bgr))
            return frame

    images: list[weakref.ref[ImageBgr]] = []
    engine = site.start(RememberingSource([ADA] * 100, clock=site.clock))

    assert engine.wait(WAIT_S)
    gc.collect()
    assert len(images) == 100
    assert [image() is not None for image in images] == [False] * 99 + [True]  # the one in the preview


def test_that_the_statistics_remember_a_bounded_number_of_frames() -> None:
    ring = StatsRing(size=10)
    for number in range(1000):
        ring.add({"total": float(number)})

    stats = ring.summary(frames_captured=1000, frames_dropped=0)

    assert stats.frames_processed == 1000
    assert stats.p50_ms["total"] == pytest.approx(994.5)
    assert stats.p95_ms["total"] == pytest.approx(998.55)
    assert RING_SIZE == 300


def test_that_statistics_of_nothing_are_zero() -> None:
    stats = StatsRing().summary(frames_captured=0, frames_dropped=0)

    assert (stats.fps, stats.p50_ms) == (0.0, {})


def test_that_the_clocks_are_watched_while_the_engine_runs(site: Site) -> None:
    stopped = threading.Event()

    class Watch(ClockWatch):
        def run(self, stop: threading.Event, *, every_s: float = 60.0) -> None:
            super().run(stop, every_s=0.001)
            stopped.set()

    settings = InMemorySettings()
    watch = Watch(settings, door="door", now_utc=site.clock.now_utc, steady=site.clock.mono_s)
    watch.sample()
    site.clock.set_utc(site.clock.now_utc() + timedelta(hours=1))
    source = site.source(*[EMPTY] * 2)
    engine = site.start(source, clock_watch=watch)
    assert engine.wait(WAIT_S)
    engine.stop()

    assert stopped.wait(WAIT_S)
    assert [jump.by_s for jumps in jumps_by_door(settings).values() for jump in jumps] == [3600.0]


def test_that_a_pressed_button_is_announced_like_any_decision(site: Site) -> None:
    engine = site.start(site.source(*[ADA] * 5))
    assert engine.wait(WAIT_S)
    (welcome,) = site.listener.notices
    site.clock.advance(3600)

    engine.choose(welcome, Direction.BREAK_START)

    assert engine.wait(WAIT_S)
    assert [event.direction for event in site.log.events] == [Direction.IN, Direction.BREAK_START]
    booked = site.listener.notices[-1]
    assert booked.check_in == site.log.events[-1]
    assert booked.note.worked_s == 3600
