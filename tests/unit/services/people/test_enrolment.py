from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from attendance.core.recognition.landmarks import HeadPose
from attendance.core.types import Detection, FmrPoint
from attendance.errors.people import (
    DuplicateCode,
    DuplicatePerson,
    LowQuality,
    NoFace,
    NotSamePerson,
    PersonIncomplete,
    SeveralFaces,
)
from attendance.errors.pictures import ImageUnreadable
from attendance.errors.storage import DatabaseLocked, DiskFull
from attendance.services.people.enrolment import EnrolmentThresholds
from tests.fakes import FakeLandmarks, FakePack, ScriptedFace, identity_vector, picture
from tests.unit.services.people.desk import ANN, BOB, EVE, Enrolment

# --- examine -----------------------------------------------------------------------------------------


def test_that_a_good_picture_gives_a_sample(desk: Enrolment) -> None:
    sample = desk.sample(ANN, where="door.jpg")
    assert sample.crop_bgr.shape == (112, 112, 3)
    np.testing.assert_allclose(sample.embedding, identity_vector(ANN, similarity=0.9), atol=1e-6)
    assert sample.quality.eye_distance_px == pytest.approx(48)
    assert sample.where == "door.jpg"
    assert desk.roster.list_people() == []


def test_that_an_empty_picture_has_no_face(desk: Enrolment) -> None:
    with pytest.raises(NoFace, match=r"door\.jpg"):
        desk.service.examine(picture(), "door.jpg")


def test_that_empty_frames_of_a_camera_are_searched_with_a_border_now_and_then(desk: Enrolment) -> None:
    for _ in range(10):
        with pytest.raises(NoFace):
            desk.service.examine(picture(), "camera", is_frame=True)
    assert desk.pack.fake_detector.calls == 10 + 2
    with pytest.raises(NoFace):
        desk.service.examine(picture(), "photo")
    assert desk.pack.fake_detector.calls == 12 + 2


def test_that_the_shades_of_a_camera_are_not_looked_at(desk: Enrolment) -> None:
    assert desk.service.examine(picture(ScriptedFace(ANN)), "photo").quality.tone_split > 0
    assert desk.service.examine(picture(ScriptedFace(ANN)), "camera", is_frame=True).quality.tone_split == 0


def test_that_several_faces_are_refused_with_their_number(desk: Enrolment) -> None:
    image = picture(ScriptedFace(ANN), ScriptedFace(BOB, box=(0, 0, 60, 80)))
    with pytest.raises(SeveralFaces, match="2 faces"):
        desk.service.examine(image, "door.jpg")


@pytest.mark.parametrize("pose", [HeadPose(-31, 0, 0), HeadPose(31, 0, 0), HeadPose(0, 39, 0)])
def test_that_a_pack_with_landmarks_refuses_whoever_looks_elsewhere_also_up_and_down(
    desk: Enrolment, pose: HeadPose
) -> None:
    desk.pack.landmarks = FakeLandmarks(pose)
    with pytest.raises(LowQuality, match="turned away"):
        desk.sample(ANN)


def test_that_the_pose_is_that_of_the_landmarks_and_else_the_rough_one(desk: Enrolment) -> None:
    assert desk.sample(ANN).quality.pose is None
    desk.pack.landmarks = FakeLandmarks(HeadPose(1, 2, 3))
    turned = picture(ScriptedFace(ANN, yaw=0.95))
    assert desk.service.examine(turned, "photo").quality.pose == HeadPose(1, 2, 3)
    desk.pack.landmarks = FakeLandmarks(None)  # nothing could be measured
    with pytest.raises(LowQuality, match="turned away"):
        desk.service.examine(turned, "photo")


def test_that_the_pose_of_a_face_that_is_refused_anyway_is_not_measured(desk: Enrolment) -> None:
    desk.pack.landmarks = Mock(**{"head_pose.side_effect": AssertionError})
    with pytest.raises(LowQuality, match="too small"):
        desk.service.examine(picture(ScriptedFace(ANN, box=(200, 200, 230, 236))), "photo")


@pytest.mark.parametrize(
    ("bystander", "why"),
    [
        (ScriptedFace(BOB, box=(0, 0, 90, 100)), "smaller"),
        (ScriptedFace(BOB, box=(0, 90, 120, 230)), "as large, at the edge"),
    ],
)
def test_that_the_large_central_face_is_taken_when_asked_for(
    desk: Enrolment, bystander: ScriptedFace, why: str
) -> None:
    image = picture(bystander, ScriptedFace(ANN))
    sample = desk.service.examine(image, "door.jpg", strict_single=False)
    assert sample.embedding[ANN] > 0.5, why


@pytest.mark.parametrize(
    ("face", "reason"),
    [
        (ScriptedFace(ANN, box=(100, 60, 160, 130)), "too small"),
        (ScriptedFace(ANN, brightness=10), "too dark"),
        (ScriptedFace(ANN, yaw=0.95), "turned away"),
        (ScriptedFace(ANN, box=(-60, 60, 60, 200)), "cut off"),
    ],
)
def test_that_a_poor_picture_is_refused_in_words(desk: Enrolment, face: ScriptedFace, reason: str) -> None:
    with pytest.raises(LowQuality, match=rf"door\.jpg: the face is {reason}"):
        desk.service.examine(picture(face), "door.jpg")


def test_that_impossible_landmarks_are_refused(desk: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    flat = Detection(np.array([100, 60, 220, 200], np.float32), np.zeros((5, 2), np.float32), 0.9)
    monkeypatch.setattr(desk.pack.detector, "detect", lambda _image: [flat])
    with pytest.raises(LowQuality, match="turned away"):
        desk.service.examine(picture(ScriptedFace(ANN)), "door.jpg")


def test_that_a_file_is_named_in_its_error(desk: Enrolment) -> None:
    with pytest.raises(NoFace, match="empty"):
        desk.service.examine_file(desk.photo("empty.jpg"))
    with pytest.raises(ImageUnreadable):
        desk.service.examine_file(Path("absent.jpg"))


# --- enrol -------------------------------------------------------------------------------------------


def test_that_a_person_is_saved_and_recognised_at_once(desk: Enrolment) -> None:
    person = desk.enrol(
        code=" 7 ", name="Ann  Lee", department="Lab", language="en", samples=[desk.sample(ANN), desk.sample(ANN)]
    )
    assert (person.code, person.name, person.department, person.language) == ("7", "Ann Lee", "Lab", "en")
    assert (person.template_count, person.crop_count) == (2, 2)
    assert desk.keeper.current.size.templates == 2


def test_that_samples_are_added_to_the_person_with_this_code_and_name(desk: Enrolment) -> None:
    first = desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    again = desk.enrol(code="7", name="Ann ", samples=[desk.sample(ANN, similarity=0.8)])
    assert again.id == first.id
    assert again.template_count == 2


def test_that_a_taken_code_is_refused(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    with pytest.raises(DuplicateCode, match="Ann"):
        desk.enrol(code="7", name="Bob", samples=[desk.sample(BOB)])
    assert len(desk.roster.list_people()) == 1


@pytest.mark.parametrize("is_active", [True, False])
def test_that_a_known_face_is_refused_under_another_code(desk: Enrolment, is_active: bool) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    desk.roster.update("7", is_active=is_active)
    with pytest.raises(DuplicatePerson, match=r"second: .* Ann \(7\), similarity 0\.99"):
        desk.enrol(
            code="8",
            name="Annie",
            samples=[desk.sample(ANN, similarity=0.99, where="first"), desk.sample(ANN, where="second")],
        )
    assert [p.code for p in desk.roster.list_people()] == ["7"]


def test_that_twins_are_saved_when_confirmed(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    twin = desk.enrol(code="8", name="Amy", samples=[desk.sample(ANN)], allow_duplicate=True)
    assert twin.code == "8"


def test_that_the_duplicate_threshold_is_where_it_says(desk: Enrolment) -> None:
    desk.roster.add("Ann", ANN)
    below = desk.sample(BOB, similarity=0.93, other=ANN)  # cosine to Ann: sqrt(1 - 0.93^2) = 0.37
    above = desk.sample(EVE, similarity=0.9, other=ANN)  # 0.44
    assert desk.enrol(code="2", name="Bob", samples=[below]).name == "Bob"
    with pytest.raises(DuplicatePerson):
        desk.enrol(code="3", name="Eve", samples=[above])


def test_that_samples_of_two_people_are_refused_and_named(desk: Enrolment) -> None:
    samples = [desk.sample(ANN, where="1.jpg"), desk.sample(BOB, where="2.jpg"), desk.sample(ANN, where="3.jpg")]
    with pytest.raises(NotSamePerson, match=r"2\.jpg.*same person"):
        desk.enrol(code="7", name="Ann", samples=samples)
    assert desk.roster.list_people() == []


def test_that_somebody_else_is_not_added_to_a_known_person(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    with pytest.raises(NotSamePerson, match="same person"):
        desk.enrol(code="7", name="Ann", samples=[desk.sample(BOB), desk.sample(BOB)])
    assert desk.roster.get_by_code("7").template_count == 1


def test_that_unlike_views_are_linked_by_one_between(desk: Enrolment) -> None:
    left, right = desk.sample(ANN, similarity=1.0), desk.sample(BOB, similarity=1.0)
    between = desk.sample(ANN, similarity=0.7, other=BOB)
    assert desk.enrol(code="7", name="Ann", samples=[left, right, between]).template_count == 3


def test_that_a_picture_enrolled_before_is_skipped(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    again, new = desk.sample(ANN, where="again"), desk.sample(ANN, similarity=0.8, where="new")
    saved = desk.service.enrol(code="7", name="Ann", samples=[again, new])
    assert [sample.where for sample in saved.added] == ["new"]
    assert [sample.where for sample in saved.skipped] == ["again"]
    assert saved.person.template_count == 2
    assert desk.keeper.current.size.templates == 2
    nothing = desk.service.enrol(code="7", name="Ann", samples=[again])
    assert nothing.added == []
    assert nothing.person.template_count == 2


def test_that_only_nearly_the_same_embedding_counts_as_the_same_picture(desk: Enrolment) -> None:
    first = desk.sample(ANN, similarity=1.0)
    desk.enrol(code="7", name="Ann", samples=[first])
    below, above = (replace(first, embedding=identity_vector(ANN, similarity=cosine)) for cosine in (0.9985, 0.9995))
    saved = desk.service.enrol(code="7", name="Ann", samples=[below, above])
    assert saved.added == [below]
    assert saved.skipped == [above]


def test_that_templates_of_another_model_make_no_picture_known(desk: Enrolment) -> None:
    sample = desk.sample(ANN)
    desk.roster.enrol(code="7", name="Ann", templates=[(sample.embedding, None)], model_id="other:0")
    assert desk.service.enrol(code="7", name="Ann", samples=[sample]).added == [sample]


def test_that_known_pictures_of_a_confirmed_twin_are_skipped_without_asking_again(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    desk.enrol(code="8", name="Amy", samples=[desk.sample(ANN)], allow_duplicate=True)
    assert desk.service.enrol(code="8", name="Amy", samples=[desk.sample(ANN)]).added == []


@pytest.mark.parametrize(("code", "name"), [(" ", "Ann"), ("7", "\t")])
def test_that_a_code_and_a_name_are_needed(desk: Enrolment, code: str, name: str) -> None:
    with pytest.raises(PersonIncomplete, match="is empty"):
        desk.enrol(code=code, name=name, samples=[desk.sample(ANN)])
    assert desk.roster.list_people() == []


def test_that_a_person_without_samples_is_refused(desk: Enrolment) -> None:
    with pytest.raises(PersonIncomplete, match="no photograph"):
        desk.enrol(code="7", name="Ann", samples=[])
    assert desk.roster.list_people() == []


def test_that_a_storage_error_passes_through(desk: Enrolment) -> None:
    samples = [desk.sample(ANN)]
    desk.roster.failure = DiskFull(path="attendance.db")
    with pytest.raises(DiskFull):
        desk.enrol(code="7", name="Ann", samples=samples)


def test_that_a_person_counts_as_saved_although_the_gallery_could_not_be_reloaded(
    desk: Enrolment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    samples = [desk.sample(ANN)]

    def fail() -> None:
        raise DatabaseLocked(path="attendance.db")

    monkeypatch.setattr(desk.keeper, "reload", fail)
    assert desk.enrol(code="7", name="Ann", samples=samples).code == "7"
    assert "locked" in caplog.text
    assert desk.keeper.reload_if_changed()


# --- enrol_files -------------------------------------------------------------------------------------


def test_that_enrolment_decides_by_rates_whatever_the_door_decides_by() -> None:
    points = (FmrPoint(1e-2, 0.3, 0.3, 0.3), FmrPoint(2e-5, 0.6, 0.6, 0.6), FmrPoint(1e-6, 0.7, 0.7, 0.7))
    found = EnrolmentThresholds.of_pack(replace(FakePack().info, calibration=points))
    assert found.duplicate == pytest.approx(0.6)  # 2 of 100,000 comparisons
    assert 0.15 < found.same_person < 0.3  # half of the cosine at 1 of 10,000


def test_that_one_photograph_like_a_colleague_is_no_duplicate_when_the_mean_is_not(desk: Enrolment) -> None:
    desk.roster.add("Ann", ANN)
    alike = desk.sample(BOB, similarity=0.88, other=ANN)  # cosine to Ann 0.47: a duplicate by itself
    with pytest.raises(DuplicatePerson):
        desk.enrol(code="2", name="Bob", samples=[alike])
    assert desk.enrol(code="2", name="Bob", samples=[alike, desk.sample(BOB), desk.sample(BOB)]).name == "Bob"
