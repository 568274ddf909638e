"""Fine-tuning from the admin window: counts what there is, starts and cancels runs, installs what was promoted."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attendance
from attendance.core.ports.clock import Clock
from attendance.core.ports.hours import DisputedCrops
from attendance.core.ports.people import Roster
from attendance.core.ports.settings import SettingsStore
from attendance.core.ports.vision import ImageFiles
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.types import PackInfo
from attendance.errors import Reason
from attendance.errors.models import ModelMissing
from attendance.services.training.files import TrainingFiles
from attendance.services.training.others_faces import can_be_others_faces
from attendance.services.training.process import StopTimes
from attendance.services.training.run import PackInUse, RunInputs, TrainingRun
from attendance.services.training.status import (
    MIN_PEOPLE,
    MIN_PHOTOS,
    Obstacle,
    RunState,
    TrainingStatus,
    TrainingSummary,
)

if TYPE_CHECKING:
    from attendance.services.recognizers.go_live import GoLive

OTHERS_FACES_KEY = "training_general"
"""Settings key: file or folder with the faces of other people."""
TUNED = "tuned-"
"""Begin of the names of the packs that are made here; the time of the run follows."""
COMMAND = (sys.executable, "-m", "attendance_training", "finetune")
_NEEDED = ("torch", "onnx", "onnxscript", "safetensors", "attendance_training")


class PackInstaller(Protocol):
    """Where packs are installed."""

    def import_pack(self, path: Path) -> PackInfo:
        """Check and install the pack in a folder."""


def missing_packages() -> tuple[str, ...]:
    """Return the names of the packages that training needs and that are not installed; imports none of them."""
    return tuple(name for name in _NEEDED if importlib.util.find_spec(name) is None)


def install_command() -> str:
    """Return the command that installs them, in the program's folder or beside the installed package."""
    is_checkout = (Path(attendance.__file__).resolve().parents[1] / "training" / "pyproject.toml").is_file()
    return f"python -m pip install {'./training' if is_checkout else 'face-attendance-training'}"


class TrainingService:
    """Runs one training at a time in a process of its own; safe to call from any thread.

    Args:
        roster: people, consents and crops.
        settings: remembers where the faces of other people are.
        images: reads photographs of other people.
        disputed: faces that said "that's not me", kept with consent.
        pack: the pack in use.
        installed: installs a promoted pack.
        go_live: compares an installed pack at the door and puts it in use.
        files: private folder.
        clock: names new packs.
        rules: what the site decides by.
        command: program of the training process, without options.
        missing: returns the packages that are not installed.
        stop_times: patience with a process that is cancelled.
    """

    def __init__(
        self,
        *,
        roster: Roster,
        settings: SettingsStore,
        images: ImageFiles,
        disputed: DisputedCrops,
        pack: PackInUse,
        installed: PackInstaller,
        go_live: GoLive,
        files: TrainingFiles,
        clock: Clock,
        rules: SiteRules,
        command: Sequence[str] = COMMAND,
        missing: Callable[[], tuple[str, ...]] = missing_packages,
        stop_times: StopTimes | None = None,
    ) -> None:
        self.go_live = go_live
        self._roster = roster
        self._settings = settings
        self._images = images
        self._disputed = disputed
        self._pack = pack
        self._installed = installed
        self._files = files
        self._clock = clock
        self._rules = rules
        self._command = tuple(command)
        self._missing = missing
        self._stop_times = stop_times or StopTimes()
        self._lock = threading.Lock()
        self._run: TrainingRun | None = None
        files.sweep()
        kept = files.kept()
        self._rest = TrainingStatus(RunState.FINISHED, result=kept) if kept else TrainingStatus()

    # --- what there is -------------------------------------------------------------------------------

    def missing_packages(self) -> tuple[str, ...]:
        """Return the names of the packages that training needs and that are not installed."""
        return self._missing()

    def summary(self) -> TrainingSummary:
        """Count people, consents and photographs.

        Raises:
            StorageError: the database cannot be used.
        """
        people = self._roster.list_people(include_inactive=False)
        consented = [person for person in people if person.may_train]
        usable = sum(person.crop_count >= MIN_PHOTOS for person in consented)
        return TrainingSummary(len(people), len(consented), usable, sum(person.crop_count for person in consented))

    def others_faces(self) -> str:
        """Return the remembered file or folder with faces of other people, "" when none was chosen."""
        return self._settings.get(OTHERS_FACES_KEY, "")

    def set_others_faces(self, path: str) -> None:
        """Remember it."""
        self._settings.set(OTHERS_FACES_KEY, path.strip())

    def obstacle(self, summary: TrainingSummary, others_faces: str) -> Obstacle | None:
        """Return the first thing that stands in the way, None when a training can start."""
        if self._missing():
            return Obstacle.NO_TORCH
        if summary.usable < MIN_PEOPLE:
            return Obstacle.TOO_FEW_PEOPLE
        if not others_faces:
            return Obstacle.NO_OTHERS_FACES
        return None if can_be_others_faces(_path(others_faces)) else Obstacle.OTHERS_FACES_MISSING

    @property
    def status(self) -> TrainingStatus:
        """This moment of the run, or how the last one ended."""
        run = self._run
        return self._rest if run is None else run.status

    @property
    def is_running(self) -> bool:
        """True until the run has ended."""
        return self.status.is_running

    # --- running -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin a run; nothing happens while one is going on.

        A promoted pack that was not installed is given up.
        """
        others_faces = _path(self.others_faces())
        with self._lock:
            if self.is_running:
                return
            self._run = TrainingRun(
                RunInputs(
                    roster=self._roster,
                    images=self._images,
                    pack=self._pack,
                    others_faces=others_faces,
                    disputed=self._disputed,
                    files=self._files,
                    pack_id=f"{TUNED}{self._clock.now_utc():%Y%m%d-%H%M%S}",
                    rules=self._rules,
                    command=self._command,
                    stop_times=self._stop_times,
                )
            )
            self._run.start()

    def cancel(self) -> None:
        """End the run; returns at once. Nothing of it stays."""
        run = self._run
        if run is not None:
            run.cancel()

    def close(self) -> bool:
        """Cancel and wait until the process is gone.

        Returns:
            True when nothing of it is left.
        """
        run = self._run
        if run is None:
            return True
        run.cancel()
        # Asking, terminating, killing; and as long again for a computer that is busy with the training.
        return run.wait(2 * (self._stop_times.ask_s + self._stop_times.terminate_s))

    # --- afterwards ----------------------------------------------------------------------------------

    def install(self, progress: Callable[[int, int], None] | None = None) -> PackInfo:
        """Install the promoted pack and compare it at the door with the one in use.

        Args:
            progress: takes the numbers of kept photographs embedded and in all.

        Raises:
            ModelError: the pack cannot be installed or prepared.
            StorageError: a folder or the database cannot be written.
        """
        kept = self._files.kept()
        if kept is None or kept.folder is None:
            raise ModelMissing(pack="tuned", reason=Reason("it was discarded in another window"))
        info = self._installed.import_pack(kept.folder)
        self.go_live.prepare(info.pack_id, progress)
        self.put_away()
        return info

    def put_away(self) -> None:
        """Forget how the last run ended; a promoted pack that is not installed is removed."""
        with self._lock:
            if not self.is_running:
                self._files.forget()
                self._run = None
                self._rest = TrainingStatus()


def _path(text: str) -> Path:
    return Path(text).expanduser()
