"""One run: consented faces into a private folder, the training process, and what it says until its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import attendance
from attendance.core.ports.hours import DisputedCrops
from attendance.core.ports.people import Roster
from attendance.core.ports.vision import ImageFiles, VisionPack
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.types import ImageBgr, PackInfo, Person
from attendance.errors import AttendanceError, Reason
from attendance.errors.models import TrainingFailed
from attendance.services.training.events import (
    PhaseBegan,
    Refused,
    StepDone,
    TrainingResult,
    Validated,
    read_event,
)
from attendance.services.training.files import TrainingFiles, write_disputed_crops, write_training_crops
from attendance.services.training.others_faces import prepare_others_faces
from attendance.services.training.process import StopTimes, TrainingProcess
from attendance.services.training.status import RunState, TrainingStatus

_log = logging.getLogger(__name__)

STAFF_PHOTOGRAPHS = Reason("The enrolled photographs")
"""What a sentence of the training process calls the consented faces."""


@dataclass(frozen=True, slots=True)
class PackInUse:
    """The pack that is tuned.

    Attributes:
        open: loads it anew, for one thread.
    """

    info: PackInfo
    folder: Path
    open: Callable[[], VisionPack]


@dataclass(frozen=True, slots=True)
class RunInputs:
    """Everything one run works with.

    Attributes:
        others_faces: file or folder with faces of other people.
        disputed: faces that said "that's not me".
        files: private folder.
        pack_id: name of the new pack.
        rules: what the site decides by.
        command: program of the training process, without options.
        stop_times: patience with a process that is cancelled.
    """

    roster: Roster
    images: ImageFiles
    pack: PackInUse
    others_faces: Path
    disputed: DisputedCrops
    files: TrainingFiles
    pack_id: str
    rules: SiteRules
    command: Sequence[str]
    stop_times: StopTimes


class _Cancelled(Exception):
    """Leaves the run's thread."""


@dataclass(slots=True)
class _Answer:
    """What the process said about its end."""

    result: TrainingResult | None = None
    refused: Refused | None = None
    garbled: int = 0


class TrainingRun:
    """One training, in a thread and a process of its own."""

    def __init__(self, inputs: RunInputs) -> None:
        self._inputs = inputs
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._process: TrainingProcess | None = None
        self._status = TrainingStatus(RunState.RUNNING)
        self._thread = threading.Thread(target=self._run, name="training")

    @property
    def status(self) -> TrainingStatus:
        """This moment."""
        return self._status

    def start(self) -> None:
        """Begin; call it once."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask for the end; returns at once."""
        with self._lock:
            if not self._status.is_running or self._cancelled.is_set():
                return
            self._cancelled.set()
            self._status = replace(self._status, state=RunState.CANCELLING)
            process = self._process
        if process is not None:
            times = self._inputs.stop_times
            threading.Thread(target=process.stop, args=(times,), name="training-stop").start()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; True when nothing is left of the run."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        files = self._inputs.files
        ended = TrainingStatus(RunState.CANCELLED)
        try:
            ended = self._train(files.begin())
        except _Cancelled:
            _log.info("the training was cancelled")
        except AttendanceError as err:
            _log.warning("the training ended: %s", err.log_text)
            ended = TrainingStatus(RunState.FAILED, error=err)
        except Exception as err:  # noqa: BLE001 - the boundary of the thread
            _log.error("the training ended unexpectedly", exc_info=err)
            ended = TrainingStatus(RunState.FAILED, error=err)
        files.end()
        with self._lock:
            if self._cancelled.is_set():  # also when it finished in the very last moment
                files.forget()
                ended = TrainingStatus(RunState.CANCELLED)
            seen = self._status
            self._status = replace(
                ended,
                phase=seen.phase,
                done=seen.done,
                total=seen.total,
                losses=seen.losses,
                validations=seen.validations,
            )

    def _train(self, folder: Path) -> TrainingStatus:
        given = self._inputs
        given.files.forget()
        faces = folder / "faces.npz"
        folders = write_training_crops(faces, self._consented_crops(), given.pack.info)
        disputed = folder / "disputed.npz"
        disputes = write_disputed_crops(disputed, given.disputed.iter(), folders, given.pack.info)
        others = prepare_others_faces(
            given.others_faces,
            folder / "others.npz",
            images=given.images,
            open_pack=given.pack.open,
            progress=self._count,
            is_cancelled=self._cancelled.is_set,
        )
        output = folder / given.pack_id
        options = ["--pack", given.pack.folder, "--faces", faces, "--general", others, "--output", output]
        options += ["--disputed", disputed] if disputes else []
        options += ["--security", given.rules.security, "--margin", given.rules.decision.margin]
        process = self._launch([*given.command, *map(str, options), "--progress-json"])
        try:
            answer = self._follow(process)
        finally:
            if process.is_silent_but_running(given.stop_times.ask_s):
                process.stop(given.stop_times)
            code = process.wait()
        if self._cancelled.is_set():
            raise _Cancelled
        if answer.refused is not None:
            # The person knows neither of these files.
            names = {str(faces): STAFF_PHOTOGRAPHS, str(others): given.others_faces}
            sentence = answer.refused.sentence.mapped(lambda value: names.get(str(value), value))
            answer.refused = replace(answer.refused, sentence=sentence)
        return self._judge(answer, code, output, process.tail)

    def _consented_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        for item in self._inputs.roster.iter_training_crops():
            if self._cancelled.is_set():
                raise _Cancelled
            yield item

    def _launch(self, command: Sequence[str]) -> TrainingProcess:
        with self._lock:
            if self._cancelled.is_set():
                raise _Cancelled
            # Where the package lies: a checkout is found there, and an installed one in any case.
            home = Path(attendance.__file__).resolve().parents[1]
            self._process = TrainingProcess(command, cwd=home)
            return self._process

    def _follow(self, process: TrainingProcess) -> _Answer:
        """Read events until the process closes its output."""
        answer = _Answer()
        for line in process.lines():
            try:
                event = read_event(line)
            except ValueError as err:
                _log.warning("the training said something that is not an event (%s)", err)
                process.note(line)
                answer.garbled += 1
                continue
            if isinstance(event, Refused):
                answer.refused = event
            elif isinstance(event, TrainingResult):
                answer.result = event
            elif event is not None:
                self._note(event)
        return answer

    def _note(self, event: PhaseBegan | StepDone | Validated) -> None:
        with self._lock:
            old = self._status
            if isinstance(event, PhaseBegan):
                self._status = replace(old, phase=event.phase, done=0, total=0)
            elif isinstance(event, StepDone):
                losses = (*old.losses, (event.step, event.loss))
                self._status = replace(old, done=event.step, total=event.steps, losses=losses)
            else:
                self._status = replace(old, validations=(*old.validations, (event.step, event.validation)))

    def _count(self, done: int, total: int) -> None:
        with self._lock:
            self._status = replace(self._status, done=done, total=total)

    def _judge(self, answer: _Answer, code: int, output: Path, tail: tuple[str, ...]) -> TrainingStatus:
        result = answer.result
        if answer.refused is not None:
            return TrainingStatus(RunState.FAILED, refused=answer.refused, log=tail)
        is_as_said = result is not None and code == result.outcome.exit_code
        if result is not None and is_as_said and result.is_promoted and output.is_dir():
            # Where the pack is, is what this side asked for, never what the process says.
            kept = self._inputs.files.keep(replace(result, folder=output))
            return TrainingStatus(RunState.FINISHED, result=kept)
        if result is not None and is_as_said and not result.is_promoted:
            return TrainingStatus(RunState.FINISHED, result=result)
        if answer.garbled:
            error = TrainingFailed(reason=Reason("its process said something that is not understood"))
        elif code < 0:
            error = TrainingFailed(reason=Reason("its process was ended by signal {number}", number=-code))
        else:
            error = TrainingFailed(reason=Reason("its process ended with code {code}", code=code))
        return TrainingStatus(RunState.FAILED, error=error, log=tail)
