"""Writes a dump for ``lane_rules.py`` out of what ``attendance embed`` wrote: every frame is one whole photograph.

Nothing is composed: neither light nor blur is in it, and many more people can be had in seconds. With ``--shown 1``
every frame is the same photograph, so all rules over frames agree and only the templates' part in them is compared.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from lane_dump import RULES, FaceRows, write_dump
from numpy.typing import NDArray

from attendance.core.packs.manifest_file import read_manifest

ENROLLED_PHOTOS = 3
MOST_SHOWN = 5
_FRAMES = RULES.votes
"""Frames of one photograph: as many as a decision needs."""


def divide(people: NDArray[np.str_], shown: int, seed: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the rows of everybody enrolled, templates first, and of the strangers, both by name.

    Args:
        people: (N,) name of each photograph's person.
        shown: least photographs that somebody comes with; who has that many beside the templates is enrolled.
        seed: of the order of each person's photographs.
    """
    rng = np.random.default_rng(seed)
    enrolled: dict[str, list[int]] = {}
    strangers: dict[str, list[int]] = {}
    for name in np.unique(people).tolist():
        rows = rng.permutation(np.flatnonzero(people == name)).tolist()
        if len(rows) >= ENROLLED_PHOTOS + shown:
            enrolled[name] = rows
        elif len(rows) >= shown:
            strangers[name] = rows
    return enrolled, strangers


def main() -> None:
    """Write the dump."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--pack", type=Path, required=True, help="folder of the pack, for its calibration")
    parser.add_argument("--shown", type=int, default=3, help="least photographs of a visit; 1 shows exactly one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    with np.load(given.faces) as found:
        is_ok = found["status"] == "ok"
        people = np.array([path.partition("/")[0] for path in found["path"][is_ok].tolist()])
        embeddings = found["embedding"][is_ok].astype(np.float32)
        eyes = found["landmarks"][is_ok][:, 1] - found["landmarks"][is_ok][:, 0]
        scores, model_id = found["det_score"][is_ok].astype(np.float32), found["model_id"]
    enrolled, strangers = divide(people, given.shown, given.seed)
    visits = [(f"P{number:04}", rows[ENROLLED_PHOTOS:]) for number, rows in enumerate(enrolled.values())]
    visits += [("", rows) for rows in strangers.values()]
    frames = [rows[:1] * _FRAMES if given.shown == 1 else rows[:MOST_SHOWN] for _, rows in visits]
    visit = np.repeat(np.arange(len(visits)), [len(rows) for rows in frames])
    shown = np.concatenate(frames)
    quality = np.zeros((len(shown), 6), np.float32)
    quality[:, 0] = np.hypot(*eyes[shown].T)
    # Sharpness and light are not in the file; the same for all, so weights by them are uniform.
    quality[:, 1:3] = 0.5
    write_dump(
        given.output,
        FaceRows(
            visit=visit,
            step=np.concatenate([np.arange(len(rows)) for rows in frames]),
            track=visit,
            score=scores[shown],
            quality=quality,
            embedding=embeddings[shown],
        ),
        visitors=[(name, code) for name, (code, _) in zip([*enrolled, *strangers], visits, strict=True)],
        templates=embeddings[np.concatenate([rows[:ENROLLED_PHOTOS] for rows in enrolled.values()])],
        template_code=[code for code, _ in visits[: len(enrolled)] for _ in range(ENROLLED_PHOTOS)],
        # The embeddings may be of a copy of the pack under another name.
        pack=replace(read_manifest(given.pack).to_info(), model_id=str(model_id)),
    )
    print(f"{len(enrolled)} enrolled people, {len(strangers)} strangers, {len(shown)} frames")


if __name__ == "__main__":
    main()
