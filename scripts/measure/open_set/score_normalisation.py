"""Does score normalisation even out groups, or find more people? See docs/results/fairness.md.

    python scripts/measure/open_set/score_normalisation.py CROPS EMBEDDINGS.npz

CROPS holds the shards whose names begin with ``utkface/AGE_SEX_RACE_``, with the recognizer's embeddings (array
``teacher``): the held-back adults are the test, of the others 8,000 are the cohort. EMBEDDINGS is ``attendance embed``
of photographs in folders by person. The group "other" is left out.

Tried: adaptive symmetric score normalisation (Matejka et al., Interspeech 2017) with the nearest K of the cohort;
taking away a share of the mean cosine to the nearest K of the cohort; the same with the nearest K people of the roster
itself, for the enrolled person only; and changes of the embeddings themselves, learned from the cohort: its mean taken
away, the directions between the means of its groups shortened, its covariance made more equal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from open_set_trials import Floats, Rows, Trial, draw_trials, fnir_percent, number_people, read_faces, unit

from attendance_training.data.face_shards import FaceShards
from attendance_training.reports.fairness import ADULT_AGE, RACES, SAME_ADULT_COSINE, parse_name

Score = Callable[[Floats, Floats], Floats]
"""(probes (k, D), enrolled (n, D)) -> (k, n)."""

COHORT = 8000
RATES = (1e-2, 1e-3, 1e-4)
ENROLLED, CHOICES = 3, 5


def nearest(rows: Floats, others: Floats, count: int) -> Floats:
    """Return the (n, count) largest cosines of each row to the others, itself left out."""
    cosines = rows @ others.T
    cosines[cosines > 1 - 1e-5] = -1.0
    return -np.partition(-cosines, count - 1, axis=1)[:, :count]


def adaptive(cohort: Floats, count: int) -> Score:
    """Return adaptive symmetric score normalisation."""

    def score(probes: Floats, enrolled: Floats) -> Floats:
        of_probe, of_enrolled = nearest(probes, cohort, count), nearest(enrolled, cohort, count)
        cosines = probes @ enrolled.T
        left = (cosines - of_probe.mean(1)[:, None]) / of_probe.std(1)[:, None]
        right = (cosines - of_enrolled.mean(1)[None]) / of_enrolled.std(1)[None]
        return np.asarray((left + right) / 2, np.float32)

    return score


def less_cohort(cohort: Floats, count: int, share: float) -> Score:
    """Return the cosine less a share of the mean of both sides' nearest of the cohort."""

    def score(probes: Floats, enrolled: Floats) -> Floats:
        left, right = nearest(probes, cohort, count).mean(1), nearest(enrolled, cohort, count).mean(1)
        return np.asarray(probes @ enrolled.T - share * (left[:, None] + right[None]) / 2, np.float32)

    return score


def less_roster(count: int, share: float) -> Score:
    """Return the cosine less a share of the enrolled person's mean cosine to the nearest others of the roster."""

    def score(probes: Floats, enrolled: Floats) -> Floats:
        return np.asarray(probes @ enrolled.T - share * nearest(enrolled, enrolled, count).mean(1)[None], np.float32)

    return score


def moved(change: Callable[[Floats], Floats]) -> Score:
    """Return the cosine of changed embeddings."""
    return lambda probes, enrolled: unit(change(probes)) @ unit(change(enrolled)).T


def less_mean(cohort: Floats, share: float) -> Score:
    """Return the cosine after a share of the cohort's mean was taken away."""
    middle = cohort.mean(axis=0)
    return moved(lambda rows: rows - share * middle)


def less_groups(cohort: Floats, groups: Rows, share: float) -> Score:
    """Return the cosine after the directions between the groups' means were shortened by a share."""
    means = np.stack([cohort[groups == one].mean(axis=0) for one in np.unique(groups)])
    directions = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)[2][: len(means) - 1]
    return moved(lambda rows: rows - share * (rows @ directions.T) @ directions)


def whitened(cohort: Floats, power: float) -> Score:
    """Return the cosine after the cohort's covariance C was changed to C to the power of 1 - ``power``."""
    middle = cohort.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(cohort.T))
    change = np.asarray((axes * values ** (-power / 2)) @ axes.T, np.float32)
    return moved(lambda rows: np.asarray((rows - middle) @ change, np.float32))


def read_groups(folder: Path) -> tuple[Floats, Rows, Floats, Rows]:
    """Return the rows of the held-back adults, their race, the cohort's rows and its groups of race and gender."""
    shards = FaceShards(folder)
    subjects = [parse_name(name) for name in shards.names]
    is_adult = np.array([one is not None and one.age >= ADULT_AGE for one in subjects])
    is_held_back = np.zeros(len(shards), bool)
    is_held_back[shards.split()[1]] = True
    race = np.array([-1 if one is None else one.race for one in subjects])
    test = is_adult & is_held_back
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(is_adult & ~is_held_back))[:COHORT]
    group = np.array([-1 if one is None else 2 * one.race + one.gender for one in subjects])
    return shards.teacher[test], race[test], shards.teacher[chosen], group[chosen]


def worst_group(rows: Floats, race: Rows, score: Score) -> list[float]:
    """Return, at each rate of all pairs, how many times as often pairs of the worst group match."""
    first, second = np.triu_indices(len(rows), 1)
    is_apart = (rows @ rows.T)[first, second] < SAME_ADULT_COSINE
    scores = score(rows, rows)[first, second]
    worst = []
    for rate in RATES:
        threshold = np.quantile(scores[is_apart], 1 - rate)
        groups = [is_apart & (race[first] == one) & (race[second] == one) for one in range(len(RACES) - 1)]
        worst.append(max(float((scores[group] >= threshold).mean()) / rate for group in groups))
    return worst


def open_set(rows: Floats, trials: list[Trial], score: Score) -> list[float]:
    """Return FNIR in per cent at each FPIR, the mean over the trials."""
    found = []
    for trial in trials:
        means = unit(rows[trial.templates].sum(axis=1))
        found.append(fnir_percent(score(rows[trial.probes], means), trial.own, score(rows[trial.strangers], means)))
    return [float(value) for value in np.mean(found, axis=0)]


def main() -> None:
    """Print one row for each score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("embeddings", type=Path)
    given = parser.parse_args()
    test, race, cohort, groups = read_groups(given.crops)
    faces = read_faces(given.embeddings)
    trials = draw_trials(number_people(faces.paths)[1], ENROLLED, range(CHOICES))
    scores: dict[str, Score] = {"cosine": lambda probes, enrolled: probes @ enrolled.T}
    scores |= {f"adaptive s-norm, nearest {k}": adaptive(cohort, k) for k in (50, 200, 1000)}
    scores |= {
        f"less {a:g} of the cohort's nearest {k}": less_cohort(cohort, k, a) for k in (50, 200) for a in (0.5, 1)
    }
    scores |= {f"less {a:g} of the roster's nearest {k}": less_roster(k, a) for k in (1, 5, 20) for a in (0.5, 1)}
    scores |= {f"less {a:g} of the cohort's mean": less_mean(cohort, a) for a in (0.5, 1)}
    scores |= {f"groups' directions less {a:g}": less_groups(cohort, groups, a) for a in (0.25, 0.5, 1)}
    scores |= {f"whitened, power {b:g}": whitened(cohort, b) for b in (0.1, 0.25, 0.5)}
    print("| score | worst group at 1e-2 | 1e-3 | 1e-4 | FNIR at FPIR 1 % | 0.3 % |\n|---|---|---|---|---|---|")
    for name, score in scores.items():
        cells = [f"{value:.1f}" for value in worst_group(test, race, score)]
        cells += [f"{value:.2f}" for value in open_set(faces.vectors, trials, score)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
