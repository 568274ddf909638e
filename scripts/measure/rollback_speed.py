"""How long a promotion and a rollback take; see docs/go-live.md.

Run from the checkout: ``python scripts/measure/rollback_speed.py [--people 1000] [--templates 5]``.

Uses the bundled pack under two names in a temporary data folder with made-up templates and crops; what is timed is what
``attendance models promote`` and ``rollback`` do once everything is embedded, and how soon a door has its gallery.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from attendance.composition.application import Application
from attendance.core.types import FloatArray, ImageBgr, PackInfo, Template
from attendance.resource_files import resource_path

OTHER = "other"
ROUNDS = 5


def unit_vectors(number: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Return (number, size) float32 rows of unit length."""
    rows = rng.normal(size=(number, size))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def fill(application: Application, people: int, templates: int, info: PackInfo) -> None:
    """Enrol made-up people with kept crops, known to the recognizer of a pack."""
    rng = np.random.default_rng(1)
    crop: ImageBgr = rng.integers(0, 256, (112, 112, 3), dtype=np.uint8)
    for number in range(people):
        vectors = unit_vectors(templates, info.embedding_size, rng)
        application.storage.roster.enrol(
            code=f"p{number}", name=f"p{number}", templates=[(v, crop) for v in vectors], model_id=info.model_id
        )


def prepare(application: Application) -> None:
    """Give every crop a made-up template of the other pack, in batches as a preparation saves them."""
    rng = np.random.default_rng(2)
    info = application.packs.inspect(OTHER)
    recognizers = application.storage.recognizers
    recognizers.set_candidate(OTHER)
    found = [(crop_id, person_id) for crop_id, person_id, _ in recognizers.iter_crops_without(info.model_id)]
    for start in range(0, len(found), 32):
        batch = found[start : start + 32]
        vectors = unit_vectors(len(batch), info.embedding_size, rng)
        rows = [
            Template(person_id, info.model_id, vector, crop_id=crop_id)
            for (crop_id, person_id), vector in zip(batch, vectors, strict=True)
        ]
        recognizers.add_templates(rows, candidate=OTHER)
    recognizers.mark_prepared(OTHER, info.model_id)


def main() -> None:
    """Print medians and worst of the rounds in seconds as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--templates", type=int, default=5)
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {"promote": [], "rollback": [], "gallery": []}
    with tempfile.TemporaryDirectory() as folder, Application(Path(folder)) as application:
        pack = application.paths.models / OTHER
        shutil.copytree(resource_path("models", "bundled"), pack)
        manifest = pack / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"id": "bundled"', f'"id": "{OTHER}"'))
        fill(application, options.people, options.templates, application.packs.inspect("bundled"))
        for _ in range(ROUNDS):
            prepare(application)
            for name, work in (
                ("promote", application.packs.go_live.promote),
                ("rollback", application.packs.go_live.rollback),
            ):
                start = time.perf_counter()
                work()
                seconds[name].append(time.perf_counter() - start)
            start = time.perf_counter()
            application.storage.roster.load_templates(application.packs.inspect("bundled").model_id)
            seconds["gallery"].append(time.perf_counter() - start)
    result = {name: {"median_s": statistics.median(s), "worst_s": max(s)} for name, s in seconds.items()}
    sys.stdout.write(json.dumps({"people": options.people, "templates": options.templates, **result}) + "\n")


if __name__ == "__main__":
    main()
