"""Training services over fakes: roster, installed packs, a go-live, and a process that plays a part."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attendance.core.corrections import DisputedCrop
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.types import ImageBgr, PackInfo
from attendance.errors import Reason
from attendance.services.recognizers.embedding import EmbedOutcome
from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.recognizers.switch import SwitchOutcome
from attendance.services.training.files import TrainingFiles
from attendance.services.training.process import StopTimes
from attendance.services.training.run import PackInUse
from attendance.services.training.service import OTHERS_FACES_KEY, TrainingService
from tests.fakes import MODEL_ID, FakeClock, FakeImages, FakePack, identity_vector
from tests.in_memory import InMemoryRoster, InMemorySettings

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FAKE = Path(__file__).with_name("fake_training.py")
POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in speaks POSIX")


def is_alive(pid: int) -> bool:
    """True while a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class FakePacks:
    """Installs packs by noting them."""

    def __init__(self) -> None:
        self.imported: list[Path] = []
        self.error: Exception | None = None

    def import_pack(self, path: Path) -> PackInfo:
        if self.error is not None:
            raise self.error
        assert path.is_dir()
        self.imported.append(path)
        return replaced(FakePack().info, pack_id=path.name)


class FakeDisputed:
    """Disputed crops in a list."""

    def __init__(self) -> None:
        self.rows: list[DisputedCrop] = []

    def iter(self) -> Iterator[DisputedCrop]:
        return iter(self.rows)


class FakeGoLive:
    """A candidate's life without models (see attendance.services.recognizers.go_live.GoLive)."""

    def __init__(self) -> None:
        self.now = GoLiveState("bundled", None, None, prepared=False, shadow=None)
        self.error: Exception | None = None
        self.is_cut_short = False
        self.problems: tuple[Reason, ...] = ()
        self.calls: list[str] = []

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def state(self) -> GoLiveState:
        if self.error is not None:
            raise self.error
        return self.now

    def prepare(self, pack_id: str, progress: Callable[[int, int], None] | None = None) -> EmbedOutcome:
        self._note(f"prepare {pack_id}")
        if progress is not None:
            progress(10, 20)
        self.now = replaced(self.now, candidate=pack_id, prepared=not self.is_cut_short)
        return EmbedOutcome(20, is_finished=not self.is_cut_short)

    def cancel(self) -> None:
        self._note("cancel")

    def objections(self) -> tuple[Reason, ...]:
        if self.error is not None:
            raise self.error
        return self.problems

    def promote(self, *, force: bool = False, progress: Callable[[int, int], None] | None = None) -> SwitchOutcome:
        self._note("promote by force" if force else "promote")
        assert self.now.candidate is not None
        self.now = GoLiveState(self.now.candidate, None, self.now.active, prepared=False, shadow=None)
        return SwitchOutcome(20, [])

    def discard(self) -> None:
        self._note("discard")
        self.now = replaced(self.now, candidate=None, prepared=False, shadow=None)

    def rollback(self) -> str:
        self._note("rollback")
        assert self.now.previous is not None
        self.now = GoLiveState(self.now.previous, None, None, prepared=False, shadow=None)
        return self.now.active


@dataclass
class TrainingParts:
    """Everything training works with; ``mode`` is the part that the process plays."""

    folder: Path
    mode: str = "promoted"
    missing: tuple[str, ...] = ()
    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    settings: InMemorySettings = field(default_factory=InMemorySettings)
    images: FakeImages = field(default_factory=lambda: FakeImages({}))
    installed: FakePacks = field(default_factory=FakePacks)
    disputed: FakeDisputed = field(default_factory=FakeDisputed)
    go_live: FakeGoLive = field(default_factory=FakeGoLive)
    stop_times: StopTimes = field(default_factory=StopTimes)

    def __post_init__(self) -> None:
        self.pack = FakePack()
        self.root = self.folder / "training"
        self.notes = self.folder / "notes.json"

    def service(self) -> TrainingService:
        return TrainingService(
            roster=self.roster,
            settings=self.settings,
            images=self.images,
            disputed=self.disputed,  # type: ignore[arg-type]
            pack=PackInUse(self.pack.info, self.folder / "pack", lambda: self.pack),
            installed=self.installed,
            go_live=self.go_live,  # type: ignore[arg-type]
            files=TrainingFiles(self.root),
            clock=FakeClock(NOW),
            rules=SiteRules("strict", DecisionRules(threshold=0.0, margin=0.08)),
            command=(sys.executable, str(FAKE), self.mode, str(self.notes)),
            missing=lambda: self.missing,
            stop_times=self.stop_times,
        )

    def add_people(self, count: int, crop: ImageBgr, *, photos: int = 2, may_train: bool = True) -> None:
        first = len(self.roster.list_people()) + 1
        for number in range(first, first + count):
            rows = [(identity_vector(number % 60), crop)] * photos
            self.roster.enrol(code=f"c{number}", name=f"Name {number}", templates=rows, model_id=MODEL_ID)
            self.roster.update(f"c{number}", may_train=may_train)

    def add_others_faces(self) -> None:
        path = self.folder / "others.npz"
        path.write_bytes(b"others")
        self.settings.set(OTHERS_FACES_KEY, str(path))

    def told(self) -> dict[str, Any]:
        """What the process noted of itself."""
        noted: dict[str, Any] = json.loads(self.notes.read_text(encoding="utf-8"))
        return noted
