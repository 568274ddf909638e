from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.events import added_event_id, effective_events
from attendance.core.types import CheckIn, Direction
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.disputed_repository import SqlDisputedCrops
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.errors.hours import CorrectionRefused
from attendance.services.hours.corrections import CorrectionService
from tests.fakes import FakeClock

pytestmark = pytest.mark.knows_date

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CROP = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
WHY = {"reason": "forgot", "by": "desk"}


class World:
    def __init__(self, folder: Path, *, two_person_rule: bool) -> None:
        self.clock = FakeClock(START)
        self.database = Database(folder / "attendance.db")
        self.database.open()
        cipher = Cipher(bytes(32))
        self.roster = SqlRoster(self.database, cipher, keep_crops=lambda: True)
        self.ann, self.bob = (
            self.roster.enrol(code=code, name=code, templates=[], model_id="m").id for code in ("ann", "bob")
        )
        self.log = SqlCheckInLog(self.database)
        self.rows = SqlCorrections(self.database)
        self.disputed = SqlDisputedCrops(self.database, cipher)
        self.service = CorrectionService(
            self.rows, self.log, self.clock, account="anna", two_person_rule=two_person_rule, disputed=self.disputed
        )

    def event(self, event_id: str = "e", person_id: int | None = None, *, made_by: str = "kiosk") -> CheckIn:
        person_id = self.ann if person_id is None else person_id
        event = CheckIn(event_id, person_id, START, 0, Direction.IN, 0.6, 0.2, "door", "pack:1", made_by)
        return self.log.append(event).result()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, two_person_rule=False)
    yield made
    made.database.close()


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, two_person_rule=True)
    yield made
    made.database.close()


def refused(words: str) -> pytest.RaisesExc[CorrectionRefused]:
    return pytest.raises(CorrectionRefused, match=words)


# --- what is made ------------------------------------------------------------------------------------


def test_that_an_entry_by_hand_is_a_correction_and_no_check_in(world: World) -> None:
    at = START - timedelta(hours=1)
    made = world.service.add_event(world.ann, at, Direction.BREAK_END, reason="  forgot\n it ", by=" desk ")
    assert (made.kind, made.person_id, made.at_utc, made.direction) == (
        CorrectionKind.ADD,
        world.ann,
        at,
        Direction.BREAK_END,
    )
    assert (made.reason, made.requested_by, made.decided_by) == ("forgot it", "desk", "desk")
    assert (made.state, made.requested_utc, made.decided_utc) == (CorrectionState.APPROVED, START, START)
    assert world.log.count() == 0
    assert world.rows.by_id(made.correction_id) == made


def test_that_a_move_says_time_and_direction_even_where_one_stays(world: World) -> None:
    world.event()
    made = world.service.move_event("e", direction=Direction.OUT, **WHY)
    assert (made.at_utc, made.direction, made.person_id) == (START, Direction.OUT, world.ann)
    again = world.service.move_event("e", at_utc=START - timedelta(minutes=5), **WHY)
    assert (again.at_utc, again.direction) == (START - timedelta(minutes=5), Direction.OUT)
    assert world.log.get("e") == world.event()  # the check-in itself is what it was
    assert world.rows.for_event("e") == [made, again]


def test_that_hours_read_corrections_as_the_service_means_them(world: World) -> None:
    event = world.event()
    world.service.move_event("e", at_utc=START - timedelta(minutes=5), **WHY)
    world.service.reassign("e", new_person_id=world.bob, **WHY)
    added = world.service.add_event(world.ann, START, Direction.OUT, **WHY)
    world.service.void_event(added_event_id(added.correction_id), **WHY)
    end = START + timedelta(days=1)
    found = world.rows.for_range(START, end, first_day=START.date(), last_day=START.date())
    counting = [e for e in effective_events([event], found) if not e.is_void]
    assert [(e.person_id, e.at_utc, e.direction) for e in counting] == [
        (world.bob, START - timedelta(minutes=5), Direction.IN)
    ]


def test_that_leave_is_booked_by_day(world: World) -> None:
    made = world.service.leave(world.ann, date(2026, 3, 4), date(2026, 3, 6), leave_kind="sick", half=True, **WHY)
    assert (made.first_day, made.last_day, made.leave_kind, made.leave_half) == (
        date(2026, 3, 4),
        date(2026, 3, 6),
        "sick",
        True,
    )


# --- what is refused ---------------------------------------------------------------------------------


def test_that_nonsense_is_refused_in_one_sentence(world: World) -> None:
    world.event()
    service, later = world.service, START + timedelta(seconds=1)
    with refused("no event none"):
        service.void_event("none", **WHY)
    with refused("no event correction:none"):
        service.void_event("correction:none", **WHY)
    with refused("in the future"):
        service.add_event(world.ann, later, Direction.IN, **WHY)
    with refused("in the future"):
        service.move_event("e", at_utc=later, **WHY)
    with refused("already"):
        service.move_event("e", at_utc=START, **WHY)
    with refused("needs a reason"):
        service.void_event("e", reason=" \n", by="desk")
    with refused("longer than 1000"):
        service.void_event("e", reason="x" * 1001, by="desk")
    with refused("name of who"):
        service.void_event("e", reason="x", by=" ")
    with refused("does not exist"):
        service.add_event(999, START, Direction.IN, **WHY)
    with refused("this person's already"):
        service.reassign("e", new_person_id=world.ann, **WHY)
    with refused("no correction none"):
        service.approve("none", by="boss")
    with pytest.raises(ValueError, match="aware"):
        service.add_event(world.ann, datetime(2026, 3, 2), Direction.IN, **WHY)  # noqa: DTZ001
    assert world.rows.for_event("e") == world.rows.all_open() == []


def test_that_a_void_event_is_not_corrected_again_until_that_is_withdrawn(world: World) -> None:
    world.event()
    made = world.service.void_event("e", **WHY)
    for again in (world.service.void_event, world.service.move_event, world.service.reassign):
        with refused("void already"):
            again("e", **WHY)
    assert world.service.reject(made.correction_id, by="desk").state is CorrectionState.REJECTED
    world.service.void_event("e", **WHY)


@pytest.mark.parametrize(
    ("first", "last", "kind", "words"),
    [
        (date(2026, 3, 5), date(2026, 3, 4), "leave", "before the first"),
        (date(2026, 3, 5), date(2028, 3, 4), "leave", "longer than 366 days"),
        (date(2026, 3, 5), date(2026, 3, 5), " ", "kind of leave"),
        (date(2026, 3, 10), date(2026, 3, 12), "leave", "2026-03-12 to 2026-03-13"),
    ],
)
def test_that_leave_that_makes_no_sense_is_refused(
    world: World, first: date, last: date, kind: str, words: str
) -> None:
    world.service.leave(world.ann, date(2026, 3, 12), date(2026, 3, 13), leave_kind="leave", **WHY)
    with refused(words):
        world.service.leave(world.ann, first, last, leave_kind=kind, **WHY)
    world.service.leave(world.bob, date(2026, 3, 12), date(2026, 3, 12), leave_kind="leave", **WHY)


def test_that_an_unlucky_clock_does_not_open_the_door_to_old_events(world: World) -> None:
    world.event()
    world.clock.set_utc(START - timedelta(seconds=11))
    with refused("too late"):
        world.service.undo("e")


# --- the two-person rule -----------------------------------------------------------------------------


def test_that_somebody_else_must_approve(strict: World) -> None:
    strict.event()
    made = strict.service.void_event("e", reason="x", by="Zoë Müller")
    assert (made.state, made.decided_by) == (CorrectionState.REQUESTED, "")
    assert strict.rows.all_open() == [made]
    for same in ("Zoë Müller", "ZOË  MÜLLER", " zoë müller "):
        with refused("cannot approve"):
            strict.service.approve(made.correction_id, by=same)
    strict.clock.advance(60)
    done = strict.service.approve(made.correction_id, by="boss")
    assert (done.state, done.decided_by, done.decided_utc) == (
        CorrectionState.APPROVED,
        "boss",
        START + timedelta(seconds=60),
    )
    assert strict.rows.all_open() == []
    with refused("approved already"):
        strict.service.approve(made.correction_id, by="another")


def test_that_another_name_does_not_help_who_gave_none(strict: World) -> None:
    """The window gives the account alone; what the account asked for under a name on the command line is its own."""
    named = strict.service.add_event(strict.ann, START, Direction.IN, reason="x", by="boss")
    unnamed = strict.service.add_event(strict.bob, START, Direction.IN, reason="x", by="anna")
    for made, by in ((named, "anna"), (unnamed, "boss")):
        with refused("cannot approve"):
            strict.service.approve(made.correction_id, by=by)


def test_that_another_account_may_approve_under_the_same_name(strict: World) -> None:
    made = strict.service.add_event(strict.ann, START, Direction.IN, reason="x", by="office")
    other = CorrectionService(strict.rows, strict.log, strict.clock, account="bert", two_person_rule=True)
    done = other.approve(made.correction_id, by="office")
    assert (done.asked.shown, done.decided.shown) == ("anna (office)", "bert (office)")
    assert strict.rows.by_id(made.correction_id) == done


def test_that_nobody_is_the_kiosk_by_saying_so(world: World) -> None:
    made = world.service.add_event(world.ann, START, Direction.IN, reason="x", by="kiosk")
    assert (made.asked.account, made.asked.shown) == ("anna", "anna (kiosk)")
    world.event()
    undone = world.service.undo("e")
    assert (undone.asked.account, undone.decided.shown) == ("kiosk", "kiosk")


def test_that_a_request_can_be_withdrawn_by_who_made_it_and_stays_rejected(strict: World) -> None:
    made = strict.service.add_event(strict.ann, START, Direction.IN, **WHY)
    assert strict.service.reject(made.correction_id, by="desk").state is CorrectionState.REJECTED
    for decide in (strict.service.approve, strict.service.reject):
        with refused("rejected already"):
            decide(made.correction_id, by="boss")
    with refused("is void already"):
        strict.service.move_event(added_event_id(made.correction_id), direction=Direction.OUT, **WHY)


def test_that_a_request_changes_nothing_yet(strict: World) -> None:
    strict.event()
    strict.service.void_event("e", **WHY)
    made = strict.service.move_event("e", direction=Direction.OUT, **WHY)
    assert made.state is CorrectionState.REQUESTED


def test_that_a_provisional_entry_of_a_rule_counts_and_waits(strict: World) -> None:
    made = strict.service.add_event(
        strict.ann, START, Direction.OUT, reason="no check-out", by="rule: end of day", provisional=True
    )
    assert made.state is CorrectionState.PROVISIONAL
    assert strict.service.approve(made.correction_id, by="boss").state is CorrectionState.APPROVED


# --- at the kiosk ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["world", "strict"])
def test_that_a_check_in_can_be_undone_for_ten_seconds_and_disputed_for_thirty(
    rule: str, request: pytest.FixtureRequest
) -> None:
    here: World = request.getfixturevalue(rule)
    here.event("first")
    here.clock.advance(10)
    made = here.service.undo("first")
    assert (made.kind, made.state, made.requested_by) == (CorrectionKind.VOID, CorrectionState.APPROVED, "kiosk")
    with refused("void already"):
        here.service.undo("first")
    here.event("second")
    here.clock.advance(0.001)
    with refused("too late"):
        here.service.undo("second")
    here.clock.advance(19.999)
    here.service.dispute("second")
    here.event("third")
    here.clock.advance(0.001)
    with refused("too late"):
        here.service.dispute("third")


def test_that_the_kiosk_takes_back_only_what_it_made(world: World) -> None:
    world.event(made_by="desk")
    with refused("not made at the kiosk"):
        world.service.undo("e")
    added = world.service.add_event(world.ann, START, Direction.IN, **WHY)
    with refused("not made at the kiosk"):
        world.service.undo(added_event_id(added.correction_id))


@pytest.mark.parametrize(("may_keep", "kept"), [(True, 1), (False, 0)])
def test_that_a_disputed_face_is_kept_with_consent_only(world: World, may_keep: bool, kept: int) -> None:
    world.event()
    made = world.service.dispute("e", crop_bgr=CROP, may_keep=may_keep)
    assert (made.kind, made.state, made.person_id, made.new_person_id) == (
        CorrectionKind.REASSIGN,
        CorrectionState.PROVISIONAL,
        world.ann,
        None,
    )
    assert world.disputed.count() == kept


def test_that_a_kept_face_says_whom_it_was_taken_for_and_whom_it_shows(world: World) -> None:
    world.event()
    world.service.reassign("e", new_person_id=world.bob, crop_bgr=CROP, may_keep=True, **WHY)
    (found,) = world.disputed.iter()
    np.testing.assert_array_equal(found.crop_bgr, CROP)
    assert (found.person_id, found.shown_person_id, found.similarity, found.at_utc, found.model_id) == (
        world.ann,
        world.bob,
        0.6,
        START,
        "pack:1",
    )


@pytest.mark.parametrize("code", ["ann", "bob"])
def test_that_a_disputed_face_goes_with_either_person(world: World, code: str) -> None:
    world.event()
    made: Correction = world.service.reassign("e", new_person_id=world.bob, crop_bgr=CROP, may_keep=True, **WHY)
    world.roster.erase(code)
    assert world.disputed.count() == 0
    left = world.rows.by_id(made.correction_id)
    assert left is not None
    assert (left.person_id, left.new_person_id) == ((None, world.bob) if code == "ann" else (world.ann, None))
    assert left.reason == "(erased)"
