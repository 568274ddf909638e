"""Adds to an installed pack what the same pack brings now: landmark models, and a licence for a company."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from attendance.core.packs.format import Manifest
from attendance.core.packs.manifest_file import model_path, write_manifest
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
