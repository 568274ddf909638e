"""Simulates a company with photographs of other people and fine-tunes for it; see finetune.md for the command.

Reads what ``attendance embed`` wrote. Staff: people with five photographs or more, three to five of them enrolled, at
most five others as visits. Of everybody else a third are strangers at the door, two thirds the general set. Visits and
strangers are seen by neither the training nor the gate.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from attendance.core.thresholds import threshold_for
from attendance.errors import TrainingDataUnusable
from training.embeddings import EmbeddingRows, read_rows
from training.finetune import fit as fit_module
from training.finetune import run as finetune_run
from training.finetune.adapter import ResidualAdapter
from training.finetune.fit import FitData, FitOptions, Fitted, adapt, fit_adapter, validation_score
from training.finetune.run import Inputs, finetune
from training.pack_folder import read_calibration

KINDS = {
    "as it is": FitOptions(),
    "wild: no anchor, rate 0.03, no early stop": FitOptions(anchor=0.0, learning_rate=0.03, patience=1000),
    "half of the labels wrong": FitOptions(),
}


def divide(rows: EmbeddingRows, size: int, seed: int) -> dict[str, NDArray[np.int64]]:
    """Return the rows of staff, visits, strangers and general people."""
    rng = np.random.default_rng(seed)
    folders = np.array([path.split("/")[0] for path in rows.paths])
    usable = np.flatnonzero(rows.is_ok)
    people, counts = np.unique(folders[usable], return_counts=True)
    staff = set(rng.permutation(people[counts >= 5])[:size].tolist())
    rest = rng.permutation([name for name in people.tolist() if name not in staff])
    strangers = set(rest[: len(rest) // 3].tolist())
    parts: dict[str, list[int]] = {"staff": [], "visits": [], "strangers": [], "general": []}
    for name in people.tolist():
        own = usable[folders[usable] == name]
        if name in staff:
            own = rng.permutation(own)
            enrolled = min(int(rng.integers(3, 6)), len(own) - 1)
            parts["staff"] += own[:enrolled].tolist()
            parts["visits"] += own[enrolled : enrolled + 5].tolist()
        else:
            parts["strangers" if name in strangers else "general"] += own.tolist()
    return {part: np.array(sorted(found), np.int64) for part, found in parts.items()}


def save(path: Path, rows: EmbeddingRows, chosen: NDArray[np.int64], folders: NDArray[np.str_]) -> Path:
    """Write some rows as ``attendance embed`` does, each under the folder given for it."""
    names = [f"{folder}/{rows.paths[row].rpartition('/')[2]}" for row, folder in zip(chosen, folders, strict=True)]
    status = np.full(len(chosen), "ok")
    np.savez(
        path, path=np.array(names), status=status, embedding=rows.vectors[chosen], model_id=np.array(rows.model_id)
    )
    return path


def door(
    vectors: NDArray[np.float32], parts: dict[str, NDArray[np.int64]], folders: NDArray[np.str_], threshold: float
) -> tuple[float, float]:
    """Return the share of visits named rightly and of strangers named at all, one photograph a look."""
    templates, names = vectors[parts["staff"]], folders[parts["staff"]]
    visits = vectors[parts["visits"]] @ templates.T
    is_right = (visits.max(axis=1) >= threshold) & (names[visits.argmax(axis=1)] == folders[parts["visits"]])
    strangers = vectors[parts["strangers"]] @ templates.T
    return float(is_right.mean()), float((strangers.max(axis=1) >= threshold).mean())


def simulate(rows: EmbeddingRows, pack: Path, out: Path, size: int, seed: int, kind: str) -> dict[str, object]:
    """Run one fine-tuning and look at the door with and without it, whatever the gate says."""
    folders = np.array([path.split("/")[0] for path in rows.paths])
    parts = divide(rows, size, seed)
    labels = folders[parts["staff"]].copy()
    if kind.startswith("half"):
        rng = np.random.default_rng(seed)
        wrong = rng.permutation(len(labels))[: len(labels) // 2]
        labels[wrong] = rng.permutation(labels[wrong])
    name = f"{size}-{seed}-{list(KINDS).index(kind)}"
    kept: list[Fitted] = []

    def remember(data: FitData, options: FitOptions) -> Fitted:
        if kind.startswith("wild"):
            rising = itertools.count()
            fit_module.validation_score = lambda *_given: float(next(rising))  # the last step is kept
        kept.append(fit_adapter(data, options))
        fit_module.validation_score = validation_score
        return kept[-1]

    finetune_run.fit_adapter = remember  # the candidate is wanted even where the gate refuses it
    lines: list[str] = []
    inputs = Inputs(
        pack=pack,
        faces=save(out / f"{name}-staff.npz", rows, parts["staff"], labels),
        general=save(out / f"{name}-general.npz", rows, parts["general"], folders[parts["general"]]),
        output=out / f"pack-{name}",
        report=out / name,
    )
    started = time.perf_counter(), time.process_time()
    try:
        finetune(inputs, replace(KINDS[kind], seed=seed), say=lines.append, progress=lambda _line: None)
    except TrainingDataUnusable as err:
        return {"size": size, "seed": seed, "kind": kind, "refused": err.user_text.partition(": ")[2], "said": lines}
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    report = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    # Both at the threshold that the old pack's calibration gives for this roster: the same for both, unlike the gate's.
    threshold = threshold_for(read_calibration(pack), len(parts["staff"]), "normal").threshold
    usable = np.where(rows.is_ok[:, None], rows.vectors, 0).astype(np.float32)
    adapter: ResidualAdapter = kept[0].adapter
    return {
        "size": size,
        "seed": seed,
        "kind": kind,
        "promoted": report["is_promoted"],
        "rows": report["decision"]["rows"],
        "best_step": report["best_step"],
        "counts": report["counts"],
        "seconds": seconds,
        "door_before": door(usable, parts, folders, threshold),
        "door_after": door(adapt(adapter, usable), parts, folders, threshold),
        "looks": (len(parts["visits"]), len(parts["strangers"])),
        "said": lines,
    }


def time_of_training(size: int) -> dict[str, float]:
    """Train on 100 made-up people with 20 photographs each, to the last step."""
    rng = np.random.default_rng(1)

    def people(count: int, photos: int) -> NDArray[np.float32]:
        drawn = rng.normal(size=(count, 1, size)) + 0.8 * rng.normal(size=(count, photos, size))
        rows = drawn.reshape(-1, size)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    empty = np.empty((0, size), np.float32)
    data = FitData(
        people(100, 20), np.repeat(np.arange(100), 20), empty, people(500, 2), empty, np.empty(0, np.int64), 0.5,
        people(15, 20), np.repeat(np.arange(15), 20),
    )  # fmt: skip
    started = time.perf_counter(), time.process_time()
    fitted = fit_adapter(data, FitOptions(patience=1000))
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {"steps": float(fitted.steps), "wall_s": wall, "processor_s": cpu}


def main() -> None:
    """Run every size, seed and kind; print one line each and write everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder; must be empty")
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.output.mkdir(parents=True, exist_ok=True)
    rows = read_rows(given.embeddings, TrainingDataUnusable)
    timed = time_of_training(rows.vectors.shape[1])
    print(json.dumps(timed), flush=True)  # noqa: T201 - a script
    results = [
        simulate(rows, given.pack, given.output, size, seed, kind)
        for size in (40, 200)
        for seed in range(1, given.seeds + 1)
        for kind in KINDS
        if print(size, seed, kind, flush=True) is None  # noqa: T201
    ]
    content = {"model": rows.model_id, "time": timed, "defaults": asdict(FitOptions()), "results": results}
    (given.output / "results.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
