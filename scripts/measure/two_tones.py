"""Measures what the enrolment gate says of photographs and of one-bit pictures made of them.

python scripts/measure/two_tones.py faces/lfw-dev resources/models/bundled
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from attendance.core.recognition.close_up import find_faces
from attendance.core.recognition.front_face import front_face
from attendance.core.recognition.quality import EnrolmentGate, measure
from attendance.core.types import FloatArray, ImageBgr
from attendance.demo.people import load_people
from attendance.vision.images import ImageReader
from attendance.vision.packs.loading import LoadedPack, load_pack

# Bayer 1973: the order in which the dots of a 4 x 4 square appear.
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8

Change = Callable[[ImageBgr], ImageBgr]


def diffused(image_bgr: ImageBgr) -> ImageBgr:
    """Return black and white dots by error diffusion (Floyd and Steinberg 1976)."""
    grey = Image.fromarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY))
    return np.repeat(np.asarray(grey.convert("1").convert("L"))[:, :, None], 3, axis=2)


def ordered(image_bgr: ImageBgr) -> ImageBgr:
    """Return black and white dots in a fixed pattern."""
    grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    limits = np.tile(_BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width]
    return np.repeat(np.where(grey > limits, 255, 0).astype(np.uint8)[:, :, None], 3, axis=2)


def parted(image_bgr: ImageBgr) -> ImageBgr:
    """Return black below the median grey and white above."""
    grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    return np.repeat(np.where(grey > np.median(grey), 255, 0).astype(np.uint8)[:, :, None], 3, axis=2)


def as_jpeg(image_bgr: ImageBgr, quality: int) -> ImageBgr:
    """Return what is left after JPEG."""
    _, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def scaled(image_bgr: ImageBgr, factor: float) -> ImageBgr:
    """Return it enlarged or made smaller."""
    return np.asarray(cv2.resize(image_bgr, None, fx=factor, fy=factor), dtype=np.uint8)


def noisy(image_bgr: ImageBgr) -> ImageBgr:
    """Add sensor noise of 30 grey levels."""
    noise = np.random.default_rng(0).normal(0.0, 30.0, image_bgr.shape)
    return np.clip(image_bgr + noise, 0, 255).astype(np.uint8)


def stark(image_bgr: ImageBgr) -> ImageBgr:
    """Multiply the contrast by three."""
    return np.clip((image_bgr.astype(np.float32) - 128) * 3 + 128, 0, 255).astype(np.uint8)


def as_it_is(image_bgr: ImageBgr) -> ImageBgr:
    """Change nothing."""
    return image_bgr


PHOTOGRAPHS: dict[str, Change] = {
    "JPEG 50": lambda image: as_jpeg(image, 50),
    "contrast x 3": stark,
    "noise of 30 levels": noisy,
}
TWO_TONES: dict[str, Change] = {
    "error diffusion": diffused,
    "error diffusion, JPEG 90": lambda image: as_jpeg(diffused(image), 90),
    "error diffusion, JPEG 50": lambda image: as_jpeg(diffused(image), 50),
    "error diffusion at three times the size": lambda image: diffused(scaled(image, 3.0)),
    "error diffusion, then enlarged by 1.5": lambda image: scaled(diffused(image), 1.5),
    "error diffusion, then reduced to 0.7": lambda image: scaled(diffused(image), 0.7),
    "ordered dots": ordered,
    "ordered dots, JPEG 70": lambda image: as_jpeg(ordered(image), 70),
    "black and white": parted,
    "black and white, JPEG 70": lambda image: as_jpeg(parted(image), 70),
}


def looked_at(pack: LoadedPack, image_bgr: ImageBgr) -> tuple[float, float, bool, FloatArray] | None:
    """Return tone split, grain, whether these refuse the picture, and its embedding; None without a face."""
    size_wh = (image_bgr.shape[1], image_bgr.shape[0])
    face = front_face(find_faces(pack.detector, image_bgr), size_wh)
    if face is None:
        return None
    crop = pack.embedder.align(image_bgr, face.landmarks_px)
    quality = measure(face, size_wh, crop, picture_bgr=image_bgr)
    gate = EnrolmentGate()
    is_refused = quality.tone_split > gate.max_tone_split or quality.grain > gate.max_grain
    return quality.tone_split, quality.grain, is_refused, pack.embedder.embed([crop])[0]


def report(pack: LoadedPack, name: str, pictures: Sequence[ImageBgr], change: Change) -> None:
    """Print one line about changed pictures."""
    rows = []
    for picture in pictures:
        before = looked_at(pack, picture)
        after = before if change is as_it_is else looked_at(pack, change(picture))
        if before is not None and after is not None:
            rows.append((*after[:3], float(before[3] @ after[3])))
    if not rows:
        print(f"{name:40} no face found")
        return
    split, dots, refused, similar = np.array(rows, dtype=np.float64).T
    print(
        f"{name:40} faces {len(rows):4}, refused {int(refused.sum()):4}, "
        f"tone split {split.min():.3f}-{split.max():.3f}, "
        f"grain {dots.min():.3f}-{dots.max():.3f}, similarity {np.median(similar):.2f}",
        flush=True,
    )


def main() -> None:
    """Print one line a kind of picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("faces", type=Path)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--photographs", type=int, default=1200)
    parser.add_argument("--changed", type=int, default=100, help="How many are changed in each way.")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pack = load_pack(options.pack, provider="cpu", threads=1)
    paths = sorted(options.faces.rglob("*.jpg"))
    chosen = [ImageReader().read(path) for path in paths[:: max(1, len(paths) // options.photographs)]]
    report(pack, "photographs of the demo", [person.image_bgr for person in load_people()], as_it_is)
    report(pack, "photographs of the folder", chosen, as_it_is)
    few = chosen[:: max(1, len(chosen) // options.changed)]
    for name, change in {**PHOTOGRAPHS, **TWO_TONES}.items():
        report(pack, name, few, change)


if __name__ == "__main__":
    main()
