"""Tries what an enrolment or the door could make of photographs. See docs/results/person-templates.md.

    python scripts/measure/open_set/enrolment_ways.py VIEWS.npz

VIEWS is what ``enrolment_views.py`` wrote. Everybody with four photographs and more is enrolled with three, chosen anew
in 20 trials. The other people and their probes are halved by the hash of their names: what is best in the first half is
judged in the second one. Differences are to the plain mean of the templates, with their standard error from draws of
people (staff and strangers apart, thresholds set anew in each draw).
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from open_set_trials import FPIRS, Floats, Rows, Trial, draw_trials, name_of, number_people, unit
from person_templates import WAYS as BY

from attendance_training.evaluation.calibration import threshold_at

ENROLLED, TRIALS, DRAWS = 3, 20, 200
Views = Mapping[str, NDArray[np.floating]]
Templates = Callable[[Views, Rows], Floats]
"""(views, (N, k) rows of the templates) -> (N, D) unit rows, one a person."""


@dataclass(frozen=True, slots=True)
class Way:
    """How people are enrolled and probes compared.

    Attributes:
        templates: what stands for a person.
        probes: (views, rows, name of the view that is shown) -> unit rows.
        bonus: (views, rows of probes, name of the view that is shown) -> what is added to a probe's scores.
        weigh: (views, templates) -> (N,) factors of the people's scores.
    """

    templates: Templates
    probes: Callable[[Views, Rows, str], Floats] = lambda views, rows, shown: unit(views[shown][rows])
    bonus: Callable[[Views, Rows, str], NDArray[np.floating]] | None = None
    weigh: Callable[[Views, Rows], NDArray[np.floating]] | None = None


def plain(views: Views, at: Rows) -> Floats:
    """Return the mean of unit templates: what the door does."""
    return unit(unit(views["plain"][at]).sum(axis=1))


def by_weight(weight: Callable[[Views], NDArray[np.floating]], power: float) -> Templates:
    """Return the mean of unit templates, weighed by a power of a photograph's quality."""
    return lambda views, at: unit((unit(views["plain"][at]) * (weight(views)[at] ** power)[:, :, None]).sum(axis=1))


def without_outliers(least: float) -> Templates:
    """Return the mean without templates whose cosine to the mean of the person's others is below ``least``."""

    def templates(views: Views, at: Rows) -> Floats:
        rows = unit(views["plain"][at])
        others = unit(rows.sum(axis=1, keepdims=True) - rows)
        is_kept = (rows * others).sum(axis=2) >= least
        is_kept |= ~is_kept.any(axis=1, keepdims=True)
        return unit((rows * is_kept[:, :, None]).sum(axis=1))

    return templates


def inner(power: float) -> Templates:
    """Return the mean in which a template counts by its agreement with the person's others."""

    def templates(views: Views, at: Rows) -> Floats:
        rows = unit(views["plain"][at])
        others = unit(rows.sum(axis=1, keepdims=True) - rows)
        agreement = (rows * others).sum(axis=2, keepdims=True).clip(0.05, 1.0)
        return unit((rows * agreement**power).sum(axis=1))

    return templates


def with_views(*names: str, share: float = 1.0) -> Templates:
    """Return the mean of all templates and of other views of them, which count ``share``."""

    def templates(views: Views, at: Rows) -> Floats:
        total = unit(views["plain"][at]).sum(axis=1)
        for name in names:
            extra = unit(views[name][at])
            total = total + share * extra.reshape(len(at), -1, extra.shape[-1]).sum(axis=1)
        return unit(total)

    return templates


def mirrored(views: Views, rows: Rows, shown: str) -> Floats:
    """Return probes with their mirror image; of spoilt ones there is none."""
    added = views[shown][rows] + views["mirror"][rows] if shown == "plain" else views[shown][rows]
    return unit(added)


def raw_length(views: Views) -> NDArray[np.floating]:
    """Return the length of each photograph's raw output."""
    return np.asarray(np.linalg.norm(views["plain"], axis=1), np.float64)


def frontal(views: Views) -> NDArray[np.floating]:
    """Return 1 for a frontal face, less for a turned one."""
    return np.asarray(1 / (1 + np.abs(views["yaw"])), np.float64)


def consistency(power: float) -> Callable[[Views, Rows], NDArray[np.floating]]:
    """Return a power of the length of the mean of unit templates: short when they contradict each other."""
    return lambda views, at: np.asarray(
        np.linalg.norm(unit(views["plain"][at]).mean(axis=1), axis=1) ** power, np.float64
    )


def longer(amount: float) -> Callable[[Views, Rows, str], NDArray[np.floating]]:
    """Return a bonus for probes whose raw output is longer than that of most photographs."""

    def bonus(views: Views, rows: Rows, shown: str) -> NDArray[np.floating]:
        lengths = np.asarray(np.linalg.norm(views[shown][rows], axis=1), np.float64)
        return np.asarray(amount * np.log(lengths / np.median(raw_length(views))), np.float64)

    return bonus


WAYS: dict[str, Way] = {
    "mean of the templates": Way(plain),
    **{f"weighed by raw length, power {p:g}": Way(by_weight(raw_length, p)) for p in (1, 2)},
    **{f"by detector's score, power {p:g}": Way(by_weight(lambda v: v["score"], p)) for p in (2, 8)},
    **{f"by sharpness, power {p:g}": Way(by_weight(lambda v: v["sharpness"], p)) for p in (0.25, 0.5)},
    **{f"by frontal view, power {p:g}": Way(by_weight(frontal, p)) for p in (1, 2)},
    **{f"outliers below {t:g} dropped": Way(without_outliers(t)) for t in (0.2, 0.3, 0.4, 0.5)},
    **{f"by agreement with the others, power {p:g}": Way(inner(p)) for p in (0.5, 1, 2)},
    "mirror image, templates": Way(with_views("mirror")),
    "mirror image, templates and probe": Way(with_views("mirror"), mirrored),
    "moved alignment, templates": Way(with_views("jitter")),
    "moved alignment and mirror image, templates": Way(with_views("jitter", "mirror")),
    **{f"drawn mask, share {s:g}": Way(with_views("with_mask", share=s)) for s in (0.25, 0.5)},
    **{f"drawn glasses, share {s:g}": Way(with_views("with_glasses", share=s)) for s in (0.25, 0.5)},
    **{f"blur, share {s:g}": Way(with_views("with_blur", share=s)) for s in (0.5, 1)},
    "mask, glasses, blur, share 0.25": Way(with_views("with_mask", "with_glasses", "with_blur", share=0.25)),
    **{f"score by consistency, power {p:g}": Way(plain, weigh=consistency(p)) for p in (-0.5, 0.5, 1)},
    **{f"probe's raw length, {a:+g}": Way(plain, bonus=longer(a)) for a in (0.1, -0.05, -0.1, -0.15, -0.2, -0.3)},
    **{
        f"raw length {a:+g}, consistency -0.5, mirror image in templates": Way(
            with_views("mirror"), bonus=longer(a), weigh=consistency(-0.5)
        )
        for a in (-0.05, -0.1, -0.15)
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Scores of one trial.

    Attributes:
        own: (m,) score of the right person, -inf when somebody else is more similar.
        strange: (s,) best score of each stranger's photograph.
    """

    own: NDArray[np.floating]
    strange: NDArray[np.floating]


def look(way: Way, views: Views, trial: Trial, shown: str = "plain") -> Outcome:
    """Compare all probes of a trial."""
    people = way.templates(views, trial.templates)
    factor = 1.0 if way.weigh is None else way.weigh(views, trial.templates)

    def scores(rows: Rows) -> NDArray[np.floating]:
        found = (way.probes(views, rows, shown) @ people.T) * factor
        return found if way.bonus is None else found + way.bonus(views, rows, shown)[:, None]

    mated = scores(trial.probes)
    is_first = mated.argmax(axis=1) == trial.own
    return Outcome(np.where(is_first, mated.max(axis=1), -np.inf), scores(trial.strangers).max(axis=1))


def miss(outcome: Outcome, staff: Rows, strangers: Rows, fpir: float) -> float:
    """Return FNIR when each probe and stranger's photograph counts so many times."""
    order = np.argsort(-outcome.strange, kind="stable")
    falling = outcome.strange[order].astype(np.float32)
    threshold = threshold_at(falling, strangers[order], int(strangers.sum()), fpir)
    return 1 - float(np.average(outcome.own >= threshold, weights=staff))


def mean_miss(outcomes: list[Outcome], trials: list[Trial], person: Rows, times: Rows) -> NDArray[np.float64]:
    """Return FNIR in per cent at each FPIR, the mean of the trials, when people count ``times``."""
    found = [
        [miss(one, times[trial.staff[trial.own]], times[person[trial.strangers]], fpir) for fpir in FPIRS]
        for one, trial in zip(outcomes, trials, strict=True)
    ]
    return np.asarray(100 * np.mean(found, axis=0), np.float64)


def draw(times: Rows, groups: list[Rows], rng: np.random.Generator) -> Rows:
    """Draw people of each group with replacement among those who count."""
    drawn = np.zeros_like(times)
    for group in groups:
        counted = group[times[group] > 0]
        drawn[counted] = np.bincount(rng.integers(0, len(counted), len(counted)), minlength=len(counted))
    return drawn


def compare(views: Views, person: Rows, trials: list[Trial], is_first_half: NDArray[np.bool_]) -> None:
    """Print both halves for each way."""
    halves = [is_first_half.astype(np.int64), (~is_first_half).astype(np.int64)]
    groups = [trials[0].staff, np.unique(person[trials[0].strangers])]
    base = [look(WAYS["mean of the templates"], views, trial) for trial in trials]
    rng = np.random.default_rng(1)
    draws = [draw(halves[1], groups, rng) for _ in range(DRAWS)]
    drawn_base = [mean_miss(base, trials, person, times) for times in draws]
    level = mean_miss(base, trials, person, halves[1])
    print("| way | all | first half | second half | difference there, ± standard error |\n|---|---|---|---|---|")
    for name, way in WAYS.items():
        outcomes = [look(way, views, trial) for trial in trials]
        everybody = mean_miss(outcomes, trials, person, np.ones(len(is_first_half), np.int64))
        first, second = (mean_miss(outcomes, trials, person, half) for half in halves)
        drawn = [mean_miss(outcomes, trials, person, times) for times in draws]
        error = np.std(np.array(drawn) - np.array(drawn_base), axis=0)
        change = " / ".join(f"{d:+.2f} ± {e:.2f}" for d, e in zip(second - level, error, strict=True))
        cells = [" / ".join(f"{value:.2f}" for value in one) for one in (everybody, first, second)]
        print(f"| {name} | {' | '.join(cells)} | {change} |", flush=True)


def spoilt(views: Views, person: Rows, trials: list[Trial]) -> None:
    """Print what is refused and let in of spoilt probes, at each way's threshold for FPIR 1 % of clean ones."""
    shown = [name for name in views if name.startswith("probe_")]
    print(f"\n| way | {' | '.join(name.removeprefix('probe_') for name in shown)} |\n|{'---|' * (1 + len(shown))}")
    for name in ("mean of the templates", *(name for name in WAYS if "share" in name or "length, -" in name)):
        cells = []
        for view in shown:
            refused, let_in = [], []
            for trial in trials:
                clean, altered = look(WAYS[name], views, trial), look(WAYS[name], views, trial, view)
                falling = np.sort(clean.strange)[::-1].astype(np.float32)
                threshold = threshold_at(falling, None, len(falling), FPIRS[0])
                refused.append((altered.own < threshold).mean())
                let_in.append((altered.strange >= threshold).mean())
            cells.append(f"{np.mean(refused):.1%}, {np.mean(let_in):.2%}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def unusual(views: Views, person: Rows) -> None:
    """Print who passes with best, mean and half of each when one of four templates has something drawn on it."""
    print(f"\n| the fourth template | | {' | '.join(BY)} |\n|{'---|' * (2 + len(BY))}")
    trials = draw_trials(person, ENROLLED + 1, range(TRIALS))
    for drawn, shown in (("with_mask", "probe_mask"), ("with_glasses", "probe_sunglasses")):
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in BY}
        for trial in trials:
            templates = unit(views["plain"][trial.templates])
            templates[:, -1] = unit(views[drawn][trial.templates[:, -1]])
            for name, score in BY.items():
                strange, in_it = (
                    score(unit(views[view][trial.strangers]), templates).max(axis=1) for view in ("plain", shown)
                )
                threshold = threshold_at(np.sort(strange)[::-1], None, len(strange), FPIRS[0])
                mated = score(unit(views[shown][trial.probes]), templates)
                is_known = (mated.argmax(axis=1) == trial.own) & (mated.max(axis=1) >= threshold)
                found[name].append((float((in_it >= threshold).mean()), float(1 - is_known.mean())))
        means = [np.mean(one, axis=0) for one in found.values()]
        for place, what in enumerate((f"strangers ({shown}) accepted", f"staff ({shown}) refused")):
            print(f"| {drawn} | {what} | {' | '.join(f'{100 * one[place]:.1f}' for one in means)} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("views", type=Path)
    given = parser.parse_args()
    with np.load(given.views) as found:
        views = dict(found)
    names, person = number_people(views.pop("path").tolist())
    trials = draw_trials(person, ENROLLED, range(TRIALS))
    is_first_half = np.array([hashlib.sha256(name_of(name).encode()).digest()[0] % 2 == 0 for name in names.tolist()])
    compare(views, person, trials, is_first_half)
    spoilt(views, person, trials)
    unusual(views, person)


if __name__ == "__main__":
    main()
