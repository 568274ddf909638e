"""The people of the demo: photographs that installed packages carry, with invented names."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from attendance.core.types import ImageBgr
from attendance.demo import outlines
from attendance.demo.cutouts import Cutout, Outline, cut_out
from attendance.errors import Reason
from attendance.errors.pictures import ImageUnreadable
from attendance.file_errors import storage_error
from attendance.vision.images import ImageReader

_GROUP = ("insightface", "data/images/t1.jpg")
_ASTRONAUT = ("skimage", "data/astronaut.png")

_JPEG_QUALITY = 92
_SECOND_TURN_DEG = -5.0
"""Clockwise: two of the photographs lean so far to the other side that more would be refused at enrolment."""
_SECOND_GAIN = 0.82
_SECOND_ZOOM = 1.15


@dataclass(frozen=True, slots=True, eq=False)
class DemoPerson:
    """Somebody who walks up to the camera.

    Attributes:
        code: the invented company's key.
        is_enrolled: False for strangers.
        image_bgr: (H, W, 3) uint8 BGR; the part of a photograph that shows this one person.
        face_xyxy_px: box of the face in it.
        cutout: the person without surroundings.
        lean_deg: how far the person leans over before the camera, positive to the image right.
    """

    code: str
    name: str
    department: str
    is_enrolled: bool
    image_bgr: ImageBgr
    face_xyxy_px: tuple[int, int, int, int]
    cutout: Cutout
    lean_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """A person in a photograph.

    Attributes:
        photo: package and path in it.
        view_xyxy_px: part of the photograph that shows nobody else's face.
    """

    code: str
    name: str
    department: str
    photo: tuple[str, str]
    outline: Outline
    view_xyxy_px: tuple[int, int, int, int]
    is_enrolled: bool = True
    lean_deg: float = 0.0


# In the order of their entrances. The last stranger comes right after the colleague he resembles: the bundled
# recognizer finds a cosine of 0.40 between the two, a MobileFaceNet 0.51. It is not the other way round, because his
# photograph is turned too far away to be enrolled. The kiosk, too, would mostly ask him to look at the camera; leaning
# over, as people do before a camera, he passes its gate in 33 frames, and 12 are needed to refuse him.
_PEOPLE = (
    _Entry("E1001", "Clara Lindqvist", "Design", _GROUP, outlines.AT_55, (0, 190, 255, 520)),
    _Entry("E1002", "Daniel Okonski", "Engineering", _GROUP, outlines.AT_464, (376, 185, 665, 520)),
    _Entry("E1003", "林安娜", "财务部", _GROUP, outlines.AT_1133, (1030, 215, 1280, 510)),
    _Entry("V2001", "Ellen Marsh (visitor)", "", _ASTRONAUT, outlines.ASTRONAUT, (0, 0, 512, 512), is_enrolled=False),
    _Entry(
        "E1004",
        "Maximiliane Freifrau von Hohenstein-Wallenberg",
        "Legal and Compliance",
        _GROUP,
        outlines.AT_266,
        (195, 75, 440, 350),
    ),
    _Entry("E1005", "Ben Carrow", "Facilities", _GROUP, outlines.AT_740, (640, 270, 905, 560)),
    _Entry(
        "V2002",
        "Marco Tessari (visitor)",
        "",
        _GROUP,
        outlines.AT_905,
        (845, 0, 1110, 300),
        is_enrolled=False,
        lean_deg=-26.0,
    ),
)


def load_people() -> list[DemoPerson]:
    """Return everybody, in the order of their entrances.

    Raises:
        ImageUnreadable: a package or its photograph is missing.
    """
    paths = {entry.photo: _packaged(*entry.photo) for entry in _PEOPLE}
    photos = {photo: ImageReader().read(path) for photo, path in paths.items()}
    return [_person(entry, photos[entry.photo]) for entry in _PEOPLE]


def write_photos(folder: Path) -> list[Path]:
    """Write the photographs that the enrolled people hand in: one sub-folder a person, "CODE - Name".

    Each hands in two: the view out of the photograph, and one that is turned, darker and nearer, as from another day.

    Args:
        folder: made when absent.

    Returns:
        Files in the order of the people.

    Raises:
        StorageError: they cannot be written.
    """
    written = []
    for person in load_people():
        if not person.is_enrolled:
            continue
        of_person = folder / f"{person.code} - {person.name}"
        for name, image in (("first.jpg", person.image_bgr), ("second.jpg", _second(person))):
            written.append(_write_jpeg(of_person / name, image))
    return written


def _person(entry: _Entry, photo_bgr: ImageBgr) -> DemoPerson:
    left, top, right, bottom = entry.view_xyxy_px
    x0, y0, x1, y1 = entry.outline.face_xyxy_px
    return DemoPerson(
        code=entry.code,
        name=entry.name,
        department=entry.department,
        is_enrolled=entry.is_enrolled,
        image_bgr=np.ascontiguousarray(photo_bgr[top:bottom, left:right]),
        face_xyxy_px=(x0 - left, y0 - top, x1 - left, y1 - top),
        cutout=cut_out(photo_bgr, entry.outline),
        lean_deg=entry.lean_deg,
    )


def _second(person: DemoPerson) -> ImageBgr:
    x0, y0, x1, y1 = person.face_xyxy_px
    height, width = person.image_bgr.shape[:2]
    turn = cv2.getRotationMatrix2D(((x0 + x1) / 2, (y0 + y1) / 2), _SECOND_TURN_DEG, _SECOND_ZOOM)
    turned = cv2.warpAffine(
        person.image_bgr, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.ascontiguousarray(cv2.convertScaleAbs(turned, alpha=_SECOND_GAIN), dtype=np.uint8)


def _write_jpeg(path: Path, image_bgr: ImageBgr) -> Path:
    _, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not cv2.imwrite: it cannot write below a folder with a Chinese name on Windows.
        path.write_bytes(data.tobytes())
    except OSError as err:
        raise storage_error(err, path) from err
    return path


def _packaged(package: str, name: str) -> Path:
    """Return the path of a package's file without importing the package: insightface takes half a second."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ImageUnreadable(
            path=f"{package}/{name}", reason=Reason("the package {package} is not installed", package=package)
        )
    return Path(spec.submodule_search_locations[0], name)
