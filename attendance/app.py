"""Composition root: the only place that reads the settings and plugs adapters into services."""

from __future__ import annotations

import getpass
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attendance.config import Settings, load_settings
from attendance.core.audit import canonical_json
from attendance.core.ports.clock import Clock
from attendance.core.ports.vision import FrameSource, VisionPack
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.quality import EnrolmentGate, KioskGate
from attendance.core.recognition.thresholds import ThresholdChoice, threshold_for
from attendance.core.types import PackInfo
from attendance.errors import ConfigError, ReadOnlyStorage, ZoneNotNamed
from attendance.local_zone import LocalZone, local_zone
from attendance.resource_files import resource_path
from attendance.system_clock import SystemClock

if TYPE_CHECKING:
    from attendance.connections import Connections
    from attendance.core.hours.plan import WorkPlan
    from attendance.core.hours.rules import HoursRules
    from attendance.data.audit.head import AuditHead
    from attendance.data.audit.repository import SqlAuditLog
    from attendance.data.check_in_repository import SqlCheckInLog
    from attendance.data.database import Database
    from attendance.data.disputed_repository import SqlDisputedCrops
    from attendance.data.hours.correction_repository import SqlCorrections
    from attendance.data.hours.plan_repository import SqlWorkPlans
    from attendance.data.hours.timesheet_repository import SqlHoursRecords
    from attendance.data.keys.key_store import KeyHandle
    from attendance.data.recognizer_repository import SqlRecognizers
    from attendance.data.roster.repository import SqlRoster
    from attendance.data.settings_repository import SqlSettings
    from attendance.data.shadow_repository import SqlShadowLog
    from attendance.services.door.answers import DoorAnswers
    from attendance.services.door.clock_watch import ClockWatch
    from attendance.services.door.engine import EngineListener, KioskEngine
    from attendance.services.door.gallery import GalleryKeeper
    from attendance.services.hours.corrections import CorrectionService
    from attendance.services.hours.service import HoursService
    from attendance.services.people.enrolment import EnrolmentService
    from attendance.services.people.importing import ImportService
    from attendance.services.recognizers.go_live import GoLive
    from attendance.services.recognizers.shadow import ShadowDoor
    from attendance.services.reports.service import ReportService
    from attendance.services.training.desk import TrainingDesk
    from attendance.vision.images import ImageReader
    from attendance.vision.packs.loading import LoadedPack
    from attendance.vision.packs.store import ModelStore

BUNDLED_PACK = "bundled"
HOME_VARIABLE = "ATTENDANCE_HOME"

# A face is reported as somebody else's at the strictness of one wrong alarm in a hundred enrolments at a hundred
# templates; looser would stop siblings, stricter would let a second code slip in.
_DUPLICATE_COMPARISONS = 100

# A pack that is being loaded cannot be interrupted; its thread ends with the program.
_BESIDE_CLOSE_S = 3.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppPaths:
    """Where one installation keeps its files."""

    data_dir: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "attendance.db"

    @property
    def audit_head(self) -> Path:
        """Where the audit log ends, outside the database."""
        return self.data_dir / "audit-head.json"

    @property
    def config(self) -> Path:
        """The settings file; may be absent."""
        return self.data_dir / "config.toml"

    @property
    def models(self) -> Path:
        """Installed model packs."""
        return self.data_dir / "models"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.data_dir / "logs"

    @property
    def training(self) -> Path:
        """Private folder of a training: faces while it runs, a promoted pack until it is installed."""
        return self.data_dir / "training"


def default_data_dir() -> Path:
    """Return the folder of ``ATTENDANCE_HOME``, else the platform's place for application data."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("attendance", appauthor=False)


def account_name() -> str:
    """Return the name of the computer's account that runs this program, for the audit log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "unknown"


class Application:
    """One opened data folder and everything built on it; parts are made on first use.

    Args:
        data_dir: folder of this installation; made when absent.
        clock: for tests and replays; the computer's clock by default.

    Raises:
        ConfigError: the settings file is wrong.
    """

    def __init__(self, data_dir: Path | None = None, *, clock: Clock | None = None) -> None:
        self.paths = AppPaths((data_dir or default_data_dir()).expanduser().absolute())
        self.settings: Settings = load_settings(self.paths.config)
        self.clock: Clock = clock or SystemClock()
        self._open_database: Database | None = None
        self._shadow_door: ShadowDoor | None = None

    def __enter__(self) -> Application:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the work beside the door, finish pending writes and close the database."""
        self._close_shadow_door()
        if "connections" in self.__dict__:
            self.connections.close()
        if "training_desk" in self.__dict__:
            self.training_desk.close()
        if "go_live" in self.__dict__:
            self.go_live.close(_BESIDE_CLOSE_S)
        if self._open_database is not None:
            self._open_database.close()
            self._open_database = None

    # --- storage ------------------------------------------------------------------------------------

    def ensure_data_dir(self) -> None:
        """Make the data folder.

        Raises:
            ReadOnlyStorage: it cannot be made.
        """
        try:
            self.paths.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise ReadOnlyStorage(path=self.paths.data_dir) from err

    @cached_property
    def database(self) -> Database:
        """The opened, upgraded database."""
        from attendance.data.database import Database

        self.ensure_data_dir()
        if not self.paths.database.exists():
            # A key can be made only while nothing can be encrypted yet, so it comes before the file.
            _ = self.key
        database = Database(self.paths.database, actor=account_name(), head=self.audit_head)
        database.open()
        self._open_database = database
        return database

    @cached_property
    def audit_head(self) -> AuditHead:
        """The head of the audit log; asks for the key only when it writes or checks."""
        from attendance.data.audit.head import AuditHead

        return AuditHead(self.paths.audit_head, lambda: self.key.key)

    @cached_property
    def audit_log(self) -> SqlAuditLog:
        """The chained log of changes."""
        from attendance.data.audit.repository import SqlAuditLog

        return SqlAuditLog(self.database, self.audit_head)

    @cached_property
    def key(self) -> KeyHandle:
        """This installation's encryption key.

        Raises:
            KeyUnavailable: there is a database, but its key is gone.
        """
        from attendance.data.keys.key_store import load_or_create_key

        existed = self.paths.database.exists()
        self.ensure_data_dir()
        return load_or_create_key(self.paths.data_dir, mode=self.settings.storage.key_store, database_exists=existed)

    @cached_property
    def site_settings(self) -> SqlSettings:
        """Settings kept in the database."""
        from attendance.data.settings_repository import SqlSettings

        return SqlSettings(self.database)

    @cached_property
    def roster(self) -> SqlRoster:
        """People and templates."""
        from attendance.data.keys.encryption import Cipher
        from attendance.data.roster.repository import SqlRoster

        key = self.key  # before the database: whether a key may be made depends on the file being absent
        return SqlRoster(self.database, Cipher(key.key), keep_crops=self.is_keeping_crops)

    @cached_property
    def recognizers(self) -> SqlRecognizers:
        """Which pack plays which part, and the templates of several of them."""
        from attendance.data.keys.encryption import Cipher
        from attendance.data.recognizer_repository import SqlRecognizers

        key = self.key
        return SqlRecognizers(self.database, Cipher(key.key), default_pack=BUNDLED_PACK)

    @cached_property
    def shadow_log(self) -> SqlShadowLog:
        """What a candidate recognizer says of the faces at the door."""
        from attendance.data.shadow_repository import SqlShadowLog

        return SqlShadowLog(self.database)

    @cached_property
    def check_in_log(self) -> SqlCheckInLog:
        """The append-only log."""
        from attendance.data.check_in_repository import SqlCheckInLog

        return SqlCheckInLog(self.database)

    @cached_property
    def correction_rows(self) -> SqlCorrections:
        """Corrections as they are stored; ``corrections`` makes new ones."""
        from attendance.data.hours.correction_repository import SqlCorrections

        return SqlCorrections(self.database)

    @cached_property
    def disputed_crops(self) -> SqlDisputedCrops:
        """Faces of check-ins that people took back."""
        from attendance.data.disputed_repository import SqlDisputedCrops
        from attendance.data.keys.encryption import Cipher

        key = self.key
        return SqlDisputedCrops(self.database, Cipher(key.key))

    @cached_property
    def corrections(self) -> CorrectionService:
        """Corrections of the check-in log."""
        from attendance.services.hours.corrections import CorrectionService

        return CorrectionService(
            self.correction_rows,
            self.check_in_log,
            self.clock,
            two_person_rule=self.settings.attendance.two_person_rule,
            disputed=self.disputed_crops,
        )

    @cached_property
    def work_plans(self) -> SqlWorkPlans:
        """Versions of the plan that says who works when."""
        from attendance.data.hours.plan_repository import SqlWorkPlans

        return SqlWorkPlans(self.database)

    @cached_property
    def hours_records(self) -> SqlHoursRecords:
        """What hours are worked out from, and the days that were."""
        from attendance.data.hours.timesheet_repository import SqlHoursRecords

        return SqlHoursRecords(self.database)

    @cached_property
    def door_answers(self) -> DoorAnswers:
        """Books what people answer at the door."""
        from attendance.services.door.answers import DoorAnswers

        return DoorAnswers(self.corrections, self.disputed_crops)

    @cached_property
    def hours(self) -> HoursService:
        """Timesheets, totals and the plan."""
        from attendance.core.hours.rules import HoursRules
        from attendance.services.door.clock_watch import jumps_by_door
        from attendance.services.hours.service import HoursService

        attendance = self.settings.attendance
        defaults = HoursRules(
            max_shift_min=round(attendance.max_shift_h * 60), cool_down_s=round(attendance.cool_down_min * 60)
        )
        return HoursService(
            self.hours_records,
            self.roster,
            self.work_plans,
            self.clock,
            zone=self.zone,
            defaults=defaults,
            jumps=lambda: jumps_by_door(self.site_settings),
        )

    @cached_property
    def reports(self) -> ReportService:
        """Reports as tables and as files."""
        from attendance.core.csv_cells import guard
        from attendance.reporting.csv_file import CsvWriter
        from attendance.reporting.html_page import write_html
        from attendance.reporting.pdf_file import write_pdf
        from attendance.reporting.xlsx_file import write_xlsx
        from attendance.services.reports.service import ReportService

        return ReportService(
            hours=self.hours,
            check_ins=self.check_in_log,
            corrections=self.correction_rows,
            roster=self.roster,
            clock=self.clock,
            zone=self.zone,
            writers={"csv": CsvWriter(guard), "xlsx": write_xlsx, "pdf": write_pdf, "html": write_html},
            site=self.settings.kiosk.company,
        )

    @cached_property
    def connections(self) -> Connections:
        """What talks to other systems: webhook, mail, relay, schedules, imports."""
        from attendance.connections import Connections

        return Connections(self)

    def is_keeping_crops(self) -> bool:
        """Return whether enrolment crops are kept: the admin window's choice, else the settings file's."""
        fallback = "1" if self.settings.storage.keep_crops else "0"
        return self.site_settings.get("keep_crops", fallback) == "1"

    # --- vision -------------------------------------------------------------------------------------

    @cached_property
    def images(self) -> ImageReader:
        """Reads picture files."""
        from attendance.vision.images import ImageReader

        return ImageReader()

    @cached_property
    def model_store(self) -> ModelStore:
        """Installed packs."""
        from attendance.vision.packs.store import ModelStore

        return ModelStore(self.paths.models, resource_path("models", "bundled"))

    @property
    def active_pack_id(self) -> str:
        """The pack in use; the bundled one until another is chosen. Never creates a database."""
        if not self.paths.database.exists():
            return BUNDLED_PACK
        return self.site_settings.get("active_pack", BUNDLED_PACK)

    @property
    def loaded_pack_id(self) -> str | None:
        """Name of the loaded pack, None before the first use."""
        pack: LoadedPack | None = self.__dict__.get("pack")
        return None if pack is None else pack.info.pack_id

    @cached_property
    def pack(self) -> LoadedPack:
        """The loaded active pack."""
        return self.load_pack(self.active_pack_id)

    def forget_pack(self) -> None:
        """Drop the loaded pack and what was built on it, so that the next use loads the active one."""
        self._close_shadow_door()
        for name in ("pack", "gallery", "enrolment", "importer", "training_desk"):
            self.__dict__.pop(name, None)

    def load_pack(self, pack_id: str, *, threads: int | None = None) -> LoadedPack:
        """Load one pack by name.

        Args:
            pack_id: folder name of an installed pack or "bundled".
            threads: onnxruntime threads; None takes the settings.

        Raises:
            ModelError: absent, damaged or unusable.
        """
        from attendance.vision.onnx_session import default_threads
        from attendance.vision.packs.loading import load_pack

        wanted = self.settings.recognition.threads if threads is None else threads
        loaded = load_pack(
            self.model_store.folder(pack_id),
            provider=self.settings.recognition.provider,
            threads=wanted or default_threads(),
            is_bundled=pack_id == BUNDLED_PACK,
            is_active=pack_id == self.active_pack_id,
        )
        _log.info("pack %s on %s: %s", pack_id, loaded.provider.active, loaded.provider.reason)
        return loaded

    def inspect_pack(self, pack_id: str) -> PackInfo:
        """Describe an installed pack without loading its models.

        Raises:
            ModelError: absent, or a file of it is missing or cut short.
        """
        from attendance.vision.packs.presence import inspect_pack

        return inspect_pack(self.model_store.folder(pack_id))

    def build_source(self, spec: str | None = None, *, pace: Literal["realtime", "fast"] = "realtime") -> FrameSource:
        """Return the frame source of a spec, or of the settings; not opened yet."""
        from attendance.vision.cameras.source import build_source

        camera = self.settings.camera
        return build_source(
            camera.source if spec is None else spec,
            width_px=camera.width_px,
            height_px=camera.height_px,
            fps=camera.fps,
            backend=camera.backend,
            pace=pace,
            clock=self.clock,
        )

    # --- rules --------------------------------------------------------------------------------------

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's zone.

        Raises:
            ConfigError: the settings name an unknown zone.
        """
        name = self.settings.attendance.zone
        if not name:
            return self._local_zone.zone
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as err:
            raise ConfigError(
                path=self.paths.config, key="attendance.zone", reason=f"{name!r} is no known time zone"
            ) from err

    @cached_property
    def _local_zone(self) -> LocalZone:
        return local_zone()

    @property
    def zone_trouble(self) -> ZoneNotNamed | None:
        """What is to be said as long as the site's zone is a guess, None when it is known by name."""
        if self.settings.attendance.zone or self._local_zone.is_named:
            return None
        return ZoneNotNamed(zone=self._local_zone.zone.key)

    def threshold(self, info: PackInfo, templates: int) -> ThresholdChoice:
        """Return the threshold in force for a gallery of this size.

        Args:
            info: the pack, with its calibration.
            templates: templates of active people.
        """
        recognition = self.settings.recognition
        choice = threshold_for(info.calibration, templates, recognition.security)
        if recognition.threshold > 0:
            return ThresholdChoice(recognition.threshold, choice.fmr, choice.fpir, is_extrapolated=True)
        return choice

    def decision_rules(self, info: PackInfo) -> Callable[[int], DecisionRules]:
        """Return the function number of templates -> rules for one pack."""
        recognition = self.settings.recognition

        def rules(templates: int) -> DecisionRules:
            return DecisionRules(
                threshold=self.threshold(info, templates).threshold,
                margin=recognition.margin,
                votes=recognition.votes,
                window=recognition.window,
                max_attempts=recognition.max_attempts,
                retry_after_s=recognition.retry_after_s,
            )

        return rules

    # --- services -----------------------------------------------------------------------------------

    @cached_property
    def gallery(self) -> GalleryKeeper:
        """The gallery of the active pack.

        When nobody is known to its recognizer, kept crops are embedded first; a few that are not known yet are left to
        the work beside the door, so that it opens at once.
        """
        from attendance.services.door.gallery import GalleryKeeper

        keeper = GalleryKeeper(self.roster, self.pack.embedder.model_id)
        if not len(keeper.current):
            self._adopt_recognizer()
            keeper.reload_if_changed()
        return keeper

    def _adopt_recognizer(self) -> None:
        from attendance.services.recognizers.switch import adopt_recognizer

        adopt_recognizer(recognizers=self.recognizers, roster=self.roster, pack=self.pack)

    @cached_property
    def go_live(self) -> GoLive:
        """Going live with another recognizer; it works with one thread, beside a door that may run here as well."""
        from attendance.services.recognizers.go_live import GoLive

        return GoLive(
            recognizers=self.recognizers,
            roster=self.roster,
            shadow_log=self.shadow_log,
            load=lambda pack_id: self.load_pack(pack_id, threads=1),
            inspect=self.inspect_pack,
        )

    @cached_property
    def training_desk(self) -> TrainingDesk:
        """Fine-tuning of the active pack in a process of its own."""
        from attendance.services.training.desk import TrainingDesk
        from attendance.services.training.files import TrainingFiles
        from attendance.services.training.run import PackInUse

        info = self.pack.info
        return TrainingDesk(
            roster=self.roster,
            settings=self.site_settings,
            images=self.images,
            disputed=self.disputed_crops,
            pack=PackInUse(info, self.model_store.folder(info.pack_id), lambda: self.load_pack(info.pack_id)),
            shelf=self.model_store,
            go_live=self.go_live,
            files=TrainingFiles(self.paths.training),
            clock=self.clock,
            security=self.settings.recognition.security,
        )

    @cached_property
    def enrolment(self) -> EnrolmentService:
        """Enrolment with the active pack."""
        from attendance.services.people.enrolment import EnrolmentService

        self._adopt_recognizer()  # a duplicate must be found among all
        duplicate = threshold_for(self.pack.info.calibration, _DUPLICATE_COMPARISONS, "normal")
        return EnrolmentService(
            self.pack,
            self.roster,
            self.images,
            self.gallery,
            gate=EnrolmentGate(),
            duplicate_threshold=duplicate.threshold,
        )

    @cached_property
    def importer(self) -> ImportService:
        """Import of folders and CSV files."""
        from attendance.services.people.importing import ImportService

        return ImportService(self.enrolment, self.images)

    def build_engine(
        self,
        listener: EngineListener,
        *,
        source_factory: Callable[[], FrameSource] | None = None,
        lossless: bool = False,
    ) -> KioskEngine:
        """Wire a kiosk engine; loads the models and the gallery, seconds on a slow machine.

        Args:
            listener: told of everything, from the engine's threads.
            source_factory: makes the frame source; the configured camera by default.
            lossless: process every frame of a file instead of the newest only.

        Raises:
            AttendanceError: pack, key or database cannot be used.
        """
        from attendance.core.hours.next_step import DoorMode
        from attendance.services.door.check_in import CheckInService
        from attendance.services.door.engine import KioskEngine
        from attendance.services.door.hours import DoorHours
        from attendance.services.door.recognition import RecognitionPipeline
        from attendance.services.recognizers.shadow import ShadowListener

        self._note_rules()
        attendance = self.settings.attendance
        check_in = CheckInService(
            self.check_in_log,
            self.clock,
            zone=self.zone,
            cool_down_s=attendance.cool_down_min * 60,
            max_shift_h=attendance.max_shift_h,
            source=self.settings.kiosk.door,
            model_id=self.pack.embedder.model_id,
            hours=DoorHours(self.hours_records, self.zone, self._plan_and_rules),
            mode=DoorMode(attendance.door_mode),
        )
        pack: VisionPack = self.pack
        pipeline = RecognitionPipeline(
            pack,
            self.gallery,
            rules=self.decision_rules(pack.info),
            gate=KioskGate(min_eye_distance_px=self.settings.recognition.min_eye_distance_px),
            classify=check_in.classify,
        )
        beside = self.connections.beside(ShadowListener(listener, self._open_shadow_door(pack.info)))
        self.connections.start()
        return KioskEngine(
            source_factory or self.build_source,
            pipeline,
            check_in,
            self.roster,
            beside,
            lossless=lossless,
            clock_watch=self._clock_watch(),
        )

    def _plan_and_rules(self) -> tuple[WorkPlan, HoursRules]:
        site = self.hours.site_plan()
        return site.plan, site.rules

    def _clock_watch(self) -> ClockWatch | None:
        """Return the watch of the computer's clock; the clock of a replay may jump as it likes."""
        from attendance.services.door.clock_watch import ClockWatch

        if not isinstance(self.clock, SystemClock):
            return None
        return ClockWatch(self.site_settings, door=self.settings.kiosk.door, now_utc=self.clock.now_utc)

    def _note_rules(self) -> None:
        """Tell the audit log what the door decides by, if that is new."""
        from attendance.data.settings_repository import RULES_SETTING

        recognition = self.settings.recognition
        rules = {name: getattr(recognition, name) for name in ("security", "threshold", "margin", "votes")}
        self.site_settings.set(RULES_SETTING, canonical_json({**rules, "pack": self.pack.info.model_id}))

    def _open_shadow_door(self, info: PackInfo) -> ShadowDoor:
        from attendance.services.recognizers.shadow import ShadowDoor

        self._close_shadow_door()
        self._shadow_door = ShadowDoor(
            recognizers=self.recognizers,
            roster=self.roster,
            shadow_log=self.shadow_log,
            active_pack=info.pack_id,
            active_model=info.model_id,
            load=lambda pack_id: self.load_pack(pack_id, threads=1),
            rules=self.decision_rules,
        )
        self._shadow_door.start()
        return self._shadow_door

    def _close_shadow_door(self) -> None:
        if self._shadow_door is not None and not self._shadow_door.close(_BESIDE_CLOSE_S):
            _log.warning("the work beside the door was left behind")
        self._shadow_door = None
