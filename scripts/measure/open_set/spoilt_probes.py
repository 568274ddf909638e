"""Spoilt probes against enrolled people, at the threshold of clean ones. See docs/results/robustness.md.

    python scripts/measure/open_set/spoilt_probes.py CROPS.npz PACK [PACK,best ...]

CROPS is what ``attendance embed --crops`` wrote. Everybody with four photographs and more is enrolled with three clean
ones, chosen anew in 20 trials; their other photographs are spoilt. The threshold lets 1 % of the clean photographs of
strangers pass. ``PACK,best`` compares with the most similar template instead of their mean.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from open_set_trials import FPIRS, Floats, Trial, draw_trials
from person_templates import best, mean

from attendance_training.data.labelled_crops import load_crops
from attendance_training.evaluation.calibration import threshold_at
from attendance_training.packs.recognizer import open_recognizer
from attendance_training.reports.alterations import ALTERATIONS, alter_all

ENROLLED, TRIALS = 3, 20
SHOWN = ("mask", "sunglasses", "blur, sigma 3 px", "back-light, 4 stops")
BEST = ",best"


def refused(clean: Floats, spoilt: Floats, trials: list[Trial], *, by_best: bool) -> float:
    """Return per cent of the spoilt probes of staff that are refused or misnamed, the mean of the trials."""
    way, found = best if by_best else mean, []
    for trial in trials:
        templates = clean[trial.templates]
        falling = np.sort(way(clean[trial.strangers], templates).max(axis=1))[::-1]
        threshold = threshold_at(falling, None, len(falling), FPIRS[0])
        scores = way(spoilt[trial.probes], templates)
        found.append((scores.argmax(axis=1) == trial.own) & (scores.max(axis=1) >= threshold))
    return float(100 * (1 - np.mean(found)))


def main() -> None:
    """Print one row for each way of spoiling, one column for each pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("packs", nargs="+")
    given = parser.parse_args()
    data = load_crops(given.crops)
    trials = draw_trials(data.person, ENROLLED, range(TRIALS))
    staff = np.flatnonzero(np.isin(data.person, trials[0].staff))
    changes = [one for one in ALTERATIONS if one.name in SHOWN]
    columns: dict[str, list[float]] = {}
    for folder in dict.fromkeys(pack.removesuffix(BEST) for pack in given.packs):
        recognizer = open_recognizer(folder)
        clean = recognizer.embed(data.crops)
        asked = [pack for pack in given.packs if pack.removesuffix(BEST) == folder]
        for pack in asked:
            columns[pack] = [refused(clean, clean, trials, by_best=pack.endswith(BEST))]
        for change in changes:
            spoilt = clean.copy()
            spoilt[staff] = recognizer.embed(alter_all(change, data.crops[staff]))
            for pack in asked:
                columns[pack].append(refused(clean, spoilt, trials, by_best=pack.endswith(BEST)))
    print(f"| refused, % | {' | '.join(columns)} |\n|{'---|' * (1 + len(columns))}")
    for name, *cells in zip(("none", *(one.name for one in changes)), *columns.values(), strict=True):
        print(f"| {name} | {' | '.join(f'{cell:.1f}' for cell in cells)} |")


if __name__ == "__main__":
    main()
