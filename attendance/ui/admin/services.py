"""What the admin window works with: ready-made services, handed over by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attendance.core.ports import CheckInLog, Clock, FrameSource, ImageFiles, Roster, SettingsStore
from attendance.core.types import PackInfo, ProviderReport

if TYPE_CHECKING:
    from attendance.services.enrolment import EnrolmentService
    from attendance.services.importing import ImportService
    from attendance.services.training_desk import TrainingDesk

LANGUAGE_KEY = "language"
"""Settings key of the window language: "auto", "en" or "zh_CN"."""
THEME_KEY = "theme"
"""Settings key of the colours: "auto", "light" or "dark"."""
KEEP_CROPS_KEY = "keep_crops"
"""Settings key: "1" keeps the aligned enrolment crops, "0" does not."""


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


@dataclass(frozen=True, slots=True, eq=False)
class AdminServices:
    """Everything the admin window may call. All of it is safe to call from worker threads.

    Attributes:
        open_camera: builds the frame source for enrolment; it is opened, read and closed in one thread.
        zone: zone of the site; "today" and the report days are days of this zone.
        write_events: writes the CSV of the days from first to last (both included) and returns the number of
            rows; raises ReportError.
        notices: sentences for lasting conditions, shown as banners.
        storage: facts about the data folder, None when nobody knows them.
        training: fine-tuning; None leaves its page out.
    """

    roster: Roster
    log: CheckInLog
    settings: SettingsStore
    images: ImageFiles
    enrolment: EnrolmentService
    importer: ImportService
    open_camera: Callable[[], FrameSource]
    clock: Clock
    zone: ZoneInfo
    pack: PackInfo
    provider: ProviderReport
    write_events: Callable[[date, date, Path], int]
    notices: tuple[str, ...] = ()
    storage: StorageFacts | None = None
    training: TrainingDesk | None = None
