"""The values that travel between the layers: all frozen, none knows where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from attendance.core.check_in_method import CheckInMethod
from attendance.errors import Reason

if TYPE_CHECKING:
    from attendance.core.hours.next_step import DoorNote
    from attendance.core.licence import LicenceTerm
    from attendance.core.recognition.landmarks import HeadPose

ImageBgr = NDArray[np.uint8]
"""(H, W, 3) uint8, colour order BGR."""
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a source.

    Attributes:
        image_bgr: (H, W, 3) uint8, BGR; owned by the frame, never written after creation.
        captured_utc: aware UTC instant of capture.
        mono_s: monotonic time of capture in seconds; cool-downs and time-outs use only this.
        index: running number within the source, from 0.
    """

    image_bgr: ImageBgr
    captured_utc: datetime
    mono_s: float
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One face found in a picture.

    Attributes:
        box_xyxy_px: (4,) float32, left top right bottom in pixels of the picture; may reach outside it.
        landmarks_px: (5, 2) float32: eye at image left, eye at image right, nose, mouth at image left,
            mouth at image right (the order of SCRFD and MTCNN).
        score: detector's score, 0..1.
    """

    box_xyxy_px: FloatArray
    landmarks_px: FloatArray
    score: float

    @property
    def size_wh(self) -> tuple[float, float]:
        """Width and height of the box in pixels."""
        left, top, right, bottom = (float(v) for v in self.box_xyxy_px)
        return right - left, bottom - top


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What the gates look at, for one face.

    Attributes:
        eye_distance_px: distance between the eyes in pixels of the original picture.
        brightness: mean grey of the aligned crop, 0..1.
        sharpness: variance of the Laplacian of the aligned grey crop (grey levels squared).
        yaw_ratio: signed sideways turn, 0 = frontal, +-1 = nose above an eye (unitless).
        roll_deg: rotation of the eye line in degrees.
        inside: share of the box that lies inside the picture, 0..1.
        tone_split: share of the variance of the levels in the box that lies between two groups of them, 0..1; 1 for
            a picture of two tones. 0 where it was not measured.
        grain: share of the crop's variance that changes from pixel to pixel, 0 for a smooth picture, 1 for white
            noise. 0 where it was not measured.
        pose: where the head points by many points, None where it was not measured.
    """

    eye_distance_px: float
    brightness: float
    sharpness: float
    yaw_ratio: float
    roll_deg: float
    inside: float
    tone_split: float = 0.0
    grain: float = 0.0
    pose: HeadPose | None = None


class LivenessState(StrEnum):
    """What a liveness check says of one face."""

    UNCHECKED = "unchecked"
    LIVE = "live"
    NOT_LIVE = "not_live"


@dataclass(frozen=True, slots=True)
class Match:
    """Answer of the gallery for one probe.

    Attributes:
        person_id: best person, None when the gallery is empty.
        similarity: cosine with the mean of that person's templates, -1..1.
        runner_up_similarity: cosine of the best other person; -1 when there is none.
    """

    person_id: int | None
    similarity: float
    runner_up_similarity: float = -1.0

    @property
    def margin(self) -> float:
        """Best minus runner-up cosine, 0..2."""
        return self.similarity - self.runner_up_similarity


class DecisionKind(StrEnum):
    """Outcome for a face or for the picture as a whole. Values, never exceptions."""

    WELCOME = "welcome"
    ALREADY_IN = "already_in"
    CHOOSE = "choose"
    """Somebody known who is asked for the direction; nothing is booked until a button is pressed."""
    ASK_PIN = "ask_pin"
    """Somebody whom the recognizer can hardly tell from another; nothing is booked until their PIN is typed."""
    UNKNOWN = "unknown"
    UNSURE = "unsure"
    TOO_FAR = "too_far"
    TOO_DARK = "too_dark"
    TURNED_AWAY = "turned_away"
    SEVERAL_FACES = "several_faces"
    NOT_LIVE = "not_live"
    CAMERA_LOST = "camera_lost"


class Direction(StrEnum):
    """Which way somebody went through the door, or which end of a break it was."""

    IN = "in"
    OUT = "out"
    BREAK_START = "break_start"
    BREAK_END = "break_end"

    @property
    def is_arrival(self) -> bool:
        """True when the person is at work afterwards."""
        return self in {Direction.IN, Direction.BREAK_END}


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster.

    Attributes:
        code: the company's own key, unique among all people.
        language: BCP 47 tag for the welcome ("en", "zh-CN") or "" for the kiosk's language.
        template_count: templates of the recognizer that knows the person by the most.
        may_train: the person agreed that the kept crops are used to train a recognizer; apart from the consent to
            keep them.
    """

    id: int
    code: str
    name: str
    department: str = ""
    is_active: bool = True
    language: str = ""
    template_count: int = 0
    crop_count: int = 0
    may_train: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One enrolled embedding.

    Attributes:
        embedding: (D,) float32, unit length.
        model_id: recognizer that made it; a gallery never mixes two.
        crop_bgr: (112, 112, 3) uint8 aligned crop it came from, None when crops are not kept.
        crop_id: the kept crop it came from, None without one.
    """

    person_id: int
    model_id: str
    embedding: FloatArray
    crop_bgr: ImageBgr | None = None
    id: int = 0
    crop_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One accepted event. Never updated, never deleted: a correction is a new row.

    Attributes:
        event_id: UUID4 text, unique; makes a repeated write harmless.
        person_id: None after the person was erased.
        at_utc: aware UTC instant.
        utc_offset_s: offset of the site's local time from UTC at that instant, in seconds.
        similarity: cosine of the match; None for entries that no camera made.
        margin: best minus runner-up cosine; None likewise.
        source: the frame source's description, or "manual".
        model_id: recognizer that made the match, "" when none.
        made_by: "kiosk", or who entered it by hand.
        method: by what the door knew the person; None of entries no door made, and of those before this was noted.
    """

    event_id: str
    person_id: int | None
    at_utc: datetime
    utc_offset_s: int
    direction: Direction
    similarity: float | None
    margin: float | None
    source: str
    model_id: str
    made_by: str
    method: CheckInMethod | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the kiosk decided about one tracked face.

    Attributes:
        track_id: running number of the tracked face; 0 for decisions about the whole picture.
        person_id: set for WELCOME, ALREADY_IN, CHOOSE and ASK_PIN only.
        at_utc: capture instant of the deciding frame.
        direction: set for WELCOME; for ALREADY_IN the direction of the earlier event, for CHOOSE the likely one.
        since_utc: for ALREADY_IN, instant of the earlier event.
        agreeing_frames: how many frames of the track agreed.
        method: by what the person is known.
    """

    kind: DecisionKind
    track_id: int
    at_utc: datetime
    mono_s: float
    person_id: int | None = None
    similarity: float | None = None
    margin: float | None = None
    direction: Direction | None = None
    since_utc: datetime | None = None
    agreeing_frames: int = 0
    method: CheckInMethod = CheckInMethod.FACE


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """What the window paints around one face.

    Attributes:
        state: latest verdict on the track: None while still collecting frames.
        progress: share of the needed agreeing frames, 0..1.
    """

    track_id: int
    box_xyxy_px: FloatArray
    state: DecisionKind | None
    progress: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything recognition found out about one frame.

    Attributes:
        size_wh: width and height of the picture in pixels.
        guidance: the one thing the person should do now, None when nothing is to be said.
        decisions: new decisions of this frame only; each is reported once.
        crops_bgr: aligned 112x112 BGR crop of each decided track, by track id.
        notes: what a card says of hours, for each decision about a person, by track id.
        timings_ms: milliseconds by stage: detect, align, embed, match, decide, total.
    """

    frame_index: int
    captured_utc: datetime
    size_wh: tuple[int, int]
    faces: tuple[FaceView, ...] = ()
    guidance: DecisionKind | None = None
    decisions: tuple[Decision, ...] = ()
    crops_bgr: Mapping[int, ImageBgr] = field(default_factory=dict)
    notes: Mapping[int, DoorNote] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class StreamState(StrEnum):
    """Health of the frame source."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"
    FROZEN = "frozen"
    BLACK = "black"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """Where the models really run.

    Attributes:
        active: name of the execution provider that onnxruntime reports after loading, e.g.
            "CPUExecutionProvider"; several with commas when the models of a pack run in two places.
        reason: one sentence why it is this one.
        is_gpu: True when it is a GPU provider, for all models.
    """

    active: str
    reason: Reason
    is_gpu: bool


@dataclass(frozen=True, slots=True)
class FmrPoint:
    """One calibrated operating point.

    Attributes:
        fmr: false match rate of one comparison, 0..1.
        threshold: cosine at which it was measured.
        low: lower end of the 95 % interval of the threshold.
        high: upper end.
    """

    fmr: float
    threshold: float
    low: float
    high: float


class LicenceUse(StrEnum):
    """What a company may do with a model pack."""

    ALLOWED = "allowed"
    DATA_NOT_DOCUMENTED = "allowed-data-not-documented"
    """The licence allows it, and nobody says on which photographs the models were trained."""
    RESEARCH_ONLY = "research-only"
    """Not allowed, or nobody has said."""


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A model pack as the windows and the command line show it.

    Attributes:
        pack_id: folder name.
        model_id: "<pack_id>:<first 12 hex digits of the recognizer's SHA-256>"; stored with templates.
        embedding_size: D.
        licence: one line.
        use: what the licence allows while it holds; ``core.licence.use_at`` says it of an instant.
        calibration: operating points by falling fmr; empty when never measured.
        calibration_photos: how many photographs stood for a person in that measurement.
        calibration_data: on which photographs it was measured, one line.
        calibration_carried: the same for a calibration that was carried over from another recognizer, else None.
        detector_kind: "scrfd" or "mtcnn".
        term: for whom and until when a signed licence holds, None for any other.
        landmarks: which landmark models it has, of ``core.packs.format.LANDMARK_ROLES``.
    """

    pack_id: str
    model_id: str
    title: str
    embedding_size: int
    licence: str
    use: LicenceUse
    calibration: tuple[FmrPoint, ...] = ()
    calibration_photos: int = 1
    calibration_data: str = ""
    calibration_carried: Reason | None = None
    detector_kind: str = "scrfd"
    is_bundled: bool = False
    is_active: bool = False
    term: LicenceTerm | None = None
    landmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecognizerChoice:
    """Which packs play which part.

    Attributes:
        active: pack in use.
        candidate: pack that is being prepared or runs in shadow mode, None without one.
        candidate_model: recognizer of the candidate for which every kept crop was embedded; None until then.
        previous: pack that a rollback returns to, None without one.
    """

    active: str
    candidate: str | None = None
    candidate_model: str | None = None
    previous: str | None = None
