"""InsightFace's packages with a manifest of version 2 (raccoon, cheetah, and what companies get), as packs of ours.

The manifest is read by insightface itself, so a package means the same here as there. Importing it takes most of a
second, and happens only here: while a package is brought in.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from attendance.core.packs.format import (
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    DetectorSpec,
    Manifest,
    RecognizerSpec,
    from_json,
    to_json,
)
from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import MANIFEST_NAME, file_sum, insightface_manifest, write_content
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelMissing
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE, INSIGHTFACE_PACK_IDS, LICENCE_FILE, UNKNOWN_LICENCE

_TASKS = ("detection", "recognition")
"""What is loaded of a package; never its person_detection, person_reid and verification."""
# What insightface raises for a manifest that is not what it should be; OverflowError for a number without end.
_MANIFEST_ERRORS = (ValueError, TypeError, OSError, RuntimeError, OverflowError)


def lay_flat(folder: Path) -> None:
    """Bring the files of a package that a pack is made of to plain names at its top, and remove its sub-folders.

    Args:
        folder: a copy of a package; a folder without InsightFace's manifest is left alone.

    Raises:
        ModelContractBroken: the manifest is not valid.
        ModelMissing: a model is absent.
        OSError: the folder cannot be written.
    """
    content: Any = insightface_manifest(folder)
    if content is None:
        return
    package = _load(folder)
    tasks = dict(content["tasks"])
    for task in _TASKS:
        found = _task(package, folder, task)
        if found.path.parent != package.path:
            plain = _free_name(folder, task, found.path.name)
            found.path.rename(plain)
            tasks[task] = {**tasks[task], "file": plain.name}
    if package.license_path.is_file():
        package.license_path.replace(folder / LICENCE_FILE)
    for inner in [path for path in folder.iterdir() if path.is_dir()]:
        shutil.rmtree(inner)
    write_content(folder, {**content, "tasks": tasks, "license": LICENCE_FILE})


def _free_name(folder: Path, task: str, name: str) -> Path:
    """Return where a model goes: two of them may have one name in two folders."""
    plain = folder / name
    while plain.exists():
        plain = plain.with_name(f"{task}-{plain.name}")
    return plain


def package_manifest(folder: Path) -> Manifest:
    """Describe a package by its manifest; checksums that it declares are compared with the files.

    Its signed licence is not looked at (``licences.licence_of``).

    Raises:
        ModelContractBroken: the manifest is not valid, or asks for what this program cannot do.
        ModelMissing: a model is absent.
        ModelChecksumMismatch: a model is not the one that the manifest names.
    """
    package = _load(folder)
    detection, recognition = (_checked(package, folder, task) for task in _TASKS)
    mean, std = _scaling(recognition)
    is_known = package.name in INSIGHTFACE_PACK_IDS
    described = Manifest(
        pack_id=package.name,
        title=f"InsightFace {package.name}" if is_known else package.display_name,
        licence=INSIGHTFACE_LICENCE if is_known else UNKNOWN_LICENCE,
        detector=DetectorSpec("scrfd", {"detector": detection.path.name}, (640, 640), *_scaling(detection)),
        recognizer=RecognizerSpec(
            recognition.path.name,
            recognition.metadata["embedding_dimension"],
            mean,
            std,
            side_px=_side_px(folder, package.name, recognition),
        ),
        files={found.path.name: file_sum(found.path) for found in (detection, recognition)},
    )
    try:
        return from_json(to_json(described))
    except Refusal as err:
        raise _broken(folder, package.name, err.reason) from err


def _load(folder: Path) -> Any:
    """Return insightface's description of a package."""
    from insightface.model_zoo.package_manifest import load_model_package

    try:
        return load_model_package(folder)
    except _MANIFEST_ERRORS as err:
        cause = Reason.quoted(str(err))
        raise _broken(folder, folder.name, Reason("InsightFace's manifest is not valid: {cause}", cause=cause)) from err


def _task(package: Any, folder: Path, task: str) -> Any:
    """Return insightface's description of one model, which is there."""
    if task not in package.tasks:
        raise _broken(folder, package.name, Reason("InsightFace's manifest names no model for {task}", task=task))
    found = package.task(task)
    if not found.path.is_file():
        raise ModelMissing(pack=package.name, reason=Reason("{path} does not exist", path=found.path))
    return found


def _checked(package: Any, folder: Path, task: str) -> Any:
    from insightface.model_zoo.package_manifest import verify_model_artifact

    found = _task(package, folder, task)
    if found.path.parent != package.path or not is_file_name(found.path.name):
        reason = Reason("it lies in a folder inside; 'attendance models import' makes a pack of it")
        raise ModelContractBroken(pack=package.name, path=found.path, reason=reason)
    try:
        verify_model_artifact(found)
    except RuntimeError as err:
        raise ModelChecksumMismatch(pack=package.name, path=found.path) from err
    return found


def _scaling(found: Any) -> tuple[float, float]:
    """Return mean and std of one model; 0 and 1 where its graph scales the pixels itself."""
    declared = found.metadata["preprocessing"]
    return (0.0, 1.0) if declared == "embedded" else (declared["mean"], declared["std"])


def _side_px(folder: Path, pack: str, recognition: Any) -> int:
    """Return the side of the recognizer's input.

    Crops here are 112 pixels and resized for other recognizers. InsightFace cuts its crops the same way for multiples
    of 112 only; for multiples of 128 it leaves room beside the face (estimate_norm in insightface utils/face_align.py).
    """
    side = int(recognition.metadata["input_size"][0])
    if side % CROP_SIDE_PX or not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
        reason = Reason("its recognizer takes faces of {side} pixels; only multiples of 112 can be used", side=side)
        raise _broken(folder, pack, reason)
    return side


def _broken(folder: Path, pack: str, reason: Reason) -> ModelContractBroken:
    return ModelContractBroken(pack=pack, path=folder / MANIFEST_NAME, reason=reason)
