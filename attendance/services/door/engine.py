"""The kiosk without its window: camera, recognition and check-in wired together, reported to one listener."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from attendance.core.check_in_method import CheckInMethod
from attendance.core.hours.next_step import DoorNote
from attendance.core.ports.people import Roster
from attendance.core.ports.vision import FrameSource
from attendance.core.types import (
    CheckIn,
    Decision,
    DecisionKind,
    Direction,
    Frame,
    FrameResult,
    Person,
)
from attendance.errors import AttendanceError, Reason
from attendance.errors.storage import CheckInsUnsaved, StorageError
from attendance.services.door.badge_reader import BadgeReader
from attendance.services.door.capture import CaptureLoop, CaptureTiming
from attendance.services.door.check_in_queue import CheckInQueue
from attendance.services.door.clock_watch import ClockWatch
from attendance.services.door.engine_stats import EngineStats, StatsRing
from attendance.services.door.hang_watch import HangWatch
from attendance.services.door.listener import DecisionNotice, EngineListener, RecognitionStopped
from attendance.services.door.mailbox import LatestFrame
from attendance.services.door.recognition import Expected, RecognitionPipeline
from attendance.services.door.rest import Rest
from attendance.services.door.visits import Visits

_log = logging.getLogger(__name__)

_MAX_CRASHES = 5
_CRASH_WINDOW_S = 60.0
_STORAGE_REPORT_EVERY_S = 10.0
_MOST_SHOWN = 20
"""Check-ins in one sentence; the command line lists all of them."""


class KioskEngine:
    """Runs one kiosk. Used once: start, then wait or stop; build a new engine to start again.

    Threads: the camera thread fills ``preview`` and the work mailbox, the recognition thread empties the latter, the
    writer thread of the log announces welcomes. In normal mode both mailboxes keep only the newest frame, so a slow
    computer judges fewer frames but never old ones.

    Recognition survives a crash in one frame: it is logged, reported and the next frame is taken, until it has
    crashed 5 times within 60 s; then the engine ends with RecognitionStopped. A StorageError while a face is judged is
    reported (at most every 10 s) and not counted: the disk may come back.

    Args:
        source_factory: builds the frame source; called in the camera thread.
        pipeline: used in the recognition thread only.
        visits: what a person's face means, and books it.
        queue: closed by stop().
        roster: names for the notices.
        listener: see EngineListener.
        observers: called after ``on_decision`` of the listener, with the same notice; as quick and as silent as it.
        lossless: every frame is recognised and the source waits, for video files.
        rest: spares the computer while nobody is there; None never rests.
        badges: reads badges from a picture; None reads none.
        clock_watch: samples the clocks while the engine runs, in a thread of its own; None for none.
        timing: when a source counts as lost, and by which clock crashes count as near each other.

    Attributes:
        preview: newest frame for the window, also frames that recognition may not use.
    """

    def __init__(
        self,
        source_factory: Callable[[], FrameSource],
        pipeline: RecognitionPipeline,
        visits: Visits,
        queue: CheckInQueue,
        roster: Roster,
        listener: EngineListener,
        *,
        observers: Sequence[Callable[[DecisionNotice], None]] = (),
        lossless: bool = False,
        rest: Rest | None = None,
        badges: BadgeReader | None = None,
        clock_watch: ClockWatch | None = None,
        timing: CaptureTiming | None = None,
    ) -> None:
        self.preview: LatestFrame[Frame] = LatestFrame()
        self._pipeline = pipeline
        self._visits = visits
        self._queue = queue
        self._roster = roster
        self._listener = listener
        self._observers = tuple(observers)
        self._lossless = lossless
        self._rest = rest
        self._badges = badges
        self._is_reading_badges = False
        timing = timing or CaptureTiming()
        self._monotonic = timing.monotonic
        self._work: LatestFrame[Frame] = LatestFrame()
        self._stop = threading.Event()
        self._captured = 0
        self._ring = StatsRing()
        self._crashed_at_s: deque[float] = deque(maxlen=_MAX_CRASHES)
        self._storage_reported_at_s = -math.inf
        self._is_started = False
        self._capture = CaptureLoop(
            source_factory,
            stop=self._stop,
            on_frame=self._on_frame,
            on_state=listener.on_stream_state,
            on_crashed=listener.on_crashed,
            on_finished=self._work.close,
            pause_s=lambda: rest.pause_s if rest is not None else 0.0,
            timing=timing,
        )
        self._thread = threading.Thread(target=self._recognise, name="recognition", daemon=True)
        self._hang_watch = HangWatch(self._monotonic, listener.on_crashed)
        self._clock_thread: threading.Thread | None = None
        if clock_watch is not None:
            self._clock_thread = threading.Thread(
                target=clock_watch.run, args=(self._stop,), name="clock-watch", daemon=True
            )

    def start(self) -> None:
        """Start the threads; returns at once."""
        self._is_started = True
        self._thread.start()
        self._hang_watch.start(self._stop, self._thread)
        self._capture.start()
        if self._clock_thread is not None:
            self._clock_thread.start()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """End camera, recognition and writer, in this order; harmless when called again.

        Args:
            timeout_s: for all three together. A camera may use a third of it, recognition half of the rest: a stuck
                driver must not take the time in which check-ins are saved.

        Returns:
            True when all threads have ended and every check-in is written.
        """
        deadline_s = time.monotonic() + timeout_s
        self._stop.set()
        self._work.close()
        self.preview.close()
        has_ended = True
        if self._is_started:
            has_ended = self._capture.join(timeout_s / 3)
            self._thread.join(max(0.0, deadline_s - time.monotonic()) / 2)
            has_ended = has_ended and not self._thread.is_alive()
        is_written = self._queue.close(max(0.0, deadline_s - time.monotonic()))
        if not has_ended:
            _log.warning("a blocked camera or recognition thread was left behind")
        return has_ended and is_written

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the source has ended, every frame is recognised and every check-in is written.

        Returns:
            False after the time-out.
        """
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s

        def left_s() -> float | None:
            return None if deadline_s is None else max(0.0, deadline_s - time.monotonic())

        if not self._capture.join(left_s()):
            return False
        self._thread.join(left_s())
        return not self._thread.is_alive() and self._queue.wait_until_saved(left_s())

    def unsaved(self) -> CheckInsUnsaved | None:
        """Return what is to be said when this engine ended and check-ins are not in the database, None without."""
        events, refused = self._queue.unsaved, self._queue.refused
        if not events and not refused:
            return None
        places = self._queue.places
        if not events:
            reason = Reason("too many waited already, so they were refused")
        elif places:
            reason = Reason("they are kept in {path} and written at the next start of this door", path=str(places[0]))
        else:
            reason = Reason("they are kept nowhere else, so write them down now")
        count = len(events) + refused
        shown = [self._in_words(event) for event in events[:_MOST_SHOWN]]
        return CheckInsUnsaved(count=count, events=[*shown, *["…"] * (count > len(shown))], reason=reason)

    def unsaved_events(self) -> list[tuple[CheckIn, str]]:
        """Return the check-ins that are not in the database, each with the code of the person, "?" when unknown."""
        return [(event, self._code(event)) for event in self._queue.unsaved]

    def choose(self, notice: DecisionNotice, direction: Direction) -> None:
        """Book what somebody pressed; the listener hears of it as of any decision.

        Reads the log, so not for the window's thread.

        Args:
            notice: a decision about a person.
            direction: the button.

        Raises:
            StorageError: the person's earlier events cannot be read; nothing is booked.
            ValueError: the decision is about nobody.
        """
        decision, note = self._visits.chosen(notice.decision, direction)
        self._tell(replace(notice, decision=decision, check_in=None, note=note))

    @property
    def people(self) -> int:
        """How many people can be recognised now."""
        return self._pipeline.people

    def admit(self, person: Person, method: CheckInMethod) -> None:
        """Book somebody who is known by PIN or badge; the listener hears of it as of any decision.

        Reads the log, so not for the window's thread.

        Raises:
            StorageError: the person's earlier events cannot be read; nothing is booked.
        """
        decision, note = self._visits.named(person.id, method)
        self._tell(DecisionNotice(decision, person=person, note=note))

    def expect(self, expected: Expected | None) -> None:
        """Compare faces with one person only, until that one is accepted; None looks for everybody again."""
        self._pipeline.expect(expected)

    def read_badges(self, is_wanted: bool) -> None:
        """Look for badges in the pictures, or no longer."""
        self._is_reading_badges = is_wanted

    def stats(self) -> EngineStats:
        """Return counts and timings so far; from any thread."""
        return self._ring.summary(frames_captured=self._captured, frames_dropped=self._work.dropped)

    def _on_frame(self, frame: Frame, is_usable: bool) -> None:
        self._captured += 1
        is_looked_at, is_shown = (True, True) if self._rest is None else self._rest.take(frame)
        if is_shown and self.preview.put(frame):
            self._listener.on_preview_ready()
        if is_usable and is_looked_at:
            self._work.put(frame, block=self._lossless)

    def _recognise(self) -> None:
        while not self._stop.is_set():
            frame = self._work.take()
            if frame is None:
                return
            try:
                with self._hang_watch.work():
                    self._process(frame)
            except StorageError as err:
                self._report_storage(err)
            except Exception as err:  # noqa: BLE001 - thread boundary
                _log.error("recognition of frame %d crashed", frame.index, exc_info=err)
                self._listener.on_crashed(err)
                if self._crashes_too_often():
                    self._end_after_crashes()

    def _process(self, frame: Frame) -> None:
        result = self._pipeline.process(frame)
        self._ring.add(result.timings_ms)
        if result.faces and self._rest is not None:
            self._rest.somebody(frame.mono_s)
        self._listener.on_result(result)
        self._look_for_badges(frame)
        for decision in result.decisions:
            self._announce(decision, result)

    def _look_for_badges(self, frame: Frame) -> None:
        if self._badges is None:
            return
        for text in self._badges.look(frame, is_wanted=self._is_reading_badges):
            self._listener.on_badge(text)

    def _announce(self, decision: Decision, result: FrameResult) -> None:
        notice = DecisionNotice(
            decision,
            person=self._person(decision.person_id),
            crop_bgr=result.crops_bgr.get(decision.track_id),
            timings_ms=result.timings_ms,
            note=result.notes.get(decision.track_id, DoorNote()),
        )
        self._tell(notice)

    def _tell(self, notice: DecisionNotice) -> None:
        if notice.decision.kind is DecisionKind.WELCOME:
            welcome = _Welcome(notice, self._decided, self._listener.on_check_in_failed)
            self._visits.book(notice.decision, welcome.on_saved, welcome.on_failed)
        else:
            self._decided(notice)

    def _decided(self, notice: DecisionNotice) -> None:
        self._listener.on_decision(notice)
        for observe in self._observers:
            observe(notice)

    def _person(self, person_id: int | None) -> Person | None:
        if person_id is None:
            return None
        try:
            return self._roster.get(person_id)
        except StorageError as err:
            # The check-in matters more than the name on the card.
            _log.warning("the name of person %d cannot be read: %s", person_id, err)
            return None

    def _code(self, event: CheckIn) -> str:
        person = self._person(event.person_id)
        return "?" if person is None else person.code

    def _in_words(self, event: CheckIn) -> str:
        local = event.at_utc + timedelta(seconds=event.utc_offset_s)
        return f"{self._code(event)} {local:%Y-%m-%d %H:%M:%S}"

    def _report_storage(self, error: StorageError) -> None:
        now_s = self._monotonic()
        if now_s - self._storage_reported_at_s >= _STORAGE_REPORT_EVERY_S:
            self._storage_reported_at_s = now_s
            _log.error("a face could not be judged", exc_info=error)
            self._listener.on_crashed(error)

    def _crashes_too_often(self) -> bool:
        now_s = self._monotonic()
        self._crashed_at_s.append(now_s)
        return len(self._crashed_at_s) == _MAX_CRASHES and now_s - self._crashed_at_s[0] <= _CRASH_WINDOW_S

    def _end_after_crashes(self) -> None:
        self._stop.set()
        self._work.close()
        text = f"recognition crashed {_MAX_CRASHES} times within {_CRASH_WINDOW_S:.0f} s and was stopped"
        self._listener.on_crashed(RecognitionStopped(text))


class _Welcome:
    """Tells how the write of one check-in went."""

    def __init__(
        self,
        notice: DecisionNotice,
        tell: Callable[[DecisionNotice], None],
        tell_failed: Callable[[DecisionNotice, AttendanceError], None],
    ) -> None:
        self._notice = notice
        self._tell = tell
        self._tell_failed = tell_failed

    def on_saved(self, event: CheckIn) -> None:
        self._tell(replace(self._notice, check_in=event))

    def on_failed(self, event: CheckIn, error: Exception) -> None:
        notice = self._notice
        self._notice = replace(notice, crop_bgr=None)
        _log.warning("check-in %s waits for the disk", event.event_id)
        assert isinstance(error, AttendanceError)
        self._tell_failed(notice, error)
