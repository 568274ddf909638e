"""Finds the faces of a stream: all of the picture now and then, in between only where faces are expected."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from attendance.core.ports.vision import Detector
from attendance.core.recognition.boxes import iou
from attendance.core.recognition.close_up import NowAndThenWithBorder, is_among
from attendance.core.recognition.tracking import Tracker
from attendance.core.types import Detection, FloatArray, ImageBgr

# A face is where it was expected when the boxes share this much: half of what two looks at one face share.
_EXPECTED_IOU = 0.3


class FaceFollower:
    """Finds and numbers the faces of one stream, picture by picture. Belongs to one thread.

    A search of the whole picture mostly finds who was there a moment before. So it is searched every few frames, which
    finds whoever comes in addition, and at once when

    - nobody is there, or more people than are worth following one by one,
    - somebody is not where expected: whoever left is dropped in that very frame, and whoever moved oddly is found,
    - the picture has another size.

    When a whole picture shows nobody, it is searched now and then with a border too: somebody may fill it.

    Args:
        detector: any.
        full_every: the whole picture at least every so many frames.
        full_every_s: ... and at least after so many seconds, for cameras of few frames.
        most_followed: with more faces than this the whole picture is searched every time.
    """

    def __init__(
        self, detector: Detector, *, full_every: int = 5, full_every_s: float = 0.5, most_followed: int = 3
    ) -> None:
        if full_every < 1:
            raise ValueError(f"full_every must be at least 1, not {full_every}")
        self._detector = detector
        self._full_every = full_every
        self._full_every_s = full_every_s
        self._most_followed = most_followed
        self._near = NowAndThenWithBorder(detector, every=full_every)
        self._tracker = Tracker()
        self._shape: tuple[int, ...] = ()
        self._since_full = 0
        self._full_at_s = -math.inf

    def find(self, image_bgr: ImageBgr, mono_s: float) -> tuple[list[Detection], list[int]]:
        """Return the faces of the next picture and the number of each.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            mono_s: monotonic capture time in seconds; pictures come in its order.

        Returns:
            Faces in any order, and for each the number that it keeps while it is followed (see ``Tracker``).
        """
        expected = self._tracker.expected(mono_s) if image_bgr.shape == self._shape else np.empty((0, 4), np.float32)
        self._shape = image_bgr.shape
        found = self._followed(image_bgr, expected, mono_s)
        return found, self._tracker.update(found, mono_s)

    def ended(self, mono_s: float) -> list[int]:
        """Return the numbers that ended since the last call."""
        return self._tracker.ended(mono_s)

    def _followed(self, image_bgr: ImageBgr, expected: FloatArray, mono_s: float) -> list[Detection]:
        self._since_full += 1
        is_due = self._since_full >= self._full_every or mono_s - self._full_at_s >= self._full_every_s
        again: list[Detection] | None = None
        is_followed = 0 < len(expected) <= self._most_followed and not is_due
        if is_followed:
            again = self._detector.look_again(image_bgr, expected)
            if again is not None and not _missing(expected, again).size:
                return again
        self._since_full, self._full_at_s = 0, mono_s
        found = self._detector.detect(image_bgr)
        missing = _missing(expected, found)
        if missing.size and not is_followed:
            again = self._detector.look_again(image_bgr, expected[missing])
        # A search of the whole picture may miss a face that a closer look finds.
        found = found + [face for face in again or () if not is_among(face, found)]
        return found or self._near.find(image_bgr)


def _missing(expected: FloatArray, found: Sequence[Detection]) -> np.ndarray:
    """Return the rows of (K, 4) expected boxes where no face was found."""
    boxes = np.array([face.box_xyxy_px for face in found], dtype=np.float32).reshape(-1, 4)
    return np.flatnonzero(iou(expected, boxes).max(axis=1, initial=0.0) < _EXPECTED_IOU)
