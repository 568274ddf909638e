"""Names and strangers of rosters of 57 people, one photograph a visit, by threshold. See docs/results/lane.md.

    python scripts/measure/open_set/roster_thresholds.py EMBEDDINGS.npz --pack FOLDER

EMBEDDINGS is ``attendance embed`` of photographs in folders by person with the pack, which must be calibrated. Three
photographs of a person are enrolled; another one, and one of every stranger, come to the door. A threshold is that of
the security level for so many people.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from open_set_trials import draw_trials, number_people, read_faces, unit

from attendance.core.packs.manifest_file import read_manifest
from attendance.core.recognition.thresholds import threshold_for

ENROLLED, TRIALS, ROSTERS, SIZE, STRANGERS = 3, 20, 10, 57, 300
CHOICES = (
    *(("normal", people) for people in (100, 125, 150, 200, 300)),
    ("strict", 100),
)


def main() -> None:
    """Print one row for each threshold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    given = parser.parse_args()
    faces, points = read_faces(given.embeddings), read_manifest(given.pack).to_info().calibration
    _, person = number_people(faces.paths)
    thresholds = np.array([threshold_for(points, people, security).threshold for security, people in CHOICES])
    rng = np.random.default_rng(0)
    found = []
    for trial in draw_trials(person, ENROLLED, range(TRIALS)):
        means = unit(faces.vectors[trial.templates].sum(axis=1))
        shown = [rng.choice(np.flatnonzero(trial.own == place)) for place in range(len(trial.staff))]
        first = np.unique(person[trial.strangers], return_index=True)[1]
        mated, strange = (faces.vectors[at] @ means.T for at in (trial.probes[shown], trial.strangers[first]))
        for _ in range(ROSTERS):
            roster = rng.choice(len(trial.staff), SIZE, replace=False)
            own = mated[np.ix_(roster, roster)]
            is_first, best = own.argmax(axis=1) == np.arange(SIZE), own.max(axis=1)
            reached = best[:, None] >= thresholds
            named, wrong = ((one[:, None] & reached).sum(axis=0) for one in (is_first, ~is_first))
            let_in = STRANGERS * (strange[:, roster].max(axis=1)[:, None] >= thresholds).mean(axis=0)
            found.append((named, wrong, let_in, named >= SIZE - 1))
    print(
        f"| threshold | named of {SIZE} | rosters with {SIZE - 1} or {SIZE} | wrong names | strangers of {STRANGERS} |"
    )
    print("|---|---|---|---|---|")
    rows = np.mean(found, axis=0).T
    for (security, people), at, row in zip(CHOICES, thresholds, rows, strict=True):
        print(f"| {security}, {people} people: {at:.4f} | {row[0]:.2f} | {row[3]:.0%} | {row[1]:.2f} | {row[2]:.2f} |")


if __name__ == "__main__":
    main()
