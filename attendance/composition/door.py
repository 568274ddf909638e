"""The door: camera, recognition and check-in put together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from attendance.composition.hours_and_reports import HoursAndReports
from attendance.composition.links import Links
from attendance.composition.packs import Packs
from attendance.composition.paths import AppPaths
from attendance.composition.recognizer import Recognizer
from attendance.composition.site import Site
from attendance.composition.storage import Storage
from attendance.config import CameraSettings, EntrySettings, RecognitionSettings
from attendance.core.ports.vision import FrameSource
from attendance.core.recognition.quality import KioskGate
from attendance.errors import Reason
from attendance.errors.storage import DiskAlmostFull, DoorTaken
from attendance.system_clock import SystemClock

if TYPE_CHECKING:
    from datetime import datetime

    from attendance.core.hours.clock_jumps import ClockFault
    from attendance.core.hours.plan import WorkPlan
    from attendance.core.hours.rules import HoursRules
    from attendance.data.process_lock import ProcessLock
    from attendance.errors.settings import ClockWrong
    from attendance.services.door.answers import DoorAnswers
    from attendance.services.door.clock_watch import ClockWatch
    from attendance.services.door.engine import KioskEngine
    from attendance.services.door.gallery import GalleryKeeper
    from attendance.services.door.listener import EngineListener

_log = logging.getLogger(__name__)


class Door:
    """Builds engines, one after the other; of all programs on a data folder only one does.

    Args:
        paths: of the installation.
        camera: section [camera].
        recognition: section [recognition].
        name: of this door; stored with check-ins.
        mode: where the direction of a check-in comes from; the value of a ``DoorMode``.
        entry: section [entry].
        storage: the opened data folder.
        site: clock and zone.
        packs: for the rules of a pack.
        records: hours and corrections.
        links: told of saved check-ins.
    """

    def __init__(
        self,
        paths: AppPaths,
        *,
        camera: CameraSettings,
        recognition: RecognitionSettings,
        name: str,
        mode: str,
        entry: EntrySettings,
        storage: Storage,
        site: Site,
        packs: Packs,
        records: HoursAndReports,
        links: Links,
    ) -> None:
        self._paths = paths
        self._camera = camera
        self._recognition = recognition
        self._name = name
        self._mode = mode
        self._entry = entry
        self._gallery: GalleryKeeper | None = None
        self._storage = storage
        self._site = site
        self._packs = packs
        self._records = records
        self._links = links
        self._lock: ProcessLock | None = None
        self._watch: ClockWatch | None = None

    def claim(self, program: str = "attendance") -> None:
        """Take the door of this data folder until ``close``; harmless when it is ours. Quick, so before any model.

        Args:
            program: what this one is called, for whoever comes second.

        Raises:
            DoorTaken: another process has it.
            StorageError: the lock file cannot be made.
        """
        from attendance.data.process_lock import ProcessLock

        self._storage.ensure_data_dir()
        if self._lock is None:
            self._lock = ProcessLock(self._paths.lock("door"), program=program)
        if self._lock.take():
            return
        found = self._lock.holder()
        holder = Reason("one that did not say what it is")
        if found is not None:
            since = found.since_utc.astimezone(self._site.zone).strftime("%Y-%m-%d %H:%M")
            holder = Reason(
                "{program}, process {pid}, since {since}", program=found.program, pid=str(found.pid), since=since
            )
        raise DoorTaken(path=self._paths.data_dir, holder=holder)

    def close(self) -> None:
        """Let another process have the door; call it when nothing is written any more."""
        if self._lock is not None:
            self._lock.release()

    def knows_face(self, person_id: int) -> bool:
        """Return whether the recognizer of the engine that was built last knows a person; from any thread."""
        return self._gallery is not None and self._gallery.current.knows(person_id)

    @cached_property
    def answers(self) -> DoorAnswers:
        """Books what people answer at the door."""
        from attendance.services.door.answers import DoorAnswers

        return DoorAnswers(self._records.corrections_at_door, self._storage.disputed_crops)

    def build_source(self, spec: str | None = None, *, pace: Literal["realtime", "fast"] = "realtime") -> FrameSource:
        """Return the frame source of a spec, or of the settings; not opened yet.

        A camera or stream is read in a process of its own, which can be ended when its driver hangs.
        """
        from attendance.vision.cameras.camera_process import CameraProcess
        from attendance.vision.cameras.source import build_source

        camera = self._camera
        make = partial(
            build_source,
            camera.source if spec is None else spec,
            width_px=camera.width_px,
            height_px=camera.height_px,
            fps=camera.fps,
            backend=camera.backend,
            pace=pace,
        )
        source = make(clock=self._site.clock)
        if not source.is_live:
            return source
        return CameraProcess(
            partial(make, clock=SystemClock()),
            name=source.describe(),
            clock=self._site.clock,
            room_px=camera.width_px * camera.height_px,
        )

    def build_engine(
        self,
        recognizer: Recognizer,
        listener: EngineListener,
        *,
        source_factory: Callable[[], FrameSource] | None = None,
        lossless: bool = False,
    ) -> KioskEngine:
        """Wire a kiosk engine; loads the gallery.

        Args:
            recognizer: whom it knows faces by.
            listener: told of everything, from the engine's threads.
            source_factory: makes the frame source; the configured camera by default.
            lossless: process every frame of a file instead of the newest only.

        Raises:
            DoorTaken: another process runs the door of this data folder.
            AttendanceError: key or database cannot be used.
        """
        self.claim()
        from attendance.core.credentials.badge import is_badge_text
        from attendance.core.hours.next_step import DoorMode
        from attendance.services.door.badge_reader import BadgeReader
        from attendance.services.door.check_in_queue import CheckInQueue
        from attendance.services.door.engine import KioskEngine
        from attendance.services.door.hours import DoorHours
        from attendance.services.door.recognition import RecognitionPipeline
        from attendance.services.door.rest import Rest
        from attendance.services.door.rules_note import note_rules
        from attendance.services.door.visits import Visits
        from attendance.vision.qr_codes import read_qr_codes

        pack = recognizer.pack
        self._gallery = recognizer.gallery
        given = self._recognition
        note_rules(
            self._storage.settings,
            security=given.security,
            threshold=self._packs.site_rules.fixed(pack.info),
            margin=given.margin,
            votes=given.votes,
            pack=pack.info.model_id,
        )
        reserve = self._storage.check_in_reserve
        queue = CheckInQueue(self._storage.check_in_log, self._site.clock, record=reserve)
        visits = Visits(
            DoorHours(self._storage.hours_records, self._site.zone, self._plan_and_rules),
            queue,
            self._site.clock,
            source=self._name,
            model_id=pack.embedder.model_id,
            mode=DoorMode(self._mode),
        )
        pipeline = RecognitionPipeline(
            pack,
            recognizer.gallery,
            rules=self._packs.site_rules.of_pack(pack.info),
            gate=KioskGate(min_eye_distance_px=given.min_eye_distance_px),
            classify=visits.classify,
            only_expected=self._entry.mode != "face",
            asks_look_alikes=self._entry.look_alikes,
        )
        observers = (
            self._links.observe_door(on_failed=listener.on_crashed),
            recognizer.start_shadow_door().observe,
        )
        self._links.start()
        if not reserve.prepare():
            listener.on_crashed(DiskAlmostFull(path=self._paths.data_dir))
        if kept := queue.hand_in_kept():
            _log.warning("%d check-ins that the disk had refused earlier are handed in again", kept)
        return KioskEngine(
            source_factory or self.build_source,
            pipeline,
            visits,
            queue,
            self._storage.roster,
            listener,
            observers=observers,
            lossless=lossless,
            rest=None if lossless else Rest(),
            badges=BadgeReader(read_qr_codes, is_badge=is_badge_text),
            clock_watch=self._clock_watch(),
        )

    def _plan_and_rules(self) -> tuple[WorkPlan, HoursRules]:
        site = self._records.hours.site_plan()
        return site.plan, site.rules

    @property
    def clock_trouble(self) -> ClockWrong | None:
        """What the engine that was built last found out about the clock; quick."""
        return None if self._watch is None else self._watch.trouble

    def clock_wrong(self) -> ClockWrong | None:
        """Look at the computer's clock now, also without an engine; the clock of a replay may show what it likes.

        Raises:
            StorageError: the newest check-in cannot be read.
        """
        from attendance.services.door.clock_watch import clock_wrong

        if not isinstance(self._site.clock, SystemClock):
            return None
        now_utc = self._site.clock.now_utc()
        fault = self._clock_fault(now_utc)
        return None if fault is None else clock_wrong(fault, now_utc, self._site.zone)

    def _clock_fault(self, now_utc: datetime) -> ClockFault | None:
        from attendance.core.hours.clock_jumps import LATEST_UTC, clock_fault

        newest = self._storage.check_in_log.newest_utc(LATEST_UTC) if self._storage.has_database else None
        return clock_fault(now_utc, newest)

    def _clock_watch(self) -> ClockWatch | None:
        """Return the watch of the computer's clock; the clock of a replay may jump as it likes."""
        from attendance.services.door.clock_watch import ClockWatch

        if not isinstance(self._site.clock, SystemClock):
            return None
        self._watch = ClockWatch(
            self._storage.settings,
            door=self._name,
            now_utc=self._site.clock.now_utc,
            fault=self._clock_fault,
            zone=self._site.zone,
        )
        return self._watch
