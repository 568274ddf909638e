"""Measures the door on sequences: enrolled people and strangers walk past a camera one after the other.

PHOTOS has a sub-folder for each person. Some people are enrolled with three photographs by the product's enrolment, and
come to the door with others; the rest are strangers. The frames go through the product's own recognition: detector,
tracker, gate, recognizer, gallery, rules. Time is the stream's, so nothing waits. See docs/results/lane.md.

Variants: "still" shows ten frames of one photograph, with jitter, light and blur; "pairs" two such people side by side;
"alike" has the strangers that resemble the enrolled people most; "walk", "turn" and "light" show several photographs of
a person: coming nearer, cut into each other, in changing light.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from lane_door import Detections, LaneDoor, Outcome, Seen, save_dump, watch
from lane_pictures import LanePictures, Visit, Visitor, timetable

from attendance.composition.application import Application
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import Frame, FrameResult
from attendance.resource_files import resource_path
from attendance_training.evaluation.intervals import Estimate, wilson

ENROLLED_PHOTOS = 3
MOVING = ("walk", "turn", "light")
VARIANTS = ("still", "pairs", "alike", *MOVING)
_LEAST_SHOWN, _MOST_SHOWN = 3, 5
"""Photographs of a person in the variants that show several."""

Album = dict[str, list[Path]]
"""Photographs of each person."""
Likeness = Callable[[Path], float]
"""Photograph -> cosine to whomever it resembles most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run.

    Attributes:
        variant: one of ``VARIANTS``.
        enrolled: people who are known, each of whom comes once.
        strangers: people who are not.
        frames: how long each is seen.
        every_s: seconds from one to the next.
        empty_every: of the frames without anybody only every so many are shown.
    """

    variant: str
    seed: int
    enrolled: int
    strangers: int
    frames: int
    every_s: float
    empty_every: int = 1

    @property
    def shown(self) -> tuple[int, int]:
        """Least and largest number of photographs that a visitor is shown with."""
        return (_LEAST_SHOWN, _MOST_SHOWN) if self.variant in MOVING else (1, 1)


def read_album(folder: Path) -> Album:
    """Return the photographs of every person, both in the order of their names."""
    people = (path for path in sorted(folder.iterdir()) if path.is_dir())
    return {person.name: sorted(person.glob("*.jpg")) for person in people}


def enrol_some(door: LaneDoor, album: Album, plan: Plan, rng: np.random.Generator) -> tuple[list[Visitor], list[str]]:
    """Enrol people until there are enough.

    Returns:
        The enrolled, with the photographs they come with; and the names of those who could not be enrolled.

    Raises:
        SystemExit: not enough people have enough photographs.
    """
    least, most = plan.shown
    able = [name for name, photos in album.items() if len(photos) >= ENROLLED_PHOTOS + least]
    enrolled: list[Visitor] = []
    refused: list[str] = []
    for name in rng.permutation(able).tolist():
        if len(enrolled) == plan.enrolled:
            break
        photos = [album[name][place] for place in rng.permutation(len(album[name]))]
        code = f"P{len(enrolled):04}"
        if door.enrol(code, name, photos[:ENROLLED_PHOTOS]):
            shown = photos[ENROLLED_PHOTOS : ENROLLED_PHOTOS + most]
            enrolled.append(Visitor(name, tuple(shown), code))
        else:
            refused.append(name)
    if len(enrolled) < plan.enrolled:
        raise SystemExit(f"only {len(enrolled)} of {plan.enrolled} people could be enrolled")
    return enrolled, refused


def choose_strangers(
    album: Album, others: Sequence[str], plan: Plan, rng: np.random.Generator, likeness: Likeness | None
) -> list[Visitor]:
    """Choose strangers, at random or by the likeness of the photograph they come with.

    Args:
        album: all photographs.
        others: people who may be strangers.
        plan: the run.
        rng: chooses.
        likeness: those with the highest are taken; None takes any.

    Raises:
        SystemExit: there are not enough.
    """
    least, most = plan.shown
    able = [name for name in others if len(album[name]) >= least]
    if len(able) < plan.strangers:
        raise SystemExit(f"only {len(able)} of {plan.strangers} strangers have {least} photographs")
    strangers = []
    for name in rng.permutation(able).tolist():
        photos = [album[name][place] for place in rng.permutation(len(album[name]))[:most]]
        strangers.append(Visitor(name, tuple(photos)))
    if likeness is not None:
        strangers.sort(key=lambda stranger: -likeness(stranger.photos[0]))
    return strangers[: plan.strangers]


def likeness_to(door: LaneDoor, faces: Sequence[Path]) -> Likeness:
    """Return the function photograph -> highest cosine to a template, -1 for one without a face.

    Args:
        door: with everybody enrolled.
        faces: files of ``attendance embed``; the one made with the door's pack is used.

    Raises:
        SystemExit: none is of this pack.
    """
    model_id = door.pack.info.model_id
    for file in faces:
        with np.load(file) as found:
            if str(found["model_id"]) == model_id:
                best = (found["embedding"].astype(np.float32) @ door.templates()[0].T).max(axis=1)
                best[found["status"] != "ok"] = -1.0
                of_path = dict(zip(found["path"].tolist(), best.tolist(), strict=True))
                return lambda photo: float(of_path[f"{photo.parent.name}/{photo.name}"])
    raise SystemExit(f'"alike" needs --faces with what "attendance embed" wrote with {model_id}')


def run(
    album: Album, pack: Path, plan: Plan, detections: Detections, faces: Sequence[Path] = (), dump: Path | None = None
) -> dict[str, Any]:
    """Run one lane in a fresh installation and return what came of it, ready for JSON."""
    started = time.perf_counter()
    rng = np.random.default_rng(plan.seed)
    with tempfile.TemporaryDirectory(prefix="lane-") as folder, Application(Path(folder)) as application:
        door = LaneDoor(application, pack, detections)
        enrolled, refused = enrol_some(door, album, plan, rng)
        used = {visitor.name for visitor in enrolled} | set(refused)
        likeness = likeness_to(door, faces) if plan.variant == "alike" else None
        strangers = choose_strangers(album, [name for name in album if name not in used], plan, rng, likeness)
        everybody = [*enrolled, *strangers]
        visits = timetable(
            [everybody[place] for place in rng.permutation(len(everybody))],
            frames=plan.frames,
            every_s=plan.every_s,
            kind=plan.variant if plan.variant in MOVING else "still",
            at_once=2 if plan.variant == "pairs" else 1,
        )
        seen: list[Seen] = []

        def look(frame: Frame, result: FrameResult, here: Sequence[Visit]) -> None:
            seen.extend(door.pack.faces(frame, result, here))

        pictures = LanePictures(plan.seed, application.images.read)
        outcomes, strays = watch(
            door.pipeline(),
            visits,
            pictures.picture,
            code_of=door.code_of,
            empty_every=plan.empty_every,
            on_frame=look if dump else None,
        )
        codes = door.templates()[1]
        size = GallerySize(people=len(set(codes)), templates=len(codes))
        if dump:
            save_dump(dump, seen, [visit.visitor for visit in visits], door)
        info = door.pack.info
        return {
            "model_id": info.model_id,
            "templates": size.templates,
            "threshold": door.rules(size).threshold,
            "not_enrolled": refused,
            "decisions_about_nobody": strays,
            "visits": [as_data(outcome) for outcome in outcomes],
            "seconds": round(time.perf_counter() - started, 1),
        }


def as_data(outcome: Outcome) -> dict[str, Any]:
    """Return one visit ready for JSON."""
    visitor = outcome.visit.visitor
    return {
        "name": visitor.name,
        "code": visitor.code,
        "photos": [photo.name for photo in visitor.photos],
        "verdict": outcome.verdict,
        "named": outcome.named,
        "kinds": outcome.kinds,
        "decided_at": outcome.decided_at,
        "named_at": outcome.named_at,
    }


def table(results: Sequence[dict[str, Any]]) -> str:
    """Return a Markdown table: a row for each recognizer and variant, all seeds together."""
    lines = [
        "| recognizer | variant | seeds | named rightly | wrong name | refused | strangers named "
        "| frames to the welcome: median, p90 | frames to any verdict: median, p90 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    ordered = sorted(results, key=lambda one: (one["model_id"], VARIANTS.index(one["variant"])))
    for (model, variant), group in itertools.groupby(ordered, key=lambda one: (one["model_id"], one["variant"])):
        runs = list(group)
        visits = [visit for one in runs for visit in one["visits"]]
        known = [visit for visit in visits if visit["code"]]
        others = [visit for visit in visits if not visit["code"]]
        of = Counter(visit["verdict"] for visit in known)
        named = sum(visit["verdict"] == "named" for visit in others)
        lines.append(
            f"| {model} | {variant} | {len(runs)} "
            f"| {_share(of['right'], len(known))} | {_share(of['wrong'], len(known))} "
            f"| {of['refused']} | {_share(named, len(others))} "
            f"| {_frames([visit['named_at'] for visit in known if visit['verdict'] == 'right'])} "
            f"| {_frames([visit['decided_at'] for visit in visits])} |"
        )
    return "\n".join(lines)


def _share(count: int, trials: int) -> str:
    found: Estimate = wilson(count, trials)
    return f"{count} of {trials} ({found.low:.1%} – {found.high:.1%})"


def _frames(numbers: Sequence[int | None]) -> str:
    known = sorted(number for number in numbers if number is not None)
    if not known:
        return "–"
    return f"{statistics.median(known):g}, {np.percentile(known, 90):g}"


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    bundled = resource_path("models", "bundled")
    parser.add_argument("photos", type=Path, help="folder with a sub-folder of photographs for each person")
    parser.add_argument("--packs", nargs="+", type=Path, default=[bundled], help="folders of packs; default: bundled")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder; a run in it is not made again")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--enrolled", type=int, default=57)
    parser.add_argument("--strangers", type=int, default=150)
    parser.add_argument("--frames", type=int, default=10, help="frames of a person shown with one photograph")
    parser.add_argument("--moving-frames", type=int, default=15, help="frames of a person shown with several")
    parser.add_argument("--every-s", type=float, default=1.7, help="seconds from one person to the next, at least")
    parser.add_argument("--empty-every", type=int, default=1, help="show every so many of the empty frames")
    parser.add_argument("--faces", nargs="+", type=Path, default=[], help='for "alike": written by attendance embed')
    parser.add_argument("--dump", action="store_true", help="write every face of every frame, for lane_rules.py")
    return parser.parse_args()


def main() -> None:
    """Run what was asked for and is not done yet; print the table of everything in the output folder."""
    given = options()
    cv2.setNumThreads(1)
    given.output.mkdir(parents=True, exist_ok=True)
    file = given.output / "results.json"
    results: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    album = read_album(given.photos)
    for seed, variant in itertools.product(given.seeds, given.variants):
        frames = given.moving_frames if variant in MOVING else given.frames
        plan = Plan(variant, seed, given.enrolled, given.strangers, frames, given.every_s, given.empty_every)
        detections = Detections()
        for pack in given.packs:
            asked = asdict(plan) | {"pack": str(pack)}
            if any(asked.items() <= one.items() for one in results):
                continue
            dump = given.output / f"{variant}-{seed}-{pack.name}.npz" if given.dump else None
            results.append(asked | run(album, pack, plan, detections, given.faces, dump))
            file.write_text(json.dumps(results, indent=1), encoding="utf-8")
            print(table(results[-1:]).splitlines()[-1], f"{results[-1]['seconds']} s", flush=True)
    print(table(results))
    (given.output / "lane.md").write_text(table(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
