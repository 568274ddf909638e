"""How good one detected face is, and the gates that ask the person for a better one.

The numbers of the gates were checked on 407 photographs of LFW (Huang et al. 2007; every tenth, detected with
SCRFD-500M); "keeps a cosine" compares a MobileFaceNet's embeddings of degraded and untouched crops of every
fourth of these. Each default names what was seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.tones import grain, tone_split
from attendance.core.types import DecisionKind, Detection, FaceQuality, ImageBgr
from attendance.errors import Reason

# ITU-R BT.601 luma, in the order blue, green, red.
_GREY_WEIGHTS_BGR = np.array([0.114, 0.587, 0.299], dtype=np.float32)


def measure(
    detection: Detection, size_wh: tuple[int, int], crop_bgr: ImageBgr, *, picture_bgr: ImageBgr | None = None
) -> FaceQuality:
    """Measure one face. Never raises for odd landmarks: the gates refuse what cannot be measured.

    Args:
        detection: box and landmarks in pixels of the picture.
        size_wh: width and height of the picture in pixels.
        crop_bgr: (112, 112, 3) uint8 BGR, the aligned crop of this face.
        picture_bgr: (H, W, 3) uint8 BGR, the picture itself, to measure its shades of grey too; a camera's need no
            such check.

    Returns:
        The quality. ``yaw_ratio`` is positive when the nose points to the image right, ``roll_deg`` when the
        eye at image right is lower. With both eyes in one place distance, yaw and roll are 0.
    """
    landmarks = detection.landmarks_px.astype(np.float64)
    eyes = landmarks[1] - landmarks[0]
    distance = float(np.hypot(eyes[0], eyes[1]))
    grey = crop_bgr.astype(np.float32) @ _GREY_WEIGHTS_BGR  # numpy is slow with mixed types
    sharpness = _laplacian_variance(grey)
    return FaceQuality(
        eye_distance_px=distance,
        brightness=float(grey.mean()) / 255.0,
        sharpness=sharpness,
        yaw_ratio=yaw_ratio(landmarks),
        roll_deg=math.degrees(math.atan2(eyes[1], eyes[0])),
        inside=_share_inside(detection, size_wh),
        tone_split=0.0 if picture_bgr is None else tone_split(_within(picture_bgr, detection)),
        grain=0.0 if picture_bgr is None else grain(sharpness, float(grey.var())),
    )


def yaw_ratio(landmarks_px: NDArray[np.floating[Any]]) -> float:
    """Return how far a face is turned sideways: the place of the nose along the eye line, in half eye distances.

    Rolling the head does not change it. A nose tip stands about 0.9 half eye distances before the eyes, so it is about
    0.9 * tan(yaw).

    Args:
        landmarks_px: (5, 2) as in ``Detection``.

    Returns:
        0 for a frontal face, positive when the nose points to the image right; 0 with both eyes in one place.
    """
    left_eye, right_eye, nose = landmarks_px[:3].astype(np.float64)
    eyes = right_eye - left_eye
    distance = float(np.hypot(eyes[0], eyes[1]))
    return 2.0 * float((nose - (left_eye + right_eye) / 2) @ eyes) / distance**2 if distance > 0 else 0.0


def _within(picture_bgr: ImageBgr, detection: Detection) -> ImageBgr:
    """Return the pixels of the box, none when it is not a number or lies outside."""
    corners = np.nan_to_num(detection.box_xyxy_px.astype(np.float64))
    left, top, right, bottom = (max(int(v), 0) for v in np.clip(corners, 0, max(picture_bgr.shape)))
    return picture_bgr[top:bottom, left:right]


def _laplacian_variance(grey: NDArray[np.floating[Any]]) -> float:
    """Variance of the 4-neighbour Laplacian (Pech-Pacheco et al., ICPR 2000), borders left out."""
    centre = grey[1:-1, 1:-1]
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4.0 * centre
    return float(edges.var())


def _share_inside(detection: Detection, size_wh: tuple[int, int]) -> float:
    """Share of the box that lies inside the picture; 0 for a box without area."""
    left, top, right, bottom = (float(v) for v in detection.box_xyxy_px)
    width, height = right - left, bottom - top
    # "not (x > 0)" is also true for NaN.
    if not (width > 0 and height > 0):
        return 0.0
    seen_width = max(0.0, min(right, float(size_wh[0])) - max(left, 0.0))
    seen_height = max(0.0, min(bottom, float(size_wh[1])) - max(top, 0.0))
    return seen_width * seen_height / (width * height)


@dataclass(frozen=True, slots=True)
class KioskGate:
    """Decides whether a live face is worth an attempt, and what the person should do if not.

    There is no lower limit on sharpness, on purpose. People walk while they are looked at: a horizontal
    motion blur of 9 crop pixels keeps a median cosine of 0.81 to the sharp crop (5 pixels: 0.96), which is
    still recognised. A worse blur lowers the similarity and costs one vote of several, never a false welcome;
    and "hold still" would hold up everybody who is merely on the way to the door. Too much light is let
    through likewise (mean 0.94: 99 % of the faces keep a cosine above 0.4).

    Attributes:
        min_eye_distance_px: 28 is 80 % of the 35 px that the aligned crop has between the eyes.
        min_brightness: 0.06 is the lower limit of InsightFace Server's gate; with sensor noise of 3 grey
            levels 98 % of the faces still keep a cosine above 0.4 there.
        max_yaw_ratio: 0.9 is about 45 degrees, InsightFace Server's limit.
        max_roll_deg: 45, likewise.
        min_inside: share of the box inside the picture. The box reaches from forehead to chin; without a
            quarter of it an eye or the mouth is usually missing, and landmarks there are guessed.
    """

    min_eye_distance_px: float = 28.0
    min_brightness: float = 0.06
    max_yaw_ratio: float = 0.9
    max_roll_deg: float = 45.0
    min_inside: float = 0.75

    def reject(self, quality: FaceQuality) -> DecisionKind | None:
        """Return what is wrong, the most helpful thing first, or None when the face may be judged.

        Returns:
            TOO_FAR, TOO_DARK or TURNED_AWAY (which includes a face cut off by the edge: "look at the camera"
            mends both). Limits themselves pass; a value that is not a number never does.
        """
        if not quality.eye_distance_px >= self.min_eye_distance_px:
            return DecisionKind.TOO_FAR
        if not quality.brightness >= self.min_brightness:
            return DecisionKind.TOO_DARK
        if not _is_facing(quality, self.max_yaw_ratio, self.max_roll_deg) or not quality.inside >= self.min_inside:
            return DecisionKind.TURNED_AWAY
        return None


@dataclass(frozen=True, slots=True)
class EnrolmentGate:
    """Decides whether a photograph is good enough to be remembered: stricter than the kiosk's gate.

    Attributes:
        min_eye_distance_px: 32: the aligned crop (35 px between the eyes) is enlarged by at most 10 %; 99.5 %
            of the LFW faces pass.
        min_brightness: 0.10: with sensor noise of 3 grey levels 99 % of the faces keep a cosine above 0.73.
            InsightFace Server allows 0.06.
        max_brightness: 0.90: 99 % keep a cosine above 0.61. InsightFace Server allows 0.94.
        min_sharpness: 15: one LFW face of 407 is below; after a Gaussian blur of 2 crop pixels more than 95 %
            are.
        max_yaw_ratio: 0.7 is about 38 degrees; 96 % of the LFW faces pass. Looked at where the pose was not measured.
        max_yaw_deg: 38, the same where it was.
        max_pitch_deg: 30, up or down: beyond it recognition suffers (Grimmer, Rathgeb, Busch 2023, arXiv:2303.00491).
            InsightFace Server allows 45.
        max_roll_deg: 30; the most in LFW is 19.
        min_inside: nearly the whole box; all LFW faces pass.
        max_tone_split: 0.95: portraits of two tones are above (JPEG of quality 50: 0.988), 1,356 photographs of LFW-dev
            at most 0.83, with three times the contrast 0.87.
        max_grain: 0.3: those photographs at most 0.015, with sensor noise of 30 grey levels 0.17; dithered portraits
            0.31 and more, also most of those that were enlarged by half.
    """

    min_eye_distance_px: float = 32.0
    min_brightness: float = 0.10
    max_brightness: float = 0.90
    min_sharpness: float = 15.0
    max_yaw_ratio: float = 0.7
    max_yaw_deg: float = 38.0
    max_pitch_deg: float = 30.0
    max_roll_deg: float = 30.0
    min_inside: float = 0.9
    max_tone_split: float = 0.95
    max_grain: float = 0.3

    def reject(self, quality: FaceQuality) -> Reason | None:
        """Return what is wrong in plain words, or None for a good photograph.

        Returns:
            What ``reject_picture`` finds, else "turned away" (also up or down) or "blurred".
        """
        if found := self.reject_picture(quality):
            return found
        if not self._is_facing(quality):
            return Reason("turned away")
        return None if quality.sharpness >= self.min_sharpness else Reason("blurred")

    def reject_picture(self, quality: FaceQuality) -> Reason | None:
        """Return what is wrong whichever way the head is turned, or None.

        Returns:
            "made of dots or two tones, not a photograph", "too small", "cut off by the edge", "too dark" or "too
            bright": the first that applies, because the later ones are hard to see
            while the earlier ones hold.
        """
        is_photograph = quality.tone_split <= self.max_tone_split and quality.grain <= self.max_grain
        checks = (
            (is_photograph, Reason("made of dots or two tones, not a photograph")),
            (quality.eye_distance_px >= self.min_eye_distance_px, Reason("too small")),
            (quality.inside >= self.min_inside, Reason("cut off by the edge")),
            (quality.brightness >= self.min_brightness, Reason("too dark")),
            (quality.brightness <= self.max_brightness, Reason("too bright")),
        )
        return next((words for is_good, words in checks if not is_good), None)

    def _is_facing(self, quality: FaceQuality) -> bool:
        pose = quality.pose
        if pose is None:
            return _is_facing(quality, self.max_yaw_ratio, self.max_roll_deg)
        is_straight = abs(pose.yaw_deg) <= self.max_yaw_deg and abs(pose.pitch_deg) <= self.max_pitch_deg
        # Two eyes tell how far the head leans as well as many points do.
        return is_straight and abs(quality.roll_deg) <= self.max_roll_deg


def _is_facing(quality: FaceQuality, max_yaw_ratio: float, max_roll_deg: float) -> bool:
    return abs(quality.yaw_ratio) <= max_yaw_ratio and abs(quality.roll_deg) <= max_roll_deg
