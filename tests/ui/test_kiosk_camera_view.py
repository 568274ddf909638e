"""The preview is mirrored, fills its area, and puts outlines where the faces are."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from attendance.core.types import DecisionKind, FaceView, FrameResult, ImageBgr
from attendance.ui import camera_view, theme
from attendance.ui.camera_view import CameraView, outline_colour
from tests.ui.kiosk_scenes import NOW

BLUE_BGR, RED_BGR = (255, 0, 0), (0, 0, 255)


def halves(width: int = 400, height: int = 300) -> ImageBgr:
    """Return a picture that is blue on its left and red on its right."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = BLUE_BGR
    image[:, width // 2 :] = RED_BGR
    return image


def view(width: int, height: int) -> CameraView:
    made = CameraView(corner_px=0)
    made.resize(width, height)
    return made


def colour_at(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    c = image.pixelColor(x, y)
    return c.red(), c.green(), c.blue()


def result(*faces: FaceView, size_wh: tuple[int, int] = (400, 300)) -> FrameResult:
    return FrameResult(0, NOW, size_wh, faces=faces)


def face(box: tuple[float, float, float, float], progress: float = 0.0, state: DecisionKind | None = None) -> FaceView:
    return FaceView(7, np.array(box, np.float32), state, progress)


def test_that_the_picture_is_mirrored_and_its_colours_are_right(qapp: QApplication) -> None:
    shown = view(400, 300)
    shown.show_frame(halves())

    image = shown.grab().toImage()

    assert colour_at(image, 50, 150) == (255, 0, 0)
    assert colour_at(image, 350, 150) == (0, 0, 255)


def test_that_the_frame_is_copied(qapp: QApplication) -> None:
    shown = view(400, 300)
    frame = halves()
    shown.show_frame(frame)
    frame[:] = 0

    assert colour_at(shown.grab().toImage(), 50, 150) == (255, 0, 0)


def test_that_a_slice_of_a_larger_picture_is_shown_without_shear(qapp: QApplication) -> None:
    shown = view(200, 200)
    shown.show_frame(halves(401, 300)[40:240, 101:301])

    image = shown.grab().toImage()

    assert colour_at(image, 40, 5) == (255, 0, 0)
    assert colour_at(image, 40, 195) == (255, 0, 0)
    assert colour_at(image, 160, 195) == (0, 0, 255)


@pytest.mark.parametrize("size", [(400, 300), (300, 600), (900, 300)])
def test_that_the_picture_fills_any_shape_and_keeps_its_proportions(qapp: QApplication, size: tuple[int, int]) -> None:
    shown = view(*size)
    shown.show_frame(np.full((300, 400, 3), 200, np.uint8))
    image = shown.grab().toImage()

    for x, y in ((1, 1), (size[0] - 2, 1), (1, size[1] - 2), (size[0] - 2, size[1] - 2)):
        assert colour_at(image, x, y) == (200, 200, 200)
    shown.set_faces(result(face((150, 100, 250, 200))))
    shown.show_frame(np.full((300, 400, 3), 200, np.uint8))
    outline = shown.outline_rect(7)
    assert outline is not None
    assert outline.width() == pytest.approx(outline.height())


def test_that_an_outline_lies_around_the_mirrored_face(qapp: QApplication) -> None:
    shown = view(800, 600)
    shown.set_faces(result(face((50, 100, 150, 200))))
    shown.show_frame(halves())

    outline = shown.outline_rect(7)

    # Twice the size, mirrored about x = 400: the face spans 500..700.
    assert outline is not None
    assert outline.left() < 500
    assert outline.right() > 700
    assert outline.center().x() == pytest.approx(600)
    assert outline.center().y() == pytest.approx(300)


def test_that_boxes_of_a_smaller_recognised_picture_are_scaled(qapp: QApplication) -> None:
    shown = view(800, 600)
    shown.set_faces(result(face((25, 50, 75, 100)), size_wh=(200, 150)))
    shown.show_frame(halves())

    outline = shown.outline_rect(7)

    assert outline is not None
    assert outline.center().x() == pytest.approx(600)


def test_that_an_outline_glides_to_its_face(qapp: QApplication) -> None:
    shown = view(400, 300)
    shown.show_frame(halves())
    shown.set_faces(result(face((200, 100, 300, 200))))
    shown.show_frame(halves())
    shown.set_faces(result(face((100, 100, 200, 200))))
    places = []
    for _ in range(12):
        shown.show_frame(halves())
        outline = shown.outline_rect(7)
        assert outline is not None
        places.append(outline.center().x())

    assert places[0] == pytest.approx(200)  # half of the way from 150 to 250
    assert places == sorted(places)
    assert places[-1] == pytest.approx(250, abs=0.5)


def test_that_reduced_motion_puts_outlines_there_at_once(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_view, "motion_ms", lambda: 0)
    shown = view(400, 300)
    shown.show_frame(halves())
    for box in ((200, 100, 300, 200), (100, 100, 200, 200)):
        shown.set_faces(result(face(box)))
        shown.show_frame(halves())

    outline = shown.outline_rect(7)

    assert outline is not None
    assert outline.center().x() == pytest.approx(250)


def test_that_a_gone_face_loses_its_outline(qapp: QApplication) -> None:
    shown = view(400, 300)
    shown.set_faces(result(face((100, 100, 200, 200))))
    shown.show_frame(halves())
    shown.set_faces(result())
    shown.show_frame(halves())

    assert shown.outline_rect(7) is None


def ring_pixels(progress: float) -> int:
    """Count the pixels in the accent colour of the ring of a face that is still being collected."""
    shown = view(400, 300)
    grey = np.full((300, 400, 3), 90, np.uint8)
    shown.set_faces(result(face((150, 100, 250, 200), progress)))
    shown.show_frame(grey)
    image = shown.grab().toImage()
    accent = QColor(theme.DARK.accent)
    return sum(image.pixelColor(x, y) == accent for x in range(400) for y in range(300))


def test_that_the_ring_fills_with_progress(qapp: QApplication) -> None:
    empty, third, most, full = (ring_pixels(p) for p in (0.0, 0.33, 0.66, 1.0))

    assert empty < third < most < full
    assert most - empty == pytest.approx(2 * (third - empty), rel=0.2)


def test_that_kinds_of_decisions_have_their_own_colours() -> None:
    groups = [
        {None},
        {DecisionKind.WELCOME, DecisionKind.ALREADY_IN},
        {DecisionKind.TOO_FAR, DecisionKind.TOO_DARK, DecisionKind.TURNED_AWAY, DecisionKind.UNSURE},
        {DecisionKind.UNKNOWN, DecisionKind.NOT_LIVE},
    ]
    colours = [{outline_colour(state) for state in group} for group in groups]

    assert all(len(found) == 1 for found in colours)
    assert len(set.union(*colours)) == len(groups)


def outline_colours(said: DecisionKind | None) -> tuple[bool, bool]:
    """Return whether the left and the right half show the warning colour; the larger face is in the right half."""
    shown = view(400, 300)
    shown.show_frame(np.full((300, 400, 3), 90, np.uint8))
    small = FaceView(1, np.array((280, 120, 330, 170), np.float32), None, 0.0)
    large = FaceView(2, np.array((60, 80, 160, 200), np.float32), None, 0.0)
    shown.set_faces(FrameResult(0, NOW, (400, 300), faces=(small, large), guidance=said))
    shown.show_frame(np.full((300, 400, 3), 90, np.uint8))
    image, warn = shown.grab().toImage(), QColor(theme.DARK.warn)
    left, right = (
        any(image.pixelColor(x, y) == warn for x in range(start, start + 200) for y in range(300)) for start in (0, 200)
    )
    return left, right


def test_that_guidance_tints_the_face_it_is_meant_for(qapp: QApplication) -> None:
    assert outline_colours(None) == (False, False)
    assert outline_colours(DecisionKind.TOO_FAR) == (False, True)
    assert outline_colours(DecisionKind.SEVERAL_FACES) == (True, True)


def test_that_corners_show_the_background(qapp: QApplication) -> None:
    shown = CameraView(corner_px=16)
    shown.resize(400, 300)
    shown.show_frame(halves())

    image = shown.grab().toImage()

    assert image.pixelColor(0, 0) == QColor(theme.tokens().bg)
    assert colour_at(image, 20, 20) == (255, 0, 0)


def test_that_without_a_picture_an_icon_is_shown(qapp: QApplication) -> None:
    shown = view(400, 300)
    shown.show_frame(halves())
    shown.clear("camera-off")

    image = shown.grab().toImage()
    muted = QColor(theme.tokens().text_muted)

    assert not shown.has_picture
    assert image.pixelColor(5, 150) == QColor(theme.tokens().surface)
    assert any(image.pixelColor(x, y) == muted for x in range(150, 250) for y in range(60, 160))
