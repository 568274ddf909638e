"""Who stands at the door, and who only passes by behind."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from attendance.core.recognition.quality import yaw_ratio
from attendance.core.types import Detection

# The speed is a median of so many steps: one jump of the detector, or one person taking another's place, is no walk.
_STEPS = 3
# The jitter of two pictures taken (or stamped) almost at once is not a speed.
_MIN_ELAPSED_S = 0.03


@dataclass(slots=True)
class _Way:
    """Where one face was, and how fast it went sideways."""

    x_px: float
    mono_s: float
    speeds: deque[float] = field(default_factory=lambda: deque(maxlen=_STEPS))

    @property
    def speed(self) -> float:
        """Heights of the face a second; 0 before the second picture."""
        return statistics.median(self.speeds) if self.speeds else 0.0


@dataclass(frozen=True, slots=True)
class FrontRule:
    """Who is spoken to: the nearest, who face the camera and stand still, and whoever stands beside them.

    Attributes:
        near_share: least height of a face, as a share of the nearest one's. The height goes with 1 / distance. The
            kiosk is used from 0.5 to 1.5 m; in a queue the next person stands about 1.07 m behind (the personal comfort
            zone of Fruin, Pedestrian Planning and Design, 1971), so has at most 1.5 / 2.57 = 0.58 of the height. Two
            side by side at 0.75 m who differ by a step of 0.3 m have 0.71.
        max_speed: most heights of the face a second, sideways. People walk at 0.94 m/s or faster (the slowest group of
            Bohannon and Andrews, Physiotherapy 97, 2011), and a face from chin to hairline is about 0.19 m high: 4.9 a
            second. Half of it lets people sway and come up aslant.
        max_yaw_ratio: as in ``KioskGate``: whoever looks further aside than about 45 degrees does not mean the kiosk.
    """

    near_share: float = 0.6
    max_speed: float = 2.5
    max_yaw_ratio: float = 0.9


class FrontRow:
    """Tells, picture by picture, which faces stand at the door. Belongs to one thread.

    A face that walks past is not spoken to however near it is; a face that stands is, unless another one that stands
    and looks at the camera is much nearer. Somebody who looks aside is still told to look at the camera, but does not
    make others stand "behind".

    Args:
        rule: see there.
    """

    def __init__(self, rule: FrontRule | None = None) -> None:
        self._rule = rule or FrontRule()
        self._ways: dict[int, _Way] = {}

    def look(self, faces: Sequence[Detection], track_ids: Sequence[int], mono_s: float) -> frozenset[int]:
        """Take the faces of the next picture.

        Args:
            faces: in any order.
            track_ids: number of each.
            mono_s: monotonic capture time in seconds; pictures come in its order.

        Returns:
            The numbers of those who stand at the door.
        """
        standing = [
            (number, face)
            for number, face in zip(track_ids, faces, strict=True)
            if self._speed(number, face, mono_s) <= self._rule.max_speed
        ]
        meant = [face for _, face in standing if abs(yaw_ratio(face.landmarks_px)) <= self._rule.max_yaw_ratio]
        least_px = self._rule.near_share * max((face.size_wh[1] for face in meant), default=0.0)
        return frozenset(number for number, face in standing if face.size_wh[1] >= least_px)

    def forget(self, track_id: int) -> None:
        """Drop a face that is not followed any more; harmless when it was never seen."""
        self._ways.pop(track_id, None)

    def _speed(self, track_id: int, face: Detection, mono_s: float) -> float:
        x_px = float(face.box_xyxy_px[0] + face.box_xyxy_px[2]) / 2.0
        way = self._ways.setdefault(track_id, _Way(x_px, mono_s))
        if mono_s > way.mono_s:
            elapsed_s = max(mono_s - way.mono_s, _MIN_ELAPSED_S)
            way.speeds.append(abs(x_px - way.x_px) / max(face.size_wh[1], 1.0) / elapsed_s)
        way.x_px, way.mono_s = x_px, mono_s
        return way.speed
