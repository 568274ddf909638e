"""Simulates companies with photographs of other people and fine-tunes for them; see finetune.md for the commands.

Reads what ``attendance embed --crops`` wrote. Staff: people with five photographs or more, three to five of them
enrolled, at most five others as visits. Of everybody else a third are strangers at the door, two thirds the general
set. Visits and strangers are seen by neither the training nor the gate.

Scenes: "press", the photographs as they are; "camera" and "mask": visits, strangers and about half of the enrolled
photographs as a bad door camera shows them, or with a drawn mask; the general set stays as it is.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance.core.recognition.thresholds import GallerySize, threshold_for
from attendance_training.data.crop_archive import CropArchive
from attendance_training.data.face_source import Crop
from attendance_training.data.occluders import draw_mask
from attendance_training.errors import TrainingDataUnusable
from attendance_training.finetune.candidate import AdapterCandidate, Candidate, NetworkCandidate, train_candidate
from attendance_training.finetune.feedback import Feedback, TextFeedback
from attendance_training.finetune.fit import FitData, FitOptions, adapt, fit_adapter
from attendance_training.finetune.network.options import NetworkOptions
from attendance_training.finetune.run import Inputs, Options, finetune
from attendance_training.packs.folder import read_calibration
from attendance_training.packs.recognizer import OnnxRecognizer, open_recognizer

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]
Embed = Callable[[str, Rows], Vectors]

LAST = NetworkOptions(steps=60, check_every=15)
FULL = NetworkOptions(part="all", steps=24, check_every=8, learning_rate=3e-5)
KINDS: dict[str, Options] = {
    "adapter": FitOptions(),
    "adapter, wild": FitOptions(anchor=0.0, learning_rate=0.03, patience=1000),
    "adapter, half of the labels wrong": FitOptions(),
    "last stage": LAST,
    "all": FULL,
    "all, naive": replace(FULL, learning_rate=1e-3, l2_start=0.0, l2_new=0.0, replay=0.0, patience=1000),
}
KEEPS_LAST = ("adapter, wild", "all, naive")
"""Here the last step is the candidate, whatever the validation says: what somebody without these guards would ship."""


def door_camera(crop: Crop, seed: int) -> Crop:
    """Return a face of 40 pixels from a dark, slightly blurred, noisy, greenish camera, after JPEG of quality 40."""
    rng = np.random.default_rng(seed)
    small = cv2.GaussianBlur(cv2.resize(crop, (40, 40), interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    dark = 255 * (small.astype(np.float32) / 255) ** 1.5 * 0.5 * np.array([0.75, 1.0, 1.1], np.float32)
    noisy = np.clip(dark + rng.normal(0, 5, dark.shape), 0, 255).astype(np.uint8)
    large = cv2.resize(noisy, (112, 112), interpolation=cv2.INTER_LINEAR)
    _, data = cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def mask(crop: Crop, seed: int) -> Crop:
    """Return a face with a drawn mask."""
    return draw_mask(crop, np.random.default_rng(seed))


SCENES: dict[str, Callable[[Crop, int], Crop]] = {
    "press": lambda crop, _seed: crop,
    "camera": door_camera,
    "mask": mask,
}


@dataclass(frozen=True, eq=False)
class World:
    """All photographs, as they are and as the scenes show them, with the pack's embeddings."""

    paths: NDArray[np.str_]
    folders: NDArray[np.str_]
    crops: NDArray[np.uint8]
    vectors: dict[str, Vectors]
    model_id: str

    def shown(self, scene: str, rows: Rows) -> NDArray[np.uint8]:
        """Return the crops of some rows in a scene."""
        return np.stack([SCENES[scene](self.crops[row], row) for row in rows.tolist()])


def open_world(path: Path, recognizer: OnnxRecognizer, cache: Path) -> World:
    """Read the crops and embed every scene once."""
    archive = CropArchive(path)
    crops = np.stack([archive.crop_bgr(row) for row in range(len(archive))])
    paths = np.array(archive.names)
    folders = np.array([name.split("/")[0] for name in archive.names])
    world = World(paths, folders, crops, {}, recognizer.model_id)
    for scene in SCENES:
        file = cache / f"{scene}-{recognizer.model_id.rpartition(':')[2]}.npy"
        if not file.exists():
            np.save(file, recognizer.embed(world.shown(scene, np.arange(len(crops)))))
        world.vectors[scene] = np.load(file)
    return world


def divide(folders: NDArray[np.str_], size: int, seed: int, others: int) -> dict[str, Rows]:
    """Return the rows of staff, visits, strangers and general people; ``others`` people at most who are no staff."""
    rng = np.random.default_rng(seed)
    people, counts = np.unique(folders, return_counts=True)
    staff = set(rng.permutation(people[counts >= 5])[:size].tolist())
    rest = rng.permutation([name for name in people.tolist() if name not in staff])[:others]
    strangers, general = set(rest[: len(rest) // 3].tolist()), set(rest[len(rest) // 3 :].tolist())
    parts: dict[str, list[int]] = {"staff": [], "visits": [], "strangers": [], "general": []}
    for name in people.tolist():
        own = np.flatnonzero(folders == name)
        if name in staff:
            own = rng.permutation(own)
            enrolled = min(int(rng.integers(3, 6)), len(own) - 1)
            parts["staff"] += own[:enrolled].tolist()
            parts["visits"] += own[enrolled : enrolled + 5].tolist()
        elif name in strangers or name in general:
            parts["strangers" if name in strangers else "general"] += own.tolist()
    return {part: np.array(sorted(found), np.int64) for part, found in parts.items()}


@dataclass(frozen=True, eq=False)
class Company:
    """One draw of staff, and which of its enrolled photographs come from the door."""

    world: World
    scene: str
    parts: dict[str, Rows]
    from_door: NDArray[np.bool_]

    def save(self, path: Path, part: str, folders: NDArray[np.str_], *, with_crops: bool) -> Path:
        """Write the staff or the general set as ``attendance embed`` does, each row under the folder given for it."""
        world, rows = self.world, self.parts[part]
        is_door = self.from_door if part == "staff" else np.zeros(len(rows), bool)
        names = [f"{folder}/{world.paths[row].rpartition('/')[2]}" for row, folder in zip(rows, folders, strict=True)]
        common = {"path": np.array(names), "model_id": np.array(world.model_id)}
        if with_crops:
            crops = world.crops[rows].copy()
            crops[is_door] = world.shown(self.scene, rows[is_door]) if is_door.any() else crops[is_door]
            np.savez(path, **common, crop=crops)  # type: ignore[arg-type]
        else:
            vectors = np.where(is_door[:, None], world.vectors[self.scene][rows], world.vectors["press"][rows])
            np.savez(path, **common, status=np.full(len(rows), "ok"), embedding=vectors)  # type: ignore[arg-type]
        return path

    def door(self, embed: Embed, threshold: float) -> dict[str, float]:
        """Look at every visit and stranger once.

        Returns:
            Shares of visits named rightly and of strangers named at ``threshold``; and of visits named rightly at the
            threshold that 1 % of these strangers reach, which does not depend on where a recognizer's cosines lie.
        """
        staff, visits, strangers = (self.parts[part] for part in ("staff", "visits", "strangers"))
        templates = embed("press", staff)
        templates[self.from_door] = embed(self.scene, staff[self.from_door])
        folders = self.world.folders
        people, person = np.unique(folders[staff], return_inverse=True)
        means, order = person_means(templates, person)
        seen = embed(self.scene, visits) @ means.T
        best = seen.max(axis=1)
        is_right = people[order[seen.argmax(axis=1)]] == folders[visits]
        others = (embed(self.scene, strangers) @ means.T).max(axis=1)
        equal = float(np.quantile(others, 0.99))
        return {
            "right": float((is_right & (best >= threshold)).mean()),
            "strangers": float((others >= threshold).mean()),
            "right_at_1_percent_strangers": float((is_right & (best >= equal)).mean()),
        }


@contextmanager
def remembering(kind: str) -> Iterator[list[Candidate]]:
    """Keep the candidate even where the gate refuses it; ``KEEPS_LAST`` keeps that of the last step."""
    kept: list[Candidate] = []
    rising = itertools.count()

    def remember(*given: Any) -> Candidate:
        kept.append(train_candidate(*given))
        return kept[-1]

    def rise(*_given: object) -> float:
        return float(next(rising))

    with ExitStack() as stack:
        stack.enter_context(patch("attendance_training.finetune.run.train_candidate", remember))
        if kind in KEEPS_LAST:
            stack.enter_context(patch("attendance_training.finetune.fit.validation_score", rise))
            stack.enter_context(patch("attendance_training.finetune.network.fit.distance_to_threshold", rise))
        yield kept


def simulate(
    world: World,
    pack: Path,
    checkpoint: Path | None,
    backbone: str,
    out: Path,
    scene: str,
    size: int,
    seed: int,
    kind: str,
    others: int,
) -> dict[str, object]:
    """Run one fine-tuning and look at the door with and without it, whatever the gate says."""
    parts = divide(world.folders, size, seed, others)
    from_door = np.random.default_rng(seed + 7).random(len(parts["staff"])) < 0.5
    company = Company(world, scene, parts, from_door if scene != "press" else np.zeros(len(from_door), bool))
    labels = world.folders[parts["staff"]].copy()
    if "labels wrong" in kind:
        rng = np.random.default_rng(seed)
        wrong = rng.permutation(len(labels))[: len(labels) // 2]
        labels[wrong] = rng.permutation(labels[wrong])
    options = replace(KINDS[kind], seed=seed)
    is_network = isinstance(options, NetworkOptions)
    name = f"{scene}-{size}-{seed}-{list(KINDS).index(kind)}-{others}"
    lines: list[str] = []
    result: dict[str, object] = {"scene": scene, "size": size, "seed": seed, "kind": kind, "others": others}
    inputs = Inputs(
        pack=pack,
        faces=company.save(out / f"{name}-staff.npz", "staff", labels, with_crops=is_network),
        general=company.save(
            out / f"{name}-general.npz", "general", world.folders[parts["general"]], with_crops=is_network
        ),
        output=out / f"pack-{name}",
        report=out / name,
        checkpoint=checkpoint if is_network else None,
        backbone=backbone if is_network else "",
    )
    started = time.perf_counter(), time.process_time()
    try:
        with remembering(kind) as kept:
            finetune(inputs, options, TextFeedback(out=lines.append, err=lambda _line: None))
    except TrainingDataUnusable as err:
        return result | {"refused": err.user_text.partition(": ")[2], "said": lines}
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    report = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    # Both at the threshold that the old pack's calibration gives for this roster; a promoted pack has its own as well.
    roster = GallerySize(people=len(set(world.folders[parts["staff"]])), templates=len(parts["staff"]))
    threshold = threshold_of(pack, roster)
    own = threshold_of(inputs.output, roster) if inputs.output.exists() else threshold
    return result | {
        "outcome": report["outcome"],
        "rows": report["decision"]["rows"],
        "best_step": report["best_step"],
        "steps": report["steps"],
        "counts": report["counts"],
        "parity": report["parity"],
        "wall_s": seconds[0],
        "processor_s": seconds[1],
        "door_before": company.door(lambda scene, rows: world.vectors[scene][rows], threshold),
        "door_after": company.door(embedding(kept[0], world), threshold),
        "door_after_own_threshold": company.door(embedding(kept[0], world), own),
        "looks": (len(parts["visits"]), len(parts["strangers"])),
        "said": lines,
    }


def threshold_of(pack: Path, roster: GallerySize) -> float:
    """Return the cosine at which the kiosk decides with a pack."""
    calibration = read_calibration(pack)
    comparisons = roster.comparisons(calibration.photos_per_person)
    return threshold_for(calibration.points, comparisons, "normal").threshold


def embedding(candidate: Candidate, world: World) -> Embed:
    """Return what embeds rows of a scene with a candidate."""

    def embed(scene: str, rows: Rows) -> Vectors:
        if isinstance(candidate, AdapterCandidate):
            return adapt(candidate.adapter, world.vectors[scene][rows])
        assert isinstance(candidate, NetworkCandidate)
        return candidate.embed(world.shown(scene, rows))

    return embed


def time_of_training(size: int) -> dict[str, float]:
    """Train on 100 made-up people with 20 photographs each, to the last step."""
    rng = np.random.default_rng(1)

    def people(count: int, photos: int) -> Vectors:
        drawn = rng.normal(size=(count, 1, size)) + 0.8 * rng.normal(size=(count, photos, size))
        rows = drawn.reshape(-1, size)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    empty = np.empty((0, size), np.float32)
    data = FitData(
        people(100, 20), np.repeat(np.arange(100), 20), empty, people(500, 2), empty, np.empty(0, np.int64), 0.5,
        people(15, 20), np.repeat(np.arange(15), 20),
    )  # fmt: skip
    started = time.perf_counter(), time.process_time()
    fitted = fit_adapter(data, FitOptions(patience=1000), Feedback())
    wall, processor = time.perf_counter() - started[0], time.process_time() - started[1]
    return {"steps": float(fitted.steps), "wall_s": wall, "processor_s": processor}


def main() -> None:
    """Run what was asked for; print one line each and add everything to results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="weights behind the pack, for the kinds without 'adapter'")
    parser.add_argument("--backbone", default="dense112_wide", help="network of the checkpoint")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder; a run in it is not made again")
    parser.add_argument("--scenes", nargs="+", default=list(SCENES), choices=list(SCENES))
    parser.add_argument("--sizes", nargs="+", type=int, default=[40, 200])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--kinds", nargs="+", default=["adapter"], choices=list(KINDS))
    parser.add_argument("--others", type=int, default=10_000, help="people who are no staff, at most")
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    given.output.mkdir(parents=True, exist_ok=True)
    world = open_world(given.crops, open_recognizer(str(given.pack)), given.output)
    file = given.output / "results.json"
    content: dict[str, Any] = {"model": world.model_id, "results": []}
    if file.exists():
        content = json.loads(file.read_text(encoding="utf-8"))
    if "time" not in content:
        content["time"] = time_of_training(world.vectors["press"].shape[1])
    for scene, size, seed, kind in itertools.product(given.scenes, given.sizes, given.seeds, given.kinds):
        draw: dict[str, Any] = {"scene": scene, "size": size, "seed": seed, "kind": kind, "others": given.others}
        if any(draw.items() <= one.items() for one in content["results"]):
            continue
        found = simulate(world, given.pack, given.checkpoint, given.backbone, given.output, **draw)
        content["results"].append(found)
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")
        shown = {key: value for key, value in found.items() if key not in {"rows", "said", "counts", "parity"}}
        print(json.dumps(shown), flush=True)


if __name__ == "__main__":
    main()
