"""How many people of a roster the door asks for their PIN because they look like somebody else, and what that is for.

    attendance embed PHOTOS -o faces.npz          one sub-folder per person, three photographs or more
    scripts/measure/look_alikes.py faces.npz

Each roster is drawn from the people of the file. Printed for each size: the threshold, the pairs whose means of three
photographs are nearer than threshold less margin, the share of people who are asked, and, with every further photograph
as a visit, how often somebody would have been named as another person of the roster, with and without the question.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from attendance.composition.application import Application
from attendance.core.recognition.matching import Gallery
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FloatArray

SIZES = (20, 50, 100, 200, 400)
ROSTERS = 200
ENROLLED = 3


def people_of(path: Path) -> list[FloatArray]:
    """Return the embeddings of each person with enough photographs, (n, D) each."""
    with np.load(path) as file:
        found: dict[str, list[FloatArray]] = {}
        for name, status, row in zip(file["path"], file["status"], file["embedding"], strict=True):
            if status == "ok":
                found.setdefault(str(Path(str(name)).parent), []).append(row)
    return [np.stack(rows).astype(np.float32) for rows in found.values() if len(rows) >= ENROLLED]


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--data", type=Path, default=Path("build/look-alikes"))
    given = parser.parse_args()
    people = people_of(given.faces)
    with Application(given.data) as application:
        rules_of = application.packs.site_rules.of_pack(application.recognizer.pack.info)
    rng = np.random.default_rng(1)
    visits = sum(len(rows) - ENROLLED for rows in people)
    print(f"{len(people)} people with {ENROLLED} photographs, {visits} further ones; {ROSTERS} rosters of each size")
    for size in (size for size in SIZES if size <= len(people)):
        pairs, asked, named, left, seen = 0, 0, 0, 0, 0
        rules = rules_of(GallerySize(people=size, templates=size * ENROLLED))
        for _ in range(ROSTERS):
            chosen = rng.choice(len(people), size, replace=False)
            rows = np.concatenate([people[one][:ENROLLED] for one in chosen])
            gallery = Gallery(rows, np.repeat(chosen, ENROLLED).tolist(), "m:1")
            alike = {one: gallery.look_alikes(int(one), rules.look_alike_similarity) for one in chosen}
            pairs += sum(map(len, alike.values())) // 2
            asked += sum(map(bool, alike.values()))
            probes = [(one, row) for one in chosen for row in people[one][ENROLLED:]]
            if not probes:
                continue
            seen += len(probes)
            for (one, _), match in zip(probes, gallery.search(np.stack([row for _, row in probes])), strict=True):
                is_taken = match.similarity >= rules.threshold and match.margin >= rules.margin
                if is_taken and match.person_id != one:
                    named += 1
                    left += not alike[match.person_id]
        print(
            f"{size:4} people: threshold {rules.threshold:.3f}, alike from {rules.look_alike_similarity:.3f}; "
            f"{pairs / ROSTERS:.2f} pairs, {asked / ROSTERS / size:.1%} asked; "
            f"{named} of {seen} visits under another name, {left} after the question"
        )


if __name__ == "__main__":
    main()
