"""Embeds several views of every photograph; ``enrolment_ways.py`` tries what an enrolment could make of them.

    python scripts/measure/open_set/enrolment_views.py PHOTOS EMBEDDINGS.npz --pack FOLDER -o VIEWS.npz

EMBEDDINGS is ``attendance embed PHOTOS`` with the pack. Each array of VIEWS holds raw outputs of the recognizer, (n, D)
or (n, J, D): ``plain``, ``mirror``, ``jitter`` (aligned anew with landmarks moved, turned and scaled a little), views
that an enrolment could draw (``with_mask``, ``with_glasses``, ``with_blur``) and spoilt probes (``probe_...``). Beside
them ``path``, the detector's ``score``, and the crops' ``sharpness`` and ``yaw``. Views for an enrolment are zeros for
people with too few photographs to be enrolled.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.alignment import CROP_SIDE_PX, align_matrix
from attendance.core.recognition.quality import measure
from attendance.core.types import Detection
from attendance.vision.images import ImageReader
from attendance_training.data.face_source import Crop
from attendance_training.data.occluders import draw_glasses, draw_mask
from attendance_training.packs.recognizer import OnnxRecognizer, open_recognizer
from attendance_training.reports.alterations import ALTERATIONS, blur

JITTERS, ENROLLED = 3, 3
TURN_DEG, SCALE, SHIFT_EYES = 4.0, 0.05, 0.05
"""Standard deviations of the moved landmarks: a turn, a relative size, and a shift in distances of the eyes."""
PROBES = ("mask", "sunglasses", "blur, sigma 3 px")
DRAWN: dict[str, Callable[[Crop, np.random.Generator], Crop]] = {
    "with_mask": draw_mask,
    "with_glasses": draw_glasses,
    "with_blur": lambda crop, _rng: blur(crop, 2.0),
}
"""Other drawings than those of the probes."""


def moved(landmarks_px: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return (5, 2) landmarks turned, scaled and shifted about their middle."""
    middle = landmarks_px.mean(axis=0)
    angle, size = np.radians(rng.normal(0, TURN_DEG)), 1 + rng.normal(0, SCALE)
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    eyes_px = np.hypot(*(landmarks_px[1] - landmarks_px[0]))
    moved_px: NDArray[np.float64] = (landmarks_px - middle) @ turn.T + middle + rng.normal(0, SHIFT_EYES * eyes_px, 2)
    return moved_px


def aligned(image_bgr: Crop, landmarks_px: NDArray[np.float64]) -> Crop:
    """Return the (112, 112, 3) uint8 BGR crop."""
    side = (CROP_SIDE_PX, CROP_SIDE_PX)
    return cv2.warpAffine(image_bgr, align_matrix(landmarks_px), side, flags=cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )


def probe_views(plain: Crop, number: int) -> dict[str, Crop]:
    """Return views of one (112, 112, 3) crop that are needed of everybody."""
    spoil = {one.name: one for one in ALTERATIONS}
    views = {"plain": plain, "mirror": np.ascontiguousarray(plain[:, ::-1])}
    return views | {f"probe_{name}": spoil[name].apply(plain, number) for name in PROBES}


def enrolment_views(image_bgr: Crop, landmarks_px: NDArray[np.float64], plain: Crop, number: int) -> dict[str, Crop]:
    """Return views for an enrolment, (112, 112, 3) or (J, 112, 112, 3)."""
    rng = np.random.default_rng(number)
    jitter = np.stack([aligned(image_bgr, moved(landmarks_px, rng)) for _ in range(JITTERS)])
    return {"jitter": jitter} | {name: draw(plain, rng) for name, draw in DRAWN.items()}


def embedded(recognizer: OnnxRecognizer, views: dict[str, Crop]) -> dict[str, NDArray[np.float32]]:
    """Return the (D,) or (J, D) raw outputs of each view."""
    crops = [one.reshape(-1, *one.shape[-3:]) for one in views.values()]
    ends = np.cumsum([len(one) for one in crops])[:-1]
    outputs = np.split(recognizer.run(recognizer.blob(np.concatenate(crops))), ends)
    return {name: rows if views[name].ndim == 4 else rows[0] for name, rows in zip(views, outputs, strict=True)}


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    recognizer = open_recognizer(str(given.pack))
    with np.load(given.embeddings) as found:
        is_ok = found["status"] == "ok"
        paths, scores = found["path"][is_ok].tolist(), found["det_score"][is_ok]
        landmarks, boxes = found["landmarks"][is_ok].astype(np.float64), found["box"][is_ok]
    names = [path.partition("/")[0] for path in paths]
    counts = Counter(names)
    images, size = ImageReader(), recognizer.embedding_size
    nothing = {"jitter": np.zeros((JITTERS, size), np.float32)} | dict.fromkeys(DRAWN, np.zeros(size, np.float32))
    rows, qualities = [], []
    for number, path in enumerate(paths):
        image = images.read(given.photos / path)
        plain = aligned(image, landmarks[number])
        row = nothing | embedded(recognizer, probe_views(plain, number))
        if counts[names[number]] > ENROLLED:
            row |= embedded(recognizer, enrolment_views(image, landmarks[number], plain, number))
        rows.append(row)
        face = Detection(boxes[number], landmarks[number].astype(np.float32), float(scores[number]))
        qualities.append(measure(face, (image.shape[1], image.shape[0]), plain))
        if number % 200 == 0:
            print(f"{number} of {len(paths)}", flush=True)
    arrays: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    sharpness, yaw = (np.array([getattr(one, key) for one in qualities]) for key in ("sharpness", "yaw_ratio"))
    np.savez(given.output, path=np.array(paths), score=scores, sharpness=sharpness, yaw=yaw, **arrays)


if __name__ == "__main__":
    main()
