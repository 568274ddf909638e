"""From single frames to one decision per tracked face: several frames must agree.

``judge`` is a pure function: the same state, observation and rules always give the same answer. Direction,
cool-down and "already in" are not decided here; a WELCOME verdict only says who it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from attendance.core.types import DecisionKind, LivenessState, Match


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """When frames make a decision.

    The defaults: 3 frames as in InsightFace Server, 12 attempts as in Frigate, a band of 0.05 as in
    InsightFace Evaluation Studio.

    Attributes:
        threshold: least cosine of a vote, -1..1; see ``core.recognition.thresholds``.
        margin: least cosine gap to the best other person, 0..2.
        votes: agreeing frames needed.
        window: judged frames looked back on, the current one included.
        max_attempts: judged frames after which the track is given up for a while.
        retry_after_s: seconds until such a track is judged anew.
        unsure_band: a best cosine of at least threshold - unsure_band is "unsure", less is "unknown".

    Raises:
        ValueError: the numbers contradict each other or are out of range.
    """

    threshold: float
    margin: float = 0.05
    votes: int = 3
    window: int = 5
    max_attempts: int = 12
    retry_after_s: float = 3.0
    unsure_band: float = 0.05

    @property
    def look_alike_similarity(self) -> float:
        """Cosine of two people's means from which one may be taken for the other: nearer than threshold and margin."""
        return self.threshold - self.margin

    def __post_init__(self) -> None:
        # Chained comparisons are false for NaN, so NaN is refused too.
        if not (-1.0 <= self.threshold <= 1.0 and 0.0 <= self.margin <= 2.0):
            raise ValueError(f"threshold must be in -1..1 and margin in 0..2: {self}")
        if not (1 <= self.votes <= self.window and self.votes <= self.max_attempts):
            raise ValueError(f"votes must be at least 1 and fit into window and max_attempts: {self}")
        if not (self.retry_after_s >= 0.0 and self.unsure_band >= 0.0):
            raise ValueError(f"retry_after_s and unsure_band must not be negative: {self}")


@dataclass(frozen=True, slots=True)
class Observation:
    """One tracked face in one frame.

    Attributes:
        mono_s: monotonic capture time in seconds.
        match: answer of the gallery; None when the face was not embedded.
        rejected: answer of the kiosk's quality gate; such a frame is not judged.
        liveness: answer of the liveness check.
    """

    mono_s: float
    match: Match | None
    rejected: DecisionKind | None = None
    liveness: LivenessState = LivenessState.UNCHECKED


@dataclass(frozen=True, slots=True)
class TrackState:
    """What is remembered of one track. A new track starts with ``TrackState()``.

    Attributes:
        recent: vote of each of the last judged frames, oldest first; None where the frame voted for nobody.
        attempts: judged frames since the start, or since the last pause.
        not_live: how many of these were not live.
        best: the closest match among these, None when nobody was compared.
        settled: WELCOME, UNKNOWN, UNSURE or NOT_LIVE once decided, None while collecting frames.
        settled_mono_s: when it was decided.
        person_id: the accepted person.
    """

    recent: tuple[int | None, ...] = ()
    attempts: int = 0
    not_live: int = 0
    best: Match | None = None
    settled: DecisionKind | None = None
    settled_mono_s: float = 0.0
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about one track, reported once.

    Attributes:
        kind: WELCOME (accepted), UNKNOWN, UNSURE or NOT_LIVE.
        person_id: the accepted person, None for the other kinds.
        similarity: cosine of the accepting frame, or of the closest match that was not enough; None when
            nobody was compared (empty gallery, no embedding).
        margin: gap to the best other person in the same frame; None likewise.
        agreeing_frames: frames of the window that voted for the person; 0 for the other kinds.
    """

    kind: DecisionKind
    person_id: int | None = None
    similarity: float | None = None
    margin: float | None = None
    agreeing_frames: int = 0


def judge(state: TrackState, observation: Observation, rules: DecisionRules) -> tuple[TrackState, Verdict | None]:
    """Take one frame of one track.

    - A frame that the gate rejected, or that was not embedded although nothing spoke against it, changes
      nothing: it is not an attempt.
    - A frame votes for the best person when the similarity reaches the threshold, the margin is kept and
      the face is not known to be not live.
    - The track is accepted when the current frame votes and ``votes`` of the last ``window`` judged frames
      voted for the same person. It stays accepted while it lives and is not reported again, unless
      ``votes`` frames in a row vote for another person: then somebody else took over the track and gets a
      verdict.
    - After ``max_attempts`` judged frames it is given up: NOT_LIVE when most frames were not live, UNSURE
      when the closest match came within the band below the threshold (or above it: look-alikes fail by the
      margin, and a face may reach the threshold too seldom), else UNKNOWN, which an empty gallery always
      gives. After ``retry_after_s`` it starts anew.

    Returns:
        The new state, and a verdict when this frame decided something.
    """
    is_not_live = observation.liveness is LivenessState.NOT_LIVE
    if observation.rejected is not None or (observation.match is None and not is_not_live):
        return state, None
    vote = None if is_not_live else _vote(observation.match, rules)
    if state.settled is DecisionKind.WELCOME:
        return _watch_for_somebody_else(state, observation, vote, rules)
    if state.settled is not None:
        if observation.mono_s - state.settled_mono_s < rules.retry_after_s:
            return state, None
        state = TrackState()
    state = replace(
        state,
        recent=(*state.recent, vote)[-rules.window :],
        attempts=state.attempts + 1,
        not_live=state.not_live + is_not_live,
        best=_closer(state.best, observation.match),
    )
    agreeing = 0 if vote is None else state.recent.count(vote)
    if agreeing >= rules.votes:
        return _accept(state, observation, vote, agreeing)
    if state.attempts >= rules.max_attempts:
        return _give_up(state, observation.mono_s, rules)
    return state, None


def progress(state: TrackState, rules: DecisionRules) -> float:
    """Return how much of the needed agreement is there, 0..1, for the ring around the face.

    1 for an accepted track, 0 for one that was given up, else the votes of the leading person in the window
    over the votes needed.
    """
    if state.settled is not None:
        return float(state.settled is DecisionKind.WELCOME)
    counts = Counter(vote for vote in state.recent[-rules.window :] if vote is not None)
    return min(1.0, max(counts.values(), default=0) / rules.votes)


def _vote(match: Match | None, rules: DecisionRules) -> int | None:
    """The person this frame speaks for. NaN compares false, so it never votes."""
    if match is None or not (match.similarity >= rules.threshold and match.margin >= rules.margin):
        return None
    return match.person_id


def _closer(best: Match | None, match: Match | None) -> Match | None:
    if match is None or match.person_id is None:
        return best
    return match if best is None or match.similarity > best.similarity else best


def _accept(
    state: TrackState, observation: Observation, person_id: int | None, agreeing: int
) -> tuple[TrackState, Verdict]:
    settled = replace(state, settled=DecisionKind.WELCOME, settled_mono_s=observation.mono_s, person_id=person_id)
    return settled, _verdict(DecisionKind.WELCOME, observation.match, person_id, agreeing)


def _watch_for_somebody_else(
    state: TrackState, observation: Observation, vote: int | None, rules: DecisionRules
) -> tuple[TrackState, Verdict | None]:
    state = replace(state, recent=(*state.recent, vote)[-rules.window :])
    in_a_row = state.recent[-rules.votes :]
    if vote is None or vote == state.person_id or in_a_row != (vote,) * rules.votes:
        return state, None
    return _accept(state, observation, vote, rules.votes)


def _give_up(state: TrackState, mono_s: float, rules: DecisionRules) -> tuple[TrackState, Verdict]:
    if 2 * state.not_live > state.attempts:
        kind = DecisionKind.NOT_LIVE
    elif state.best is not None and state.best.similarity >= rules.threshold - rules.unsure_band:
        kind = DecisionKind.UNSURE
    else:
        kind = DecisionKind.UNKNOWN
    return replace(state, settled=kind, settled_mono_s=mono_s), _verdict(kind, state.best)


def _verdict(kind: DecisionKind, match: Match | None, person_id: int | None = None, agreeing: int = 0) -> Verdict:
    if match is None:
        return Verdict(kind)
    return Verdict(kind, person_id, match.similarity, match.margin, agreeing)
