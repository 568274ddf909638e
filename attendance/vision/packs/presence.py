"""Looks at an installed pack without reading its models."""

from __future__ import annotations

from pathlib import Path

from attendance.core.packs.manifest_file import has_manifest, model_path, read_manifest
from attendance.core.types import PackInfo
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelMissing
from attendance.vision.packs.insightface import infer_manifest


def inspect_pack(folder: Path) -> PackInfo:
    """Return what a pack is, within milliseconds when it has a manifest.

    Every file that a door needs must be there in its size; the contents are not looked at.

    Args:
        folder: the pack.

    Raises:
        ModelMissing: no such folder, or a file of it is absent.
        ModelChecksumMismatch: a file has another size than in the manifest.
        ModelContractBroken: the manifest is wrong.
    """
    manifest = read_manifest(folder) if has_manifest(folder) else infer_manifest(folder)
    for name in manifest.door_files:
        expected = manifest.files[name]
        path = model_path(folder, name, pack=manifest.pack_id)
        try:
            size = path.stat().st_size
        except OSError as err:
            raise ModelMissing(pack=manifest.pack_id, reason=Reason("{path} does not exist", path=path)) from err
        if size != expected.size_bytes:
            raise ModelChecksumMismatch(path=path, pack=manifest.pack_id)
    return manifest.to_info()
