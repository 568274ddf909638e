"""Does score normalisation even out groups, or find more people? See docs/results/fairness.md.

    python scripts/measure/score_normalisation.py CROPS EMBEDDINGS.npz

CROPS holds the shards whose names begin with ``utkface/AGE_SEX_RACE_``, with the recognizer's embeddings (array
``teacher``): adults of a twentieth of the names are the test, of the others 8,000 are the cohort. EMBEDDINGS is
``attendance embed`` of photographs in folders by person.

Tried: adaptive symmetric score normalisation (Matejka et al., Interspeech 2017) with the nearest K of the cohort;
taking away a share of the mean cosine to the nearest K of the cohort; the same with the nearest K people of the roster
itself, for the enrolled person only.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means

Floats = NDArray[np.float32]
Score = Callable[[Floats, Floats], Floats]
"""(probes (k, D), enrolled (n, D)) -> (k, n)."""

COHORT, ADULT, RACES = 8000, 18, 4
SAME_PERSON = 0.7
"""Pairs of the test above this cosine are probably one person with two pictures."""
RATES = (1e-2, 1e-3, 1e-4)
FPIRS = (1e-2, 3e-3)
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


def read_groups(folder: Path) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return the test's rows, their race, and the cohort's rows."""
    names, rows = [], []
    for path in sorted(folder.glob("shard-*.npz")):
        with np.load(path) as shard:
            names += [name.decode() for name in shard["name"].tolist()]
            rows.append(shard["teacher"].astype(np.float32))
    found = [re.match(r"utkface/(\d+)_\d_(\d)_", name) for name in names]
    is_adult = np.array([one is not None and int(one[1]) >= ADULT for one in found])
    race = np.array([int(one[2]) if one else -1 for one in found])
    is_test = np.array([int(hashlib.sha256(name.encode()).hexdigest(), 16) % 20 == 0 for name in names])
    vectors = np.concatenate(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    test = is_adult & is_test
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(is_adult & ~is_test))[:COHORT]
    return vectors[test], race[test], vectors[chosen]


def worst_group(rows: Floats, race: NDArray[np.int64], score: Score) -> list[float]:
    """Return, at each rate of all pairs, how many times as often pairs of the worst group match."""
    first, second = np.triu_indices(len(rows), 1)
    is_apart = (rows @ rows.T)[first, second] < SAME_PERSON
    scores = score(rows, rows)[first, second]
    worst = []
    for rate in RATES:
        threshold = np.quantile(scores[is_apart], 1 - rate)
        groups = [is_apart & (race[first] == one) & (race[second] == one) for one in range(RACES)]
        worst.append(max(float((scores[group] >= threshold).mean()) / rate for group in groups))
    return worst


def open_set(rows: Floats, person: NDArray[np.int64], score: Score) -> list[float]:
    """Return FNIR in per cent at each FPIR, the mean over choices of the enrolled photographs."""
    counts = np.bincount(person)
    staff = np.flatnonzero(counts > ENROLLED)
    strangers = np.flatnonzero(~np.isin(person, staff))
    found = []
    for seed in range(CHOICES):
        rng = np.random.default_rng(seed)
        orders = [rng.permutation(np.flatnonzero(person == one)) for one in staff]
        templates = np.concatenate([order[:ENROLLED] for order in orders])
        probes = np.concatenate([order[ENROLLED:] for order in orders])
        means, people = person_means(rows[templates], person[templates])
        mated, stranger = score(rows[probes], means), np.sort(score(rows[strangers], means).max(1))[::-1]
        is_own = people[mated.argmax(1)] == person[probes]
        found.append([1 - (is_own & (mated.max(1) > stranger[int(fpir * len(stranger))])).mean() for fpir in FPIRS])
    return [float(value) * 100 for value in np.mean(found, axis=0)]


def main() -> None:
    """Print one row for each score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("embeddings", type=Path)
    given = parser.parse_args()
    test, race, cohort = read_groups(given.crops)
    with np.load(given.embeddings) as arrays:
        is_ok = arrays["status"] == "ok"
        rows, paths = arrays["embedding"][is_ok], arrays["path"][is_ok].tolist()
    _, person = np.unique([path.split("/")[0] for path in paths], return_inverse=True)
    scores: dict[str, Score] = {"cosine": lambda probes, enrolled: probes @ enrolled.T}
    scores |= {f"adaptive s-norm, nearest {k}": adaptive(cohort, k) for k in (50, 200, 1000)}
    scores |= {
        f"less {a:g} of the cohort's nearest {k}": less_cohort(cohort, k, a) for k in (50, 200) for a in (0.5, 1)
    }
    scores |= {f"less {a:g} of the roster's nearest {k}": less_roster(k, a) for k in (1, 5, 20) for a in (0.5, 1)}
    print("| score | worst group at 1e-2 | 1e-3 | 1e-4 | FNIR at FPIR 1 % | 0.3 % |\n|---|---|---|---|---|---|")
    for name, score in scores.items():
        cells = [f"{value:.1f}" for value in worst_group(test, race, score)]
        cells += [f"{value:.2f}" for value in open_set(rows, person.astype(np.int64), score)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
