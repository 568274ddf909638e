"""Measuring a face, and the limits of both gates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from attendance.core.recognition.alignment import TEMPLATE_112
from attendance.core.recognition.landmarks import HeadPose
from attendance.core.recognition.quality import EnrolmentGate, KioskGate, measure
from attendance.core.types import DecisionKind, Detection, FaceQuality

GOOD = FaceQuality(eye_distance_px=60.0, brightness=0.45, sharpness=120.0, yaw_ratio=0.1, roll_deg=3.0, inside=1.0)
NAN = float("nan")


def _detection(landmarks: np.ndarray = TEMPLATE_112, box: tuple[float, ...] = (10, 10, 100, 110)) -> Detection:
    return Detection(np.array(box, np.float32), np.asarray(landmarks, np.float32), 0.9)


def _flat(level: int) -> np.ndarray:
    return np.full((112, 112, 3), level, np.uint8)


def _rotated(points: np.ndarray, angle_deg: float) -> np.ndarray:
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return (points - 56) @ np.array([[c, s], [-s, c]]) + 56


def test_that_a_frontal_face_measures_no_turn() -> None:
    quality = measure(_detection(), (112, 112), _flat(128))
    assert quality.eye_distance_px == pytest.approx(35.24, abs=0.01)
    assert quality.yaw_ratio == pytest.approx(0.0, abs=0.02)
    assert quality.roll_deg == pytest.approx(0.0, abs=0.5)
    assert quality.inside == 1.0


def test_that_brightness_is_the_mean_grey_by_bt601() -> None:
    for level in (0, 51, 255):
        assert measure(_detection(), (112, 112), _flat(level)).brightness == pytest.approx(level / 255, abs=1e-5)
    blue = np.zeros((112, 112, 3), np.uint8)
    blue[..., 0] = 255
    assert measure(_detection(), (112, 112), blue).brightness == pytest.approx(0.114, abs=1e-5)
    assert measure(_detection(), (112, 112), blue[..., ::-1]).brightness == pytest.approx(0.299, abs=1e-5)


def test_that_sharpness_equals_the_laplacian_written_as_a_loop() -> None:
    crop = np.random.default_rng(3).integers(0, 256, (112, 112, 3), np.uint8)
    grey = crop.astype(float) @ np.array([0.114, 0.587, 0.299])
    values = [
        grey[y - 1, x] + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1] - 4 * grey[y, x]
        for y in range(1, 111)
        for x in range(1, 111)
    ]
    assert measure(_detection(), (112, 112), crop).sharpness == pytest.approx(np.var(values), rel=1e-4)


def test_that_a_blurred_crop_is_less_sharp() -> None:
    crop = np.random.default_rng(3).integers(0, 256, (112, 112, 3), np.uint8)
    blurred = np.mean([np.roll(crop, shift, axis=1) for shift in range(5)], axis=0).astype(np.uint8)
    sharp, soft = (measure(_detection(), (112, 112), c).sharpness for c in (crop, blurred))
    assert soft < sharp / 3
    assert measure(_detection(), (112, 112), _flat(90)).sharpness == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("roll_deg", [0.0, 30.0, -30.0, 170.0])
@pytest.mark.parametrize("turn", [-1.0, 0.0, 0.5, 1.0])
def test_that_yaw_is_signed_and_does_not_depend_on_roll(turn: float, roll_deg: float) -> None:
    # Eyes 40 px apart, nose moved by `turn` half distances towards the eye at image right.
    upright = np.array([[36, 50], [76, 50], [56 + 20 * turn, 72], [42, 90], [70, 90]], float)
    quality = measure(_detection(_rotated(upright, roll_deg)), (112, 112), _flat(128))
    assert quality.yaw_ratio == pytest.approx(turn, abs=1e-5)
    assert quality.roll_deg == pytest.approx(roll_deg, abs=1e-4)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((0, 0, 100, 100), 1.0),
        ((-50, 0, 50, 100), 0.5),
        ((50, 150, 150, 250), 0.5),
        ((-50, -50, 50, 50), 0.25),
        ((300, 0, 400, 100), 0.0),
        ((10, 10, 10, 60), 0.0),
        ((60, 10, 10, 60), 0.0),
        ((NAN, 0, 100, 100), 0.0),
        ((0, NAN, 100, 100), 0.0),
    ],
)
def test_that_the_share_of_the_box_inside_the_picture_is_measured(box: tuple[float, ...], inside: float) -> None:
    assert measure(_detection(box=box), (200, 200), _flat(128)).inside == inside


def test_that_eyes_in_one_place_are_measured_as_too_far() -> None:
    landmarks = TEMPLATE_112.copy()
    landmarks[1] = landmarks[0]
    quality = measure(_detection(landmarks), (112, 112), _flat(128))
    assert (quality.eye_distance_px, quality.yaw_ratio, quality.roll_deg) == (0.0, 0.0, 0.0)
    assert KioskGate().reject(quality) is DecisionKind.TOO_FAR


def test_that_landmarks_that_are_no_numbers_never_pass_a_gate() -> None:
    quality = measure(_detection(np.full((5, 2), NAN)), (112, 112), _flat(128))
    assert KioskGate().reject(quality) is DecisionKind.TOO_FAR
    assert str(EnrolmentGate().reject(quality)) == "too small"


def test_that_a_good_face_passes_both_gates() -> None:
    assert KioskGate().reject(GOOD) is None
    assert EnrolmentGate().reject(GOOD) is None


@pytest.mark.parametrize(
    ("field", "limit", "beyond", "kind"),
    [
        ("eye_distance_px", 28.0, 27.99, DecisionKind.TOO_FAR),
        ("brightness", 0.06, 0.0599, DecisionKind.TOO_DARK),
        ("yaw_ratio", 0.9, 0.901, DecisionKind.TURNED_AWAY),
        ("yaw_ratio", -0.9, -0.901, DecisionKind.TURNED_AWAY),
        ("roll_deg", 45.0, 45.1, DecisionKind.TURNED_AWAY),
        ("roll_deg", -45.0, -45.1, DecisionKind.TURNED_AWAY),
        ("inside", 0.75, 0.7499, DecisionKind.TURNED_AWAY),
    ],
)
def test_that_the_kiosk_gate_lets_the_limit_pass_and_nothing_beyond(
    field: str, limit: float, beyond: float, kind: DecisionKind
) -> None:
    gate = KioskGate()
    assert gate.reject(replace(GOOD, **{field: limit})) is None
    assert gate.reject(replace(GOOD, **{field: beyond})) is kind
    assert gate.reject(replace(GOOD, **{field: NAN})) is kind


@pytest.mark.parametrize(
    ("field", "limit", "beyond", "words"),
    [
        ("eye_distance_px", 32.0, 31.99, "too small"),
        ("brightness", 0.10, 0.0999, "too dark"),
        ("brightness", 0.90, 0.9001, "too bright"),
        ("sharpness", 15.0, 14.99, "blurred"),
        ("yaw_ratio", 0.7, 0.701, "turned away"),
        ("yaw_ratio", -0.7, -0.701, "turned away"),
        ("roll_deg", 30.0, 30.1, "turned away"),
        ("inside", 0.9, 0.8999, "cut off by the edge"),
        ("tone_split", 0.95, 0.9501, "made of dots or two tones, not a photograph"),
        ("grain", 0.3, 0.301, "made of dots or two tones, not a photograph"),
    ],
)
def test_that_the_enrolment_gate_lets_the_limit_pass_and_nothing_beyond(
    field: str, limit: float, beyond: float, words: str
) -> None:
    gate = EnrolmentGate()
    assert gate.reject(replace(GOOD, **{field: limit})) is None
    assert str(gate.reject(replace(GOOD, **{field: beyond}))) == words
    assert gate.reject(replace(GOOD, **{field: NAN})) is not None


@pytest.mark.parametrize(("angle", "limit"), [("yaw_deg", 38.0), ("pitch_deg", 30.0)])
def test_that_the_enrolment_gate_goes_by_the_pose_where_it_was_measured(angle: str, limit: float) -> None:
    gate, straight = EnrolmentGate(), HeadPose(0.0, 0.0, 0.0)
    for sign in (1, -1):
        assert gate.reject(replace(GOOD, pose=replace(straight, **{angle: sign * limit}))) is None
        beyond = gate.reject(replace(GOOD, pose=replace(straight, **{angle: sign * (limit + 0.1)})))
        assert str(beyond) == "turned away"
    assert gate.reject(replace(GOOD, pose=replace(straight, **{angle: NAN}))) is not None


def test_that_the_pose_takes_the_place_of_the_rough_yaw_and_leaves_the_roll() -> None:
    gate, straight = EnrolmentGate(), HeadPose(0.0, 0.0, 90.0)
    assert gate.reject(replace(GOOD, yaw_ratio=3.0, pose=straight)) is None
    assert str(gate.reject(replace(GOOD, roll_deg=30.1, pose=straight))) == "turned away"


def test_that_the_kiosk_gate_does_not_stop_a_face_for_motion_blur() -> None:
    assert KioskGate().reject(replace(GOOD, sharpness=2.0)) is None


def test_that_the_kiosk_gate_says_come_closer_before_anything_else() -> None:
    hopeless = FaceQuality(10.0, 0.0, 0.0, 3.0, 90.0, 0.1)
    assert KioskGate().reject(hopeless) is DecisionKind.TOO_FAR
    assert KioskGate(min_eye_distance_px=8).reject(hopeless) is DecisionKind.TOO_DARK


def test_that_the_enrolment_gate_is_nowhere_more_lenient_than_the_kiosk_gate() -> None:
    kiosk, enrolment = KioskGate(), EnrolmentGate()
    assert enrolment.min_eye_distance_px >= kiosk.min_eye_distance_px
    assert enrolment.min_brightness >= kiosk.min_brightness
    assert enrolment.max_yaw_ratio <= kiosk.max_yaw_ratio
    assert enrolment.max_roll_deg <= kiosk.max_roll_deg
    assert enrolment.min_inside >= kiosk.min_inside
