from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from attendance.core.types import Person, RecognizerChoice, Template
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.recognizer_repository import SqlRecognizers
from attendance.data.roster.repository import SqlRoster
from attendance.errors.models import SwitchRefused
from attendance.errors.storage import DatabaseLocked, KeyUnavailable
from tests.unit.data.conftest import KEY, MODEL, noise_crop, unit_vector

NEW = "new:ba9876543210"
THIRD = "third:aaaaaaaaaaaa"


@pytest.fixture
def recognizers(database: Database) -> SqlRecognizers:
    return SqlRecognizers(database, Cipher(KEY), default_pack="pack")


def enrol(roster: SqlRoster, code: str, *seeds: int, crops: bool = True, model_id: str = MODEL) -> Person:
    templates = [(unit_vector(seed), noise_crop(seed) if crops else None) for seed in seeds]
    return roster.enrol(code=code, name=code.title(), templates=templates, model_id=model_id)


def embed_all(recognizers: SqlRecognizers, model_id: str, *, candidate: str | None = None, dim: int = 64) -> bool:
    rows = [
        Template(person_id, model_id, unit_vector(crop_id, dim), crop_id=crop_id)
        for crop_id, person_id, _ in recognizers.iter_crops_without(model_id)
    ]
    return recognizers.add_templates(rows, candidate=candidate)


def promote(recognizers: SqlRecognizers, pack_id: str, model_id: str) -> None:
    recognizers.set_candidate(pack_id)
    assert embed_all(recognizers, model_id, candidate=pack_id)
    assert recognizers.mark_prepared(pack_id, model_id)
    assert recognizers.promote(pack_id, model_id, force=True)


def counts(roster: SqlRoster, *models: str) -> list[int]:
    return [len(roster.load_templates(model, active_only=False)[1]) for model in models]


def test_that_a_new_database_has_the_default_pack_and_nothing_else(recognizers: SqlRecognizers) -> None:
    assert recognizers.choice() == RecognizerChoice("pack")


def test_that_only_crops_without_a_template_of_the_recognizer_are_left(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    ann = enrol(roster, "ann", 1, 2)
    enrol(roster, "bob", 3, crops=False)
    roster.update("ann", is_active=False)
    assert recognizers.count_crops_without(MODEL) == 0
    assert recognizers.count_crops_without(NEW) == 2
    recognizers.set_candidate("new")
    (crop_id, person_id, crop), *_ = recognizers.iter_crops_without(NEW)
    assert (person_id, crop.tobytes()) == (ann.id, noise_crop(1).tobytes())
    one = Template(ann.id, NEW, unit_vector(7, 64), crop_id=crop_id)
    assert recognizers.add_templates([one], candidate="new")
    assert [found for found, _, _ in recognizers.iter_crops_without(NEW)] != [crop_id]
    assert recognizers.count_crops_without(NEW) == 1


def test_that_a_crop_gets_one_template_of_a_recognizer_however_often_it_is_embedded(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    ann = enrol(roster, "ann", 1)
    row = Template(ann.id, NEW, unit_vector(7, 64), crop_id=1)
    for _ in range(2):
        assert recognizers.add_templates([row])
    assert counts(roster, NEW) == [1]
    assert recognizers.add_templates([])


def test_that_a_template_of_a_crop_that_was_erased_meanwhile_is_left_out(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    ann = enrol(roster, "ann", 1)
    enrol(roster, "bob", 2)
    roster.erase("ann")
    assert recognizers.add_templates([Template(ann.id, NEW, unit_vector(7, 64), crop_id=1)])
    assert counts(roster, NEW) == [0]


def test_that_bugs_of_the_caller_are_noticed(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    ann = enrol(roster, "ann", 1)
    vector = unit_vector(1)
    with pytest.raises(ValueError, match="several recognizers"):
        recognizers.add_templates([Template(ann.id, m, vector, crop_id=1) for m in (NEW, MODEL)])
    with pytest.raises(ValueError, match="without a crop"):
        recognizers.add_templates([Template(ann.id, NEW, vector)])
    with pytest.raises(ValueError, match="unit length"):
        recognizers.add_templates([Template(ann.id, NEW, 2 * vector, crop_id=1)])


def test_that_the_candidate_changes_no_gallery_until_it_is_prepared(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    recognizers.set_candidate("new")
    before = roster.change_token()
    embed_all(recognizers, NEW, candidate="new")
    assert roster.change_token() == before
    assert recognizers.mark_prepared("new", NEW)
    assert roster.change_token() != before
    assert recognizers.choice() == RecognizerChoice("pack", "new", NEW)
    assert roster.get_by_code("ann").template_count == 1


def test_that_templates_for_the_recognizer_in_use_reach_the_galleries(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    before = roster.change_token()
    embed_all(recognizers, NEW)
    assert roster.change_token() != before


def test_that_a_promotion_switches_everything_at_once(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    enrol(roster, "ann", 1, 2)
    before = roster.change_token()
    promote(recognizers, "new", NEW)
    assert recognizers.choice() == RecognizerChoice("new", previous="pack")
    assert counts(roster, MODEL, NEW) == [2, 2]
    assert roster.change_token() != before


def test_that_a_crop_that_was_kept_later_delays_a_promotion(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    enrol(roster, "ann", 1)
    recognizers.set_candidate("new")
    embed_all(recognizers, NEW, candidate="new")
    enrol(roster, "bob", 2)
    assert not recognizers.promote("new", NEW, force=True)
    assert recognizers.choice().active == "pack"


def test_that_nobody_is_lost_by_a_promotion_without_force(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    for number in range(7):
        enrol(roster, f"bare{number}", number, crops=False)
    enrol(roster, "gone", 8, crops=False)
    roster.update("gone", is_active=False)
    enrol(roster, "elsewhere", 9, crops=False, model_id=THIRD)  # a stranger to the recognizer in use as well
    recognizers.set_candidate("new")
    with pytest.raises(SwitchRefused, match=r"Bare0 \(bare0\).*Bare4 \(bare4\) and 2 more"):
        recognizers.promote("new", NEW)
    assert recognizers.choice() == RecognizerChoice("pack", "new")
    assert recognizers.promote("new", NEW, force=True)
    assert len(recognizers.unknown_to(NEW)) == 8


def test_that_only_the_candidate_can_be_promoted(recognizers: SqlRecognizers) -> None:
    with pytest.raises(SwitchRefused, match="new is not the candidate"):
        recognizers.promote("new", NEW)


def test_that_the_templates_of_neither_are_removed_but_those_without_a_crop_stay(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1, 2)
    enrol(roster, "bare", 3, crops=False)
    promote(recognizers, "new", NEW)
    promote(recognizers, "third", THIRD)
    assert counts(roster, MODEL, NEW, THIRD) == [1, 2, 2]
    assert recognizers.choice() == RecognizerChoice("third", previous="new")


def test_that_a_rollback_finds_the_old_templates_and_can_be_made_once(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    promote(recognizers, "new", NEW)
    before = roster.change_token()
    with pytest.raises(SwitchRefused, match="other is not the recognizer before"):
        recognizers.rollback("other")
    recognizers.rollback("pack")
    assert recognizers.choice() == RecognizerChoice("pack")
    assert counts(roster, MODEL, NEW) == [1, 1]
    assert roster.change_token() != before
    with pytest.raises(SwitchRefused):
        recognizers.rollback("pack")


def test_that_a_rollback_to_the_candidate_leaves_no_candidate(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    enrol(roster, "ann", 1)
    promote(recognizers, "new", NEW)
    recognizers.set_candidate("pack")
    recognizers.rollback("pack")
    assert recognizers.choice() == RecognizerChoice("pack")


def test_that_discarding_removes_the_templates_of_the_candidate_only(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    recognizers.set_candidate("new")
    embed_all(recognizers, NEW, candidate="new")
    recognizers.mark_prepared("new", NEW)
    recognizers.discard()
    assert recognizers.choice() == RecognizerChoice("pack")
    assert counts(roster, MODEL, NEW) == [1, 0]
    recognizers.discard()  # harmless


def test_that_another_candidate_takes_the_place_of_the_first(roster: SqlRoster, recognizers: SqlRecognizers) -> None:
    enrol(roster, "ann", 1)
    recognizers.set_candidate("new")
    embed_all(recognizers, NEW, candidate="new")
    recognizers.mark_prepared("new", NEW)
    recognizers.set_candidate("new")  # to go on: nothing is lost
    assert recognizers.choice().candidate_model == NEW
    recognizers.set_candidate("third")
    assert recognizers.choice() == RecognizerChoice("pack", "third")
    assert counts(roster, NEW) == [0]


def test_that_a_discarded_candidate_that_was_in_use_before_keeps_its_templates(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    promote(recognizers, "new", NEW)
    recognizers.set_candidate("pack")
    recognizers.discard()
    assert counts(roster, MODEL) == [1]
    recognizers.rollback("pack")


def test_that_nothing_is_added_for_a_candidate_that_was_discarded(
    roster: SqlRoster, recognizers: SqlRecognizers
) -> None:
    enrol(roster, "ann", 1)
    recognizers.set_candidate("new")
    recognizers.discard()
    assert not embed_all(recognizers, NEW, candidate="new")
    assert not recognizers.mark_prepared("new", NEW)
    assert counts(roster, NEW) == [0]


def test_that_erasing_a_person_removes_the_templates_of_all_recognizers(
    roster: SqlRoster, recognizers: SqlRecognizers, database: Database
) -> None:
    ann = enrol(roster, "ann", 1)
    enrol(roster, "bob", 2)
    for pack_id, model_id in (("new", NEW), ("third", THIRD)):
        promote(recognizers, pack_id, model_id)
    recognizers.set_candidate("fourth")
    embed_all(recognizers, "fourth:bbbbbbbbbbbb", candidate="fourth")
    assert roster.erase("ann")[0] == 3  # in use, before it, candidate
    query = text("SELECT count(*) FROM template WHERE person_id = :id")
    with database.read() as session:
        assert session.scalar(query, {"id": ann.id}) == 0
        assert session.scalar(text("SELECT count(*) FROM template")) == 3


def test_that_another_key_is_noticed_before_anything_changes(roster: SqlRoster, database: Database) -> None:
    ann = enrol(roster, "ann", 1)
    other = SqlRecognizers(database, Cipher(bytes(32)), default_pack="pack")
    with pytest.raises(KeyUnavailable):
        next(other.iter_crops_without(NEW))
    with pytest.raises(KeyUnavailable):
        other.add_templates([Template(ann.id, NEW, unit_vector(1), crop_id=1)])
    assert counts(roster, NEW) == [0]


@pytest.mark.parametrize(
    "change",
    [
        lambda recognizers: recognizers.rollback("pack"),
        lambda recognizers: recognizers.set_candidate("third"),
        lambda recognizers: recognizers.promote("new", NEW),
        lambda recognizers: recognizers.discard(),
    ],
    ids=["rollback", "set_candidate", "promote", "discard"],
)
def test_that_a_locked_database_switches_nothing(
    recognizers: SqlRecognizers,
    database: Database,
    open_database: Callable[..., Database],
    path: Path,
    change: Callable[[SqlRecognizers], object],
) -> None:
    promote(recognizers, "new", NEW)
    impatient = SqlRecognizers(open_database(path, busy_timeout_ms=1), Cipher(KEY), default_pack="pack")

    def hold(session: Session) -> None:
        session.connection()  # begins the transaction
        with pytest.raises(DatabaseLocked):
            change(impatient)

    database.write(hold)
    assert impatient.choice() == RecognizerChoice("new", previous="pack")
