"""Measures how many faces are found that fill their picture, with and without the border of ``find_faces``.

The first photograph of every so many people of a folder in LFW's layout (250 x 250 pixels, one folder a person) is cut
to its middle and enlarged to 600 x 600, as a passport photograph is. The similarity is the cosine to the embedding of
the uncut photograph.

    python scripts/measure/close_ups.py faces/lfw-dev resources/models/bundled packs/reference
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from attendance.core.recognition.close_up import find_faces
from attendance.core.recognition.front_face import front_face
from attendance.core.recognition.quality import EnrolmentGate, measure
from attendance.core.types import Detection, FloatArray, ImageBgr
from attendance.vision.images import ImageReader
from attendance.vision.packs.loading import LoadedPack, load_pack

CUTS_PX = (0, 45, 60, 70, 77)
SIDE_PX = 600

Find = Callable[[ImageBgr], list[Detection]]


def embedded(pack: LoadedPack, image_bgr: ImageBgr, find: Find) -> tuple[FloatArray, bool] | None:
    """Return the embedding of the face in front and whether it might be enrolled, None when there is no face."""
    size_wh = (image_bgr.shape[1], image_bgr.shape[0])
    faces = find(image_bgr)
    face = front_face(faces, size_wh)
    if face is None:
        return None
    crop = pack.embedder.align(image_bgr, face.landmarks_px)
    quality = measure(face, size_wh, crop, picture_bgr=image_bgr)
    return pack.embedder.embed([crop])[0], len(faces) == 1 and EnrolmentGate().reject(quality) is None


def enlarged(image_bgr: ImageBgr, cut_px: int) -> ImageBgr:
    """Cut so much off each side and scale what is left."""
    height, width = image_bgr.shape[:2]
    middle = image_bgr[cut_px : height - cut_px, cut_px : width - cut_px]
    return np.asarray(cv2.resize(middle, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def main() -> None:
    """Print one line a pack, cut and way of searching."""
    parser = argparse.ArgumentParser()
    parser.add_argument("faces", type=Path)
    parser.add_argument("packs", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=25)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    people = sorted(folder for folder in options.faces.iterdir() if folder.is_dir())[:: options.every]
    photographs = [ImageReader().read(sorted(folder.glob("*.jpg"))[0]) for folder in people]
    for folder in options.packs:
        pack = load_pack(folder, provider="cpu", threads=1)
        whole = [embedded(pack, photograph, pack.detector.detect) for photograph in photographs]
        for cut_px in CUTS_PX:
            pictures = [enlarged(photograph, cut_px) for photograph in photographs]
            ways: dict[str, Find] = {
                "plain": pack.detector.detect,
                "find_faces": lambda image, pack=pack: find_faces(pack.detector, image),  # type: ignore[misc]
            }
            for name, find in ways.items():
                cut = [embedded(pack, picture, find) for picture in pictures]
                similar = [float(a[0] @ b[0]) for a, b in zip(whole, cut, strict=True) if a and b] or [float("nan")]
                low, middle = np.quantile(similar, [0.05, 0.5])
                print(
                    f"{folder.name:10} cut {cut_px:2} px, {name:10}: "
                    f"found {sum(f is not None for f in cut)} of {len(cut)}, "
                    f"to be enrolled {sum(f is not None and f[1] for f in cut)}, "
                    f"similarity median {middle:.3f}, 5 % below {low:.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
