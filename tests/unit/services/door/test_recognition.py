from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.quality import KioskGate
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import Decision, DecisionKind, Direction, Frame, FrameResult, LivenessState
from attendance.errors.storage import DatabaseLocked, StorageError
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.recognition import RecognitionPipeline
from attendance.services.door.visits import Meaning
from tests.fakes import MODEL_ID, START_UTC, FakeAntiSpoof, FakeClock, FakePack, ScriptedFace, picture
from tests.in_memory import InMemoryRoster

STRANGER = 40
VOTES = 3
MAX_ATTEMPTS = 6
FULL_EVERY = 5
"""Frames within which somebody new is found beside somebody known."""

LEFT = (10, 60, 110, 180)
RIGHT = (200, 60, 300, 180)


@dataclass
class Bench:
    """A pipeline over fakes, fed face by face."""

    anti_spoof: FakeAntiSpoof | None = None
    max_faces: int = 4
    frame_s: float = 0.1
    roster: InMemoryRoster = field(default_factory=InMemoryRoster)
    pack: FakePack = field(default_factory=FakePack)
    clock: FakeClock = field(default_factory=FakeClock)
    meaning: Meaning = field(default_factory=lambda: Meaning(DecisionKind.WELCOME, Direction.IN))
    failure: StorageError | None = None
    asked: list[tuple[int, datetime, float]] = field(default_factory=list)
    rules_for: list[GallerySize] = field(default_factory=list)
    index: int = 0

    def __post_init__(self) -> None:
        self.ada = self.roster.add("Ada", 1).id
        self.grace = self.roster.add("Grace", 2).id
        self.pipeline = RecognitionPipeline(
            self.pack,
            GalleryKeeper(self.roster, MODEL_ID),
            rules=self.rules,
            gate=KioskGate(),
            classify=self.classify,
            anti_spoof=self.anti_spoof,
            max_faces=self.max_faces,
        )

    def rules(self, size: GallerySize) -> DecisionRules:
        self.rules_for.append(size)
        return DecisionRules(threshold=0.5, votes=VOTES, window=5, max_attempts=MAX_ATTEMPTS)

    def classify(self, person_id: int, at_utc: datetime, mono_s: float) -> Meaning:
        self.asked.append((person_id, at_utc, mono_s))
        if self.failure is not None:
            raise self.failure
        return self.meaning

    def show(self, *faces: ScriptedFace) -> FrameResult:
        self.clock.advance(self.frame_s)
        image = picture(*faces, seed=self.index)
        frame = Frame(image, self.clock.now_utc(), self.clock.mono_s(), self.index)
        self.index += 1
        return self.pipeline.process(frame)

    def show_for(self, frames: int, *faces: ScriptedFace) -> list[FrameResult]:
        return [self.show(*faces) for _ in range(frames)]


def decisions(results: Sequence[FrameResult]) -> list[Decision]:
    return [decision for result in results for decision in result.decisions]


def kinds(results: Sequence[FrameResult]) -> list[DecisionKind]:
    return [decision.kind for decision in decisions(results)]


def test_that_enough_agreeing_frames_make_one_welcome() -> None:
    bench = Bench()
    results = bench.show_for(20, ScriptedFace(1))

    assert [len(result.decisions) for result in results] == [0, 0, 1] + [0] * 17
    decision = results[2].decisions[0]
    assert decision.kind is DecisionKind.WELCOME
    assert decision.person_id == bench.ada
    assert decision.similarity == pytest.approx(0.8, abs=1e-6)
    assert decision.margin == pytest.approx(0.8, abs=1e-6)
    assert decision.direction is Direction.IN
    assert decision.at_utc == results[2].captured_utc
    assert decision.agreeing_frames == VOTES
    assert bench.asked == [(bench.ada, decision.at_utc, decision.mono_s)]
    assert results[2].crops_bgr[decision.track_id].shape == (112, 112, 3)
    assert not results[1].crops_bgr


def test_that_the_ring_fills_with_the_agreement_and_the_state_follows_the_decision() -> None:
    bench = Bench()
    views = [result.faces[0] for result in bench.show_for(4, ScriptedFace(1))]

    assert [view.progress for view in views] == pytest.approx([1 / 3, 2 / 3, 1, 1])
    assert [view.state for view in views] == [None, None, DecisionKind.WELCOME, DecisionKind.WELCOME]
    assert len({view.track_id for view in views}) == 1
    assert views[0].box_xyxy_px.tolist() == [100, 60, 220, 200]


def test_that_a_sighting_in_the_cool_down_is_already_in_with_its_earlier_event() -> None:
    bench = Bench(meaning=Meaning(DecisionKind.ALREADY_IN, Direction.IN, START_UTC))
    results = bench.show_for(5, ScriptedFace(1))

    (decision,) = decisions(results)
    assert (decision.kind, decision.since_utc) == (DecisionKind.ALREADY_IN, START_UTC)
    assert decision.person_id == bench.ada
    assert results[-1].faces[0].state is DecisionKind.ALREADY_IN


def test_that_a_stranger_is_unknown_and_never_classified() -> None:
    bench = Bench()
    results = bench.show_for(MAX_ATTEMPTS, ScriptedFace(STRANGER))

    (decision,) = decisions(results)
    assert decision.kind is DecisionKind.UNKNOWN
    assert decision.person_id is None
    assert results[-1].decisions
    assert bench.asked == []


def test_that_an_empty_gallery_knows_nobody() -> None:
    bench = Bench()
    bench.roster.erase("ada")
    bench.roster.erase("grace")

    assert kinds(bench.show_for(MAX_ATTEMPTS, ScriptedFace(1))) == [DecisionKind.UNKNOWN]


def test_that_a_look_alike_without_margin_is_unsure() -> None:
    bench = Bench()
    face = ScriptedFace(1, similarity=0.72, other=2)  # 0.694 to the other person

    assert kinds(bench.show_for(MAX_ATTEMPTS, face)) == [DecisionKind.UNSURE]


@pytest.mark.parametrize(
    ("face", "guidance"),
    [
        (ScriptedFace(1, (100, 100, 150, 160)), DecisionKind.TOO_FAR),
        (ScriptedFace(1, brightness=8), DecisionKind.TOO_DARK),
        (ScriptedFace(1, yaw=0.97), DecisionKind.TURNED_AWAY),
        (ScriptedFace(1), None),
    ],
)
def test_that_a_poor_face_is_guided_and_not_embedded(face: ScriptedFace, guidance: DecisionKind | None) -> None:
    bench = Bench()
    results = bench.show_for(10, face)

    assert {result.guidance for result in results[:2]} == {guidance}
    assert bool(decisions(results)) is (guidance is None)
    assert bool(bench.pack.embedder.batches) is (guidance is None)


def test_that_degenerate_landmarks_count_as_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()

    def refuse(image_bgr: object, landmarks_px: object) -> None:
        raise ValueError("degenerate")

    monkeypatch.setattr(bench.pack.embedder, "align", refuse)

    assert bench.show(ScriptedFace(1)).guidance is DecisionKind.TURNED_AWAY


def test_that_an_empty_picture_says_nothing() -> None:
    result = Bench().show()

    assert (result.faces, result.guidance, result.decisions) == ((), None, ())
    assert result.size_wh == (320, 240)


def test_that_guidance_is_about_the_face_in_front() -> None:
    bench = Bench()
    near = ScriptedFace(STRANGER, RIGHT)
    far = ScriptedFace(1, (20, 100, 60, 150))

    assert bench.show(near, far).guidance is None
    assert bench.show(far, ScriptedFace(2, RIGHT, brightness=8)).guidance is DecisionKind.TOO_DARK


def test_that_of_two_faces_of_about_one_size_the_central_one_is_in_front() -> None:
    central = ScriptedFace(1, (105, 60, 215, 190), brightness=8)
    at_the_edge = ScriptedFace(2, (220, 60, 318, 220))  # a little larger

    assert Bench().show(central, at_the_edge).guidance is DecisionKind.TOO_DARK


def test_that_nobody_is_guided_after_the_acceptance() -> None:
    bench = Bench()
    bench.show_for(VOTES, ScriptedFace(1))
    bench.frame_s = 0.6  # longer than a recheck takes

    assert bench.show(ScriptedFace(1, yaw=0.97)).guidance is None


def test_that_a_crowd_is_asked_to_come_one_by_one() -> None:
    bench = Bench(max_faces=1)
    crowd = (ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))

    assert bench.show(*crowd).guidance is DecisionKind.SEVERAL_FACES
    assert len(bench.show(*crowd).faces) == 1


def test_that_faces_far_in_the_background_are_no_crowd() -> None:
    bench = Bench(max_faces=1)

    assert bench.show(ScriptedFace(1), ScriptedFace(2, (10, 10, 40, 50))).guidance is None


def test_that_two_people_are_embedded_in_one_batch_and_both_accepted() -> None:
    bench = Bench()
    results = bench.show_for(VOTES, ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))

    assert {decision.person_id for decision in decisions(results)} == {bench.ada, bench.grace}
    assert bench.pack.embedder.batches == [2] * VOTES


def test_that_of_two_faces_of_one_person_the_better_one_wins() -> None:
    bench = Bench()
    results = bench.show_for(VOTES, ScriptedFace(1, LEFT, similarity=0.7), ScriptedFace(1, RIGHT, similarity=0.9))

    by_kind = {decision.kind: decision for decision in decisions(results)}
    assert by_kind[DecisionKind.WELCOME].similarity == pytest.approx(0.9, abs=1e-6)
    assert by_kind[DecisionKind.UNSURE].similarity == pytest.approx(0.7, abs=1e-6)
    assert by_kind[DecisionKind.UNSURE].person_id is None
    assert len(bench.asked) == 1


def test_that_a_second_face_of_an_accepted_person_is_unsure_even_when_it_is_better() -> None:
    bench = Bench()
    bench.show_for(VOTES, ScriptedFace(1, LEFT, similarity=0.7))
    both = ScriptedFace(1, LEFT, similarity=0.7), ScriptedFace(1, RIGHT, similarity=0.9)
    results = bench.show_for(VOTES + FULL_EVERY, *both)

    assert kinds(results) == [DecisionKind.UNSURE]
    assert len(bench.asked) == 1


def test_that_a_moving_face_keeps_its_track() -> None:
    bench = Bench()
    results = [bench.show(ScriptedFace(1).moved(6 * step)) for step in range(VOTES)]

    assert kinds(results) == [DecisionKind.WELCOME]


def test_that_an_accepted_face_is_embedded_only_now_and_then() -> None:
    bench = Bench()
    bench.show_for(VOTES, ScriptedFace(1))
    before = len(bench.pack.embedder.batches)
    bench.show_for(20, ScriptedFace(1))  # 2 s

    assert len(bench.pack.embedder.batches) - before == 4


def test_that_an_unknown_face_is_left_alone_until_the_retry() -> None:
    bench = Bench()
    bench.show_for(MAX_ATTEMPTS, ScriptedFace(STRANGER))
    before = len(bench.pack.embedder.batches)
    waiting = bench.show_for(29, ScriptedFace(STRANGER))
    assert len(bench.pack.embedder.batches) == before
    assert waiting[-1].faces[0].state is DecisionKind.UNKNOWN

    again = bench.show_for(MAX_ATTEMPTS + 1, ScriptedFace(STRANGER))

    assert kinds(again) == [DecisionKind.UNKNOWN]


def test_that_somebody_who_takes_over_a_track_is_noticed() -> None:
    bench = Bench()
    bench.show_for(VOTES, ScriptedFace(1))
    results = bench.show_for(10, ScriptedFace(2))

    assert [decision.person_id for decision in decisions(results)] == [bench.grace]
    # One recheck after at most half a second, then every frame until it is clear.
    assert any(result.decisions for result in results[: 5 + VOTES])


def test_that_the_same_person_is_judged_anew_after_leaving() -> None:
    bench = Bench()
    first = decisions(bench.show_for(VOTES, ScriptedFace(1)))[0]
    bench.show_for(15)  # 1.5 s of an empty room
    second = decisions(bench.show_for(VOTES, ScriptedFace(1)))[0]

    assert first.track_id != second.track_id
    assert len(bench.asked) == 2


def test_that_what_is_kept_of_tracks_does_not_grow() -> None:
    bench = Bench(frame_s=2.0)
    for number in range(50):
        bench.show(ScriptedFace(1, (10 + 3 * number, 60, 110 + 3 * number, 180)))

    assert len(bench.pipeline._tracks) == 1


def test_that_a_new_colleague_is_known_within_two_seconds_and_the_rules_follow() -> None:
    bench = Bench()
    assert kinds(bench.show_for(MAX_ATTEMPTS, ScriptedFace(3))) == [DecisionKind.UNKNOWN]
    linus = bench.roster.add("Linus", 3)

    results = bench.show_for(60, ScriptedFace(3))

    assert [d.person_id for d in decisions(results) if d.kind is DecisionKind.WELCOME] == [linus.id]
    assert [size.templates for size in bench.rules_for] == [2, 3]


def test_that_an_unreadable_roster_leaves_the_old_gallery_in_use() -> None:
    bench = Bench()
    bench.roster.failure = DatabaseLocked(path="attendance.db")

    assert kinds(bench.show_for(VOTES, ScriptedFace(1))) == [DecisionKind.WELCOME]


def test_that_an_acceptance_that_cannot_be_looked_up_is_reached_again() -> None:
    bench = Bench(failure=DatabaseLocked(path="attendance.db"))
    faces = (ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))
    bench.show_for(VOTES - 1, *faces)
    for _ in range(3):
        with pytest.raises(DatabaseLocked):
            bench.show(*faces)
    bench.failure = None

    results = bench.show_for(2, *faces)

    assert {decision.person_id for decision in decisions(results)} == {bench.ada, bench.grace}
    assert len(decisions(results)) == 2


def test_that_a_face_that_is_not_live_is_never_compared() -> None:
    bench = Bench(anti_spoof=FakeAntiSpoof(LivenessState.NOT_LIVE))
    results = bench.show_for(MAX_ATTEMPTS, ScriptedFace(1))

    assert kinds(results) == [DecisionKind.NOT_LIVE]
    assert bench.pack.embedder.batches == []
    assert "liveness" in results[0].timings_ms


def test_that_a_live_face_is_welcome() -> None:
    bench = Bench(anti_spoof=FakeAntiSpoof())

    assert kinds(bench.show_for(VOTES, ScriptedFace(1))) == [DecisionKind.WELCOME]


def test_that_every_stage_is_timed() -> None:
    timings = Bench().show(ScriptedFace(1)).timings_ms

    assert set(timings) == {"detect", "align", "embed", "match", "decide", "total"}
    stages = [value for stage, value in timings.items() if stage != "total"]
    assert timings["total"] == pytest.approx(sum(stages))
    assert min(stages) >= 0


def test_that_a_gallery_of_another_recognizer_is_refused() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="other:1"):
        RecognitionPipeline(
            FakePack("other:1"),
            GalleryKeeper(bench.roster, MODEL_ID),
            rules=bench.rules,
            gate=KioskGate(),
            classify=bench.classify,
        )


def test_that_a_passer_by_behind_is_neither_outlined_nor_judged() -> None:
    bench = Bench()
    behind = ScriptedFace(2, (240, 60, 290, 120))
    results = bench.show_for(MAX_ATTEMPTS * 2, ScriptedFace(1), behind)

    assert [decision.person_id for decision in decisions(results)] == [bench.ada]
    assert all(len(result.faces) == 1 for result in results)


def test_that_who_walks_past_is_not_checked_in_and_who_then_stops_is() -> None:
    bench = Bench()
    start = ScriptedFace(1, (0, 60, 80, 150))
    walking = [bench.show(start.moved(30 * step)) for step in range(8)]
    assert decisions(walking) == []
    assert [len(result.faces) for result in walking] == [1] + [0] * 7

    assert kinds(bench.show_for(2 * VOTES, start.moved(7 * 30))) == [DecisionKind.WELCOME]


def test_that_somebody_accepted_stays_outlined_while_they_walk_away() -> None:
    bench = Bench()
    bench.show_for(VOTES, ScriptedFace(1, (0, 60, 100, 180)))
    away = [bench.show(ScriptedFace(1, (40 * step, 60, 40 * step + 100, 180))) for step in range(1, 6)]

    assert [[view.state for view in result.faces] for result in away] == [[DecisionKind.WELCOME]] * 5
