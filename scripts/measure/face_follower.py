"""Compares following faces with searching every picture whole, on the composed stream of the demo.

Both ways see the same pictures, one after the other, so a busy machine slows both alike. Times are those of the thread
(its share of a processor), because the clock on the wall also counts waiting for other programs. The landmark error is
the mean distance of the five landmarks, in eye distances; the similarity is the cosine between the embeddings of the
two crops. The similarity to the photograph is that of a crop to the most similar photograph of the demo's people: it
tells which of two different crops is the better one.

    python scripts/measure/face_follower.py resources/models/bundled
    python scripts/measure/face_follower.py packs/reference --size 640x480
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from attendance.core.recognition.boxes import iou
from attendance.core.types import Detection, FloatArray, ImageBgr
from attendance.demo.people import load_people
from attendance.demo.stream import PhotographStream
from attendance.services.door.face_follower import FaceFollower
from attendance.system_clock import SystemClock
from attendance.vision.packs.loading import LoadedPack, load_pack

# Boxes of one face in both ways share more; the best of another face shares nothing.
_SAME_IOU = 0.4
# Crops that differ by more than noise explains.
_ODD_SIMILARITY = 0.95


@dataclass
class Comparison:
    """What was counted over a stream.

    Attributes:
        lost: faces of the whole search that following did not have, each with the frames for which it had been there.
        kept: faces of following that the whole search did not have.
        to_photograph: of the crop of the whole search, and of that of following.
    """

    faces: int = 0
    lost: list[int] = field(default_factory=list)
    kept: int = 0
    errors: list[float] = field(default_factory=list)
    similarities: list[float] = field(default_factory=list)
    to_photograph: list[tuple[float, float]] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    followed_ms: list[float] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the result as text."""
        rows = [
            f"faces {self.faces}, recall {1 - len(self.lost) / self.faces:.4f}, "
            f"not in the whole search {self.kept}, longest unseen {max(self.lost, default=0)} frames",
        ]
        rows += self._differences() if self.errors else ["every crop is the same in both ways"]
        for name, times in (("whole", self.whole_ms), ("followed", self.followed_ms)):
            middle, high = np.quantile(times, [0.5, 0.95])
            rows.append(f"{name:8} ms: mean {np.mean(times):6.2f}, median {middle:6.2f}, 95 % {high:6.2f}")
        return rows

    def _differences(self) -> list[str]:
        error = np.quantile(self.errors, [0.5, 0.95, 1.0])
        similarity = np.quantile(self.similarities, [0.0, 0.01, 0.5])
        rows = [
            f"different crops {len(self.errors)}, "
            f"landmark error: median {error[0]:.4f}, 95 % {error[1]:.4f}, most {error[2]:.4f} eye distances",
            f"similarity of the crops: least {similarity[0]:.3f}, 1 % {similarity[1]:.3f}, median {similarity[2]:.3f}",
        ]
        odd = [near for near, same in zip(self.to_photograph, self.similarities, strict=True) if same < _ODD_SIMILARITY]
        better = sum(followed > whole for whole, followed in odd)
        rows.append(f"below {_ODD_SIMILARITY}: {len(odd)} crops, {better} of them better when followed")
        for name, near in zip(("whole", "followed"), np.array(self.to_photograph).T, strict=True):
            low, middle = np.quantile(near, [0.05, 0.5])
            rows.append(f"{name:8} similarity to the photograph: median {middle:.3f}, 5 % below {low:.3f}")
        return rows


def timed(call: Callable[[], list[Detection]]) -> tuple[list[Detection], float]:
    """Return what a call returned and its milliseconds of the processor."""
    start_s = time.thread_time()
    found = call()
    return found, (time.thread_time() - start_s) * 1000.0


def best_of(face: Detection, others: Sequence[Detection]) -> Detection | None:
    """Return the same face among others."""
    if not others:
        return None
    overlap = iou(face.box_xyxy_px, np.stack([other.box_xyxy_px for other in others]))[0]
    return others[int(overlap.argmax())] if overlap.max() >= _SAME_IOU else None


def fitted(image_bgr: ImageBgr, size_wh: tuple[int, int]) -> ImageBgr:
    """Scale to the height and cut the sides."""
    width, height = size_wh
    scale = height / image_bgr.shape[0]
    scaled = cv2.resize(image_bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left = (scaled.shape[1] - width) // 2
    return np.ascontiguousarray(scaled[:, left : left + width], dtype=np.uint8)


def photograph(pack: LoadedPack, image_bgr: ImageBgr) -> FloatArray:
    """Return the embedding of somebody's photograph."""
    face = max(pack.detector.detect(image_bgr), key=lambda face: face.size_wh[0])
    embeddings = pack.embedder.embed([pack.embedder.align(image_bgr, face.landmarks_px)])
    return np.asarray(embeddings[0], dtype=np.float32)


def compare(pack: LoadedPack, size_wh: tuple[int, int], frames: int) -> Comparison:
    """Run both ways over the stream."""
    people = load_people()
    photographs = np.stack([photograph(pack, person.image_bgr) for person in people])
    stream = PhotographStream(people, clock=SystemClock())
    stream.open()
    follower = FaceFollower(pack.detector)
    result = Comparison()
    unseen = 0
    while (frame := stream.read()) is not None and frame.index < frames:
        image = fitted(frame.image_bgr, size_wh)
        whole, whole_ms = timed(lambda image=image: pack.detector.detect(image))  # type: ignore[misc]
        followed, followed_ms = timed(lambda image=image, at=frame.mono_s: follower.find(image, at)[0])  # type: ignore[misc]
        if whole or followed:  # an empty picture is searched whole in both ways
            result.whole_ms.append(whole_ms)
            result.followed_ms.append(followed_ms)
        result.kept += sum(best_of(face, whole) is None for face in followed)
        unseen = unseen + 1 if any(best_of(face, followed) is None for face in whole) else 0
        result.faces += len(whole)
        for face in whole:
            same = best_of(face, followed)
            if same is None:
                result.lost.append(unseen)
                continue
            eyes = float(np.hypot(*(face.landmarks_px[1] - face.landmarks_px[0])))
            apart = np.linalg.norm(face.landmarks_px - same.landmarks_px, axis=1)
            crops = [pack.embedder.align(image, points) for points in (face.landmarks_px, same.landmarks_px)]
            if not np.array_equal(crops[0], crops[1]):  # a search of the whole picture, which is the same in both ways
                first, second = pack.embedder.embed(crops)
                result.errors.append(float(apart.mean()) / eyes)
                result.similarities.append(float(first @ second))
                nearest = photographs @ np.stack([first, second]).T
                result.to_photograph.append((float(nearest[:, 0].max()), float(nearest[:, 1].max())))
    return result


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pack", type=Path)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--frames", type=int, default=10_000)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    width, height = (int(part) for part in options.size.split("x"))
    pack = load_pack(options.pack, provider="cpu", threads=1)
    print(f"{pack.info.model_id}, {options.size}")
    print("\n".join(compare(pack, (width, height), options.frames).lines()))


if __name__ == "__main__":
    main()
