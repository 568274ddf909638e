from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import update

from attendance.core.types import Person
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.schema import PersonRow
from attendance.errors.people import AlmostSameCode, DuplicateCode, EnrolmentError, UnknownPerson
from tests.unit.data.conftest import KEY, MODEL, check_in, enrol, noise_crop, unit_vector


def test_that_a_person_comes_back_as_enrolled(roster: SqlRoster) -> None:
    person = roster.enrol(
        code="7", name="Ann Lee", department="Lab", language="en", templates=[(unit_vector(1), None)], model_id=MODEL
    )
    assert person == Person(person.id, "7", "Ann Lee", "Lab", True, "en", template_count=1, crop_count=0)
    assert roster.get_by_code("7") == roster.get(person.id) == person
    assert roster.list_people() == [person]


def test_that_embeddings_come_back_exactly_in_order_of_enrolment(roster: SqlRoster) -> None:
    ann = enrol(roster, "ann", 1, 2)
    bob = enrol(roster, "bob", 3)
    enrol(roster, "ann", 4)
    embeddings, ids = roster.load_templates(MODEL)
    np.testing.assert_array_equal(embeddings, np.stack([unit_vector(seed) for seed in (1, 2, 3, 4)]))
    assert embeddings.dtype == np.float32
    assert ids == [ann.id, ann.id, bob.id, ann.id]


def test_that_a_gallery_without_templates_is_empty(roster: SqlRoster) -> None:
    embeddings, ids = roster.load_templates(MODEL)
    assert embeddings.shape[0] == 0
    assert embeddings.ndim == 2
    assert ids == []


def test_that_templates_of_another_recognizer_stay_out(roster: SqlRoster) -> None:
    enrol(roster, "ann", 1)
    assert roster.load_templates("other:0")[1] == []


def test_that_inactive_people_leave_the_gallery_but_not_the_roster(roster: SqlRoster) -> None:
    ann, bob = enrol(roster, "ann", 1), enrol(roster, "bob", 2)
    assert not roster.update("ann", is_active=False).is_active
    assert roster.load_templates(MODEL)[1] == [bob.id]
    assert roster.load_templates(MODEL, active_only=False)[1] == [ann.id, bob.id]
    assert [p.code for p in roster.list_people(include_inactive=False)] == ["bob"]
    assert [p.code for p in roster.list_people()] == ["ann", "bob"]


def test_that_people_are_listed_by_name_whatever_the_case(roster: SqlRoster) -> None:
    for code, name in (("1", "zoe"), ("2", "Ann"), ("3", "bob")):
        enrol(roster, code, 1, name=name)
    assert [p.name for p in roster.list_people()] == ["Ann", "bob", "zoe"]


def test_that_the_same_code_and_name_adds_templates(roster: SqlRoster) -> None:
    first = enrol(roster, "ann", 1)
    again = roster.enrol(
        code=" ann ", name="Ann ", department="Lab", templates=[(unit_vector(2), None)], model_id=MODEL
    )
    assert again == replace(first, template_count=2, department="Lab")


def test_that_a_code_with_another_name_is_refused_and_nothing_is_written(roster: SqlRoster) -> None:
    ann = enrol(roster, "ann", 1)
    token = roster.change_token()
    with pytest.raises(DuplicateCode, match="Ann"):
        enrol(roster, "ann", 2, name="Bob")
    assert roster.list_people() == [ann]
    assert roster.change_token() == token


def test_that_a_new_code_almost_like_another_is_refused_and_nothing_is_written(roster: SqlRoster) -> None:
    ina = enrol(roster, "0042", 1, name="Ina")
    enrol(roster, "E7", 2, name="Eva")
    token = roster.change_token()
    for code in ("42", "42.0", "e7", "Ｅ７"):
        with pytest.raises(AlmostSameCode) as caught:
            enrol(roster, code, 3, name="Ina")
        assert caught.value.facts["other_code"] in {"0042", "E7"}
    assert len(roster.list_people()) == 2
    assert roster.change_token() == token
    assert enrol(roster, "0042", 4, name="Ina").id == ina.id


def test_that_codes_of_another_program_and_erased_ones_are_seen(roster: SqlRoster, database: Database) -> None:
    enrol(roster, "1", 1)
    other = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True)
    enrol(other, "0042", 2)
    with pytest.raises(AlmostSameCode):
        enrol(roster, "42", 3)
    other.erase("0042")
    assert enrol(roster, "42", 3).code == "42"


def test_that_people_whose_codes_are_almost_the_same_already_stay_two(roster: SqlRoster, database: Database) -> None:
    eva = enrol(roster, "E7", 1, name="Eva")
    enrol(roster, "x", 2, name="Egon")
    database.write(lambda session: session.execute(update(PersonRow).where(PersonRow.code == "x").values(code="e7")))

    assert roster.get_by_code("E7").id == eva.id
    assert enrol(roster, "e7", 3, name="Egon").template_count == 2


def test_that_a_code_that_is_almost_known_is_told(roster: SqlRoster) -> None:
    enrol(roster, "0042", 1)
    with pytest.raises(UnknownPerson, match="Nobody has the code 42; almost the same is 0042"):
        roster.get_by_code("42")


def test_that_all_codes_that_are_almost_the_same_are_told(roster: SqlRoster, database: Database) -> None:
    for number, code in enumerate(("0042", "x")):
        enrol(roster, code, number)
    database.write(lambda session: session.execute(update(PersonRow).where(PersonRow.code == "x").values(code="042")))
    with pytest.raises(UnknownPerson, match="Nobody has the code 42; almost the same is 0042, 042"):
        roster.get_by_code("42")


def test_that_different_spellings_of_one_name_are_one_person(roster: SqlRoster) -> None:
    enrol(roster, "1", 1, name="Jos\u00e9  A.\ufeff\n Li")
    assert enrol(roster, "1", 2, name="Jose\u0301 A. Li").template_count == 2


@pytest.mark.parametrize(
    ("code", "name"), [("", "Ann"), (" \t", "Ann"), ("1", ""), ("1" * 65, "Ann"), ("1", "n" * 201)]
)
def test_that_unusable_codes_and_names_are_refused(roster: SqlRoster, code: str, name: str) -> None:
    with pytest.raises(EnrolmentError):
        roster.enrol(code=code, name=name, templates=[], model_id=MODEL)
    assert roster.list_people() == []


def test_that_undecodable_file_names_can_be_stored(roster: SqlRoster) -> None:
    assert enrol(roster, "a\udcff", 1, name="b\udcff").code == "a?"


@pytest.mark.parametrize(
    "embedding",
    [np.zeros(128), np.full(128, np.nan), np.ones(128), np.ones((1, 1))],
    ids=["zero", "nan", "long", "matrix"],
)
def test_that_a_broken_embedding_is_a_bug_and_nothing_is_written(roster: SqlRoster, embedding: np.ndarray) -> None:
    good = (unit_vector(1), None)
    with pytest.raises(ValueError, match="embedding"):
        roster.enrol(code="1", name="Ann", templates=[good, (embedding.astype(np.float32), None)], model_id=MODEL)
    assert roster.list_people() == []


def test_that_a_wrong_crop_undoes_the_whole_enrolment(roster: SqlRoster) -> None:
    templates = [(unit_vector(1), noise_crop(1)), (unit_vector(2), noise_crop(2)[:50])]
    with pytest.raises(ValueError, match="crop"):
        roster.enrol(code="1", name="Ann", templates=templates, model_id=MODEL)
    assert roster.list_people() == []
    assert list(roster.iter_crops()) == []


def test_that_unknown_people_are_reported(roster: SqlRoster) -> None:
    with pytest.raises(UnknownPerson, match="ann"):
        roster.get_by_code("ann")
    with pytest.raises(UnknownPerson):
        roster.update("ann", name="x")
    with pytest.raises(UnknownPerson):
        roster.erase("ann")
    assert roster.get(5) is None


def test_that_only_the_given_fields_change(roster: SqlRoster) -> None:
    ann = enrol(roster, "ann", 1)
    changed = roster.update("ann", name="Ann Lee", language="zh-CN")
    assert changed == replace(ann, name="Ann Lee", language="zh-CN")
    assert roster.update("ann", department="") == changed
    with pytest.raises(EnrolmentError):
        roster.update("ann", name=" ")


def test_that_crops_come_back_exactly_also_of_inactive_people(roster: SqlRoster) -> None:
    people = [enrol(roster, f"p{n}", 10 * n, 10 * n + 1) for n in range(40)]  # more crops than one batch
    roster.update("p0", is_active=False)
    crops = list(roster.iter_crops())
    assert [person_id for person_id, _ in crops] == [p.id for p in people for _ in range(2)]
    np.testing.assert_array_equal(crops[79][1], noise_crop(391))


def test_that_the_crops_of_one_person_come_alone(roster: SqlRoster) -> None:
    people = [enrol(roster, "1", 1), enrol(roster, "2", 2)]
    assert {owner for owner, _ in roster.iter_crops()} == {person.id for person in people}
    assert {owner for owner, _ in roster.iter_crops(people[1].id)} == {people[1].id}


def test_that_crops_are_kept_only_when_wanted(database: Database) -> None:
    roster = SqlRoster(database, Cipher(KEY), keep_crops=lambda: False)
    assert enrol(roster, "ann", 1).crop_count == 0
    assert list(roster.iter_crops()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda roster: enrol(roster, "new", 5),
        lambda roster: roster.update("ann", is_active=False),
        lambda roster: roster.erase("ann"),
    ],
    ids=["enrol", "update", "erase"],
)
def test_that_every_change_is_seen_by_another_program(
    roster: SqlRoster, open_database: Callable[..., Database], change: Callable[[SqlRoster], object]
) -> None:
    enrol(roster, "ann", 1)
    other = SqlRoster(open_database(), Cipher(KEY), keep_crops=lambda: True)
    before = other.change_token()
    assert before == roster.change_token() != ""
    change(roster)
    assert other.change_token() == roster.change_token() != before


def test_that_check_ins_do_not_change_the_token(roster: SqlRoster, log: SqlCheckInLog) -> None:
    before = roster.change_token()
    log.append(check_in("e")).result()
    assert roster.change_token() == before


# --- keys and damage ---------------------------------------------------------------------------------


def test_that_eight_threads_enrol_and_read_at_once(roster: SqlRoster) -> None:
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for step in range(5):
                enrol(roster, f"p{number}-{step}", number * 10 + step)
                embeddings, ids = roster.load_templates(MODEL)
                assert len(embeddings) == len(ids)
        except Exception as err:  # noqa: BLE001 - the assertion below shows it
            errors.append(err)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(roster.list_people()) == len(roster.load_templates(MODEL)[1]) == 40


def test_that_training_gets_the_crops_of_active_people_who_agreed_and_nobody_elses(roster: SqlRoster) -> None:
    for number, code in enumerate(("asked", "agreed", "left", "withdrew", "bare")):
        crop = None if code == "bare" else noise_crop(number)
        templates = [(unit_vector(number), crop), (unit_vector(9), None)]
        roster.enrol(code=code, name=code, templates=templates, model_id=MODEL)
    for code in ("agreed", "left", "withdrew", "bare"):
        assert roster.update(code, may_train=True).may_train
    roster.update("left", is_active=False)
    roster.update("withdrew", may_train=False)
    roster.update("agreed", department="Lab")  # another change keeps the consent
    found = list(roster.iter_training_crops())
    assert [person for person, _ in found] == [roster.get_by_code("agreed")]
    np.testing.assert_array_equal(found[0][1], noise_crop(1))


def test_that_a_withdrawn_consent_counts_while_crops_are_read(roster: SqlRoster) -> None:
    templates = [(unit_vector(1), noise_crop(number)) for number in range(70)]  # more than one batch
    roster.enrol(code="a", name="a", templates=templates, model_id=MODEL)
    roster.update("a", may_train=True)
    crops = roster.iter_training_crops()
    next(crops)
    roster.update("a", may_train=False)
    assert len(list(crops)) == 63  # the rest of the batch that was read before
