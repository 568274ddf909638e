"""Frames to decisions: what is accepted, what is given up, and what can never happen."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.recognition.decision import DecisionRules, Observation, TrackState, Verdict, judge, progress
from attendance.core.types import DecisionKind, LivenessState, Match

RULES = DecisionRules(threshold=0.5, margin=0.05, votes=3, window=5, max_attempts=6, retry_after_s=3.0)
NAN = float("nan")


def _match(person_id: int | None = 1, similarity: float = 0.8, runner_up: float = 0.1) -> Match:
    return Match(person_id, similarity, runner_up)


def _seen(
    match: Match | None,
    mono_s: float = 0.0,
    rejected: DecisionKind | None = None,
    liveness: LivenessState = LivenessState.UNCHECKED,
) -> Observation:
    return Observation(mono_s, match, rejected, liveness)


def _run(
    observations: Iterable[Observation], rules: DecisionRules = RULES, state: TrackState | None = None
) -> tuple[TrackState, list[Verdict | None]]:
    state = state or TrackState()
    verdicts = []
    for observation in observations:
        state, verdict = judge(state, observation, rules)
        verdicts.append(verdict)
    return state, verdicts


KNOWN = _seen(_match())
STRANGER = _seen(_match(similarity=0.2))
NEAR_MISS = _seen(_match(similarity=0.47))
LOOK_ALIKE = _seen(_match(similarity=0.8, runner_up=0.78))
PHOTO = _seen(_match(), liveness=LivenessState.NOT_LIVE)


def test_that_a_person_is_accepted_at_the_third_agreeing_frame() -> None:
    state, verdicts = _run([KNOWN] * 3)
    assert verdicts == [None, None, Verdict(DecisionKind.WELCOME, 1, 0.8, pytest.approx(0.7), 3)]
    assert (state.settled, state.person_id) == (DecisionKind.WELCOME, 1)


def test_that_agreeing_frames_need_not_follow_each_other() -> None:
    _, verdicts = _run([KNOWN, STRANGER, KNOWN, STRANGER, KNOWN])
    assert [v is not None for v in verdicts] == [False, False, False, False, True]
    assert verdicts[-1] is not None
    assert verdicts[-1].agreeing_frames == 3


def test_that_a_vote_older_than_the_window_is_forgotten() -> None:
    state, verdicts = _run([KNOWN, KNOWN, STRANGER, STRANGER, STRANGER, KNOWN], DecisionRules(0.5, max_attempts=50))
    assert verdicts == [None] * 6
    assert state.recent == (1, None, None, None, 1)


def test_that_votes_for_different_people_do_not_add_up() -> None:
    other = _seen(_match(2))
    _, verdicts = _run([KNOWN, other, KNOWN, other])
    assert verdicts == [None] * 4


def test_that_the_threshold_and_the_margin_themselves_are_enough() -> None:
    at_limits = _seen(Match(1, 0.5, 0.25))
    rules = DecisionRules(threshold=0.5, margin=0.25)
    assert _run([at_limits] * 3, rules)[1][-1] == Verdict(DecisionKind.WELCOME, 1, 0.5, 0.25, 3)


def test_that_one_vote_is_enough_when_the_rules_say_so() -> None:
    _, verdicts = _run([KNOWN], DecisionRules(0.5, votes=1, window=1))
    assert verdicts[0] is not None


@pytest.mark.parametrize("kind", [DecisionKind.TOO_FAR, DecisionKind.TOO_DARK, DecisionKind.TURNED_AWAY])
def test_that_a_frame_the_gate_rejected_changes_nothing(kind: DecisionKind) -> None:
    state, _ = _run([KNOWN, KNOWN])
    assert judge(state, _seen(_match(), rejected=kind), RULES) == (state, None)
    assert judge(state, _seen(None, rejected=kind, liveness=LivenessState.NOT_LIVE), RULES) == (state, None)


def test_that_a_live_face_without_embedding_changes_nothing() -> None:
    state, _ = _run([KNOWN])
    assert judge(state, _seen(None), RULES) == (state, None)


def test_that_an_accepted_track_is_reported_once() -> None:
    _, verdicts = _run([KNOWN] * 50 + [STRANGER] * 50 + [LOOK_ALIKE] * 50 + [KNOWN] * 50)
    assert sum(v is not None for v in verdicts) == 1


def test_that_a_person_who_takes_over_an_accepted_track_is_welcomed() -> None:
    state, _ = _run([KNOWN] * 4)
    other = _seen(_match(2, 0.9), mono_s=9.0)
    state, verdicts = _run([other, other, other], state=state)
    assert verdicts == [None, None, Verdict(DecisionKind.WELCOME, 2, 0.9, pytest.approx(0.8), 3)]
    assert (state.person_id, state.settled_mono_s) == (2, 9.0)
    assert _run([other] * 10, state=state)[1] == [None] * 10


def test_that_taking_over_needs_frames_in_a_row() -> None:
    state, _ = _run([KNOWN] * 3)
    other = _seen(_match(2))
    _, verdicts = _run([other, other, KNOWN, other, other, STRANGER, other, other], state=state)
    assert verdicts == [None] * 8


def test_that_the_person_who_was_accepted_before_can_take_the_track_back() -> None:
    other = _seen(_match(2))
    _, verdicts = _run([KNOWN] * 3 + [other] * 3 + [KNOWN] * 3)
    assert [v.person_id for v in verdicts if v] == [1, 2, 1]


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        ([STRANGER] * 6, DecisionKind.UNKNOWN),
        ([NEAR_MISS] * 6, DecisionKind.UNSURE),
        ([STRANGER] * 5 + [NEAR_MISS], DecisionKind.UNSURE),
        ([LOOK_ALIKE] * 6, DecisionKind.UNSURE),
        ([KNOWN, KNOWN] + [STRANGER] * 4, DecisionKind.UNSURE),
        ([_seen(_match(None, -1.0, -1.0))] * 6, DecisionKind.UNKNOWN),
        ([PHOTO] * 6, DecisionKind.NOT_LIVE),
        ([PHOTO] * 4 + [STRANGER] * 2, DecisionKind.NOT_LIVE),
        ([PHOTO] * 3 + [STRANGER] * 3, DecisionKind.UNSURE),
        ([_seen(None, liveness=LivenessState.NOT_LIVE)] * 6, DecisionKind.NOT_LIVE),
        ([_seen(_match(similarity=NAN))] * 6, DecisionKind.UNKNOWN),
    ],
    ids=[
        "stranger", "near miss", "one near miss", "look-alike", "too few votes", "empty gallery", "photo",
        "mostly photo", "half photo", "photo without embedding", "nan",
    ],
)  # fmt: skip
def test_that_a_track_is_given_up_after_the_last_attempt(frames: list[Observation], kind: DecisionKind) -> None:
    state, verdicts = _run(frames)
    assert verdicts[:-1] == [None] * 5
    assert verdicts[-1] is not None
    assert verdicts[-1].kind is kind is state.settled
    assert (verdicts[-1].person_id, verdicts[-1].agreeing_frames) == (None, 0)


def test_that_a_given_up_track_reports_its_closest_match() -> None:
    _, verdicts = _run([STRANGER, NEAR_MISS, STRANGER, STRANGER, STRANGER, STRANGER])
    assert verdicts[-1] == Verdict(DecisionKind.UNSURE, None, 0.47, pytest.approx(0.37), 0)


def test_that_with_an_empty_gallery_no_similarity_is_reported_however_low_the_threshold() -> None:
    rules = DecisionRules(threshold=-1.0, margin=0.0, max_attempts=6)
    _, verdicts = _run([_seen(_match(None, -1.0, -1.0))] * 6, rules)
    assert verdicts[-1] == Verdict(DecisionKind.UNKNOWN)


def test_that_the_unsure_band_ends_where_the_rules_say() -> None:
    rules = DecisionRules(threshold=0.5, unsure_band=0.25, max_attempts=3)
    assert [_run([_seen(_match(similarity=s, runner_up=-1.0))] * 3, rules)[0].settled for s in (0.25, 0.24)] == [
        DecisionKind.UNSURE,
        DecisionKind.UNKNOWN,
    ]


def test_that_a_given_up_track_is_judged_anew_after_the_pause() -> None:
    state, _ = _run([STRANGER] * 6)
    during, verdicts = _run([_seen(_match(), mono_s=t) for t in (0.5, 1.0, 2.99)], state=state)
    assert (during, verdicts) == (state, [None] * 3)
    after, verdicts = _run([_seen(_match(), mono_s=t) for t in (3.0, 3.1, 3.2)], state=state)
    assert after.attempts == 3
    assert [v.kind for v in verdicts if v] == [DecisionKind.WELCOME]


def test_that_a_stranger_who_stays_is_reported_once_per_pause() -> None:
    frames = [_seen(_match(similarity=0.2), mono_s=i / 10) for i in range(100)]
    _, verdicts = _run(frames)
    # Given up at 0.5 s; again 6 attempts after each pause of 3 s: at 4.0 and 7.5 s.
    assert [i for i, v in enumerate(verdicts) if v] == [5, 40, 75]


def test_that_progress_counts_the_votes_of_the_leading_person() -> None:
    other = _seen(_match(2))
    assert progress(TrackState(), RULES) == 0.0
    assert progress(_run([STRANGER])[0], RULES) == 0.0
    assert progress(_run([KNOWN])[0], RULES) == pytest.approx(1 / 3)
    assert progress(_run([KNOWN, other, KNOWN])[0], RULES) == pytest.approx(2 / 3)
    assert progress(_run([KNOWN] * 3)[0], RULES) == 1.0
    assert progress(_run([KNOWN] * 3 + [STRANGER] * 5)[0], RULES) == 1.0
    assert progress(_run([KNOWN] * 2 + [STRANGER] * 4)[0], RULES) == 0.0


def test_that_progress_stays_within_one_when_the_rules_change() -> None:
    state = TrackState(recent=(1, 1, 1, 1))
    assert progress(state, DecisionRules(0.5, votes=2)) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 1.01},
        {"threshold": -1.01},
        {"threshold": NAN},
        {"margin": -0.1},
        {"margin": NAN},
        {"votes": 0},
        {"votes": 6},
        {"max_attempts": 2},
        {"retry_after_s": -1.0},
        {"retry_after_s": NAN},
        {"unsure_band": -0.1},
    ],
)
def test_that_contradictory_rules_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        DecisionRules(**{"threshold": 0.5, **wrong})  # type: ignore[arg-type]


# --- what can never happen ---------------------------------------------------------------------------

_cosine = st.floats(-1.0, 1.0)
_matches = st.one_of(
    st.none(),
    st.just(Match(None, -1.0)),
    st.tuples(st.integers(1, 3), _cosine, _cosine).map(lambda t: Match(t[0], max(t[1:]), min(t[1:]))),
    # Mostly good frames of two people, so that tracks do get accepted.
    st.sampled_from([_match(1), _match(1, 0.95), _match(2), _match(1, 0.55, 0.54)]),
)
_rejections = st.sampled_from([None, None, None, DecisionKind.TOO_FAR, DecisionKind.TOO_DARK, DecisionKind.TURNED_AWAY])
_liveness = st.sampled_from([LivenessState.UNCHECKED, LivenessState.LIVE, LivenessState.NOT_LIVE])
_tracks = st.lists(st.tuples(_matches, _rejections, _liveness, st.floats(0.0, 2.0)), max_size=40)


@st.composite
def _rules(draw: st.DrawFn) -> DecisionRules:
    votes = draw(st.integers(1, 4))
    return DecisionRules(
        threshold=draw(st.floats(0.2, 0.7)),
        margin=draw(st.floats(0.0, 0.2)),
        votes=votes,
        window=draw(st.integers(votes, 7)),
        max_attempts=draw(st.integers(votes, 12)),
        retry_after_s=draw(st.floats(0.0, 4.0)),
    )


def _observations(track: list[tuple[Match | None, DecisionKind | None, LivenessState, float]]) -> list[Observation]:
    mono_s, frames = 0.0, []
    for match, rejected, liveness, step in track:
        mono_s += step
        frames.append(Observation(mono_s, match, rejected, liveness))
    return frames


def _speaks_for(frame: Observation, rules: DecisionRules) -> int | None:
    match = frame.match
    if frame.rejected or match is None or frame.liveness is LivenessState.NOT_LIVE:
        return None
    is_clear = match.similarity >= rules.threshold and match.similarity - match.runner_up_similarity >= rules.margin
    return match.person_id if is_clear else None


@settings(max_examples=300)
@given(_tracks, _rules())
def test_that_nobody_is_accepted_without_enough_clear_frames_in_the_window(
    track: list[tuple[Match | None, DecisionKind | None, LivenessState, float]], rules: DecisionRules
) -> None:
    frames = _observations(track)
    _, verdicts = _run(frames, rules)
    judged: list[int | None] = []
    for frame, verdict in zip(frames, verdicts, strict=True):
        if frame.rejected is None and (frame.match is not None or frame.liveness is LivenessState.NOT_LIVE):
            judged.append(_speaks_for(frame, rules))
        if verdict is None:
            continue
        if verdict.kind is DecisionKind.WELCOME:
            assert verdict.person_id is not None
            assert judged[-1] == verdict.person_id == _speaks_for(frame, rules)
            assert rules.votes <= verdict.agreeing_frames <= judged[-rules.window :].count(verdict.person_id)
            assert verdict.similarity is not None
            assert verdict.similarity >= rules.threshold
            assert verdict.margin is not None
            assert verdict.margin >= rules.margin
        else:
            assert verdict.person_id is None


@settings(max_examples=200)
@given(_tracks, _rules())
def test_that_a_stranger_is_never_accepted(
    track: list[tuple[Match | None, DecisionKind | None, LivenessState, float]], rules: DecisionRules
) -> None:
    frames = [f for f in _observations(track) if f.match is None or f.match.similarity < rules.threshold]
    state, verdicts = _run(frames, rules)
    assert state.person_id is None
    assert all(v is None or v.kind is not DecisionKind.WELCOME for v in verdicts)


@settings(max_examples=100)
@given(_tracks, _rules())
def test_that_the_same_frames_always_give_the_same_answer_and_progress_is_a_share(
    track: list[tuple[Match | None, DecisionKind | None, LivenessState, float]], rules: DecisionRules
) -> None:
    frames = _observations(track)
    state, verdicts = _run(frames, rules)
    assert _run(frames, rules) == (state, verdicts)
    assert 0.0 <= progress(state, rules) <= 1.0
    assert (progress(state, rules) == 1.0) == (state.settled is DecisionKind.WELCOME)


@settings(max_examples=200)
@given(_tracks, _rules())
def test_that_neighbouring_welcomes_of_a_track_are_of_different_people(
    track: list[tuple[Match | None, DecisionKind | None, LivenessState, float]], rules: DecisionRules
) -> None:
    welcomed = [v.person_id for v in _run(_observations(track), rules)[1] if v and v.kind is DecisionKind.WELCOME]
    assert all(a != b for a, b in pairwise(welcomed))
