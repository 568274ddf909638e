"""What becomes of an installed pack when the same pack is brought in again: it is added to, or repaired."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from attendance.core.packs.format import Manifest
from attendance.core.packs.manifest_file import model_path, problems, write_manifest
from attendance.vision.packs.licences import LICENCE_FILE


def renew(folder: Path, installed: Manifest, staged: Path, brought: Manifest) -> Manifest:
    """Bring what is new into the folder of an installed pack; its manifest, with the calibration, stays otherwise.

    Args:
        folder: of the installed pack.
        installed: its manifest.
        staged: folder of a pack with the same detector and recognizer.
        brought: manifest of that.

    Returns:
        The manifest as it is now, the one of before when nothing is new.

    Raises:
        OSError: the folder cannot be written.
    """
    added = {role: name for role, name in brought.landmarks.items() if role not in installed.landmarks}
    # A public package says what everybody may do; that takes nothing from a company that has a licence.
    is_licensed = brought.licence.term is not None and brought.licence != installed.licence
    if not added and not is_licensed:
        return installed
    for name in added.values():
        model_path(staged, name, pack=brought.pack_id).replace(folder / name)
    if is_licensed:
        (staged / LICENCE_FILE).replace(folder / LICENCE_FILE)
    renewed = dataclasses.replace(
        installed,
        licence=brought.licence if is_licensed else installed.licence,
        landmarks={**installed.landmarks, **added},
        files={**installed.files, **{name: brought.files[name] for name in added.values()}},
    )
    write_manifest(folder, renewed)
    return renewed


def repair(folder: Path, installed: Manifest, staged: Path, brought: Manifest) -> Manifest:
    """Carry into a whole pack what the damaged one had beside it: calibration, landmark models, a company's licence.

    Args:
        folder: of the damaged pack; stays as it is.
        installed: its manifest.
        staged: folder of a pack with the same detector and recognizer, which takes its place afterwards.
        brought: manifest of that.

    Returns:
        The manifest of the staged pack as it is now.

    Raises:
        OSError: a file cannot be read or written.
    """
    kept = {
        role: name
        for role, name in installed.landmarks.items()
        if role not in brought.landmarks and not any(problems(folder, installed, [name]))
    }
    for name in kept.values():
        shutil.copyfile(model_path(folder, name, pack=installed.pack_id), staged / name)
    signed = folder / LICENCE_FILE
    is_licensed = installed.licence.term is not None and brought.licence.term is None and signed.is_file()
    if is_licensed:
        shutil.copyfile(signed, staged / LICENCE_FILE)
    repaired = dataclasses.replace(
        brought,
        licence=installed.licence if is_licensed else brought.licence,
        landmarks={**brought.landmarks, **kept},
        files={**brought.files, **{name: installed.files[name] for name in kept.values()}},
        calibration=installed.calibration or brought.calibration,
    )
    write_manifest(staged, repaired)
    return repaired
