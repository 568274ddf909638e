"""A small company for the tests of the admin window: fakes of everything the window may call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from attendance.core.ports.vision import FrameSource
from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.report_table import Block, Column, ColumnKind, ReportTable, Summary
from attendance.core.types import CheckIn, Direction, ImageBgr, LicenceUse, PackInfo, Person, ProviderReport
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import CameraNotFound
from attendance.errors.people import EnrolmentError, NoFace
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.people.crop_keeping import CropKeeping
from attendance.services.people.enrolment import EnrolmentService, EnrolmentThresholds
from attendance.services.reports.service import ReportRequest
from attendance.ui.admin.parts.services import AdminServices, CredentialServices, StorageFacts
from tests.fake_door import FakeSource
from tests.fakes import MODEL_ID, FakeClock, FakeImages, FakePack, ScriptedFace, identity_vector
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster, InMemorySettings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""16:00 on a Monday in Shanghai."""


@dataclass(frozen=True)
class FakeImportItem:
    code: str
    name: str
    department: str
    photos: tuple[Path, ...]
    label: str
    problem: AttendanceError | None = None


@dataclass(frozen=True)
class FakeImportResult:
    item: FakeImportItem
    status: str
    text: str = ""
    person: Person | None = None
    error: AttendanceError | None = None
    rejected: tuple[tuple[Path, AttendanceError], ...] = ()
    skipped: tuple[Path, ...] = ()


class FakeImporter:
    """Plays back results; `before` is called in the worker before each item."""

    def __init__(self) -> None:
        self.items: list[FakeImportItem] = []
        self.results: list[FakeImportResult] = []
        self.plan_error: EnrolmentError | None = None
        self.before: Callable[[int], None] = lambda _number: None

    def script(self, *rows: tuple[str, str]) -> None:
        """Each row: name, status. A failed row had no face, "added" left one photo out, "unchanged" knew all."""
        for number, (name, status) in enumerate(rows):
            photos = tuple(Path(f"{name}-{n}.jpg") for n in range(3))
            item = FakeImportItem(str(2000 + number), name, "Assembly", photos, f"line {number + 2}")
            error = NoFace(where=photos[0].name)
            self.items.append(item)
            self.results.append(
                FakeImportResult(
                    item,
                    status,
                    error=error if status == "failed" else None,
                    rejected=((photos[2], error),) if status == "added" else (),
                    skipped=photos if status == "unchanged" else (),
                )
            )

    def plan(self, path: Path) -> list[FakeImportItem]:
        if self.plan_error is not None:
            raise self.plan_error
        return list(self.items)

    def run(self, items: Sequence[FakeImportItem]) -> Iterator[FakeImportResult]:
        for number, (item, result) in enumerate(zip(items, self.results, strict=True)):
            assert item is result.item
            self.before(number)
            yield result


@dataclass
class FakeReports:
    """Two days of one person, or as many rows as ``count`` says; keeps what was asked for."""

    count: int = 2
    has_summary: bool = True
    error: Exception | None = None
    asked: list[ReportRequest] = field(default_factory=list)
    written: list[tuple[ReportRequest, Path]] = field(default_factory=list)

    def table(self, request: ReportRequest) -> ReportTable:
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        columns = (
            Column("day", ColumnKind.DATE),
            Column("name"),
            Column("worked", ColumnKind.DURATION),
            Column("status", vocabulary="status"),
        )
        first = date(2026, 3, 2)
        rows = ((first + timedelta(days=n), "Anna", 8 * 3600 + 60 * n, "present") for n in range(self.count))
        summary = Summary((0,) * 36 + (3, 1) + (0,) * 58, (("Research", 1, 4), ("", 0, 2)), ((first, 36_000),))
        return ReportTable(
            kind=request.kind,
            columns=columns,
            blocks=(Block("", columns, rows),),
            first=request.first,
            last=request.last,
            site="",
            zone=ZONE,
            made_utc=NOW,
            summary=summary if self.has_summary and request.kind == "daily" else None,
        )

    def write(self, request: ReportRequest, path: Path) -> int:
        if self.error is not None:
            raise self.error
        self.written.append((request, path))
        return self.count


@dataclass
class World:
    """All fakes of one company, and the services made of them."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    settings: InMemorySettings = field(default_factory=lambda: InMemorySettings({"language": "en", "theme": "light"}))
    images: FakeImages = field(default_factory=lambda: FakeImages({}))
    importer: FakeImporter = field(default_factory=FakeImporter)
    keeps_crops: bool = True
    unfinished: AttendanceError | None = None
    source: FrameSource = field(default_factory=lambda: FakeSource(CameraNotFound(source="camera 0")))
    reports: FakeReports = field(default_factory=FakeReports)
    credentials: CredentialServices | None = None
    pack_info: PackInfo = field(
        default_factory=lambda: PackInfo(
            pack_id="bundled",
            model_id="bundled:0123456789ab",
            title="Compact pack",
            embedding_size=256,
            licence="MIT",
            use=LicenceUse.ALLOWED,
            detector_kind="mtcnn",
        )
    )

    def __post_init__(self) -> None:
        self.log = InMemoryCheckInLog(roster=self.roster)
        self.pack = FakePack()
        self.enrolment = EnrolmentService(
            self.pack,
            self.roster,
            self.images,
            GalleryKeeper(self.roster, MODEL_ID),
            gate=EnrolmentGate(),
            thresholds=EnrolmentThresholds(duplicate=0.4, same_person=0.2),
        )

    def services(self) -> AdminServices:
        return AdminServices(
            unfinished=lambda: self.unfinished,
            roster=self.roster,
            log=self.log,
            settings=self.settings,
            crop_keeping=CropKeeping(self.settings, default=self.keeps_crops),
            images=self.images,
            enrolment=self.enrolment,
            importer=self.importer,  # type: ignore[arg-type]
            open_camera=lambda: self.source,
            clock=self.clock,
            zone=ZONE,
            pack=self.pack_info,
            provider=ProviderReport("CPUExecutionProvider", Reason("No CUDA device was found."), is_gpu=False),
            reports=self.reports,
            storage=StorageFacts(Path("attendance-data"), 3_400_000, "system keyring"),
            credentials=self.credentials,
        )

    def add_person(
        self, code: str, name: str, department: str = "", *, photos: int = 3, is_active: bool = True, crops: bool = True
    ) -> Person:
        identity = 1 + len(self.roster.list_people()) % 60
        rows = [(identity_vector(identity), portrait(identity) if crops else None) for _ in range(photos)]
        person = self.roster.enrol(code=code, name=name, department=department, templates=rows, model_id=MODEL_ID)
        return person if is_active else self.roster.update(code, is_active=False)

    def add_event(self, person: Person | None, at_utc: datetime, direction: Direction = Direction.IN) -> CheckIn:
        number = self.log.count()
        event = CheckIn(
            event_id=f"event-{number:06d}",
            person_id=person.id if person else None,
            at_utc=at_utc,
            utc_offset_s=8 * 3600,
            direction=direction,
            similarity=0.6 + (number % 30) / 100,
            margin=0.3,
            source="Main entrance",
            model_id=MODEL_ID,
            made_by="kiosk",
        )
        self.log.append(event)
        return event

    def add_company(self) -> list[Person]:
        """Seven people of two scripts, one inactive, one without photos."""
        rows = [
            ("1001", "张伟", "研发部"),
            ("1002", "Anna Öztürk", "Research"),
            ("1003", "李娜", "研发部"),
            ("1004", "Zoë Müller-Lüdenscheidt-Hohenstein-Waldburg", "Quality assurance and long-term support"),
            ("1005", "陈静", "生产部"),
            ("1006", "Bob Carter", "Assembly"),
            ("1007", "王芳", "生产部"),
        ]
        people = [self.add_person(c, n, d, photos=3 + int(c) % 3) for c, n, d in rows]
        self.roster.update("1006", is_active=False)
        self.add_person("1008", "Åsa Lindqvist", "Assembly", photos=0)
        return people

    def add_day(self, people: Sequence[Person]) -> None:
        """IN in the morning, OUT at noon for every second one."""
        for number, person in enumerate(people):
            self.add_event(person, NOW - timedelta(hours=7, minutes=number * 3))
            if number % 2:
                self.add_event(person, NOW - timedelta(hours=4, minutes=number), Direction.OUT)

    def add_crowd(self, count: int = 10_000) -> None:
        """Many people at once, without going through enrol()."""
        crowd = {
            number: Person(
                number, f"{number:05d}", f"{_FAMILY[number % 7]}{_GIVEN[number % 5]} {number}", f"Team {number % 40}"
            )
            for number in range(1, count + 1)
        }
        self.roster._people.update(crowd)
        self.roster._counted = lambda person: replace(person, template_count=3, crop_count=3)  # type: ignore[method-assign]
        self.roster._version += 1


_FAMILY = ("张", "李", "Anna ", "陈", "Öz", "王", "Zoe ")
_GIVEN = ("伟", "娜", "Bell", "静", "Smith")


def portrait(seed: int) -> ImageBgr:
    """Return a (112, 112, 3) BGR crop that looks a little like a face on a wall."""
    rows, columns = np.indices((112, 112), dtype=np.float64)
    image = np.empty((112, 112, 3), dtype=np.float64)
    hue = np.random.default_rng(seed).uniform(0.3, 0.9, 3)
    image[:] = 215 * hue
    face = ((columns - 56) / 34) ** 2 + ((rows - 58) / 44) ** 2 < 1
    image[face] = (150, 180, 222)
    hair = face & (rows < 40 + 6 * np.sin(columns / 9 + seed))
    image[hair] = 30 + 60 * hue
    for x in (43, 69):
        image[(columns - x) ** 2 + (rows - 54) ** 2 < 12] = 40
    image[(np.abs(columns - 56) < 11) & (np.abs(rows - 80) < 2)] = (90, 90, 170)
    return np.clip(image, 0, 255).astype(np.uint8)


def face(identity: int = 50, **more: Any) -> ScriptedFace:
    """A face that has nothing in common with any other, large enough for the enrolment gate."""
    return ScriptedFace(identity, similarity=1.0, **more)
