"""Faces that fill the picture, and pictures of dots, with real models and the photographs of the demo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from attendance.core.recognition.close_up import find_faces
from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.types import ImageBgr
from attendance.demo.people import DemoPerson, load_people
from attendance.errors.people import LowQuality
from attendance.resource_files import resource_path
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.people.enrolment import EnrolmentService, EnrolmentThresholds
from attendance.vision.images import ImageReader
from attendance.vision.packs.loading import LoadedPack, load_pack
from tests.in_memory import InMemoryRoster

BUNDLED = resource_path("models", "bundled")
SIDE_PX = 600


@pytest.fixture(scope="module")
def people() -> list[DemoPerson]:
    pytest.importorskip("insightface")
    return load_people()


@pytest.fixture(scope="module")
def bundled() -> LoadedPack:
    return load_pack(BUNDLED, provider="cpu", threads=1, is_bundled=True)


def passport(person: DemoPerson, share: float) -> ImageBgr:
    """Return the person's face in the middle, so large that it takes this share of the height."""
    x0, y0, x1, y1 = person.face_xyxy_px
    half = (y1 - y0) / share / 2
    scale = SIDE_PX / (2 * half)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    move = np.array([[scale, 0, SIDE_PX / 2 - scale * x], [0, scale, SIDE_PX / 2 - scale * y]])
    picture = cv2.warpAffine(
        person.image_bgr, move, (SIDE_PX, SIDE_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(picture, dtype=np.uint8)


def service(pack: LoadedPack) -> EnrolmentService:
    roster = InMemoryRoster()
    keeper = GalleryKeeper(roster, pack.embedder.model_id)
    return EnrolmentService(
        pack, roster, ImageReader(), keeper, gate=EnrolmentGate(), thresholds=EnrolmentThresholds(0.5, 0.25)
    )


def is_where_it_is(pack: LoadedPack, person: DemoPerson, share: float) -> bool:
    picture = passport(person, share)
    found = find_faces(pack.detector, picture)
    if len(found) != 1:
        return False
    low, high = SIDE_PX * (1 - share) / 2, SIDE_PX * (1 + share) / 2
    left, top, right, bottom = found[0].box_xyxy_px
    width_px = (right - left) / share
    is_large = SIDE_PX * 0.6 < width_px < SIDE_PX * 1.1
    return bool(is_large and abs(top - low) < 0.15 * SIDE_PX and abs(bottom - high) < 0.15 * SIDE_PX)


@pytest.mark.parametrize("share", [0.6, 0.8, 1.0])
def test_that_the_bundled_detector_finds_faces_that_fill_the_picture(
    bundled: LoadedPack, people: list[DemoPerson], share: float
) -> None:
    assert [person.name for person in people if not is_where_it_is(bundled, person, share)] == []


@pytest.mark.needs_shared
@pytest.mark.parametrize("share", [0.6, 0.8, 1.0])
def test_that_scrfd_finds_faces_that_fill_the_picture(shared: Path, people: list[DemoPerson], share: float) -> None:
    reference = load_pack(shared / "packs" / "reference", provider="cpu", threads=1)
    assert [person.name for person in people if not is_where_it_is(reference, person, share)] == []
    if share >= 0.8:  # or the border would not be tested
        assert sum(not reference.detector.detect(passport(person, share)) for person in people) >= 4


def embeddings(pack: LoadedPack, pictures: list[ImageBgr]) -> np.ndarray:
    faces = [find_faces(pack.detector, picture)[0] for picture in pictures]
    crops = [pack.embedder.align(image, face.landmarks_px) for image, face in zip(pictures, faces, strict=True)]
    return pack.embedder.embed(crops)


@pytest.mark.needs_shared
def test_that_a_close_up_is_recognised_as_the_same_face(shared: Path, people: list[DemoPerson]) -> None:
    reference = load_pack(shared / "packs" / "reference", provider="cpu", threads=1)
    near = embeddings(reference, [passport(person, 0.9) for person in people])
    far = embeddings(reference, [passport(person, 0.45) for person in people])
    assert np.sum(near * far, axis=1).min() > 0.8


@pytest.mark.needs_shared
def test_that_a_close_up_is_enrolled(shared: Path, people: list[DemoPerson]) -> None:
    desk = service(load_pack(shared / "packs" / "reference", provider="cpu", threads=1))
    front = next(person for person in people if person.code == "V2001")
    assert desk.examine(passport(front, 0.9), "passport.jpg").quality.inside > 0.9


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_that_a_dithered_portrait_is_refused(
    bundled: LoadedPack, people: list[DemoPerson], tmp_path: Path, suffix: str
) -> None:
    desk = service(bundled)
    reasons = []
    for person in [person for person in people if person.is_enrolled]:
        grey = Image.fromarray(cv2.cvtColor(passport(person, 0.5), cv2.COLOR_BGR2GRAY))
        path = tmp_path / f"{person.code}.{suffix}"
        grey.convert("1").convert("1" if suffix == "png" else "L").save(path, quality=75)
        try:
            desk.examine_file(path)
        except LowQuality as err:
            reasons.append(str(err.facts["reason"]))
        grey.save(path)
        desk.examine_file(path)  # the same in shades of grey
    assert reasons == ["made of dots or two tones, not a photograph"] * 5


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_that_a_12_bit_photograph_is_enrolled_as_the_same_face(
    bundled: LoadedPack, people: list[DemoPerson], tmp_path: Path, suffix: str
) -> None:
    desk = service(bundled)
    picture = passport(people[0], 0.5)
    path = tmp_path / f"deep.{suffix}"
    path.write_bytes(cv2.imencode(f".{suffix}", picture.astype(np.uint16) << 4)[1].tobytes())
    deep, plain = desk.examine_file(path), desk.examine(picture, "plain")
    assert deep.quality.brightness == pytest.approx(plain.quality.brightness)
    assert float(deep.embedding @ plain.embedding) == pytest.approx(1.0, abs=1e-5)
