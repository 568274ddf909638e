"""What the admin window works with: ready-made services, handed over by the composition root."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from attendance.core.hours.records import StoredPlan
from attendance.core.hours.timesheet import Timesheet
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.core.ports.settings import SettingsStore
from attendance.core.ports.vision import FrameSource, ImageFiles
from attendance.core.report_table import ReportTable
from attendance.core.types import PackInfo, Person, ProviderReport
from attendance.errors import AttendanceError

if TYPE_CHECKING:
    from attendance.core.packs.custom_recognizer import CustomRecognizer
    from attendance.core.packs.format import Licence
    from attendance.errors.models import ModelError
    from attendance.services.credentials.badges import BadgeService
    from attendance.services.credentials.pins import PinService
    from attendance.services.exchange.event_import import EventImports
    from attendance.services.hours.corrections import CorrectionService
    from attendance.services.hours.plan import SitePlan
    from attendance.services.people.crop_keeping import CropKeeping
    from attendance.services.people.enrolment import EnrolmentService
    from attendance.services.people.importing import ImportService
    from attendance.services.recognizers.go_live import GoLive
    from attendance.services.recognizers.site_calibration import SiteCalibration
    from attendance.services.reports.service import ReportRequest
    from attendance.services.training.service import TrainingService

LANGUAGE_KEY = "language"
"""Settings key of the window language: "auto" or a code of ``LANGUAGES``."""
THEME_KEY = "theme"
"""Settings key of the colours: "auto", "light" or "dark"."""


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """Where the data lies, for the System page.

    Attributes:
        data_dir: folder of the database.
        database_bytes: size of the database file.
        key_where: where the encryption key is kept, in a few words.
    """

    data_dir: Path
    database_bytes: int
    key_where: str


class HoursSource(Protocol):
    """Hours and the plan; ``services.hours.service.HoursService`` says what each raises."""

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterable[tuple[Person, Timesheet]]:
        """Return one timesheet for each person and day."""

    def site_plan(self) -> SitePlan:
        """Return plan, rules and tables in force."""

    def stored_plan(self) -> StoredPlan | None:
        """Return the version in force as it was saved."""

    def check_plan(self, text: str) -> SitePlan:
        """Read a plan without storing it."""

    def save_plan(self, text: str, by: str) -> StoredPlan:
        """Check a plan and store it."""


class ReportSource(Protocol):
    """Reports; ``services.reports.service.ReportService`` says what each raises."""

    def table(self, request: ReportRequest) -> ReportTable:
        """Return a report as a table; its rows may be readable only once."""

    def write(self, request: ReportRequest, path: Path) -> int:
        """Write a report, return the number of rows."""


class Downloadable(Protocol):
    """A pack that can be downloaded by name (``vision.packs.catalogue.CataloguePack``)."""

    @property
    def pack_id(self) -> str:
        """Its name."""

    @property
    def title(self) -> str:
        """What it holds, in one line."""

    @property
    def licence(self) -> Licence:
        """Under which terms it is given."""

    @property
    def size_bytes(self) -> int | None:
        """About how much is downloaded, None when nobody has published it."""

    @property
    def has_landmarks(self) -> bool:
        """Landmark models lie beside detector and recognizer; earlier versions did not install them."""


class InstalledPacks(Protocol):
    """The installed packs; ``vision.packs.store.ModelStore`` says what each raises."""

    @property
    def catalogue(self) -> Mapping[str, Downloadable]:
        """Packs that can be downloaded, by name."""

    def list(self, active: str) -> list[PackInfo]:
        """Return the bundled pack and the installed ones."""

    def verify(self, pack_id: str) -> builtins.list[ModelError]:
        """Compare every file of a pack with its checksum; return what is wrong."""

    def install(self, name: str, *, progress: Callable[[int, int | None], None] | None = None) -> PackInfo:
        """Download a pack of the catalogue; goes on where an earlier try stopped. What the progress raises ends it."""

    def import_pack(self, path: Path) -> PackInfo:
        """Bring in a pack from a folder or .zip."""

    def import_recognizer(self, path: Path, given: CustomRecognizer) -> PackInfo:
        """Make a pack of a single ONNX file."""


class ModelsSource(Protocol):
    """The installed packs, and which of them plays which part; ``composition.packs.Packs`` is one."""

    @property
    def store(self) -> InstalledPacks:
        """The installed packs."""

    @property
    def active_id(self) -> str:
        """The pack in use."""

    @property
    def go_live(self) -> GoLive:
        """Puts another one in use, and back."""

    def calibrate(self, pack_id: str, progress: Callable[[int, int], None] | None = None) -> SiteCalibration:
        """Find the thresholds of a pack on the site's people and note them. What the progress raises ends it."""


@dataclass(frozen=True, slots=True, eq=False)
class HoursServices:
    """What the pages of hours and of the plan work with.

    Attributes:
        corrections: makes and decides corrections.
        correction_rows: reads them.
        account: who sits here, for the audit log: the name of the computer's account.
        two_person_rule: whoever asks for a correction cannot approve it.
        imports: files of check-ins; None shows none.
    """

    hours: HoursSource
    corrections: CorrectionService
    correction_rows: Corrections
    account: str
    two_person_rule: bool = False
    imports: EventImports | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CredentialServices:
    """The other way in.

    Attributes:
        pins: sets PINs.
        badges: prints and revokes badges.
        look_alikes: returns whom the recognizer can hardly tell from a person: the door asks them for the PIN.
    """

    pins: PinService
    badges: BadgeService
    look_alikes: Callable[[Person], Sequence[Person]]


@dataclass(frozen=True, slots=True, eq=False)
class AdminServices:
    """Everything the admin window may call. All of it is safe to call from worker threads.

    Attributes:
        crop_keeping: whether the photographs of an enrolment are kept.
        open_camera: builds the frame source for enrolment; it is opened, read and closed in one thread.
        zone: zone of the site; "today" and the report days are days of this zone.
        reports: tables, charts and files of everything.
        troubles: lasting faults of the set-up, shown as banners with what to do.
        unfinished: what is to be said while something of erased people may be left on the disk, None without.
        storage: facts about the data folder, None when nobody knows them.
        training: fine-tuning; None leaves its page out.
        hours: hours, corrections and the plan; None leaves their pages out.
        models: the installed packs; None leaves their page out.
        credentials: PINs and badges; None leaves them out.
    """

    roster: Roster
    log: CheckInLog
    settings: SettingsStore
    crop_keeping: CropKeeping
    images: ImageFiles
    enrolment: EnrolmentService
    importer: ImportService
    open_camera: Callable[[], FrameSource]
    clock: Clock
    zone: ZoneInfo
    pack: PackInfo
    provider: ProviderReport
    reports: ReportSource
    troubles: tuple[AttendanceError, ...] = ()
    unfinished: Callable[[], AttendanceError | None] = lambda: None
    storage: StorageFacts | None = None
    training: TrainingService | None = None
    hours: HoursServices | None = None
    models: ModelsSource | None = None
    credentials: CredentialServices | None = None
