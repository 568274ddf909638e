from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.recognition.boxes import iou
from attendance.errors.models import ModelContractBroken
from attendance.vision.scrfd import ScrfdDetector
from tests.onnx_graphs import open_model, picture, save_other, save_recognizer, save_scrfd

# Anchor 2*(row*columns + column) of stride 8 in a 64x64 input: cell (3, 2) has its point at (24, 16).
CELL_3_2 = 2 * (2 * 8 + 3)
EDGES = (1.0, 1.0, 2.0, 2.0)
POINTS = (0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0)

OWN = Path(__file__).parents[3] / "training" / "checkpoints" / "detector.onnx"


def test_that_one_hit_is_decoded_in_pixels_of_the_picture(tmp_path: Path) -> None:
    detector = ScrfdDetector(
        open_model(save_scrfd(tmp_path / "det.onnx", hits=[(8, CELL_3_2, 0.9, EDGES, POINTS)])),
        input_size_wh=(64, 64),
    )
    (face,) = detector.detect(picture(128, 128))  # twice the input: everything counts double
    assert face.score == pytest.approx(0.9)
    np.testing.assert_allclose(face.box_xyxy_px, [32, 16, 80, 64])
    np.testing.assert_allclose(face.landmarks_px, [[48, 32], [64, 32], [56, 40], [48, 48], [64, 48]])
    assert face.box_xyxy_px.dtype == face.landmarks_px.dtype == np.float32


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("is_fixed", [True, False])
def test_that_both_output_ranks_and_open_inputs_give_the_same_face(
    tmp_path: Path, batched: bool, is_fixed: bool
) -> None:
    path = save_scrfd(tmp_path / "det.onnx", hits=[(16, 5, 0.7, EDGES, POINTS)], batched=batched, is_fixed=is_fixed)
    detector = ScrfdDetector(open_model(path), input_size_wh=(64, 64))
    (face,) = detector.detect(picture(64, 64))
    # Anchor 5 of stride 16 is the second one of cell (2, 0), at (32, 0).
    np.testing.assert_allclose(face.box_xyxy_px, [16, -16, 64, 32])


def test_that_weak_scores_are_no_faces(tmp_path: Path) -> None:
    path = save_scrfd(tmp_path / "det.onnx", hits=[(8, 0, 0.49, EDGES, POINTS), (32, 0, 0.5, EDGES, POINTS)])
    faces = ScrfdDetector(open_model(path)).detect(picture(64, 64))
    assert [face.score for face in faces] == [0.5]
    assert ScrfdDetector(open_model(path), score_threshold=0.6).detect(picture(64, 64)) == []


def test_that_doubles_are_suppressed_and_the_best_comes_first(tmp_path: Path) -> None:
    hits = [(8, 0, 0.6, EDGES, POINTS), (8, 1, 0.8, EDGES, POINTS), (8, 2 * 60, 0.7, EDGES, POINTS)]
    faces = ScrfdDetector(open_model(save_scrfd(tmp_path / "det.onnx", hits=hits))).detect(picture(64, 64))
    assert [round(face.score, 3) for face in faces] == [0.8, 0.7]


def test_that_a_model_that_sees_faces_everywhere_is_survived(tmp_path: Path) -> None:
    path = save_scrfd(tmp_path / "det.onnx", side=320, fill=0.9)
    assert len(ScrfdDetector(open_model(path)).detect(picture(64, 64))) >= 1


@pytest.mark.parametrize(("height", "width"), [(90, 160), (160, 90), (64, 64), (1, 300), (31, 17)])
def test_that_the_letterbox_is_insightfaces(tmp_path: Path, height: int, width: int) -> None:
    image = picture(height, width)
    detector = ScrfdDetector(open_model(save_scrfd(tmp_path / "det.onnx")))
    blob, scale = detector._letterbox(image, (64, 64))
    # Written out again from insightface model_zoo/scrfd.py.
    ratio = height / width
    new_height, new_width = (64, int(64 / ratio)) if ratio > 1.0 else (max(1, int(64 * ratio)), 64)
    canvas = np.zeros((64, 64, 3), np.uint8)
    canvas[:new_height, :new_width] = cv2.resize(image, (new_width, new_height))
    expected = cv2.dnn.blobFromImage(canvas, 1.0 / 128.0, (64, 64), (127.5,) * 3, swapRB=True)
    np.testing.assert_array_equal(blob, expected)
    for mean, std in ((0.0, 1.0), (100.0, 50.0)):
        detector = ScrfdDetector(open_model(tmp_path / "det.onnx"), mean=mean, std=std)
        expected = cv2.dnn.blobFromImage(canvas, 1.0 / std, (64, 64), (mean,) * 3, swapRB=True)
        np.testing.assert_allclose(detector._letterbox(image, (64, 64))[0], expected, atol=1e-5)
    assert scale == pytest.approx(new_height / height)


def test_that_a_detector_without_landmarks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelContractBroken, match="9 outputs, not 6"):
        ScrfdDetector(open_model(save_scrfd(tmp_path / "det.onnx", landmarks=False)))


def test_that_nine_outputs_of_other_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelContractBroken, match="output 1 has 3 values"):
        ScrfdDetector(open_model(save_other(tmp_path / "det.onnx", side=64, outputs=9)))


def test_that_a_recognizer_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(ModelContractBroken):
        ScrfdDetector(open_model(save_recognizer(tmp_path / "rec.onnx")))


def test_that_an_odd_input_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="multiple of 32"):
        ScrfdDetector(open_model(save_scrfd(tmp_path / "det.onnx")), input_size_wh=(100, 64))
    with pytest.raises(ValueError, match="std"):
        ScrfdDetector(open_model(tmp_path / "det.onnx"), std=0)


def scripted(tmp_path: Path) -> ScrfdDetector:
    path = save_scrfd(tmp_path / "det.onnx", hits=[(8, CELL_3_2, 0.9, EDGES, POINTS)])
    return ScrfdDetector(open_model(path), input_size_wh=(64, 64))


def test_that_a_fixed_input_has_no_closer_look_and_does_not_run_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = scripted(tmp_path)
    runs: list[object] = []
    monkeypatch.setattr(detector._session, "run", runs.append)
    assert detector.look_again(picture(128, 128), np.array([[10, 10, 60, 60]], np.float32)) is None
    assert not runs


def test_that_a_face_that_nearly_fills_the_picture_is_looked_at_with_more_around_it(tmp_path: Path) -> None:
    # 80 px of 100: twice that around the middle is -30 to 130, which the input of 64 px shows at 0.4.
    (face,) = scripted(tmp_path).look_again(picture(100, 100), np.array([[10, 10, 90, 90]], np.float32))
    np.testing.assert_allclose(face.box_xyxy_px, [10, -10, 70, 50], atol=1e-4)
    np.testing.assert_allclose(face.landmarks_px[0], [24 / 0.4 - 30, 16 / 0.4 - 30], atol=1e-4)


def test_that_a_large_face_outside_the_picture_is_not_looked_for(tmp_path: Path) -> None:
    assert scripted(tmp_path).look_again(picture(100, 100), np.array([[500, 10, 600, 90]], np.float32)) == []


def test_that_an_open_input_gets_a_smaller_picture_for_a_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    insightface = pytest.importorskip("insightface")
    image = cv2.imread(str(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"))
    detector = ScrfdDetector(open_model(OWN))
    faces = detector.detect(image)
    assert len(faces) == 6
    shapes = []
    run = detector._session.run
    monkeypatch.setattr(detector._session, "run", lambda blob: (shapes.append(blob.shape), run(blob))[1])
    for face in faces:
        found = detector.look_again(image, face.box_xyxy_px[None])
        overlap = [float(iou(face.box_xyxy_px, other.box_xyxy_px)[0, 0]) for other in found]
        same = found[int(np.argmax(overlap))]
        eyes = np.linalg.norm(face.landmarks_px[1] - face.landmarks_px[0])
        assert np.linalg.norm(same.landmarks_px - face.landmarks_px, axis=1).mean() < 0.1 * eyes
    assert max(shape[2] for shape in shapes) <= 160  # of 640


@pytest.mark.needs_shared
def test_that_a_close_up_is_followed_although_a_whole_search_misses_it(shared: Path) -> None:
    detector = ScrfdDetector(open_model(shared / "packs" / "reference" / "det_500m.onnx"))
    insightface = pytest.importorskip("insightface")
    image = cv2.imread(str(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"))
    face = max(detector.detect(image), key=lambda face: face.size_wh[1])
    left, top, right, bottom = (int(v) for v in face.box_xyxy_px)
    near = cv2.resize(image[top - 8 : bottom + 8, left - 30 : right + 30], None, fx=5, fy=5)
    assert detector.detect(near) == []
    (found,) = detector.look_again(
        near, np.array([[150, 40, 5 * (right - left) + 150, near.shape[0] - 40]], np.float32)
    )
    expected = (face.landmarks_px - [left - 30, top - 8]) * 5
    eyes = np.linalg.norm(expected[1] - expected[0])
    assert np.linalg.norm(found.landmarks_px - expected, axis=1).mean() < 0.1 * eyes


@pytest.mark.needs_shared
def test_that_faces_equal_insightfaces_on_its_own_picture(shared: Path) -> None:
    insightface = pytest.importorskip("insightface")
    from insightface.model_zoo.scrfd import SCRFD

    image = cv2.imread(str(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"))
    path = shared / "packs" / "reference" / "det_500m.onnx"
    theirs = SCRFD(str(path))
    theirs.prepare(-1, input_size=(640, 640), det_thresh=0.5)
    boxes, landmarks = theirs.detect(image)
    ours = ScrfdDetector(open_model(path)).detect(image)
    assert len(ours) == len(boxes) == 6
    for face, box, points in zip(ours, boxes, landmarks, strict=True):
        np.testing.assert_allclose(face.box_xyxy_px, box[:4], atol=0.01)
        np.testing.assert_allclose(face.landmarks_px, points, atol=0.01)
        assert face.score == pytest.approx(float(box[4]), abs=1e-5)
