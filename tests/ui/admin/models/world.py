"""Installed packs for the tests of the page Models: fakes of everything it may call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from attendance.core.packs.calibration import Calibration, Carried
from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.core.packs.format import Licence
from attendance.core.recognition.leave_one_out import OwnPeople
from attendance.core.types import FmrPoint, LicenceUse, PackInfo
from attendance.errors.models import ModelError
from attendance.services.recognizers.site_calibration import SiteCalibration
from attendance.ui.admin.parts.services import AdminServices
from tests.fakes import WAIT_S
from tests.training_parts import FakeGoLive
from tests.ui.admin.world import World

POINTS = (FmrPoint(0.001, 0.4, 0.38, 0.42), FmrPoint(0.0001, 0.5, 0.48, 0.52))
CARRIED = Carried("bundled:0123456789ab", people=36, photographs=119)
SITE_DATA = str(CARRIED.reason)
BUNDLED = PackInfo(
    "bundled",
    "bundled:0123456789ab",
    "Bundled pack (MTCNN + MobileFaceNet)",
    192,
    "MIT (training data not documented)",
    LicenceUse.DATA_NOT_DOCUMENTED,
    calibration=POINTS,
    calibration_photos=3,
    calibration_data="LFW-dev: 4,068 press photographs of 1,526 people, never used in training here",
    detector_kind="mtcnn",
    is_bundled=True,
    is_active=True,
)
MINE = PackInfo(
    "mine", "mine:ba9876543210", "mine", 512, "MIT, by ourselves", LicenceUse.ALLOWED, detector_kind="mtcnn"
)


def calibrated(info: PackInfo) -> PackInfo:
    return replace(info, calibration=POINTS, calibration_data=SITE_DATA, calibration_carried=CARRIED.reason)


CALIBRATED = calibrated(MINE)
FOUND = SiteCalibration(
    96, 180, Calibration(SITE_DATA, 4165, POINTS, 3), OwnPeople(0.45, 180, 176, 0), OwnPeople(0.5452, 180, 178, 0)
)


@dataclass(frozen=True)
class FakeEntry:
    """A pack of the catalogue."""

    pack_id: str
    title: str
    size_bytes: int | None
    has_landmarks: bool = False
    licence: Licence = field(
        default_factory=lambda: Licence(
            "non-commercial research only", "For research, and for nothing else.", LicenceUse.RESEARCH_ONLY
        )
    )


class FakeInstalledPacks:
    """Installs by noting; ``hold`` lets a work wait in its worker until ``may_go_on`` is set."""

    def __init__(self) -> None:
        self.infos = [BUNDLED]
        self.catalogue: Mapping[str, FakeEntry] = MappingProxyType(
            {
                "buffalo_l": FakeEntry("buffalo_l", "InsightFace buffalo_l: SCRFD-10G, ResNet50", 302_600_000),
                "cheetah_s": FakeEntry("cheetah_s", "InsightFace cheetah_s: SCRFD-500M, MobileFaceNet", None),
            }
        )
        self.problems: list[ModelError] = []
        self.error: Exception | None = None
        self.calls: list[object] = []
        self.hold = False
        self.may_go_on = threading.Event()
        self.received = 0

    def _work(self, call: object) -> None:
        self.calls.append(call)
        if self.hold:
            assert self.may_go_on.wait(WAIT_S)
        if self.error is not None:
            raise self.error

    def _add(self, info: PackInfo) -> PackInfo:
        self.infos = [*(one for one in self.infos if one.pack_id != info.pack_id), info]
        return info

    def list(self, active: str) -> list[PackInfo]:
        return [replace(info, is_active=info.pack_id == active) for info in self.infos]

    def verify(self, pack_id: str) -> list[ModelError]:  # type: ignore[valid-type]
        self._work(("verify", pack_id))
        return self.problems

    def install(self, name: str, *, progress: Callable[[int, int | None], None] | None = None) -> PackInfo:
        assert progress is not None
        progress(self.received, 1000)  # goes on where it stopped
        self.received = 400
        progress(400, 1000)
        self._work(("install", name))
        progress(1000, 1000)
        info = replace(MINE, pack_id=name, model_id=f"{name}:1", title=f"InsightFace {name}")
        return self._add(replace(info, licence="non-commercial research only", use=LicenceUse.RESEARCH_ONLY))

    def import_pack(self, path: Path) -> PackInfo:
        self._work(("import", path))
        return self._add(replace(MINE, pack_id=path.stem, model_id=f"{path.stem}:1", title=path.stem))

    def import_recognizer(self, path: Path, given: CustomRecognizer) -> PackInfo:
        self._work(("recognizer", path, given))
        return self._add(replace(MINE, pack_id=given.name, model_id=f"{given.name}:1", title=given.name))


class FakeModels:
    """Plays ``composition.packs.Packs``."""

    def __init__(self) -> None:
        self.store = FakeInstalledPacks()
        self.go_live = FakeGoLive()
        self.found = FOUND
        self.error: Exception | None = None
        self.seen = threading.Event()

    @property
    def active_id(self) -> str:
        return self.go_live.now.active

    def calibrate(self, pack_id: str, progress: Callable[[int, int], None] | None = None) -> SiteCalibration:
        assert progress is not None
        progress(64, 180)
        self.seen.set()
        self.store._work(("calibrate", pack_id))
        progress(180, 180)
        if self.error is not None:
            raise self.error
        self.store.infos = [calibrated(info) if info.pack_id == pack_id else info for info in self.store.infos]
        return self.found


class ModelsWorld(World):
    """A company whose window has the page Models; services are made anew at every load, as in the application."""

    def __init__(self, *installed: PackInfo) -> None:
        super().__init__()
        self.pack_info = BUNDLED
        self.models = FakeModels()
        self.models.store.infos = [BUNDLED, *installed]
        self.loads = 0

    def services(self) -> AdminServices:
        self.loads += 1
        active = next(info for info in self.models.store.infos if info.pack_id == self.models.active_id)
        self.pack_info = active
        return replace(super().services(), models=self.models)  # type: ignore[arg-type]
