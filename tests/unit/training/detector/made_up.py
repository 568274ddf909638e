"""Made-up photographs with drawn faces, and a reference detector that finds the same two places in every picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendance.core.recognition.boxes import anchor_centres
from attendance_training.detector.labels import Faces
from attendance_training.detector.pictures import LabelledPicture, PictureSet

SIDE = 640
EYE = (0, 0, 255)
"""Red in BGR: the first landmark of a drawn face."""
PHOTO_PX = 250
FOUND_AT = ((250, 250, 0.9), (320, 320, 0.8))
"""x, y and score of the reference detector's answers in its input."""
FACE_PX = 96


def faces_at(*middles: tuple[float, float], side: float = 80.0, score: float = 0.9) -> Faces:
    """Return upright faces, 0.8 times as wide as high."""
    half = np.array([side * np.sqrt(0.8), side / np.sqrt(0.8)]) / 2
    points = np.array([[-0.4, -0.3], [0.4, -0.3], [0, 0.1], [-0.3, 0.5], [0.3, 0.5]])
    at = np.array(middles, np.float32).reshape(-1, 2)
    return Faces(
        np.concatenate([at - half, at + half], axis=1).astype(np.float32),
        (at[:, None] + points * half).astype(np.float32),
        np.full(len(at), score, np.float32),
    )


def draw(faces: Faces, *, size: int = PHOTO_PX) -> NDArray[np.uint8]:
    """Return a green picture with a grey oval for each face and a red dot on its first landmark."""
    picture = np.full((size, size, 3), (40, 120, 40), np.uint8)
    for box, points in zip(faces.boxes, faces.landmarks, strict=True):
        middle, axes = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
        cv2.ellipse(picture, middle.astype(int).tolist(), axes.astype(int).tolist(), 0, 0, 360, (150, 150, 150), -1)
        cv2.circle(picture, np.round(points[0]).astype(int).tolist(), 5, EYE, -1)
    return picture


def photo(*, side: float = 80.0, score: float = 0.9) -> LabelledPicture:
    faces = faces_at((125, 110), side=side, score=score)
    return LabelledPicture(draw(faces), faces, is_crop=False)


def picture_set() -> PictureSet:
    faces = faces_at((56, 56), side=90)
    return PictureSet(
        [photo(side=side) for side in (60.0, 80.0, 100.0)],
        [LabelledPicture(draw(faces, size=112), faces, is_crop=True)],
    )


def write_reference(path: Path, *, outputs: int = 9, side: int = SIDE) -> Path:
    """Write a network that answers FOUND_AT whatever it is shown."""
    kept: list[NDArray[np.float32]] = []
    centres = {stride: anchor_centres((side, side), stride, 2) for stride in (8, 16, 32)}
    for values in (1, 4, 10):
        for stride, points in centres.items():
            answer = np.zeros((len(points), values), np.float32)
            for x, y, score in FOUND_AT if stride == 16 else ():
                row = int(np.square(points - (x, y)).sum(axis=1).argmin())
                shift = np.array([x, y], np.float32) - points[row]
                half = FACE_PX / 2
                answer[row] = {
                    1: np.array([score]),
                    4: np.array([half - shift[0], half - shift[1], half + shift[0], half + shift[1]]) / stride,
                    10: (faces_at((x, y), side=FACE_PX).landmarks[0] - points[row]).reshape(10) / stride,
                }[values]
            kept.append(answer)
    kept = kept[:outputs]
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"kept{i}"], [f"out{i}"]) for i in range(len(kept))],
        "reference",
        [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info(f"out{i}", TensorProto.FLOAT, list(a.shape)) for i, a in enumerate(kept)],
        [numpy_helper.from_array(a, f"kept{i}") for i, a in enumerate(kept)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), str(path))
    return path


def write_photos(folder: Path, people: int, *, is_wanted: Callable[[str], bool] = lambda _: True) -> Path:
    """Write one photograph for each of so many people whose names are wanted."""
    names = (name for name in (f"Person_{i}" for i in range(100_000)) if is_wanted(name))
    for _ in range(people):
        name = next(names)
        (folder / name).mkdir(parents=True)
        picture = draw(faces_at((125, 125), side=48))
        cv2.imwrite(str(folder / name / f"{name}_0001.jpg"), picture)
    return folder
