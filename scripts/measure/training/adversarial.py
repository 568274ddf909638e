"""Divides a file of named crops into two with nobody in both; see adversarial.md for the command.

Writes train.npz and held-out.npz as ``attendance embed --crops`` would. People with one photograph are left out: they
can neither be learned from in pairs nor dodge their own template.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from attendance_training.data.crop_archive import CropArchive
from attendance_training.data.splits import rows_of, split_people

SHARES = {"train": 0.6, "held-out": 0.4}
SALT = "adversarial"
"""Another one than that of 'attendance-train train', which divides its people once more."""


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crops", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    faces = CropArchive(options.crops)
    counts = np.bincount(faces.labels, minlength=len(faces.people))
    options.output.mkdir(parents=True, exist_ok=True)
    for part, people in split_people(faces.people, SHARES, salt=SALT).items():
        rows = rows_of(faces.labels, people[counts[people] > 1])
        np.savez(
            options.output / f"{part}.npz",
            path=np.array([faces.names[row] for row in rows]),
            crop=np.stack([faces.crop_bgr(row) for row in rows]),
            model_id=np.array(faces.model_id),
        )
        print(f"{part}: {len(np.unique(faces.labels[rows]))} people, {len(rows)} photographs")


if __name__ == "__main__":
    main()
