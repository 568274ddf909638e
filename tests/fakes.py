"""Fakes of the ports: no camera, no model, no database; everything a test may script or look at.

A *scripted face* is written into the last row of the picture as plain bytes, so that the fake detector and embedder
can read it back from the pixels alone, wherever the picture travels. Nothing here sleeps.
"""

from __future__ import annotations

import itertools
import math
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from attendance.core.ports.door import EventRow
from attendance.core.recognition.boxes import iou
from attendance.core.recognition.landmarks import EyeOpening, HeadPose
from attendance.core.types import (
    CheckIn,
    Detection,
    FloatArray,
    FmrPoint,
    Frame,
    FrameResult,
    ImageBgr,
    LicenceUse,
    LivenessState,
    PackInfo,
    Person,
    ProviderReport,
    StreamState,
    Template,
)
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import CameraLost
from attendance.errors.people import DuplicateCode, UnknownPerson
from attendance.errors.pictures import ImageUnreadable
from attendance.errors.storage import DiskFull, StorageError
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from attendance.services.door.engine import DecisionNotice

START_UTC = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WAIT_S = PATIENCE_S
"""How long a test waits for a thread before it fails; generous, because nothing may depend on speed."""

EMBEDDING_SIZE = 64
NOISE_AXIS = EMBEDDING_SIZE - 1
"""Axis of the unit vectors that no identity owns: what is missing to a similarity of 1 points there."""
MODEL_ID = "fake:0123456789ab"

_RECORD = struct.Struct("<HHHhhhhhHHH")
_PIXELS_PER_RECORD = 8  # 24 bytes, 22 used
_MAGIC = 0xFACE


# --- time --------------------------------------------------------------------------------------------


class FakeClock:
    """Clock that only moves when told to (port Clock)."""

    def __init__(self, utc: datetime = START_UTC, mono_s: float = 1000.0) -> None:
        self._lock = threading.Lock()
        self._utc = utc
        self._mono_s = mono_s

    def now_utc(self) -> datetime:
        with self._lock:
            return self._utc

    def mono_s(self) -> float:
        with self._lock:
            return self._mono_s

    def advance(self, seconds: float) -> None:
        """Move both times forward."""
        with self._lock:
            self._utc += timedelta(seconds=seconds)
            self._mono_s += seconds

    def set_utc(self, utc: datetime) -> None:
        """Step the wall clock only, as NTP or a user does."""
        with self._lock:
            self._utc = utc

    def set_mono(self, mono_s: float) -> None:
        """Set the monotonic time only, as after a restart."""
        with self._lock:
            self._mono_s = mono_s


# --- pictures ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScriptedFace:
    """One face of a fake picture.

    Attributes:
        identity: 1..62; the embedding is the unit vector of this axis, tilted by ``similarity``.
        box: left, top, right, bottom in pixels.
        similarity: cosine to the identity's own vector, 0..1.
        other: identity (or NOISE_AXIS) towards which the rest of the embedding points.
        yaw: sideways turn, -1..1 as in FaceQuality.yaw_ratio.
        brightness: mean grey of the face, 0..255.
    """

    identity: int
    box: tuple[int, int, int, int] = (100, 60, 220, 200)
    similarity: float = 0.8
    other: int = NOISE_AXIS
    yaw: float = 0.0
    brightness: int = 130

    @property
    def landmarks_px(self) -> FloatArray:
        """(5, 2) float32 of a frontal face in the box, nose moved by yaw."""
        left, top, right, bottom = self.box
        width, height = right - left, bottom - top
        relative = [(0.3, 0.4), (0.7, 0.4), (0.5 + 0.2 * self.yaw, 0.6), (0.35, 0.8), (0.65, 0.8)]
        return np.array([(left + x * width, top + y * height) for x, y in relative], dtype=np.float32)

    def moved(self, dx: int, dy: int = 0) -> ScriptedFace:
        """Return the same face elsewhere."""
        left, top, right, bottom = self.box
        return replace(self, box=(left + dx, top + dy, right + dx, bottom + dy))


def identity_vector(identity: int, *, similarity: float = 1.0, other: int = NOISE_AXIS) -> FloatArray:
    """Return the (64,) float32 unit embedding of a scripted face."""
    vector = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    vector[identity] = similarity
    vector[other] += math.sqrt(max(0.0, 1.0 - similarity * similarity))
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def picture(*faces: ScriptedFace, size_wh: tuple[int, int] = (320, 240), seed: int = 0) -> ImageBgr:
    """Return a noisy (H, W, 3) BGR picture with these faces; another seed is another noise."""
    width, height = size_wh
    image = np.random.default_rng(seed).integers(70, 130, (height, width, 3), dtype=np.uint8)
    image[-1] = 0
    for number, face in enumerate(faces):
        left, top, right, bottom = face.box
        region = image[max(top, 0) : min(max(bottom, 0), height - 1), max(left, 0) : max(right, 0)]
        region[...] = _texture(region.shape[0], region.shape[1], face.brightness)
        _write_record(image, number, face)
    return image


def black_picture(*faces: ScriptedFace, size_wh: tuple[int, int] = (320, 240)) -> ImageBgr:
    """Return a picture as a covered lens gives it; the records of the faces stay readable."""
    image = np.zeros((size_wh[1], size_wh[0], 3), dtype=np.uint8)
    for number, face in enumerate(faces):
        _write_record(image, number, face)
    return image


def read_faces(image: ImageBgr) -> list[ScriptedFace]:
    """Return the scripted faces of a picture or aligned crop."""
    raw = image[-1].tobytes()
    faces = []
    for start in range(0, len(raw) - _PIXELS_PER_RECORD * 3 + 1, _PIXELS_PER_RECORD * 3):
        values = _RECORD.unpack_from(raw, start)
        if values[0] != _MAGIC:
            break
        _, identity, other, left, top, right, bottom, yaw, similarity, brightness, _ = values
        box = (left, top, right, bottom)
        faces.append(ScriptedFace(identity, box, similarity / 10_000, other, yaw / 1000, brightness))
    return faces


def _write_record(image: ImageBgr, number: int, face: ScriptedFace) -> None:
    values = (round(face.yaw * 1000), round(face.similarity * 10_000), face.brightness, 0)
    record = _RECORD.pack(_MAGIC, face.identity, face.other, *face.box, *values).ljust(_PIXELS_PER_RECORD * 3, b"\0")
    pixels = np.frombuffer(record, dtype=np.uint8).reshape(_PIXELS_PER_RECORD, 3)
    image[-1, number * _PIXELS_PER_RECORD : (number + 1) * _PIXELS_PER_RECORD] = pixels


def _texture(height: int, width: int, brightness: int) -> ImageBgr:
    rows, columns = np.indices((height, width))
    waves = np.sin((rows + columns) * (2 * math.pi / 16))  # sharp, and with as many shades as a photograph
    grey = np.clip(brightness * (1 + 0.3 * waves), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


# --- frame source ------------------------------------------------------------------------------------


class Block:
    """Script step: read() does not return until the source is told to unblock, as a stuck driver does."""


Step = ImageBgr | ScriptedFace | Sequence[ScriptedFace] | Exception | Block
"""One read(): a picture, faces on fresh noise, an exception to raise, or a read that blocks."""


class FakeSource:
    """Scripted frame source (port FrameSource).

    Args:
        *sessions: what each open() plays: steps for read(), or an exception that open() raises. The last session is
            played again by later opens.
        is_live: as in the port. A live source whose script has run out raises CameraLost, a file ends.
        clock: moved on by ``frame_s`` at each frame; frames carry its times.
        is_paced: True makes every read() wait for a ``release()``.
        name: what describe() says.
    """

    def __init__(
        self,
        *sessions: Sequence[Step] | Exception,
        is_live: bool = False,
        clock: FakeClock | None = None,
        frame_s: float = 0.1,
        is_paced: bool = False,
        name: str = "fake camera",
    ) -> None:
        self.clock = clock or FakeClock()
        self.opened = 0
        self.closed = 0
        self.frames = 0
        self.blocked = threading.Event()
        self.threads: set[str] = set()
        self._sessions: tuple[Sequence[Step] | Exception, ...] = sessions or ((),)
        self._is_live = is_live
        self._frame_s = frame_s
        self._name = name
        self._unblock = threading.Event()
        self._permits = threading.Semaphore(0) if is_paced else None
        self._steps: Iterator[Step] = iter(())

    @property
    def is_live(self) -> bool:
        return self._is_live

    def describe(self) -> str:
        return self._name

    def release(self, count: int = 1) -> None:
        """Let a paced source deliver this many more steps."""
        assert self._permits is not None, "the source is not paced"
        self._permits.release(count)

    def unblock(self) -> None:
        """End every Block step, now and later."""
        self._unblock.set()

    def open(self) -> None:
        self.threads.add(threading.current_thread().name)
        session = self._sessions[min(self.opened, len(self._sessions) - 1)]
        self.opened += 1
        if isinstance(session, Exception):
            raise session
        self._steps = iter(session)

    def read(self) -> Frame | None:
        self.threads.add(threading.current_thread().name)
        if self._permits is not None:
            assert self._permits.acquire(timeout=WAIT_S), "the test released too few frames"
        step = next(self._steps, None)
        while isinstance(step, Block):
            self.blocked.set()
            assert self._unblock.wait(WAIT_S), "the test never unblocked the source"
            step = next(self._steps, None)
        if isinstance(step, Exception):
            raise step
        if step is None:
            if self._is_live:
                raise CameraLost(source=self._name)
            return None
        return self._frame(step)

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1

    def _frame(self, step: ImageBgr | ScriptedFace | Sequence[ScriptedFace]) -> Frame:
        if isinstance(step, np.ndarray):
            image = step
        else:
            faces = (step,) if isinstance(step, ScriptedFace) else tuple(step)
            image = picture(*faces, seed=self.frames)
        self.clock.advance(self._frame_s)
        frame = Frame(image, self.clock.now_utc(), self.clock.mono_s(), self.frames)
        self.frames += 1
        return frame


# --- models ------------------------------------------------------------------------------------------


class FakeDetector:
    """Finds the scripted faces (port Detector).

    Attributes:
        calls: number of calls of both methods.
        whole: number of detect() calls.
        before: called first in each call with the running number from 0; may wait or raise.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.whole = 0
        self.before: Callable[[int], None] = lambda _number: None

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        self.whole += 1
        return self._faces(image_bgr)

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection]:
        found = self._faces(image_bgr)
        return [face for face in found if (iou(face.box_xyxy_px, boxes_px) > 0.3).any()]

    def _faces(self, image_bgr: ImageBgr) -> list[Detection]:
        number = self.calls
        self.calls += 1
        self.before(number)
        found = []
        for rank, face in enumerate(read_faces(image_bgr)):
            box = np.array(face.box, dtype=np.float32)
            found.append(Detection(box, face.landmarks_px, 0.95 - 0.01 * rank))
        return found


class FakeEmbedder:
    """Reads identity and similarity out of the crop (port Embedder).

    Attributes:
        batches: size of the batch of each embed() call.
    """

    def __init__(self, model_id: str = MODEL_ID) -> None:
        self.batches: list[int] = []
        self._model_id = model_id

    @property
    def embedding_size(self) -> int:
        return EMBEDDING_SIZE

    @property
    def model_id(self) -> str:
        return self._model_id

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        for face in read_faces(image_bgr):
            if np.allclose(face.landmarks_px, landmarks_px, atol=1.0):
                crop = _texture(112, 112, face.brightness)
                crop[-1] = 0
                _write_record(crop, 0, face)
                return crop
        raise ValueError("no scripted face has these landmarks")

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        self.batches.append(len(crops_bgr))
        rows = np.zeros((len(crops_bgr), EMBEDDING_SIZE), dtype=np.float32)
        for row, crop in zip(rows, crops_bgr, strict=True):
            (face,) = read_faces(crop)
            row[:] = identity_vector(face.identity, similarity=face.similarity, other=face.other)
        return rows


class FakeAntiSpoof:
    """Answers the same for every face until ``answer`` is changed (port AntiSpoof)."""

    def __init__(self, answer: LivenessState = LivenessState.LIVE) -> None:
        self.answer = answer
        self.calls = 0

    def check(self, image_bgr: ImageBgr, detection: Detection) -> LivenessState:
        assert image_bgr.ndim == 3
        assert detection.landmarks_px.shape == (5, 2)
        self.calls += 1
        return self.answer


@dataclass
class FakeLandmarks:
    """Fake landmark models (port FaceLandmarks) that measure the same in every face."""

    pose: HeadPose | None = None
    opening: EyeOpening | None = None
    roles: tuple[str, ...] = ("mesh_68",)

    def head_pose(self, image_bgr: ImageBgr, detection: Detection) -> HeadPose | None:
        assert image_bgr.ndim == 3
        assert detection.box_xyxy_px.shape == (4,)
        return self.pose

    def eye_opening(self, image_bgr: ImageBgr, detection: Detection) -> EyeOpening | None:
        return self.opening


class FakePack:
    """Fake model pack (port VisionPack); detector and embedder can be looked at.

    Attributes:
        landmarks: None until a test sets some.
    """

    def __init__(
        self, model_id: str = MODEL_ID, *, pack_id: str = "fake", calibration: tuple[FmrPoint, ...] = ()
    ) -> None:
        self.fake_detector = FakeDetector()
        self.fake_embedder = FakeEmbedder(model_id)
        self.landmarks: FakeLandmarks | None = None
        self._info = PackInfo(
            pack_id=pack_id,
            model_id=model_id,
            title="Fake pack",
            embedding_size=EMBEDDING_SIZE,
            licence="MIT",
            use=LicenceUse.ALLOWED,
            calibration=calibration,
        )

    @property
    def info(self) -> PackInfo:
        return self._info

    @property
    def provider(self) -> ProviderReport:
        return ProviderReport("CPUExecutionProvider", Reason("fake"), is_gpu=False)

    @property
    def detector(self) -> FakeDetector:
        return self.fake_detector

    @property
    def embedder(self) -> FakeEmbedder:
        return self.fake_embedder


class FakeImages:
    """Pictures by path (port ImageFiles); an exception instead of a picture is raised."""

    def __init__(self, pictures: Mapping[Path, ImageBgr | Exception]) -> None:
        self.pictures = dict(pictures)

    def read(self, path: Path) -> ImageBgr:
        found = self.pictures.get(path)
        if found is None:
            raise ImageUnreadable(path=path, reason=Reason("no such file"))
        if isinstance(found, Exception):
            raise found
        return found

    def list_images(self, folder: Path) -> list[Path]:
        return sorted(path for path in self.pictures if folder in path.parents)


# --- storage -----------------------------------------------------------------------------------------


class InMemoryRoster:
    """Roster in lists (port Roster).

    Attributes:
        failure: raised by every method while set.
        loads: number of load_templates() calls.
        events_of: number of kept attendance rows that erase() reports, by person id.
    """

    def __init__(self) -> None:
        self.failure: StorageError | None = None
        self.loads = 0
        self.events_of: dict[int, int] = {}
        self._lock = threading.RLock()
        self._people: dict[int, Person] = {}
        self._templates: list[Template] = []
        self._ids = itertools.count(1)
        self._version = 0

    def add(self, name: str, *identities: int, language: str = "") -> Person:
        """Enrol a person with one template for each identity (test shortcut); the code is the lower-case name."""
        rows: list[tuple[FloatArray, ImageBgr | None]] = [(identity_vector(i), None) for i in identities]
        return self.enrol(code=name.lower(), name=name, language=language, templates=rows, model_id=MODEL_ID)

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        with self._checked():
            people = [self._counted(p) for p in self._people.values() if include_inactive or p.is_active]
        return sorted(people, key=lambda p: p.name)

    def get_by_code(self, code: str) -> Person:
        with self._checked():
            for person in self._people.values():
                if person.code == code:
                    return self._counted(person)
        raise UnknownPerson(person_code=code)

    def get(self, person_id: int) -> Person | None:
        with self._checked():
            person = self._people.get(person_id)
            return None if person is None else self._counted(person)

    def enrol(
        self,
        *,
        code: str,
        name: str,
        department: str = "",
        language: str = "",
        templates: Sequence[tuple[FloatArray, ImageBgr | None]],
        model_id: str,
        beside: Mapping[str, FloatArray] | None = None,
    ) -> Person:
        with self._checked():
            person = next((p for p in self._people.values() if p.code == code), None)
            if person is not None and person.name != name:
                raise DuplicateCode(person_code=code, other_name=person.name)
            if person is None:
                person = Person(next(self._ids), code, name, department, language=language)
                self._people[person.id] = person
            for embedding, crop in templates:
                self._templates.append(Template(person.id, model_id, embedding, crop, next(self._ids)))
            for other, rows in (beside or {}).items():
                self._templates += [Template(person.id, other, row, None, next(self._ids)) for row in rows]
            self._version += 1
            return self._counted(person)

    def update(
        self,
        code: str,
        *,
        name: str | None = None,
        department: str | None = None,
        language: str | None = None,
        is_active: bool | None = None,
        may_train: bool | None = None,
    ) -> Person:
        with self._checked():
            old = self.get_by_code(code)
            new = replace(
                old,
                name=old.name if name is None else name,
                department=old.department if department is None else department,
                language=old.language if language is None else language,
                is_active=old.is_active if is_active is None else is_active,
                may_train=old.may_train if may_train is None else may_train,
            )
            self._people[old.id] = new
            self._version += 1
            return new

    def erase(self, code: str) -> tuple[int, int, int]:
        with self._checked():
            person = self.get_by_code(code)
            del self._people[person.id]
            self._templates = [t for t in self._templates if t.person_id != person.id]
            self._version += 1
            return person.template_count, person.crop_count, self.events_of.get(person.id, 0)

    def load_templates(
        self, model_id: str, *, active_only: bool = True, on_damaged: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[int]]:
        with self._checked():
            self.loads += 1
            kept = [
                t
                for t in self._templates
                if t.model_id == model_id and (self._people[t.person_id].is_active or not active_only)
            ]
        if not kept:
            return np.zeros((0, EMBEDDING_SIZE), dtype=np.float32), []
        return np.stack([t.embedding for t in kept]).astype(np.float32), [t.person_id for t in kept]

    def change_token(self) -> str:
        with self._checked():
            return str(self._version)

    def iter_crops(self, person_id: int | None = None) -> Iterator[tuple[int, ImageBgr]]:
        with self._checked():
            kept = [(t.person_id, t.crop_bgr) for t in self._templates if person_id in (None, t.person_id)]
        for person_id, crop in kept:
            if crop is not None:
                yield person_id, crop

    def iter_training_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        for person_id, crop in self.iter_crops():
            person = self.get(person_id)
            if person is not None and person.is_active and person.may_train:
                yield person, crop

    def people_without_templates(self, model_id: str) -> list[Person]:
        with self._checked():
            known = {t.person_id for t in self._templates if t.model_id == model_id}
            return [self._counted(p) for p in self._people.values() if p.id not in known]

    def _checked(self) -> threading.RLock:
        if self.failure is not None:
            raise self.failure
        return self._lock

    def _counted(self, person: Person) -> Person:
        own = [t for t in self._templates if t.person_id == person.id]
        crops = sum(t.crop_bgr is not None for t in own)
        return replace(person, template_count=len(own), crop_count=crops)


class InMemoryCheckInLog:
    """Append-only log in a list (port CheckInLog).

    Futures resolve at once, in the calling thread, unless ``is_held``.

    Attributes:
        events: the saved rows, oldest first.
        attempts: the event_id of every append(), also of failed ones.
        is_held: True keeps futures open until ``release_held()``.
    """

    def __init__(self, *, fail_times: int = 0, roster: InMemoryRoster | None = None) -> None:
        self.events: list[CheckIn] = []
        self.attempts: list[str] = []
        self.is_held = False
        self.read_failure: StorageError | None = None
        self._failure: StorageError = DiskFull(path="attendance.db")
        self._fail_times = fail_times
        self._roster = roster
        self._held: list[tuple[CheckIn, Future[CheckIn]]] = []
        self._changed = threading.Condition(threading.RLock())

    def fail(self, times: int, error: StorageError | None = None) -> None:
        """Let the next ``times`` appends fail; 0 heals the disk."""
        with self._changed:
            self._fail_times = times
            self._failure = error or self._failure

    def release_held(self) -> None:
        """Resolve the open futures and hold no more."""
        with self._changed:
            self.is_held = False
            held, self._held = self._held, []
        for event, future in held:
            self._resolve(event, future)

    def wait_for(self, predicate: Callable[[InMemoryCheckInLog], bool], timeout_s: float = WAIT_S) -> bool:
        """Wait until the predicate holds; it is looked at after every append."""
        with self._changed:
            return self._changed.wait_for(lambda: predicate(self), timeout_s)

    def append(self, event: CheckIn) -> Future[CheckIn]:
        future: Future[CheckIn] = Future()
        with self._changed:
            self.attempts.append(event.event_id)
            is_held = self.is_held
            if is_held:
                self._held.append((event, future))
            self._changed.notify_all()
        if not is_held:
            self._resolve(event, future)
        return future

    def last_for_person(self, person_id: int) -> CheckIn | None:
        if self.read_failure is not None:
            raise self.read_failure
        with self._changed:
            own = [e for e in self.events if e.person_id == person_id]
        return max(own, key=lambda e: e.at_utc, default=None)

    def get(self, event_id: str) -> CheckIn | None:
        return next((event for event in self.events if event.event_id == event_id), None)

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        with self._changed:
            rows = sorted((e for e in self.events if start_utc <= e.at_utc < end_utc), key=lambda e: e.at_utc)
        for event in rows:
            person = None
            if self._roster is not None and event.person_id is not None:
                person = self._roster.get(event.person_id)
            yield event, person

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        for event, person in self.between(start_utc, end_utc):
            at_us = (event.at_utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            about = (person.code, person.name, person.department) if person else (None, None, None)
            way, seen = event.direction.value, event.similarity
            yield EventRow(event.event_id, at_us, event.utc_offset_s, way, seen, event.source, event.made_by, *about)

    def count(self) -> int:
        with self._changed:
            return len(self.events)

    def _resolve(self, event: CheckIn, future: Future[CheckIn]) -> None:
        with self._changed:
            error = self._failure if self._fail_times > 0 else None
            self._fail_times = max(0, self._fail_times - 1)
            if error is None and event.event_id not in {e.event_id for e in self.events}:
                self.events.append(event)
            self._changed.notify_all()
        if error is None:
            future.set_result(event)
        else:
            future.set_exception(error)


class InMemorySettings:
    """Site settings in a dictionary (port SettingsStore)."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def get(self, key: str, default: str) -> str:
        return self.values.get(key, default)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value


# --- engine listener ---------------------------------------------------------------------------------


class RecordingListener:
    """Keeps everything an engine reports (protocol EngineListener); safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self.previews = 0
        self.results: list[FrameResult] = []
        self.notices: list[DecisionNotice] = []
        self.failures: list[tuple[DecisionNotice, AttendanceError]] = []
        self.states: list[tuple[StreamState, str]] = []
        self.crashes: list[Exception] = []

    def on_preview_ready(self) -> None:
        with self._changed:
            self.previews += 1
            self._changed.notify_all()

    def on_result(self, result: FrameResult) -> None:
        self._keep(self.results, result)

    def on_decision(self, notice: DecisionNotice) -> None:
        self._keep(self.notices, notice)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        self._keep(self.failures, (notice, error))

    def on_stream_state(self, state: StreamState, detail: AttendanceError | str) -> None:
        self._keep(self.states, (state, str(detail)))

    def on_crashed(self, error: Exception) -> None:
        self._keep(self.crashes, error)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the decisions so far, in order."""
        with self._changed:
            return [notice.decision.kind.value for notice in self.notices]

    @property
    def stream_states(self) -> list[StreamState]:
        """The stream states so far, in order."""
        with self._changed:
            return [state for state, _ in self.states]

    def wait_for(self, predicate: Callable[[RecordingListener], bool], timeout_s: float = WAIT_S) -> bool:
        """Wait until the predicate holds; it is looked at after every report."""
        with self._changed:
            return self._changed.wait_for(lambda: predicate(self), timeout_s)

    def _keep(self, store: list[Any], item: object) -> None:
        with self._changed:
            store.append(item)
            self._changed.notify_all()
