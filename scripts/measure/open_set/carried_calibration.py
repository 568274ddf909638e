"""Measures what false match rates carried thresholds give, on people whom the site does not have.

    python scripts/measure/open_set/carried_calibration.py EMBEDDINGS.npz OTHER.npz --pack FOLDER

EMBEDDINGS and OTHER are ``attendance embed`` of the same photographs, in folders by person, with a calibrated pack
(``--pack``) and another one. Of the people with three photographs and more, small sites are drawn; thresholds are
carried over on their photographs and tried on all other people. Beside OTHER, changed copies of EMBEDDINGS stand for
recognizers of other kinds. ``--deviation-alone`` leaves out the spread that weighs the most similar strangers. See
docs/results/carried-calibration.md.
"""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from open_set_trials import number_people, read_faces, unit

from attendance.core.packs.manifest_file import read_manifest
from attendance.core.recognition import carried_calibration
from attendance.core.recognition.matching import person_means
from attendance.core.types import FloatArray, FmrPoint

SITES = ((10, 20), (20, 20), (60, 20), (200, 8))
"""(people, how many such sites are drawn)."""
PHOTOGRAPHS = 3
RATES = (1e-2, 1e-3, 1e-4, 1e-5)


def read(path: Path) -> dict[str, FloatArray]:
    """Return the embedding of each photograph that was used."""
    faces = read_faces(path)
    return dict(zip(faces.paths, faces.vectors, strict=True))


def deviation_alone() -> AbstractContextManager[object]:
    """Let the standard deviation be the only spread that is carried over."""
    sums = carried_calibration._PairSums
    both = sums.spread

    def spread(self: carried_calibration._PairSums, times: NDArray[np.float64]) -> tuple[float, float, float]:
        mean, deviation, _ = both(self, times)
        return mean, deviation, deviation

    return patch.object(sums, "spread", spread)


def kinds(known: FloatArray, other: FloatArray) -> dict[str, FloatArray]:
    """Return the other recognizer and changed copies of the known one."""
    rng = np.random.default_rng(0)
    size = known.shape[1]
    return {
        "the other recognizer": other,
        "a quarter of the numbers": unit(known[:, : size // 4]),
        "a direction common to all": unit(known + 0.6 * unit(rng.normal(size=(1, size)))),
        "noise": unit(known + 0.7 * unit(rng.normal(size=known.shape))),
        "heavier tail: every number squared": unit(np.sign(known) * known**2),
    }


def false_match_rates(rows: FloatArray, person: NDArray[np.int64], thresholds: list[float]) -> NDArray[np.float64]:
    """Return the share of (photograph, mean of three of somebody else) that reaches each threshold."""
    order = np.argsort(person, kind="stable")
    rows, person = rows[order], person[order]
    place = np.arange(len(person)) - np.searchsorted(person, person)
    has_three = np.bincount(person)[person] >= PHOTOGRAPHS
    is_enrolled = (place < PHOTOGRAPHS) & has_three
    means, people = person_means(rows[is_enrolled], person[is_enrolled])
    hits, pairs = np.zeros(len(thresholds)), 0
    for start in range(0, len(rows), 500):
        scores = (rows[start : start + 500] @ means.T)[person[start : start + 500, None] != people[None, :]]
        pairs += len(scores)
        hits += [(scores >= threshold).sum() for threshold in thresholds]
    return hits / pairs


def try_site(
    rng: np.random.Generator,
    people: int,
    person: NDArray[np.int64],
    known: FloatArray,
    found: FloatArray,
    points: tuple[FmrPoint, ...],
) -> list[float]:
    """Return, for each rate, how many times as often strangers match as was aimed at."""
    counts = np.bincount(person)
    site = rng.choice(np.nonzero(counts >= PHOTOGRAPHS)[0], people, replace=False)
    chosen = np.concatenate([rng.permutation(np.nonzero(person == one)[0])[:PHOTOGRAPHS] for one in site])
    carried = carried_calibration.carry_over(points, known[chosen], found[chosen], person[chosen])
    threshold = {point.fmr: point.threshold for point in carried}
    is_other = ~np.isin(person, site)
    rates = false_match_rates(found[is_other], person[is_other], [threshold[rate] for rate in RATES])
    return [float(rate / aimed) for rate, aimed in zip(rates, RATES, strict=True)]


def main() -> None:
    """Print one table row for each kind of recognizer and size of site."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--pack", type=Path, required=True, help="folder of the calibrated pack")
    parser.add_argument("--deviation-alone", action="store_true")
    given = parser.parse_args()
    known_by_path, other_by_path = read(given.embeddings), read(given.other)
    paths = sorted(known_by_path.keys() & other_by_path.keys())
    known, other = (np.stack([one[path] for path in paths]) for one in (known_by_path, other_by_path))
    _, person = number_people(paths)
    calibration = read_manifest(given.pack).calibration
    if calibration is None:
        parser.error(f"{given.pack} is not calibrated")
    print(f"| recognizer | people | {' | '.join(f'{rate:g}' for rate in RATES)} |\n|{'---|' * (2 + len(RATES))}")
    with deviation_alone() if given.deviation_alone else nullcontext():
        for name, rows in kinds(known, other).items():
            for people, draws in SITES:
                ratios = [
                    try_site(np.random.default_rng(n), people, person, known, rows, calibration.points)
                    for n in range(draws)
                ]
                middle, worst = np.median(ratios, axis=0), np.max(ratios, axis=0)
                cells = " | ".join(f"{m:.2f} / {w:.2f}" for m, w in zip(middle, worst, strict=True))
                print(f"| {name} | {people} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
