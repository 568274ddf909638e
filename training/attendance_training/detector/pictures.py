"""The pictures that scenes are composed from: photographs of people and aligned crops, with their faces.

All pictures are held decoded in memory; labels come from the reference detector once and are kept in a file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.file_errors import reason_of
from attendance_training.data import face_shards
from attendance_training.detector.labels import Faces, Picture, ReferenceDetector
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.array_file import read_npz
from attendance_training.files.atomic_file import replace_file

HELD_BACK_PER_MILLE = 100
FACE_SCORE = 0.5
"""A face to be found has at least this score of the reference detector; below, it is not judged."""
PHOTO_SCALE = 2.0
_MAX_PHOTO_SIDE = 320
_CROP_CELL_PX = 213
_CROP_SCALE = 1.25
_CROP_SIDE = 112
_LABEL_KEYS = ("names", "counts", "boxes", "landmarks", "scores", "reference")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """One picture with its faces.

    Attributes:
        picture_bgr: (H, W, 3) uint8.
        faces: of every score the labels hold, best first.
        is_crop: an aligned face without surroundings.
    """

    picture_bgr: Picture
    faces: Faces
    is_crop: bool


@dataclass(frozen=True, slots=True, eq=False)
class PictureSet:
    """Pictures for training or for held-back scenes; no person is in both."""

    photos: Sequence[LabelledPicture]
    crops: Sequence[LabelledPicture]


def is_held_back(person: str) -> bool:
    """Return whether all pictures of a person (or one nameless crop) are kept from training."""
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:4], "big") % 1000 < HELD_BACK_PER_MILLE


def load_pictures(
    photos: Path,
    crops: Path | None,
    reference: Path,
    labels_file: Path,
    *,
    crop_count: int,
    say: Callable[[str], object],
) -> tuple[PictureSet, PictureSet]:
    """Read and label everything.

    Args:
        photos: folder with one sub-folder a person, holding .jpg files of at most 320 px.
        crops: folder of shards, None for none.
        reference: ONNX file of the reference detector.
        labels_file: .npz of labels; made when absent or of other pictures.
        crop_count: how many of the crops are used, evenly spread.
        say: takes one line of progress.

    Returns:
        The pictures to train on, and the held-back ones.

    Raises:
        TrainingDataUnusable: no pictures, a damaged one, no face in any, or an unusable reference detector.
    """
    named = _read_photos(photos)
    is_crop = [False] * len(named)
    if crops is not None and crop_count:
        named += _read_crops(crops, crop_count)
        is_crop += [True] * (len(named) - len(is_crop))
    faces = _labels(named, is_crop, reference, labels_file, say)
    parts: dict[tuple[bool, bool], list[LabelledPicture]] = {(a, b): [] for a in (False, True) for b in (False, True)}
    for (name, picture), found, crop in zip(named, faces, is_crop, strict=True):
        if len(found.scores) and found.scores.max() >= FACE_SCORE:
            person = name if crop else name.split("/")[0]
            parts[is_held_back(person), crop].append(LabelledPicture(picture, found, crop))
    for held_back in (False, True):
        if not parts[held_back, False]:
            reason = Reason("the reference detector found no face in any photograph to train on")
            if held_back:
                reason = Reason("the reference detector found no face in any held-back photograph")
            raise TrainingDataUnusable(path=photos, reason=reason)
    training, held = (PictureSet(parts[part, False], parts[part, True]) for part in (False, True))
    say(
        f"{len(training.photos)} photographs and {len(training.crops)} crops to train on, "
        f"{len(held.photos)} and {len(held.crops)} held back"
    )
    return training, held


def _read_photos(folder: Path) -> list[tuple[str, Picture]]:
    paths = sorted(folder.glob("*/*.jpg"))
    if not paths:
        raise TrainingDataUnusable(
            path=folder, reason=Reason("it holds no photographs <person>/*.jpg; give their folder with --photos")
        )
    return [(f"{path.parent.name}/{path.name}", read_photo(path)) for path in paths]


def read_photo(path: Path) -> Picture:
    """Return one photograph.

    Raises:
        TrainingDataUnusable: damaged, or larger than the labels allow.
    """
    try:
        data = path.read_bytes()
    except OSError as err:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if picture is None:
        raise TrainingDataUnusable(path=path, reason=Reason("it is damaged or not a picture"))
    if max(picture.shape[:2]) > _MAX_PHOTO_SIDE:
        raise TrainingDataUnusable(path=path, reason=Reason("a side is longer than {limit} px", limit=_MAX_PHOTO_SIDE))
    return picture.astype(np.uint8, copy=False)


def _read_crops(folder: Path, count: int) -> list[tuple[str, Picture]]:
    shards = face_shards.FaceShards(folder)
    picked = np.unique(np.linspace(0, len(shards) - 1, min(count, len(shards))).astype(int))
    return [(shards.names[i], shards.crop_bgr(int(i))) for i in picked]


def _labels(
    named: list[tuple[str, Picture]], is_crop: list[bool], reference: Path, file: Path, say: Callable[[str], object]
) -> list[Faces]:
    try:
        digest = hashlib.sha256(reference.read_bytes()).hexdigest()
    except OSError as err:
        raise TrainingDataUnusable(
            path=reference, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
    names = np.array([name.encode() for name, _ in named])
    if file.exists():
        arrays = read_npz(file, TrainingDataUnusable)
        if set(_LABEL_KEYS) - arrays.keys():
            raise TrainingDataUnusable(
                path=file, reason=Reason("it is not a file of labels; delete it to have it made anew")
            )
        if np.array_equal(arrays["names"], names) and str(arrays["reference"]) == digest:
            ends = np.cumsum(arrays["counts"])[:-1]
            parts = (np.split(arrays[key], ends) for key in ("boxes", "landmarks", "scores"))
            return [Faces(*rows) for rows in zip(*parts, strict=True)]
    detector = ReferenceDetector(reference)
    say(f"Labelling {len(named)} pictures with {reference.name}, once")
    faces = [
        detector.detect_twice(picture, scale=PHOTO_SCALE)
        for (_, picture), crop in zip(named, is_crop, strict=True)
        if not crop
    ]
    faces += _label_crops(detector, [picture for (_, picture), crop in zip(named, is_crop, strict=True) if crop])
    content = io.BytesIO()
    np.savez_compressed(
        content,
        allow_pickle=False,
        names=names,
        counts=np.array([len(f.scores) for f in faces]),
        boxes=np.concatenate([f.boxes for f in faces]),
        landmarks=np.concatenate([f.landmarks for f in faces]),
        scores=np.concatenate([f.scores for f in faces]),
        reference=np.array(digest),
    )
    try:
        replace_file(file, content.getvalue())
    except StorageError as err:
        say(f"The labels were not kept. {err.code}: {err.user_text}")
    return faces


def _label_crops(detector: ReferenceDetector, crops: list[Picture]) -> list[Faces]:
    """Show the crops in sheets of 3 by 3: a crop alone lacks the surroundings that the detector was trained with."""
    faces: list[Faces] = []
    inset = (_CROP_CELL_PX - _CROP_SIDE * _CROP_SCALE) / 2
    for start in range(0, len(crops), 9):
        part = crops[start : start + 9]
        sheet = np.zeros((3 * _CROP_CELL_PX, 3 * _CROP_CELL_PX, 3), np.uint8)
        corners = [(index % 3 * _CROP_CELL_PX, index // 3 * _CROP_CELL_PX) for index in range(len(part))]
        for crop, (left, top) in zip(part, corners, strict=True):
            matrix = np.array([[_CROP_SCALE, 0, inset], [0, _CROP_SCALE, inset]])
            cell = cv2.warpAffine(crop, matrix, (_CROP_CELL_PX,) * 2, borderMode=cv2.BORDER_REFLECT_101)
            sheet[top : top + _CROP_CELL_PX, left : left + _CROP_CELL_PX] = cell
        found = detector.detect_twice(sheet)
        middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
        for left, top in corners:
            middle = np.array([left, top], np.float32) + _CROP_CELL_PX / 2
            near = found.pick(np.flatnonzero(np.abs(middles - middle).max(axis=1) < _CROP_CELL_PX / 5))
            best = near.pick(np.argsort(-near.scores, kind="stable")[:1])
            faces.append(best.moved(1 / _CROP_SCALE, (-(left + inset) / _CROP_SCALE, -(top + inset) / _CROP_SCALE)))
    return faces
