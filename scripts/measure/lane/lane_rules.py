"""Compares rules of decision on the frames that ``lane.py --dump`` wrote; nothing is seen or embedded again.

A rule gives every frame of a track a score for one person; the track is named when a score reaches the threshold:

- "votes", today's: the person of the frame, and the lowest similarity of three of the last five frames that name the
  same person, this one among them;
- "mean": cosine to the mean embedding of the track so far, from the third frame on; with or without weights;
- "similarity": mean of the frames' similarities so far, from the third frame on.

A frame counts only with the margin to the best other person, and only the first twelve judged frames of a track do. A
person is the best of the templates or, as in the product, their normalised mean. See docs/results/lane.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lane_dump import RULES, Dump, Floats, Ints, read_dump
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance.core.recognition.thresholds import GallerySize, threshold_for
from attendance_training.evaluation.intervals import wilson

ROUNDS = 1000
RATES = (0.01, 1 / 300)
"""Shares of strangers named at which rules are compared."""
WEIGHTS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "uniform": lambda quality, score: np.ones_like(score),
    "eye distance": lambda quality, score: quality[:, 0],
    "sharpness": lambda quality, score: np.sqrt(quality[:, 2]),
    "detector's score": lambda quality, score: score,
    "frontal": lambda quality, score: np.maximum(1.0 - np.abs(quality[:, 3]), 0.05),
}
"""(quality, detector's score) of rows -> weight of each; the columns of quality stand in ``lane_dump.FaceRows``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How frames come to a name.

    Attributes:
        frames: "votes", "similarity", or the weights of a mean, one of ``WEIGHTS``.
        person: "best" or "mean" of the templates.
    """

    frames: str
    person: str

    def __str__(self) -> str:
        return self.frames if self.frames in {"votes", "similarity"} else f"mean, {self.frames}"


EVERY_RULE = tuple(Rule(frames, person) for frames in ("votes", "similarity", *WEIGHTS) for person in ("best", "mean"))


def similarities(dump: Dump, probes: Floats, people: Sequence[str], person: str) -> Floats:
    """Return (N, P) float32: the cosine of each probe to each person."""
    place = {code: number for number, code in enumerate(people)}
    owner = np.array([place.get(code, -1) for code in dump.template_code.tolist()], np.int64)
    if person == "mean":
        means, _ = person_means(dump.templates[owner >= 0], owner[owner >= 0])
        return np.asarray(probes @ means.T, np.float32)
    columns = [(probes @ dump.templates[owner == number].T).max(axis=1) for number in range(len(people))]
    return np.stack(columns, axis=1).astype(np.float32)


def frame_similarities(dump: Dump, rule: Rule, people: Sequence[str]) -> Floats:
    """Return (N, P) float32: what a rule compares in each frame; -1 before the frames it needs."""
    if rule.frames == "votes":
        return similarities(dump, dump.embeddings, people, rule.person)
    if rule.frames == "similarity":
        single = similarities(dump, dump.embeddings, people, rule.person)
        found = np.concatenate([_running_mean(single[rows], np.ones(len(single[rows]))) for rows in dump.tracks])
    else:
        weights = WEIGHTS[rule.frames](dump.quality, dump.score)
        means = np.concatenate([_running_mean(dump.embeddings[rows], weights[rows]) for rows in dump.tracks])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        found = similarities(dump, means.astype(np.float32), people, rule.person)
    for rows in dump.tracks:
        found[rows][: RULES.votes - 1] = -1.0
    return np.asarray(found, np.float32)


def _running_mean(values: Floats, weights: NDArray[Any]) -> NDArray[np.float64]:
    """Return (n, D): the weighted mean of the rows up to each."""
    total = np.cumsum(values * weights[:, None], axis=0, dtype=np.float64)
    return np.asarray(total / np.cumsum(weights, dtype=np.float64)[:, None])


def frame_scores(dump: Dump, found: Floats, rule: Rule) -> tuple[Ints, Floats]:
    """Return the person (N,) that each frame speaks for, -1 for nobody, and the score (N,) that the rule gives."""
    person = found.argmax(axis=1).astype(np.int64)
    two = np.partition(found, -2, axis=1)[:, -2:] if found.shape[1] > 1 else np.c_[np.full(len(found), -1.0), found]
    score = two[:, 1].astype(np.float32)
    person[two[:, 1] - two[:, 0] < RULES.margin] = -1
    if rule.frames != "votes":
        return person, score
    least = np.full(len(score), -1.0, np.float32)
    for rows in dump.tracks:
        for row in range(rows.start + RULES.votes - 1, rows.stop):
            window = slice(max(rows.start, row - RULES.window + 1), row + 1)
            same = np.sort(score[window][person[window] == person[row]])
            if person[row] >= 0 and len(same) >= RULES.votes:
                least[row] = min(score[row], same[-RULES.votes])
    return person, least


@dataclass(frozen=True, eq=False)
class Scores:
    """The best score of each visit.

    Attributes:
        right: (E,) of enrolled people as themselves, -1 without one.
        wrong: (E,) as somebody else.
        strangers: (S,) as anybody.
    """

    right: Floats
    wrong: Floats
    strangers: Floats

    def is_right(self, threshold: float) -> NDArray[np.bool_]:
        """Who is named, by the right name only."""
        return np.asarray((self.right >= threshold) & ~self.is_wrong(threshold))

    def is_wrong(self, threshold: float) -> NDArray[np.bool_]:
        """Who gets somebody else's name."""
        return np.asarray(self.wrong >= threshold)

    def at_rate(self, rate: float) -> float:
        """Return the lowest threshold at which no larger share of the strangers is named."""
        ordered = np.sort(self.strangers)[::-1]
        return float(np.nextafter(ordered[int(rate * len(ordered))], np.float32(2.0)))


def visit_scores(dump: Dump, found: Floats, rule: Rule, people: Sequence[str]) -> Scores:
    """Return the scores of all visits; people outside ``people`` are left out, strangers never are."""
    person, score = frame_scores(dump, found, rule)
    place = {code: number for number, code in enumerate(people)}
    own = np.array([place.get(code, -1) if code else -2 for code in dump.code.tolist()])
    right, other = np.full(len(own), -1.0, np.float32), np.full(len(own), -1.0, np.float32)
    for rows, visit in zip(dump.tracks, dump.visits.tolist(), strict=True):
        is_own = person[rows] == own[visit]
        is_other = (person[rows] >= 0) & ~is_own
        right[visit] = max(right[visit], score[rows][is_own].max(initial=-1.0))
        other[visit] = max(other[visit], score[rows][is_other].max(initial=-1.0))
    return Scores(right[own >= 0], other[own >= 0], other[own == -2])


def pack_threshold(dump: Dump, people: Sequence[str]) -> float:
    """Return what the product would use for these people."""
    size = GallerySize(people=len(people), templates=int(np.isin(dump.template_code, list(people)).sum()))
    return threshold_for(dump.calibration, size.comparisons(dump.calibration_photos), "normal").threshold


def difference(scores: Scores, today: Scores, rate: float, seed: int) -> tuple[float, float, float]:
    """Return how many more of the enrolled are named rightly at the same share of strangers, with 95 % of draws.

    Enrolled people and strangers are drawn with replacement, and each draw has thresholds of its own.
    """
    rng = np.random.default_rng(seed)

    def named(of: Scores, enrolled: Ints, strangers: Ints) -> float:
        drawn = Scores(of.right[enrolled], of.wrong[enrolled], of.strangers[strangers])
        return float(drawn.is_right(drawn.at_rate(rate)).mean())

    counts = len(today.right), len(today.strangers)
    whole = [np.arange(count) for count in counts]
    drawn = []
    for _ in range(ROUNDS):
        chosen = [rng.integers(0, count, count) for count in counts]
        drawn.append(named(scores, *chosen) - named(today, *chosen))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return named(scores, *whole) - named(today, *whole), float(low), float(high)


def compare(dump: Dump) -> str:
    """Return a Markdown table of all rules on the whole roster."""
    people = np.unique(dump.template_code).tolist()
    threshold = pack_threshold(dump, people)
    lines = [
        f"{dump.model_id}, {len(people)} people, threshold {threshold:.4f}",
        "",
        "| frames | person | at this threshold: named rightly | wrong | strangers named "
        + "".join(f"| at {rate:.2%} strangers: threshold | named rightly | more than today " for rate in RATES)
        + "|",
        "|---" * (5 + 3 * len(RATES)) + "|",
    ]
    today: Scores | None = None
    for rule in EVERY_RULE:
        scores = visit_scores(dump, frame_similarities(dump, rule, people), rule, people)
        today = today or scores
        cells = [str(rule), rule.person, _share(scores.is_right(threshold))]
        cells += [str(int(scores.is_wrong(threshold).sum())), _share(scores.strangers >= threshold)]
        for rate in RATES:
            at = scores.at_rate(rate)
            more = difference(scores, today, rate, seed=1) if scores is not today else (0.0, 0.0, 0.0)
            cells += [f"{at:.3f}", _share(scores.is_right(at))]
            cells.append("–" if scores is today else "{:+.1%} ({:+.1%} to {:+.1%})".format(*more))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(hits: NDArray[np.bool_]) -> str:
    found = wilson(int(hits.sum()), len(hits))
    return f"{int(hits.sum())} of {len(hits)} ({found.low:.1%} – {found.high:.1%})"


def rosters(dump: Dump, size: int, draws: int, rules: Sequence[Rule]) -> str:
    """Return a Markdown table of what rules do for random rosters of a size, at the product's threshold for it."""
    everybody = np.unique(dump.template_code)
    lines = [
        f"{draws} rosters of {size} of the {len(everybody)} people; mean, and worst and best of the middle 95 %",
        "",
        f"| frames | person | named rightly of {size} | rosters with at least {size - 1} | wrong names, all rosters "
        "| strangers named of 300 |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules:
        rng = np.random.default_rng(1)
        found = frame_similarities(dump, rule, everybody.tolist())
        named, wrong, strangers = [], 0, []
        for _ in range(draws):
            columns = np.sort(rng.permutation(len(everybody))[:size])
            people = everybody[columns].tolist()
            scores, threshold = visit_scores(dump, found[:, columns], rule, people), pack_threshold(dump, people)
            named.append(int(scores.is_right(threshold).sum()))
            wrong += int(scores.is_wrong(threshold).sum())
            strangers.append(300 * float((scores.strangers >= threshold).mean()))
        enough = float((np.array(named) >= size - 1).mean())
        lines.append(f"| {rule} | {rule.person} | {_spread(named)} | {enough:.0%} | {wrong} | {_spread(strangers)} |")
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> str:
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{np.mean(values):.2f} ({low:.1f} – {high:.1f})"


def main() -> None:
    """Print the tables of every dump."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="+", type=Path)
    parser.add_argument("--roster", type=int, default=0, help="size of random rosters; 0 leaves them out")
    parser.add_argument("--draws", type=int, default=50)
    given = parser.parse_args()
    for path in given.dumps:
        dump = read_dump(path)
        print(f"\n### {path.stem}\n\n{compare(dump)}", flush=True)
        if given.roster:
            some = [rule for rule in EVERY_RULE if rule.frames in {"votes", "similarity", "uniform", "sharpness"}]
            print(f"\n{rosters(dump, given.roster, given.draws, some)}", flush=True)


if __name__ == "__main__":
    main()
