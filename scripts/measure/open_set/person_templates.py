"""Best template, mean of the templates or half of each; duplicates by means. See docs/results/person-templates.md.

    python scripts/measure/open_set/person_templates.py EMBEDDINGS.npz --pack FOLDER

EMBEDDINGS is ``attendance embed`` of photographs in folders by person with the pack, which must be calibrated.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from open_set_trials import Floats, Rows, draw_trials, fnir_percent, number_people, read_faces, unit

from attendance.core.packs.manifest_file import read_manifest
from attendance.services.people.enrolment import EnrolmentThresholds

TRIALS = 20
NUMBERS_ENROLLED = (2, 3, 4)
SIDE = 3
"""Photographs of a person on each side of the check for duplicates."""


def best(probes: Floats, templates: Floats) -> Floats:
    """Return (k, N) cosines of (k, D) probes to the most similar of each person's (N, t, D) templates."""
    cosines = probes @ templates.reshape(-1, templates.shape[2]).T
    return np.asarray(cosines.reshape(len(probes), *templates.shape[:2]).max(axis=2), np.float32)


def mean(probes: Floats, templates: Floats) -> Floats:
    """Return (k, N) cosines of (k, D) probes to the mean of each person's (N, t, D) templates."""
    return probes @ unit(templates.sum(axis=1)).T


def half(probes: Floats, templates: Floats) -> Floats:
    """Return the (k, N) mean of both."""
    return (best(probes, templates) + mean(probes, templates)) * np.float32(0.5)


WAYS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "best template": best,
    "mean of templates": mean,
    "half of each": half,
}


def compare_ways(rows: Floats, person: Rows) -> None:
    """Print FNIR of each way for each number of enrolled photographs."""
    print(f"| templates | people, strangers | {' | '.join(WAYS)} |\n|{'---|' * (2 + len(WAYS))}")
    for enrolled in NUMBERS_ENROLLED:
        trials = draw_trials(person, enrolled, range(TRIALS))
        cells = []
        for way in WAYS.values():
            found = []
            for trial in trials:
                mated, strange = (way(rows[at], rows[trial.templates]) for at in (trial.probes, trial.strangers))
                found.append(fnir_percent(mated, trial.own, strange))
            cells.append(" / ".join(f"{value:.2f}" for value in np.mean(found, axis=0)))
        staff, strangers = len(trials[0].staff), len(np.unique(person[trials[0].strangers]))
        print(f"| {enrolled} | {staff}, {strangers:,} | {' | '.join(cells)} |", flush=True)


def find_duplicates(rows: Floats, person: Rows, threshold: float) -> None:
    """Print how many pairs of one person, and of two, reach the threshold of the enrolment."""
    people = np.flatnonzero(np.bincount(person) >= 2 * SIDE)
    is_own = np.eye(len(people), dtype=bool)
    matches: dict[str, list[tuple[float, float]]] = {"mean against mean": [], "one photograph against mean": []}
    for seed in range(TRIALS):
        rng = np.random.default_rng(seed)
        chosen = np.stack([rng.permutation(np.flatnonzero(person == one))[: 2 * SIDE] for one in people])
        enrolled = unit(rows[chosen[:, SIDE:]].sum(axis=1))
        for name, new in zip(matches, (unit(rows[chosen[:, :SIDE]].sum(axis=1)), rows[chosen[:, 0]]), strict=True):
            hits = new @ enrolled.T >= threshold
            matches[name].append((hits[is_own].mean(), hits[~is_own].mean()))
    pairs = TRIALS * len(people) * (len(people) - 1)
    print(f"\nDuplicates at {threshold:.4f}: {len(people)} people, {TRIALS} choices, {pairs:,} pairs of two people")
    for name, found in matches.items():
        own, others = np.mean(found, axis=0)
        print(f"{name}: {own:.2%} of pairs of one person, {others * 1e5:.1f} in 100,000 of two people")


def tell_apart(rows: Floats, person: Rows, threshold: float) -> None:
    """Print how many pairs of photographs lie below the threshold for two people in one enrolment."""
    below, pairs = np.zeros(2, int), np.zeros(2, int)
    for row in range(1, len(rows)):
        cosines, is_own = rows[:row] @ rows[row], person[:row] == person[row]
        for place, chosen in enumerate((is_own, ~is_own)):
            below[place] += (cosines[chosen] < threshold).sum()
            pairs[place] += chosen.sum()
    print(
        f"\nBelow {threshold:.4f}: {below[0]} of {pairs[0]:,} pairs of one person ({below[0] / pairs[0]:.2%}), "
        f"{below[1] / pairs[1]:.2%} of {pairs[1]:,} of two people"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    given = parser.parse_args()
    faces = read_faces(given.embeddings)
    _, person = number_people(faces.paths)
    thresholds = EnrolmentThresholds.of_pack(read_manifest(given.pack).to_info())
    compare_ways(faces.vectors, person)
    find_duplicates(faces.vectors, person, thresholds.duplicate)
    tell_apart(faces.vectors, person, thresholds.same_person)


if __name__ == "__main__":
    main()
