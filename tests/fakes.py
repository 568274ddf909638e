"""Fakes of the ports: no camera, no model, no database; everything a test may script or look at.

A *scripted face* is written into the last row of the picture as plain bytes, so that the fake detector and embedder
can read it back from the pixels alone, wherever the picture travels. Nothing here sleeps.
"""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from attendance.core.recognition.boxes import iou
from attendance.core.recognition.landmarks import EyeOpening, HeadPose
from attendance.core.types import (
    Detection,
    FloatArray,
    FmrPoint,
    ImageBgr,
    LicenceUse,
    LivenessState,
    PackInfo,
    ProviderReport,
)
from attendance.errors import Reason
from attendance.errors.pictures import ImageUnreadable
from tests.patience import PATIENCE_S

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
