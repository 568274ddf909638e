"""Landmark models through insightface, on models that answer every picture with a face of known turn."""

from __future__ import annotations

import math
import sys
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.packs.manifest_file import file_sum, read_manifest, write_manifest
from attendance.core.ports.vision import FaceLandmarks
from attendance.core.recognition.landmarks import HeadPose
from attendance.core.types import Detection
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelMissing
from attendance.vision.packs import landmarks as pack_landmarks
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.landmarks import PackLandmarks
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.presence import inspect_pack
from tests.onnx_graphs import picture, save_landmarks, save_other, save_recognizer, save_scrfd

SIDE = 192


def rotation(pitch_deg: float, yaw_deg: float, roll_deg: float) -> np.ndarray:
    """Return the rotation in image axes (x right, y down, z out of the picture): pitch, then yaw, then roll.

    Written from what the signs mean: a pitch lifts what stands out of the picture, a yaw moves it right, a roll moves
    what is at the right down.
    """
    p, y, r = (math.radians(v) for v in (pitch_deg, yaw_deg, roll_deg))
    about_x = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    about_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    about_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def mesh(turn: np.ndarray, *, scale: float = 0.8) -> np.ndarray:
    """Return the output of a mesh model that sees insightface's mean face, turned."""
    mean = pytest.importorskip("insightface.data").get_object("meanshape_68.pkl")
    values = np.zeros((1103, 3), np.float32)
    values[-68:] = scale * mean @ turn.T
    return values.reshape(-1)


def points_106() -> np.ndarray:
    """Return the output of a model of 106 points whose eyes are 0.4 and 0.1 open."""
    points = np.zeros((106, 2), np.float32)
    for ring, x, opening in (
        ((35, 41, 40, 42, 39, 37, 33, 36), -0.5, 0.4),
        ((89, 95, 94, 96, 93, 91, 87, 90), 0.2, 0.1),
    ):
        upper = [(x + 0.3 * step / 4, -0.15 * opening) for step in (1, 2, 3)]
        points[list(ring)] = [(x, 0), *upper, (x + 0.3, 0), *((px, -py) for px, py in reversed(upper))]
    return points.reshape(-1)


def make_pack(folder: Path, **models: np.ndarray) -> PackLandmarks:
    folder.mkdir(parents=True)
    save_scrfd(folder / "det.onnx")
    save_recognizer(folder / "rec.onnx")
    for name, values in models.items():
        save_landmarks(folder / f"{name}.onnx", values)
    write_manifest(folder, infer_manifest(folder))
    return opened(folder)


def opened(folder: Path) -> PackLandmarks:
    found = load_pack(folder, provider="cpu", threads=1).landmarks
    assert found is not None
    return found


def face(*box: float) -> Detection:
    return Detection(np.array(box or (200, 100, 360, 300), np.float32), np.zeros((5, 2), np.float32), 0.9)


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ((0, 0, 0), HeadPose(0, 0, 0)),
        ((25, 0, 0), HeadPose(25, 0, 0)),
        ((-25, 0, 0), HeadPose(-25, 0, 0)),
        ((0, 25, 0), HeadPose(0, 25, 0)),
        ((0, -60, 0), HeadPose(0, -60, 0)),
        ((0, 0, 25), HeadPose(0, 0, 25)),
        ((10, -20, 15), HeadPose(10, -20, 15)),
    ],
)
def test_that_the_turn_of_the_mean_face_comes_back(
    tmp_path: Path, turn: tuple[float, float, float], expected: HeadPose
) -> None:
    landmarks: FaceLandmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(*turn)))
    pose = landmarks.head_pose(picture(480, 640), face())
    assert pose is not None
    for name in ("pitch_deg", "yaw_deg", "roll_deg"):
        assert getattr(pose, name) == pytest.approx(getattr(expected, name), abs=1.0), name


def test_that_signs_are_those_that_the_pose_says() -> None:
    """The mean face itself: its nose stands out of the picture, its mouth lies below its eyes."""
    mean = pytest.importorskip("insightface.data").get_object("meanshape_68.pkl")
    eyes, nose, mouth = mean[36:48].mean(axis=0), mean[30], mean[48:].mean(axis=0)
    assert nose[2] > eyes[2]
    assert mouth[1] > eyes[1]
    assert mean[42:48, 0].mean() > mean[36:42, 0].mean()
    assert (rotation(25, 0, 0) @ nose)[1] < nose[1]  # looking up lifts the nose
    assert (rotation(0, 25, 0) @ nose)[0] > nose[0]


def test_that_eyes_are_those_of_106_points_where_there_are_any(tmp_path: Path) -> None:
    both = make_pack(tmp_path / "both", mesh=mesh(rotation(0, 0, 0)), points=points_106())
    assert both.roles == ("mesh_68", "points_106")
    eyes = both.eye_opening(picture(480, 640), face())
    assert eyes is not None
    assert (eyes.left, eyes.right) == (pytest.approx(0.4, abs=0.01), pytest.approx(0.1, abs=0.01))
    mean_face = make_pack(tmp_path / "mesh", mesh=mesh(rotation(0, 0, 0))).eye_opening(picture(480, 640), face())
    assert mean_face is not None
    assert 0.2 < mean_face.left < 0.4  # open, as the mean face is


def test_that_a_pack_with_106_points_alone_has_no_pose(tmp_path: Path) -> None:
    landmarks = make_pack(tmp_path / "office", points=points_106())
    assert landmarks.head_pose(picture(480, 640), face()) is None
    assert landmarks.eye_opening(picture(480, 640), face()) is not None


@pytest.mark.parametrize(
    "box",
    [
        (50, 50, 50, 50),
        (50, 50, 50, 90),
        (90, 50, 50, 90),
        (-300, -300, -10, -10),
        (700, 100, 900, 300),
        (100, 500, 300, 700),
        (float("nan"), 0, 10, 10),
        (0, 0, float("inf"), float("nan")),
    ],
)
def test_that_a_box_without_a_face_in_the_picture_has_no_pose(tmp_path: Path, box: tuple[float, ...]) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 25, 0)))
    assert landmarks.head_pose(picture(480, 640), face(*box)) is None
    assert landmarks.eye_opening(picture(480, 640), face(*box)) is None


@pytest.mark.parametrize(
    "box", [(-100, -100, 100, 100), (0, 0, 640, 480), (10.2, 10.2, 10.3, 10.3), (-1e9, -1e9, 1e9, 1e9)]
)
def test_that_odd_boxes_that_reach_into_the_picture_are_no_error(tmp_path: Path, box: tuple[float, ...]) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 25, 0)))
    pose = landmarks.head_pose(picture(480, 640), face(*box))
    assert pose is None or pose.yaw_deg == pytest.approx(25, abs=1)


def test_that_points_in_one_place_have_no_pose(tmp_path: Path) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=np.zeros(3309, np.float32))
    assert landmarks.head_pose(picture(480, 640), face()) is None


def test_that_values_that_are_no_numbers_are_one_sentence(tmp_path: Path) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=np.full(3309, np.nan, np.float32))
    with pytest.raises(ModelContractBroken, match=r"mesh\.onnx of pack office .* not finite"):
        landmarks.head_pose(picture(480, 640), face())
    with pytest.raises(ModelContractBroken):
        landmarks.check()


def test_that_a_failure_inside_opencv_is_no_pose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)))
    landmarks.check()
    from insightface.utils import face_align

    def fail(*_: object) -> None:
        raise cv2.error("too large")

    monkeypatch.setattr(face_align, "transform", fail)
    assert landmarks.head_pose(picture(480, 640), face()) is None


def test_that_a_changed_landmark_model_is_refused_where_it_is_used_and_shuts_no_door(tmp_path: Path) -> None:
    make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)))
    path = tmp_path / "office" / "mesh.onnx"
    path.write_bytes(path.read_bytes()[:-5] + b"xxxxx")
    pack = load_pack(tmp_path / "office", provider="cpu", threads=1)
    assert inspect_pack(tmp_path / "office") == pack.info
    assert pack.landmarks is not None
    with pytest.raises(ModelChecksumMismatch, match=r"mesh\.onnx is damaged"):
        pack.landmarks.head_pose(picture(480, 640), face())
    path.unlink()
    with pytest.raises(ModelMissing, match=r"mesh\.onnx does not exist"):
        opened(tmp_path / "office").check()
    assert inspect_pack(tmp_path / "office") == pack.info


def relabelled(folder: Path, role: str) -> PackLandmarks:
    """Return the pack with the file of a role as it is now, under its checksum."""
    manifest = read_manifest(folder)
    name = manifest.landmarks[role]
    write_manifest(folder, replace(manifest, files={**manifest.files, name: file_sum(folder / name)}))
    return opened(folder)


@pytest.mark.parametrize("damage", ["cut", "text", "other model", "other role", "open size"])
def test_that_a_file_that_is_no_such_model_is_one_sentence(tmp_path: Path, damage: str) -> None:
    make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)))
    path = tmp_path / "office" / "mesh.onnx"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "text":
        path.write_bytes(b"not a model")
    elif damage == "other model":
        save_other(path, side=192)
    elif damage == "other role":
        save_landmarks(path, points_106())
    else:
        save_landmarks(path, mesh(rotation(0, 0, 0)), side=128)
    with pytest.raises(ModelContractBroken, match=r"mesh\.onnx of pack office is not a usable model"):
        relabelled(tmp_path / "office", "mesh_68").check()


def test_that_a_file_that_insightface_alone_cannot_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)))
    import insightface.model_zoo.landmark as theirs
    from google.protobuf.message import DecodeError

    def fail(*_: object) -> None:
        raise DecodeError("Error parsing message")

    monkeypatch.setattr(theirs.onnx, "load", fail)
    with pytest.raises(ModelContractBroken, match=r"insightface cannot load it \(Error parsing message\)"):
        landmarks.check()


def test_that_a_model_is_loaded_once_whoever_asks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 25, 0)))
    opened_paths: list[Path] = []
    real = pack_landmarks.open_session

    def watched(path: Path, **options: object) -> object:
        opened_paths.append(path)
        return real(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pack_landmarks, "open_session", watched)
    poses: list[HeadPose | None] = []
    image = picture(480, 640)
    threads = [threading.Thread(target=lambda: poses.append(landmarks.head_pose(image, face()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened_paths) == 1
    assert [pose is not None and round(pose.yaw_deg) for pose in poses] == [25] * 4


def test_that_models_run_where_the_settings_say(tmp_path: Path) -> None:
    landmarks = make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)), points=points_106())
    reports = landmarks.check()
    assert set(reports) == {"mesh_68", "points_106"}
    assert all(report.active == "CPUExecutionProvider" for report in reports.values())


def test_that_loading_a_pack_with_landmarks_imports_no_insightface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_pack(tmp_path / "office", mesh=mesh(rotation(0, 0, 0)))
    for name in [name for name in sys.modules if name.split(".")[0] == "insightface"]:
        monkeypatch.delitem(sys.modules, name)
    load_pack(tmp_path / "office", provider="cpu", threads=1)
    assert "insightface" not in sys.modules
