"""Measures what a fine-tuning does to the names at the door, all through the commands that an office uses.

    python scripts/measure/training/finetune_door.py LFW_DEV -o WORK [--staff 60] [--strangers 300]
        [--outsiders 400] [--scene camera] [--anyway last|wild]

LFW_DEV has a folder a person. Staff are people with five photographs and more: three are enrolled with
``attendance import``, up to two others are shown at the door. ``attendance-train finetune`` gets the enrolled ones and
the outsiders who are not shown at the door. A promoted pack is brought in and put in use (``models import``,
``models use``, and with ``--force`` where it refuses). With ``--anyway`` the candidate of the last step is written and
put in use whatever the validation and the gate say, as somebody without them would do; "wild" is trained without an
anchor and ten times as fast. Before and after, ``attendance run`` sees the same film: everybody stands still for 12
frames of one photograph, a little shaken, with four empty frames between. Scene "camera": every photograph is as a
dark, noisy, slightly blurred camera shows it, the enrolled ones and those of the outsiders too. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.config import CameraSettings
from attendance.core.types import ImageBgr
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.fit import FitOptions
from attendance_training.finetune.judging.gate import GateDecision
from attendance_training.finetune.run import Inputs, finetune

FRAMES, EMPTY = 12, 4
_SHAKE_PX = 4
_FPS = CameraSettings().fps
"""Of a folder: the times of its frames advance by this."""
_ENROLLED, _MOST_SHOWN = 3, 2
_DARK = 255 * (np.arange(256, dtype=np.float32)[:, None] / 255) ** 1.5 * np.array([0.45, 0.6, 0.66], np.float32)
"""Of each grey level in blue, green and red: a dark camera's gamma and tint."""
ANYWAY = {"last": FitOptions(), "wild": FitOptions(anchor=0.0, learning_rate=0.03)}
_BUNDLED = Path(__file__).parents[3] / "resources" / "models" / "bundled"


@dataclass(frozen=True, slots=True)
class Visit:
    """One photograph at the door; ``code`` is "" for a stranger."""

    photo: Path
    code: str


def camera(picture: ImageBgr, rng: np.random.Generator) -> ImageBgr:
    """Return (H, W, 3) uint8 BGR as a dark, noisy, slightly blurred, greenish camera shows it, after JPEG 40."""
    blurred = cv2.GaussianBlur(picture, (0, 0), 1.8)
    dark = np.stack([_DARK[blurred[..., channel], channel] for channel in range(3)], axis=2)
    noisy = np.clip(dark + 7 * rng.standard_normal(dark.shape, np.float32), 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def copy_people(people: dict[str, list[Path]], folder: Path, scene: str, rng: np.random.Generator) -> Path:
    """Write photographs in a folder a person, as the scene shows them."""
    for name, photos in people.items():
        (folder / name).mkdir(parents=True)
        for photo in photos:
            if scene == "press":
                shutil.copyfile(photo, folder / name / photo.name)
            else:
                cv2.imwrite(str(folder / name / f"{photo.stem}.png"), camera(_read(photo), rng))
    return folder


def write_film(visits: list[Visit], folder: Path, scene: str, rng: np.random.Generator) -> Path:
    """Write the frames, 640 x 480, in the order of their names."""
    folder.mkdir(parents=True)
    number = 0
    for visit in visits:
        picture = cv2.resize(_read(visit.photo), (480, 480), interpolation=cv2.INTER_CUBIC)
        for index in range(FRAMES + EMPTY):
            frame = np.full((480, 640, 3), 96, np.uint8)
            if index < FRAMES:
                x, y = rng.integers(0, 2 * _SHAKE_PX, 2)
                frame[:, 80:560] = np.roll(picture, (int(y), int(x)), axis=(0, 1))
            shown = camera(frame, rng) if scene == "camera" else frame
            cv2.imwrite(str(folder / f"{number:06}.jpg"), shown, [cv2.IMWRITE_JPEG_QUALITY, 95])
            number += 1
    return folder


def watch(home: Path, film: Path, visits: list[Visit]) -> dict[str, object]:
    """Show the film to ``attendance run`` and count who got which name.

    The first visit is an enrolled photograph, which is decided by its third frame: that tells when the film began.
    """
    lines = attendance(home, "run", "--source", film, "--pace", "fast", "--json").splitlines()
    named = [one for one in map(json.loads, lines) if one.get("event") == "decision" and one["code"]]
    times = [datetime.fromisoformat(one["utc_time"]).timestamp() for one in named]
    names: dict[int, set[str]] = {}
    for one, seconds in zip(named, times, strict=True):
        visit = int((round((seconds - times[0]) * _FPS) + 2) // (FRAMES + EMPTY))
        names.setdefault(visit, set()).add(one["code"])
    staff = [index for index, visit in enumerate(visits) if visit.code][1:]
    strangers = [index for index, visit in enumerate(visits) if not visit.code]
    right = sum(names.get(index, set()) == {visits[index].code} for index in staff)
    wrong = sum(bool(names.get(index, set()) - {visits[index].code}) for index in staff)
    return {
        "staff_shown": len(staff),
        "named_rightly": right,
        "named_wrongly": wrong,
        "strangers_shown": len(strangers),
        "strangers_named": sum(index in names for index in strangers),
    }


def faces_of(folder: Path) -> Path:
    """Return where the crops of a folder of photographs lie."""
    return folder.with_name(f"{folder.name}-crops.npz")


def attendance(home: Path, *arguments: object, may_fail: bool = False) -> str:
    """Run the command ``attendance`` in a data folder and return what it printed."""
    return _run(
        [sys.executable, "-m", "attendance", "--log-level", "error", "--data", home, *arguments], may_fail=may_fail
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder that does not exist yet")
    parser.add_argument("--staff", type=int, default=60)
    parser.add_argument("--strangers", type=int, default=300)
    parser.add_argument("--outsiders", type=int, default=10_000, help="most people who are not shown at the door")
    parser.add_argument("--scene", choices=("press", "camera"), default="press")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--anyway", choices=list(ANYWAY), help="also a candidate that neither validation nor gate looked at"
    )
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    people = {one.name: sorted(one.glob("*.jpg")) for one in sorted(given.faces.iterdir()) if one.is_dir()}
    names = rng.permutation([name for name, photos in people.items() if len(photos) > _ENROLLED + 1])[: given.staff]
    enrolled = {name: people[name][:_ENROLLED] for name in sorted(names.tolist())}
    others = rng.permutation([name for name in people if name not in enrolled]).tolist()
    at_door, general = others[: given.strangers], others[given.strangers :][: given.outsiders]
    shown = [Visit(photo, name) for name in enrolled for photo in people[name][_ENROLLED : _ENROLLED + _MOST_SHOWN]]
    shown += [Visit(people[name][0], "") for name in at_door]
    first = next(iter(enrolled))
    visits = [Visit(enrolled[first][0], first), *(shown[index] for index in rng.permutation(len(shown)))]

    work = given.output
    work.mkdir(parents=True)
    staff = copy_people(enrolled, work / "staff", given.scene, rng)
    outsiders = copy_people({name: people[name] for name in general}, work / "outsiders", given.scene, rng)
    film = write_film(visits, work / "film", given.scene, rng)
    home = work / "data"
    attendance(home, "import", staff, may_fail=True)  # a photograph that cannot be used is told, and left out
    result: dict[str, object] = {"given": vars(given) | {"faces": given.faces.name, "output": work.name}}
    result["before"] = watch(home, film, visits)
    for folder in (staff, outsiders):
        attendance(home, "embed", folder, "-o", work / f"{folder.name}.npz", "--crops", faces_of(folder))
    tuned = work / "tuned-door"
    faces = ["--faces", faces_of(staff), "--general", faces_of(outsiders)]
    command = [sys.executable, "-m", "attendance_training", "finetune", "--pack", _BUNDLED, *faces, "-o", tuned]
    command += ["--report", work / "report", "--seed", given.seed, "--split-seed", given.seed]
    _run(command, may_fail=True)
    report = json.loads((work / "report.json").read_text(encoding="utf-8"))
    result["outcome"], result["best_step"] = report["outcome"], report["best_step"]
    if tuned.exists():
        result["after"] = use_and_watch(home, tuned, film, visits)
    if given.anyway:
        inputs = Inputs(pack=_BUNDLED, faces=faces_of(staff), general=faces_of(outsiders), output=work / "anyway-door")
        tune_anyway(replace(inputs, split_seed=given.seed), replace(ANYWAY[given.anyway], seed=given.seed))
        result["anyway"] = use_and_watch(home, inputs.output, film, visits)
    print(json.dumps(result, indent=1))


def use_and_watch(home: Path, pack: Path, film: Path, visits: list[Visit]) -> dict[str, object]:
    """Bring a pack in, put it in use, by force where it must be, and show the film."""
    attendance(home, "models", "import", pack)
    attendance(home, "models", "use", pack.name, may_fail=True)
    installed = json.loads(attendance(home, "models", "list", "--json"))["installed"]
    is_forced = not any(one["is_active"] and one["pack_id"] == pack.name for one in installed)
    if is_forced:
        attendance(home, "models", "use", pack.name, "--force")
    return {"forced": is_forced, **watch(home, film, visits)}


def tune_anyway(inputs: Inputs, options: FitOptions) -> None:
    """Write the candidate of the last step, whatever the validation and the gate say."""
    rising = itertools.count()
    with (
        patch("attendance_training.finetune.fit.validation_score", lambda *_given: float(next(rising))),
        patch.object(GateDecision, "is_promoted", True),
    ):
        finetune(inputs, options, Feedback())


def _run(command: list[object], *, may_fail: bool = False) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode and not may_fail:
        raise SystemExit(f"{command}: {done.stderr}")
    return done.stdout


def _read(path: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)


if __name__ == "__main__":
    main()
