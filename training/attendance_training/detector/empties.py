"""Pictures without a face for counting false faces: patterns, walls, text, sample pictures, photographs' edges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from attendance_training.detector import backgrounds
from attendance_training.detector.labels import Picture
from attendance_training.detector.scenes import SceneMaker

SIZE_WH = (640, 480)
SAMPLES = (
    "brick.png",
    "cell.png",
    "chelsea.png",
    "chessboard_GRAY.png",
    "chessboard_RGB.png",
    "clock_motion.png",
    "coffee.png",
    "color.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "logo.png",
    "microaneurysms.png",
    "moon.png",
    "motorcycle_left.png",
    "page.png",
    "phantom.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
)
"""scikit-image's sample pictures that come with it and show nobody: astronaut, camera and lfw_subset show people,
coins shows heads."""
_PARTS_PER_SAMPLE = 9
_STREAM = 3


def sample_folder() -> Path | None:
    """Return the folder of scikit-image's sample pictures, None when it is not installed."""
    try:
        import skimage.data  # noqa: PLC0415
    except ImportError:
        return None
    return Path(skimage.data.__file__).parent


def empty_pictures(maker: SceneMaker, *, each: int, seed: int, samples: Path | None) -> Iterator[tuple[str, Picture]]:
    """Give pictures without a face, with their kind.

    Args:
        maker: over held-back photographs, whose faceless places are taken.
        each: pictures of each made-up kind, and of photographs' places.
        seed: of everything.
        samples: folder of scikit-image's sample pictures; None leaves them out. Each is shown whole and in
            random parts.
    """
    rng = np.random.default_rng((seed, _STREAM))
    for kind, draw in backgrounds.KINDS.items():
        for _ in range(each):
            picture = draw(rng, SIZE_WH)
            yield kind, backgrounds.add_shapes(rng, picture) if rng.random() < 0.3 else picture
    for _ in range(each):
        yield "photographs away from faces", maker.photo_background(rng, SIZE_WH)
    for name in SAMPLES if samples else ():
        sample = cv2.imread(str(Path(samples or ".") / name), cv2.IMREAD_COLOR)
        if sample is not None:
            for part in _parts(rng, sample.astype(np.uint8, copy=False)):
                yield "scikit-image samples", part


def _parts(rng: np.random.Generator, picture: Picture) -> Iterator[Picture]:
    yield picture
    height, width = picture.shape[:2]
    for _ in range(_PARTS_PER_SAMPLE):
        share = rng.uniform(0.25, 0.9)
        h, w = max(16, int(height * share)), max(16, int(width * share))
        y, x = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
        yield np.ascontiguousarray(picture[y : y + h, x : x + w])
