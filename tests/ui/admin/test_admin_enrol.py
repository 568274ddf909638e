from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.types import FaceQuality, ImageBgr, Person
from attendance.errors.cameras import CameraNotFound
from attendance.errors.people import LowQuality
from attendance.errors.storage import DiskFull
from attendance.ui.admin.parts.avatar import image_from_bgr, paint_avatar
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.people.capture_panel import SAMPLES_WANTED
from attendance.ui.admin.people.enrol_page import EnrolPage
from attendance.ui.admin.people.rejection import file_verdict, guidance
from attendance.ui.admin.window import AdminWindow
from tests.fake_door import FakeSource, Step
from tests.fakes import MODEL_ID, FakeClock, ScriptedFace, identity_vector, picture
from tests.patience import PATIENCE_S
from tests.ui.admin.opening import OpenAdmin
from tests.ui.admin.world import World, face


def camera(*steps: Step, frame_s: float = 1.0) -> FakeSource:
    """A recording that delivers a frame only when told to; see play()."""
    return FakeSource(steps, frame_s=frame_s, clock=FakeClock(), is_paced=True)


def play(qtbot: QtBot, world: World, window: AdminWindow, count: int) -> None:
    """Let the camera deliver frames, each of which is examined before the next, and then end."""
    assert isinstance(world.source, FakeSource)
    for number in range(count):
        world.source.release()
        qtbot.waitUntil(
            lambda n=number + 1: world.pack.fake_detector.calls == n and window.jobs.is_idle,  # type: ignore[misc]
        )
    world.source.release()
    settle(qtbot, window)


def begin(window: AdminWindow, person: Person | None = None) -> EnrolPage:
    window.people.enrol_asked.emit(person)
    return window.enrol


def type_in(qtbot: QtBot, field: Field, text: str) -> None:
    assert isinstance(field.editor, QLineEdit)
    field.editor.clear()
    qtbot.keyClicks(field.editor, text)


def fill(qtbot: QtBot, page: EnrolPage, code: str, name: str) -> None:
    type_in(qtbot, page.form.code, code)
    type_in(qtbot, page.form.name, name)


def settle(qtbot: QtBot, window: AdminWindow) -> None:
    qtbot.waitUntil(lambda: window.jobs.is_idle and not window.enrol.capture.is_running)


def test_that_a_person_is_enrolled_from_the_camera(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[face()] * 8))
    window = open_admin(world)

    page = begin(window)
    play(qtbot, world, window, 8)
    assert len(page.strip.samples) == SAMPLES_WANTED
    fill(qtbot, page, "1007", "Li  Na")
    page.save.click()
    settle(qtbot, window)

    person = world.roster.get_by_code("1007")
    assert (person.name, person.template_count) == ("Li Na", SAMPLES_WANTED)
    assert window.pages.currentWidget() is window.people
    assert window.toasts.shown[-1].label.text() == "Li Na is enrolled with 5 new pictures."
    assert [p.code for p in window.people.table.selected_records()] == ["1007"]


def test_that_automatic_pictures_keep_their_distance(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    # Ten frames 0.1 s apart: pictures of the first and of the one 0.8 s later.
    world = World(source=camera(*[face()] * 10, frame_s=0.1))
    window = open_admin(world)

    page = begin(window)
    play(qtbot, world, window, 10)

    assert len(page.strip.samples) == 2


def test_that_a_picture_is_taken_by_the_button_alone_when_automatic_is_off(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    source = FakeSource([face()] * 3, is_paced=True, frame_s=5.0)
    world = World(source=source)
    window = open_admin(world)
    window.enrol.capture.automatic.setChecked(False)

    page = begin(window)
    assert not page.capture.take.isEnabled()
    source.release()
    qtbot.waitUntil(page.capture.take.isEnabled)
    assert page.strip.samples == ()
    page.capture.take.click()

    assert len(page.strip.samples) == 1
    source.release(3)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (picture(), "Look at the camera"),
        ([face(3, box=(20, 60, 120, 180)), face(4, box=(180, 60, 280, 180))], "Only one person, please"),
        (face(brightness=12), "More light, please"),
        (face(box=(100, 60, 124, 88)), "Come a little closer"),
    ],
)
def test_that_a_refused_picture_is_said_in_words(
    open_admin: OpenAdmin, qtbot: QtBot, step: Step, sentence: str
) -> None:
    source = FakeSource([step, step], is_paced=True)
    window = open_admin(World(source=source))

    page = begin(window)
    source.release()

    qtbot.waitUntil(lambda: page.capture.guidance.text() == sentence)
    assert page.strip.samples == ()
    assert not page.capture.take.isEnabled()
    source.release(2)


@pytest.mark.parametrize(
    "reason", ["too small", "too dark", "too bright", "blurred", "turned away", "cut off by the edge"]
)
def test_that_every_reason_of_the_gate_has_its_own_words(reason: str) -> None:
    others = {"too small", "too dark", "too bright", "blurred", "turned away", "cut off by the edge"} - {reason}
    error = LowQuality(where="x.jpg", reason=reason)

    assert file_verdict(error) == f"The face is {reason}"
    assert guidance(error) not in {guidance(LowQuality(where="x.jpg", reason=other)) for other in others}


def test_that_a_file_of_dots_has_its_own_words() -> None:
    gate = EnrolmentGate()
    reason = gate.reject(FaceQuality(60.0, 0.5, 120.0, 0.0, 0.0, 1.0, tone_split=1.0))

    assert file_verdict(LowQuality(where="x.png", reason=reason)) == "Dots or two tones, not a photograph"


def test_that_without_a_camera_the_file_route_still_works(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=FakeSource(CameraNotFound(source="camera 0")))
    good, empty, gone = Path("good.jpg"), Path("empty.jpg"), Path("gone.jpg")
    world.images.pictures = {good: picture(face()), empty: picture()}
    window = open_admin(world)

    page = begin(window)
    qtbot.waitUntil(page.capture.notice.isVisible)
    assert page.capture.notice.label.text() == "No camera found at camera 0."
    page.capture.use_files.click()
    page.photos.add_files([good, empty, gone])
    settle(qtbot, window)

    verdicts = [page.photos.list.item(row).text() for row in range(page.photos.list.count())]
    assert verdicts[:2] == ["good.jpg: Good", "empty.jpg: No face found"]
    assert "no such file" in verdicts[2]
    fill(qtbot, page, "1", "Ann")
    page.save.click()
    settle(qtbot, window)
    assert world.roster.get_by_code("1").template_count == 1


def test_that_the_camera_can_be_tried_again(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=FakeSource(CameraNotFound(source="camera 0"), [face()], is_paced=True))
    window = open_admin(world)
    page = begin(window)
    qtbot.waitUntil(page.capture.notice.isVisible)

    page.capture.retry.click()
    play(qtbot, world, window, 1)

    assert len(page.strip.samples) == 1
    assert not page.capture.notice.isVisible()


def test_that_dropped_files_are_examined(open_admin: OpenAdmin, qtbot: QtBot, tmp_path: Path) -> None:
    world = World()
    photo = tmp_path / "ann.jpg"
    photo.write_bytes(b"")
    world.images.pictures = {photo: picture(face())}
    window = open_admin(world)
    page = begin(window)
    page.choose_route(page.photos)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    none = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)

    page.photos.area.dropEvent(event)
    settle(qtbot, window)

    assert len(page.strip.samples) == 1


def test_that_leaving_the_page_closes_the_camera(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    source = FakeSource([face()] * 500, is_live=True)
    window = open_admin(World(source=source))
    page = begin(window)
    qtbot.waitUntil(lambda: source.frames > 0)

    page.back.click()

    qtbot.waitUntil(lambda: source.closed == 1)
    assert not page.capture.is_running


def test_that_a_picture_can_be_thrown_away(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[face()] * 3))
    window = open_admin(world)
    page = begin(window)
    play(qtbot, world, window, 3)
    first = page.strip.samples[0]

    page.strip._remove(0)

    assert len(page.strip.samples) == 2
    assert first not in page.strip.samples


def test_that_a_taken_code_is_said_at_once_and_by_whom(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    world.add_company()
    window = open_admin(world)
    page = begin(window)

    type_in(qtbot, page.form.code, "1003")
    assert page.form.code.line.text() == "⚠ This code already belongs to 李娜."
    assert page.form.code.editor.accessibleDescription() == "This code already belongs to 李娜."

    page.form.name.editor.setText("李娜")  # type: ignore[attr-defined]
    page.form.check()
    assert not page.form.code.has_error
    assert page.form.code.line.text() == "The photos will be added to 李娜."


def test_that_empty_fields_and_missing_pictures_are_said_where_they_are(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    window = open_admin(World())
    page = begin(window)

    page.save.click()
    assert page.form.code.line.text() == "⚠ Enter a code."
    assert page.form.name.line.text() == "⚠ Enter a name."

    fill(qtbot, page, "1", "Ann")
    page.save.click()
    assert not page.form.code.has_error
    assert page.error.label.text() == "There is no picture yet."


def enrol_known_face(
    open_admin: OpenAdmin, qtbot: QtBot, kept: ImageBgr | None = None
) -> tuple[World, AdminWindow, EnrolPage]:
    """Li Na has face 7; the page is about to save the same face as somebody else."""
    world = World(source=camera(*[ScriptedFace(7, similarity=0.95)] * 3))
    world.roster.enrol(code="li na", name="Li Na", templates=[(identity_vector(7), kept)], model_id=MODEL_ID)
    window = open_admin(world)
    page = begin(window)
    play(qtbot, world, window, 3)
    fill(qtbot, page, "2", "Li Mei")
    page.save.click()
    settle(qtbot, window)
    return world, window, page


def test_that_a_known_face_is_named_and_can_be_added_to_that_person(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world, window, page = enrol_known_face(open_admin, qtbot)
    assert page.duplicate.isVisible()
    assert page.duplicate.label.text() == "This face is already enrolled as Li Na (li na)."
    assert len(world.roster.list_people()) == 1

    page.duplicate.add.click()
    settle(qtbot, window)

    assert [(p.name, p.template_count) for p in world.roster.list_people()] == [("Li Na", 4)]
    assert window.pages.currentWidget() is window.people


@pytest.mark.parametrize("is_kept", [True, False])
def test_that_both_faces_are_shown_where_a_photograph_is_kept(
    open_admin: OpenAdmin, qtbot: QtBot, is_kept: bool
) -> None:
    kept = np.full((112, 112, 3), 90, np.uint8) if is_kept else None
    _, _, page = enrol_known_face(open_admin, qtbot, kept)
    face_px = page.duplicate.new_face.width()
    initial = paint_avatar("Li Na", None, face_px).toImage()
    assert (page.duplicate.other_face.pixmap().toImage() == initial) is not is_kept
    new = image_from_bgr(page.strip.samples[0].crop_bgr)
    assert page.duplicate.new_face.pixmap().toImage() == paint_avatar("?", new, face_px).toImage()


def test_that_different_people_who_look_alike_can_be_enrolled(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world, window, page = enrol_known_face(open_admin, qtbot)

    page.duplicate.twins.click()
    settle(qtbot, window)

    assert [p.name for p in world.roster.list_people()] == ["Li Mei", "Li Na"]


def test_that_pictures_of_two_people_are_refused_in_words(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(face(7), face(7), face(9)))
    window = open_admin(world)
    page = begin(window)
    play(qtbot, world, window, 3)
    fill(qtbot, page, "2", "Li Mei")

    page.save.click()
    settle(qtbot, window)

    assert page.error.label.text() == "One of the pictures shows somebody else."
    assert world.roster.list_people() == []


def test_that_photos_are_added_to_the_person_chosen_in_the_drawer(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[ScriptedFace(7, similarity=0.95)] * 2))
    person = world.roster.add("Li Na", 7)
    window = open_admin(world)
    window.people.table.select_key(person.id)

    window.people.drawer.add_photos.click()
    page = window.enrol
    play(qtbot, world, window, 2)
    assert page.form.name.editor.isReadOnly()  # type: ignore[attr-defined]
    page.save.click()
    settle(qtbot, window)

    assert [(p.name, p.template_count) for p in world.roster.list_people()] == [("Li Na", 3)]


def test_that_pictures_enrolled_before_are_not_added_again(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[face(7)] * 2))
    person = world.roster.add("Li Na", 7)
    window = open_admin(world)
    window.people.table.select_key(person.id)

    window.people.drawer.add_photos.click()
    page = window.enrol
    play(qtbot, world, window, 2)
    page.save.click()
    settle(qtbot, window)

    assert [(p.name, p.template_count) for p in world.roster.list_people()] == [("Li Na", 1)]
    assert window.toasts.shown[-1].label.text() == "Nothing new: Li Na is already enrolled with these pictures."


def test_that_the_window_answers_while_it_saves(
    open_admin: OpenAdmin, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(source=camera(*[face()] * 3))
    window = open_admin(world)
    page = begin(window)
    play(qtbot, world, window, 3)
    fill(qtbot, page, "1", "Ann")
    allowed = threading.Event()
    enrol = world.roster.enrol

    def slow(**values: object) -> Person:
        assert allowed.wait(PATIENCE_S)
        return enrol(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(world.roster, "enrol", slow)

    page.save.click()
    assert (page.save.text(), page.save.isEnabled()) == ("Saving…", False)
    allowed.set()
    settle(qtbot, window)

    assert page.save.isEnabled()
    assert world.roster.get_by_code("1").name == "Ann"


def test_that_a_full_disk_is_said_beside_the_save_button(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[face()] * 3))
    window = open_admin(world)
    page = begin(window)
    play(qtbot, world, window, 3)
    fill(qtbot, page, "1", "Ann")
    world.roster.failure = DiskFull(path="attendance.db")

    page.save.click()
    settle(qtbot, window)

    assert page.error.isVisible()
    assert "full" in page.error.label.text()
    assert len(page.strip.samples) == 3


def test_that_the_live_picture_reaches_the_view_with_an_outline(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World(source=camera(*[face()] * 3))
    window = open_admin(world)
    page = begin(window)
    source = world.source
    assert isinstance(source, FakeSource)
    for number in range(2):  # an outline appears with the picture after the one it was found in
        source.release()
        qtbot.waitUntil(lambda n=number + 1: world.pack.fake_detector.calls == n and window.jobs.is_idle)  # type: ignore[misc]

    rect = page.capture.view.outline_rect(1)
    assert rect is not None
    assert page.capture.view.rect().intersects(rect.toRect())
    source.release(2)
