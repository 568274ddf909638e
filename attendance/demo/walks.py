"""How people come through the door, stand before the camera and go."""

from __future__ import annotations

import math
from dataclasses import dataclass

from attendance.demo.scenes import SIZE_WH, Place

APPROACH_S = 2.2
LEAVE_S = 1.4

_DOOR_X = 645.0
_EYE_LEVEL_Y = 300.0
"""Height of faces in the picture: the camera hangs at that of people's heads, so it is the same near and far."""
_FAR_PX = 72.0
"""Height of a face in the doorway: too far to be recognised."""
_STEPS_PER_S = 1.7
"""Pace of somebody who walks at ease."""
_DERIVATIVE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way to the camera and out of the picture.

    Attributes:
        near_x: where the face stops.
        near_px: height of the face there.
        pause_s: how long the person stands there.
        leaves_right: on which side the person goes out.
        lean_deg: how far the person leans over, positive to the image right.
    """

    near_x: float
    near_px: float
    pause_s: float
    leaves_right: bool
    lean_deg: float = 0.0

    @property
    def duration_s(self) -> float:
        """From the entrance until the person is out of the picture."""
        return APPROACH_S + self.pause_s + LEAVE_S

    def place(self, time_s: float, frame_s: float) -> Place:
        """Return where the person is.

        Args:
            time_s: since the entrance, 0 .. duration_s.
            frame_s: time between two frames, for the movement.
        """
        x, y, height = self._at(time_s)
        later_x, later_y, _ = self._at(time_s + _DERIVATIVE_S)
        per_frame = frame_s / _DERIVATIVE_S
        return Place(
            face_xy_px=(x, y),
            face_height_px=height,
            lean_deg=self.lean_deg + 1.8 * math.sin(math.pi * _STEPS_PER_S * time_s) * self._liveliness(time_s),
            speed_xy_px=((later_x - x) * per_frame, (later_y - y) * per_frame),
        )

    def is_visible(self, time_s: float) -> bool:
        """Return whether any of the face is in the picture."""
        x, _, height = self._at(time_s)
        return -height / 2 < x < SIZE_WH[0] + height / 2

    def _at(self, time_s: float) -> tuple[float, float, float]:
        """Return x, y and height of the face."""
        nearness = _eased(time_s / APPROACH_S)
        # Size is one over the distance, and the distance shrinks evenly.
        height = 1.0 / ((1.0 - nearness) / _FAR_PX + nearness / self.near_px)
        x = _DOOR_X + (self.near_x - _DOOR_X) * (height - _FAR_PX) / (self.near_px - _FAR_PX)
        gone = _started((time_s - APPROACH_S - self.pause_s) / LEAVE_S)
        outside = SIZE_WH[0] + self.near_px if self.leaves_right else -self.near_px
        x += (outside - self.near_x) * gone
        size = height / self.near_px * self._liveliness(time_s)
        x += 7.0 * size * math.sin(math.pi * _STEPS_PER_S * time_s)
        y = _EYE_LEVEL_Y + 6.0 * size * abs(math.sin(math.pi * _STEPS_PER_S * time_s))
        return x, y, height

    def _liveliness(self, time_s: float) -> float:
        """Return 1 while walking, less while standing: nobody stands quite still."""
        stands = _eased((time_s - APPROACH_S + 0.4) / 0.4) - _eased((time_s - APPROACH_S - self.pause_s) / 0.4)
        return 1.0 - 0.75 * stands


def _eased(share: float) -> float:
    """Go from 0 to 1 with a soft start and end (smoothstep)."""
    t = min(max(share, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def _started(share: float) -> float:
    """Go from 0 to 1, faster and faster."""
    t = min(max(share, 0.0), 1.0)
    return t * math.sqrt(t)
