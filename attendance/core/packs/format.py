"""What manifest.json says of a model pack, and its checked translation from and to JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from attendance.core.licence import LicenceTerm
from attendance.core.packs.calibration import Calibration, calibration_json, read_calibration
from attendance.core.packs.json_section import JsonSection, is_device_name, is_file_name
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.core.types import LicenceUse, PackInfo
from attendance.errors import Reason, Refusal

MANIFEST_VERSION = 100
"""Not 2: InsightFace's own loader takes version 2 for its format and any other for "no manifest", and then goes
by the shapes of the models, so FaceAnalysis loads our SCRFD packs too (insightface package_manifest.py)."""
DETECTOR_ROLES: Mapping[str, tuple[str, ...]] = {"scrfd": ("detector",), "mtcnn": ("pnet", "rnet", "onet")}
"""Which files each kind of detector has."""
LANDMARK_ROLES: Mapping[str, str] = {"mesh_68": "68 points in space", "points_106": "106 points"}
"""Models beside detector and recognizer that InsightFace runs, in words: for the head's pose, and for the eyes."""
MAX_EMBEDDING_SIZE = 4096
MIN_SIDE_PX, MAX_SIDE_PX = 32, 512
"""Input sides of a recognizer that are not a mistake."""
LARGEST_MEAN = 255.0
SMALLEST_STD, LARGEST_STD = 1e-3, 1e3
"""What is subtracted from a pixel value 0..255, and what it is divided by after that."""
COLOURS = ("rgb", "bgr")

_PACK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_MAX_PACK_ID_CHARS = 64
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the pack may be used.

    Attributes:
        name: one line, shown in lists.
        text: the whole statement.
        use: what it allows a company while it holds.
        term: for whom and until when a signed licence holds, None for any other.
    """

    name: str
    text: str
    use: LicenceUse
    term: LicenceTerm | None = None


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """The detector of a pack.

    Attributes:
        kind: "scrfd" or "mtcnn".
        files: file name by role: "detector", or "pnet", "rnet" and "onet".
        input_size_wh: for SCRFD models that leave the size open.
        mean: of SCRFD, subtracted from each pixel value 0..255.
        std: of SCRFD, divisor after that.
    """

    kind: str
    files: Mapping[str, str]
    input_size_wh: tuple[int, int] = (640, 640)
    mean: float = 127.5
    std: float = 128.0


@dataclass(frozen=True, slots=True)
class RecognizerSpec:
    """The recognizer of a pack.

    Attributes:
        file: file name.
        embedding_size: D.
        mean: subtracted from each pixel value 0..255.
        std: divisor after that.
        flip_average: the embedding is the mean of the crop's and its mirror image's.
        side_px: of its square input; an aligned crop of 112 is resized to it.
        colour: order of the input's channels, "rgb" or "bgr".
        is_own: somebody said how the pixels are prepared, so the same file with other numbers is another recognizer.
    """

    file: str
    embedding_size: int
    mean: float = 127.5
    std: float = 127.5
    flip_average: bool = False
    side_px: int = CROP_SIDE_PX
    colour: str = "rgb"
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file must be: SHA-256 in lower-case hex, and bytes."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an installed pack was downloaded from.

    Attributes:
        sha256: of the downloaded archive.
        note: how far that checksum can be trusted, in plain words.
    """

    url: str
    sha256: str
    note: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything manifest.json says.

    Attributes:
        landmarks: file name by role, of ``LANDMARK_ROLES``.
    """

    pack_id: str
    title: str
    licence: Licence
    detector: DetectorSpec
    recognizer: RecognizerSpec
    files: Mapping[str, FileSum]
    calibration: Calibration | None = None
    origin: Origin | None = None
    landmarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Identity of the recognizer: "<pack_id>:<first 12 hex digits of its SHA-256>".

        Where somebody said how the pixels are prepared, the digits are of that too: templates made with other numbers
        are no templates of it.
        """
        spec = self.recognizer
        digest = self.files[spec.file].sha256
        if spec.is_own:
            said = f"{digest} {spec.mean!r} {spec.std!r} {spec.side_px} {spec.colour} {spec.flip_average}"
            digest = hashlib.sha256(said.encode()).hexdigest()
        return f"{self.pack_id}:{digest[:12]}"

    @property
    def model_files(self) -> tuple[str, ...]:
        """Names of the files that every door loads; the landmark models wait until somebody asks for them."""
        return (*self.detector.files.values(), self.recognizer.file)

    @property
    def door_files(self) -> tuple[str, ...]:
        """Names of all files without which no door opens: a damaged landmark model keeps none shut."""
        return tuple(name for name in self.files if name not in self.landmarks.values())

    def to_info(self, *, is_bundled: bool = False, is_active: bool = False) -> PackInfo:
        """Return what windows and the command line show."""
        return PackInfo(
            pack_id=self.pack_id,
            model_id=self.model_id,
            title=self.title,
            embedding_size=self.recognizer.embedding_size,
            licence=self.licence.name,
            use=self.licence.use,
            calibration=self.calibration.points if self.calibration else (),
            calibration_photos=self.calibration.photos_per_person if self.calibration else 1,
            calibration_data=self.calibration.data if self.calibration else "",
            calibration_carried=carried.reason if self.calibration and (carried := self.calibration.carried) else None,
            detector_kind=self.detector.kind,
            is_bundled=is_bundled,
            is_active=is_active,
            term=self.licence.term,
            landmarks=tuple(self.landmarks),
        )


def recognizer_digits(model_id: str) -> str:
    """Return the part of a model id that says which recognizer it is, whatever its pack is called."""
    return model_id.rpartition(":")[2]


def is_pack_id(text: str) -> bool:
    """Tell whether a text can be the name of a pack, which is also the name of its folder."""
    return len(text) <= _MAX_PACK_ID_CHARS and _PACK_ID.fullmatch(text) is not None and not is_device_name(text)


def to_json(manifest: Manifest) -> dict[str, Any]:
    """Return the JSON object of a manifest."""
    detector, recognizer, licence = manifest.detector, manifest.recognizer, manifest.licence
    content: dict[str, Any] = {
        "manifest_version": MANIFEST_VERSION,
        "id": manifest.pack_id,
        "title": manifest.title,
        "licence": {"name": licence.name, "text": licence.text, "use": licence.use.value},
        "detector": {"kind": detector.kind, "files": dict(detector.files)},
        "recognizer": {
            "file": recognizer.file,
            "embedding_size": recognizer.embedding_size,
            "mean": recognizer.mean,
            "std": recognizer.std,
            "flip_average": recognizer.flip_average,
            "side": recognizer.side_px,
            "colour": recognizer.colour,
            "own": recognizer.is_own,
        },
        "files": {name: {"sha256": one.sha256, "bytes": one.size_bytes} for name, one in manifest.files.items()},
    }
    if licence.term:
        content["licence"]["term"] = _term_json(licence.term)
    if manifest.landmarks:
        content["landmarks"] = dict(manifest.landmarks)
    if detector.kind == "scrfd":
        content["detector"] |= {
            "input_size": list(detector.input_size_wh),
            "mean": detector.mean,
            "std": detector.std,
        }
    if manifest.calibration:
        content["calibration"] = calibration_json(manifest.calibration)
    if manifest.origin:
        origin = manifest.origin
        content["origin"] = {"url": origin.url, "sha256": origin.sha256, "note": origin.note}
    return content


def from_json(content: object) -> Manifest:
    """Translate the JSON of a manifest; unknown keys are left alone.

    Raises:
        Refusal: a value is missing, of another type or out of range; the reason names it.
    """
    root = JsonSection(content, "")
    version = root.integer("manifest_version", 0, 10**6)
    if version != MANIFEST_VERSION:
        raise Refusal(
            Reason("manifest_version is {version}, this program knows {known}", version=version, known=MANIFEST_VERSION)
        )
    pack_id = root.text("id")
    if not is_pack_id(pack_id):
        raise Refusal(
            Reason(
                "id {name} is not a plain name of at most {count} characters",
                name=repr(pack_id),
                count=_MAX_PACK_ID_CHARS,
            )
        )
    licence = root.section("licence")
    manifest = Manifest(
        pack_id=pack_id,
        title=root.text("title"),
        licence=Licence(licence.text("name"), licence.text("text"), _licence_use(licence), _term(licence)),
        detector=_detector(root.section("detector")),
        recognizer=_recognizer(root.section("recognizer")),
        files=_files(root.section("files")),
        calibration=read_calibration(root.section("calibration")) if root.has("calibration") else None,
        origin=_origin(root.section("origin")) if root.has("origin") else None,
        landmarks=_landmarks(root.section("landmarks")) if root.has("landmarks") else {},
    )
    for name in (*manifest.model_files, *manifest.landmarks.values()):
        if name not in manifest.files:
            raise Refusal(Reason("files has no checksum for {name}", name=name))
    return manifest


def _licence_use(section: JsonSection) -> LicenceUse:
    if not section.has("use"):  # manifests of version 0.1 and before say only yes or no
        return LicenceUse.ALLOWED if section.flag("commercial_ok") else LicenceUse.RESEARCH_ONLY
    return LicenceUse(section.choice("use", [*LicenceUse]))


def _term_json(term: LicenceTerm) -> dict[str, str]:
    content = {"customer": term.customer, "from": term.from_utc.isoformat()}
    return content if term.until_utc is None else content | {"until": term.until_utc.isoformat()}


def _term(licence: JsonSection) -> LicenceTerm | None:
    if not licence.has("term"):
        return None
    term = licence.section("term")
    until = _instant(term, "until") if term.has("until") else None
    return LicenceTerm(term.text("customer"), _instant(term, "from"), until)


def _instant(section: JsonSection, key: str) -> datetime:
    text = section.text(key)
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refusal(Reason("{key} is not a time with its offset from UTC", key=f"licence.term.{key}"))


def _detector(section: JsonSection) -> DetectorSpec:
    kind = section.choice("kind", [*DETECTOR_ROLES])
    names = section.section("files")
    files = {role: names.file_name(role) for role in DETECTOR_ROLES[kind]}
    size = section.content.get("input_size", [640, 640])
    if not isinstance(size, list) or len(size) != 2 or not all(_is_input_side(side) for side in size):
        raise Refusal(Reason("detector.input_size is not [width, height] in multiples of 32"))
    mean = section.number("mean", 0.0, LARGEST_MEAN) if section.has("mean") else 127.5
    std = section.number("std", SMALLEST_STD, LARGEST_STD) if section.has("std") else 128.0
    return DetectorSpec(kind, files, (size[0], size[1]), mean, std)


def _is_input_side(side: object) -> bool:
    return type(side) is int and 32 <= side <= 4096 and side % 32 == 0


def _recognizer(section: JsonSection) -> RecognizerSpec:
    return RecognizerSpec(
        file=section.file_name("file"),
        embedding_size=section.integer("embedding_size", 1, MAX_EMBEDDING_SIZE),
        mean=section.number("mean", 0.0, LARGEST_MEAN),
        std=section.number("std", SMALLEST_STD, LARGEST_STD),
        flip_average=section.flag("flip_average", False),
        side_px=section.integer("side", MIN_SIDE_PX, MAX_SIDE_PX) if section.has("side") else CROP_SIDE_PX,
        colour=section.choice("colour", COLOURS) if section.has("colour") else "rgb",
        is_own=section.flag("own", False),
    )


def _landmarks(section: JsonSection) -> dict[str, str]:
    return {role: section.file_name(role) for role in LANDMARK_ROLES if section.has(role)}


def _files(section: JsonSection) -> dict[str, FileSum]:
    sums: dict[str, FileSum] = {}
    for name in section.content:
        if not is_file_name(name):
            raise Refusal(Reason("files names {name}, which is not a plain file name", name=repr(name)))
        entry = section.section(name)
        sha256 = entry.text("sha256").lower()
        if _SHA256.fullmatch(sha256) is None:
            raise Refusal(Reason("{key} is not a SHA-256", key=f"files.{name}.sha256"))
        sums[name] = FileSum(sha256, entry.integer("bytes", 0, 2**40))
    return sums


def _origin(section: JsonSection) -> Origin:
    return Origin(section.text("url"), section.text("sha256"), section.text("note"))
