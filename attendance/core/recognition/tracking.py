"""Which face is the same as in the last picture, by boxes alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.boxes import iou
from attendance.core.types import Detection, FloatArray

# A face that moved by up to this many of its own widths between two pictures may be the same: at 10 pictures a
# second a brisk walker (1.5 m/s) moves 0.15 m, about one face (0.14 m wide).
_MAX_STEP = 1.0
# ... and if its size changed by no more than this factor, up or down.
_MAX_GROWTH = 1.6
# Weight of the newest movement in the smoothed velocity: detector boxes jitter by a few pixels.
_VELOCITY_BLEND = 0.5
# The jitter of two pictures taken (or stamped) almost at once is not a speed; 30 pictures a second are 0.033 apart.
_MIN_ELAPSED_S = 0.03
# A movement is carried on for at most this long while the face is not seen; people stop and turn.
_MAX_COAST_S = 0.3


@dataclass(slots=True)
class _Track:
    track_id: int
    box: NDArray[np.float64]
    seen_s: float
    velocity: NDArray[np.float64]  # (2,) centre, pixels per second

    def predicted(self, mono_s: float) -> NDArray[np.float64]:
        """Where the box should be now, (4,)."""
        step = self.velocity * min(max(mono_s - self.seen_s, 0.0), _MAX_COAST_S)
        moved: NDArray[np.float64] = self.box + np.concatenate([step, step])
        return moved

    def move(self, box: NDArray[np.float64], mono_s: float) -> None:
        """Take the newest box."""
        newest = (_centre(box) - _centre(self.box)) / max(mono_s - self.seen_s, _MIN_ELAPSED_S)
        self.velocity = (1.0 - _VELOCITY_BLEND) * self.velocity + _VELOCITY_BLEND * newest
        self.box, self.seen_s = box, mono_s


class Tracker:
    """Gives every face a number that stays while the face is followed. Ids start at 1 and are never reused.

    Each picture: boxes are moved on by their velocity (so that two people who cross keep their numbers), then
    matched greedily by overlap, then, for quick movement without overlap, by the distance of the centres. Two
    people may still swap numbers behind each other; ``core.recognition.decision`` notices by the embeddings.

    Belongs to one thread.

    Args:
        iou_min: least overlap with the expected place, 0..1, for a match by overlap.
        max_gap_s: seconds a face may be unseen and keep its number.
    """

    def __init__(self, *, iou_min: float = 0.3, max_gap_s: float = 1.0) -> None:
        self._iou_min = iou_min
        self._max_gap_s = max_gap_s
        self._tracks: list[_Track] = []
        self._ended: list[int] = []
        self._last_id = 0
        self._updated_s = -math.inf

    def update(self, detections: Sequence[Detection], mono_s: float) -> list[int]:
        """Take the faces of one picture.

        Args:
            detections: the faces, in any order.
            mono_s: monotonic capture time of the picture in seconds.

        Returns:
            The track id of each detection, in the same order; all different.
        """
        self._expire(mono_s)
        self._updated_s = mono_s
        boxes = np.array([d.box_xyxy_px for d in detections], dtype=np.float64).reshape(-1, 4)
        expected = np.array([t.predicted(mono_s) for t in self._tracks], dtype=np.float64).reshape(-1, 4)
        pairs = _greedy_pairs(expected, boxes, self._iou_min)
        ids: list[int] = []
        for index, box in enumerate(boxes):
            known = pairs.get(index)
            if known is None:
                self._last_id += 1
                track = _Track(self._last_id, box, mono_s, np.zeros(2))
                self._tracks.append(track)
            else:
                track = self._tracks[known]
                track.move(box, mono_s)
            ids.append(track.track_id)
        return ids

    def expected(self, mono_s: float) -> FloatArray:
        """Return where the faces of the last picture should be now.

        Args:
            mono_s: monotonic time in seconds, not before the last picture.

        Returns:
            (K, 4) float32 boxes in pixels.
        """
        seen = [track.predicted(mono_s) for track in self._tracks if track.seen_s == self._updated_s]
        return np.array(seen, dtype=np.float32).reshape(-1, 4)

    def ended(self, mono_s: float) -> list[int]:
        """Return the ids that ended since the last call, so that what is kept per track can be dropped."""
        self._expire(mono_s)
        gone, self._ended = self._ended, []
        return gone

    def _expire(self, mono_s: float) -> None:
        lost = [t.track_id for t in self._tracks if mono_s - t.seen_s > self._max_gap_s]
        self._ended += lost
        self._tracks = [t for t in self._tracks if t.track_id not in lost]


def _centre(box: NDArray[np.float64]) -> NDArray[np.float64]:
    middle: NDArray[np.float64] = (box[..., :2] + box[..., 2:]) / 2
    return middle


def _size(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longer side of each box, at least a pixel."""
    longer: NDArray[np.float64] = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=1.0)
    return longer


def _greedy_pairs(expected: NDArray[np.float64], boxes: NDArray[np.float64], iou_min: float) -> dict[int, int]:
    """Match boxes to expected boxes, best pair first: {index of the box: index of the expected box}.

    Every pair that overlaps enough comes before every pair that is merely near.
    """
    overlap = iou(expected, boxes)
    old_size, new_size = _size(expected)[:, None], _size(boxes)[None, :]
    apart = np.linalg.norm(_centre(expected)[:, None] - _centre(boxes)[None], axis=-1)
    step = apart / np.maximum(old_size, new_size)
    growth = np.maximum(old_size, new_size) / np.minimum(old_size, new_size)
    by_overlap = overlap >= iou_min
    by_distance = ~by_overlap & (step <= _MAX_STEP) & (growth <= _MAX_GROWTH)
    # 1 to 2 for overlapping pairs, 0.5 to 1 for near ones: one order for both kinds.
    worth = np.where(by_overlap, 1.0 + overlap, np.where(by_distance, 1.0 - step / (2 * _MAX_STEP), 0.0))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for flat in np.argsort(-worth, axis=None, kind="stable"):
        old, new = (int(v) for v in np.unravel_index(flat, worth.shape))
        if worth[old, new] <= 0:
            break
        if old not in taken and new not in pairs:
            taken.add(old)
            pairs[new] = old
    return pairs
