"""How long a door stays shut after an update that brings another recognizer; see docs/go-live.md.

Run from the checkout: ``python scripts/measure/update_speed.py [--people 300] [--templates 5]``.

Enrols made-up people with the example recognizer under the bundled pack's name, as a version would that came with it,
in a temporary data folder; then times the first start: once where a copy of that recognizer is found, once where none
is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rollback_speed import fill

from attendance.composition.application import Application
from attendance.core.packs.format import recognizer_digits
from attendance.core.packs.manifest_file import read_manifest
from attendance.resource_files import resource_path

EXAMPLE = "dense112_wide"
_UNKNOWN = "0" * 12
_LOOK_EVERY_S = 0.05


def first_start(people: int, templates: int, *, has_copy: bool) -> dict[str, float]:
    """Return seconds until the door has its gallery, and until the new recognizer is in use."""
    info = read_manifest(resource_path("models", EXAMPLE)).to_info()
    digits = recognizer_digits(info.model_id) if has_copy else _UNKNOWN
    with tempfile.TemporaryDirectory() as folder:
        with Application(Path(folder)) as application:
            fill(application, people, templates, replace(info, model_id=f"bundled:{digits}"))
        with Application(Path(folder)) as application:
            start_s = time.perf_counter()
            assert application.recognizer.gallery.current.size.people == people
            opened_s = time.perf_counter() - start_s
            while application.packs.active_id != "bundled":
                time.sleep(_LOOK_EVERY_S)
            return {"opened_s": round(opened_s, 1), "switched_s": round(time.perf_counter() - start_s, 1)}


def main() -> None:
    """Print the seconds as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--templates", type=int, default=5)
    given = parser.parse_args()
    found = {
        name: first_start(given.people, given.templates, has_copy=has_copy)
        for name, has_copy in (("with_copy", True), ("without_copy", False))
    }
    sys.stdout.write(json.dumps({"people": given.people, "templates": given.templates, **found}) + "\n")


if __name__ == "__main__":
    main()
