"""Enrolment from several photographs at once."""

from __future__ import annotations

import pytest

from attendance.errors import AttendanceError, Reason
from attendance.errors.people import DuplicateCode, DuplicatePerson, NoFace, NotSamePerson, PersonIncomplete
from attendance.errors.pictures import ImageUnreadable
from tests.fakes import ScriptedFace
from tests.unit.services.people.desk import ANN, BOB, Enrolment, pure


def test_that_good_photographs_are_used_and_bad_ones_returned(desk: Enrolment) -> None:
    paths = [
        desk.photo("1.jpg", ScriptedFace(ANN)),
        desk.photo("2.jpg"),
        desk.photo("3.jpg", ImageUnreadable(path="3.jpg", reason=Reason("damaged"))),
        desk.photo("4.jpg", ScriptedFace(ANN, similarity=0.7)),
    ]
    outcome = desk.service.enrol_files(code="7", name="Ann", department="Lab", paths=paths)
    assert outcome.person.template_count == 2
    assert outcome.person.department == "Lab"
    assert outcome.used == [paths[0], paths[3]]
    assert [(path, type(error)) for path, error in outcome.rejected] == [
        (paths[1], NoFace),
        (paths[2], ImageUnreadable),
    ]
    assert outcome.is_new


def test_that_the_first_error_is_raised_when_no_photograph_is_good(desk: Enrolment) -> None:
    paths = [desk.photo("1.jpg"), desk.photo("2.jpg", ScriptedFace(ANN, brightness=10))]
    with pytest.raises(NoFace, match=r"1\.jpg"):
        desk.service.enrol_files(code="7", name="Ann", paths=paths)
    with pytest.raises(PersonIncomplete, match="no photograph"):
        desk.service.enrol_files(code="7", name="Ann", paths=[])
    assert desk.roster.list_people() == []


def test_that_a_stranger_among_many_photographs_is_left_out(desk: Enrolment) -> None:
    paths = [desk.photo(f"{n}.jpg", pure(identity)) for n, identity in enumerate((BOB, ANN, ANN))]
    outcome = desk.service.enrol_files(code="7", name="Ann", paths=paths)
    assert outcome.used == paths[1:]
    assert [path for path, _ in outcome.rejected] == paths[:1]


def test_that_one_photograph_of_each_of_two_people_is_no_enrolment(desk: Enrolment) -> None:
    paths = [desk.photo(f"{n}.jpg", pure(identity)) for n, identity in enumerate((ANN, BOB))]
    with pytest.raises(NotSamePerson, match="same person"):
        desk.service.enrol_files(code="7", name="Ann", paths=paths)
    assert desk.roster.list_people() == []


def test_that_earlier_photographs_say_who_the_person_is(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    paths = [desk.photo(f"{n}.jpg", pure(identity)) for n, identity in enumerate((BOB, BOB, ANN))]
    outcome = desk.service.enrol_files(code="7", name="Ann", paths=paths)
    assert outcome.used == paths[2:]
    assert not outcome.is_new


def test_that_photographs_enrolled_before_are_named(desk: Enrolment) -> None:
    paths = [desk.photo("1.jpg", ScriptedFace(ANN)), desk.photo("2.jpg"), desk.photo("3.jpg", pure(ANN))]
    desk.service.enrol_files(code="7", name="Ann", paths=paths[:1])
    outcome = desk.service.enrol_files(code="7", name="Ann", paths=paths)
    assert (outcome.used, outcome.skipped) == (paths[2:], paths[:1])
    assert [path for path, _ in outcome.rejected] == paths[1:2]
    assert desk.roster.get_by_code("7").template_count == 2


def test_that_a_taken_code_is_noticed_before_any_photograph_is_read(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    calls = desk.pack.detector.calls
    with pytest.raises(DuplicateCode):
        desk.service.enrol_files(code="7", name="Bob", paths=[desk.photo("1.jpg", ScriptedFace(BOB))])
    assert desk.pack.detector.calls == calls


def test_that_a_known_face_fails_the_whole_set(desk: Enrolment) -> None:
    desk.enrol(code="7", name="Ann", samples=[desk.sample(ANN)])
    paths = [desk.photo("1.jpg", ScriptedFace(ANN))]
    with pytest.raises(DuplicatePerson):
        desk.service.enrol_files(code="8", name="Annie", paths=paths)
    assert desk.service.enrol_files(code="8", name="Annie", paths=paths, allow_duplicate=True).used == paths


def test_that_a_bug_in_reading_is_not_taken_for_a_bad_photograph(desk: Enrolment) -> None:
    path = desk.photo("1.jpg", ZeroDivisionError("bug"))
    with pytest.raises(ZeroDivisionError):
        desk.service.enrol_files(code="7", name="Ann", paths=[path])
    assert not issubclass(ZeroDivisionError, AttendanceError)
