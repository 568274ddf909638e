"""A face that confirms a badge or PIN, look-alikes, badges in the picture, and a check-in without a face."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from attendance.core.check_in_method import CheckInMethod
from attendance.core.credentials.badge import badge_text, is_badge_text
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.quality import KioskGate
from attendance.core.types import Decision, DecisionKind, Direction, Frame, ImageBgr
from attendance.services.door import badge_reader
from attendance.services.door.badge_reader import BadgeReader
from attendance.services.door.engine import KioskEngine
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.recognition import Expected, RecognitionPipeline
from attendance.services.door.visits import Meaning
from tests.door_parts import make_door
from tests.fake_door import FakeSource, RecordingListener
from tests.fakes import MODEL_ID, START_UTC, WAIT_S, FakeClock, FakePack, ScriptedFace, picture
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster

BADGE = badge_text(bytes(20))
RULES = DecisionRules(threshold=0.5, margin=0.05, votes=3, window=5, max_attempts=6)


@dataclass
class Bench:
    """A pipeline over fakes that knows Ada (1), Grace (2) and whoever a test adds."""

    only_expected: bool = False
    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    clock: FakeClock = field(default_factory=FakeClock)
    pack: FakePack = field(default_factory=FakePack)
    asked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ada = self.roster.add("Ada", 1).id
        self.grace = self.roster.add("Grace", 2).id
        self.pipeline = self.make()

    def make(self) -> RecognitionPipeline:
        return RecognitionPipeline(
            self.pack,
            GalleryKeeper(self.roster, MODEL_ID),
            rules=lambda _size: RULES,
            gate=KioskGate(),
            classify=lambda person_id, *_: self._classify(person_id),
            only_expected=self.only_expected,
        )

    def _classify(self, person_id: int) -> Meaning:
        self.asked.append(person_id)
        return Meaning(DecisionKind.WELCOME, Direction.IN)

    def show(self, frames: int, *faces: ScriptedFace) -> list[Decision]:
        found: list[Decision] = []
        for _ in range(frames):
            self.clock.advance(0.1)
            image = picture(*faces, seed=int(self.clock.mono_s() * 10))
            result = self.pipeline.process(Frame(image, self.clock.now_utc(), self.clock.mono_s(), 0))
            found += result.decisions
        return found


def test_that_the_face_of_the_expected_person_confirms_and_says_by_what() -> None:
    bench = Bench(only_expected=True)
    assert bench.show(10, ScriptedFace(1)) == []
    assert bench.pack.fake_detector.calls == 0  # a door of one to one looks at nobody who did not say who they are

    bench.pipeline.expect(Expected(bench.ada, CheckInMethod.BADGE_FACE))
    (decision,) = bench.show(10, ScriptedFace(1))

    assert (decision.kind, decision.person_id) == (DecisionKind.WELCOME, bench.ada)
    assert decision.method is CheckInMethod.BADGE_FACE
    assert bench.show(10, ScriptedFace(1)) == []  # one badge, one check-in


def test_that_the_face_of_somebody_else_confirms_nothing_however_well_it_is_known() -> None:
    bench = Bench()
    bench.pipeline.expect(Expected(bench.ada, CheckInMethod.BADGE_FACE))
    decisions = bench.show(RULES.max_attempts, ScriptedFace(2, similarity=0.99))
    assert [(d.kind, d.person_id, d.method) for d in decisions] == [
        (DecisionKind.UNKNOWN, None, CheckInMethod.BADGE_FACE)
    ]
    assert bench.asked == []


def test_that_somebody_without_a_template_is_confirmed_by_no_face() -> None:
    bench = Bench()
    bench.roster.add("Linus")
    linus = bench.roster.get_by_code("linus").id
    bench.pipeline.expect(Expected(linus, CheckInMethod.BADGE_FACE))
    assert [d.kind for d in bench.show(RULES.max_attempts, ScriptedFace(1))] == [DecisionKind.UNKNOWN]


def test_that_a_face_that_was_refused_or_known_before_is_judged_anew_for_a_badge() -> None:
    bench = Bench()
    assert [d.method for d in bench.show(5, ScriptedFace(1))] == [CheckInMethod.FACE]
    bench.pipeline.expect(Expected(bench.ada, CheckInMethod.PIN_FACE))
    assert [d.method for d in bench.show(5, ScriptedFace(1))] == [CheckInMethod.PIN_FACE]


def test_that_everybody_is_looked_for_again_when_nobody_is_expected_any_more() -> None:
    bench = Bench()
    bench.pipeline.expect(Expected(bench.ada, CheckInMethod.BADGE_FACE))
    assert bench.show(2, ScriptedFace(2)) == []
    bench.pipeline.expect(None)
    (decision,) = bench.show(5, ScriptedFace(2))
    assert (decision.person_id, decision.method) == (bench.grace, CheckInMethod.FACE)


def with_twins() -> Bench:
    """Ada and Eve, whose templates are nearer than threshold and margin; Grace is like nobody."""
    bench = Bench()
    rows, ids = bench.roster.load_templates(MODEL_ID)
    near = np.float32(0.46) * rows[ids.index(bench.ada)]
    near[40] = np.sqrt(np.float32(1) - near @ near)
    bench.roster.enrol(code="eve", name="Eve", templates=[(near, None)], model_id=MODEL_ID)
    bench.pipeline = bench.make()
    return bench


def test_that_look_alikes_and_only_they_are_asked_for_their_pin() -> None:
    bench = with_twins()
    (ada,) = bench.show(5, ScriptedFace(1))
    (grace,) = bench.show(5, ScriptedFace(2, box=(200, 60, 300, 180)))
    assert (ada.kind, ada.person_id, ada.direction) == (DecisionKind.ASK_PIN, bench.ada, None)
    assert (grace.kind, grace.person_id) == (DecisionKind.WELCOME, bench.grace)
    assert bench.asked == [bench.grace]  # nothing is booked or looked up before the PIN


def test_that_a_look_alike_with_a_badge_is_not_asked_again() -> None:
    bench = with_twins()
    bench.pipeline.expect(Expected(bench.ada, CheckInMethod.BADGE_FACE))
    assert [d.kind for d in bench.show(5, ScriptedFace(1))] == [DecisionKind.WELCOME]


# --- badges in the picture ---------------------------------------------------------------------------


@dataclass
class Pictures:
    """What a reader finds in each picture, by its time."""

    codes: tuple[str, ...] = ()
    looked: int = 0

    def read(self, _image_bgr: ImageBgr) -> tuple[str, ...]:
        self.looked += 1
        return self.codes


def look(reader: BadgeReader, at_s: float, *, is_wanted: bool) -> list[str]:
    return reader.look(Frame(np.zeros((4, 4, 3), np.uint8), START_UTC, at_s, 0), is_wanted=is_wanted)


def test_that_a_badge_is_told_once_while_it_is_held_and_again_afterwards() -> None:
    found = Pictures((BADGE,))
    reader = BadgeReader(found.read, is_badge=is_badge_text)
    assert look(reader, 1.0, is_wanted=True) == [BADGE]
    assert look(reader, 2.0, is_wanted=True) == []
    found.codes = ()
    assert look(reader, 3.0, is_wanted=True) == []
    found.codes = (BADGE,)
    assert look(reader, 6.0, is_wanted=True) == [BADGE]


def test_that_a_badge_that_is_held_already_is_told_when_it_is_asked_for() -> None:
    reader = BadgeReader(Pictures((BADGE,)).read, is_badge=is_badge_text)
    assert look(reader, 1.0, is_wanted=False) == [BADGE]
    assert look(reader, 2.0, is_wanted=True) == [BADGE]


def test_that_foreign_codes_are_told_only_when_a_badge_is_asked_for() -> None:
    reader = BadgeReader(Pictures(("https://example.com",)).read, is_badge=is_badge_text)
    assert look(reader, 1.0, is_wanted=False) == []
    assert look(reader, 2.0, is_wanted=True) == ["https://example.com"]


@pytest.mark.parametrize(
    ("is_wanted", "every_s"), [(False, badge_reader.WAITING_EVERY_S), (True, badge_reader.WANTED_EVERY_S)]
)
def test_that_not_every_picture_is_searched(is_wanted: bool, every_s: float) -> None:
    found = Pictures()
    reader = BadgeReader(found.read, is_badge=is_badge_text)
    for number in range(300):  # ten seconds at 30 pictures a second
        look(reader, number / 30, is_wanted=is_wanted)
    assert 0.7 * 10 / every_s <= found.looked <= 10 / every_s + 1


# --- the engine --------------------------------------------------------------------------------------


def test_that_a_check_in_without_a_face_is_booked_like_any_and_notes_how() -> None:
    roster, log, clock, listener = InMemoryRoster(), InMemoryCheckInLog(), FakeClock(), RecordingListener()
    roster.add("Ada", 1)
    linus = roster.add("Linus")
    door = make_door(log, clock, zone=ZoneInfo("Europe/Berlin"), model_id=MODEL_ID)
    pack = FakePack()
    pipeline = RecognitionPipeline(
        pack, GalleryKeeper(roster, MODEL_ID), rules=lambda _: RULES, gate=KioskGate(), classify=door.visits.classify
    )
    found = Pictures((BADGE,))
    engine = KioskEngine(
        lambda: FakeSource([()] * 3, clock=clock),
        pipeline,
        door.visits,
        door.queue,
        roster,
        listener,
        lossless=True,
        badges=BadgeReader(found.read, is_badge=is_badge_text),
    )
    engine.read_badges(True)
    engine.start()
    assert engine.wait(WAIT_S)
    assert listener.badges == [BADGE]

    engine.admit(linus, CheckInMethod.BADGE_PIN)
    engine.admit(linus, CheckInMethod.PIN)  # within the cool-down
    assert engine.wait(WAIT_S)
    engine.stop()

    (event,) = log.events
    assert (event.person_id, event.direction, event.method) == (linus.id, Direction.IN, CheckInMethod.BADGE_PIN)
    assert (event.similarity, event.margin, event.model_id) == (None, None, "")
    kinds = [cast(DecisionKind, notice.decision.kind) for notice in listener.notices]
    assert sorted(kinds) == sorted([DecisionKind.WELCOME, DecisionKind.ALREADY_IN])
    assert all(notice.person == linus for notice in listener.notices)
