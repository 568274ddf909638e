"""Draws people of a folder of photographs for a small site: copies the staff's folders and those of other people.

    python scripts/measure/open_set/draw_people.py PHOTOS -o SITE --people 40 --photos 3 [--least 4] [--others 350]

SITE/staff gets ``--people`` folders of people with ``--least`` photographs and more, SITE/others as many as
``--others`` of those who were not drawn. ``--photos`` copies only the first so many of each.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np

from attendance.vision.images import ImageReader


def main() -> None:
    """Copy the photographs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos_of", metavar="PHOTOS", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder that is not there yet")
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--others", type=int, default=0)
    parser.add_argument("--photos", type=int, help="most photographs of one person; all without this")
    parser.add_argument("--least", type=int, help="fewest photographs of the staff; as many as --photos without this")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    images = ImageReader()
    found = {path: images.list_images(path) for path in sorted(given.photos_of.iterdir()) if path.is_dir()}
    least = given.least or given.photos or 1
    able = [path for path, files in found.items() if len(files) >= least]
    if given.people > len(able) or given.people + given.others > len(found):
        parser.error(f"{len(able)} people have {least} photographs, {len(found)} have any")
    order = np.random.default_rng(given.seed).permutation(len(able))
    staff = [able[place] for place in order[: given.people]]
    left = [path for path in found if path not in staff]
    order = np.random.default_rng(given.seed + 1).permutation(len(left))
    for name, chosen in (("staff", staff), ("others", [left[place] for place in order[: given.others]])):
        copied = 0
        for person in chosen:
            target = given.output / name / person.name
            target.mkdir(parents=True)
            for file in found[person][: given.photos]:
                shutil.copyfile(file, target / file.name)
                copied += 1
        print(f"{name}: {len(chosen)} people, {copied} photographs")


if __name__ == "__main__":
    main()
