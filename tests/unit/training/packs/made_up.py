"""A manifest as a pack has it, without the files that it names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attendance.core.packs.calibration import Calibration
from attendance.core.packs.format import DetectorSpec, FileSum, Licence, Manifest, RecognizerSpec
from attendance.core.packs.manifest_file import write_manifest
from attendance.core.types import FmrPoint, LicenceUse

SHA256 = "0123456789abcdef" * 4


def write_made_up(
    folder: Path, points: Sequence[FmrPoint] = (), *, pack_id: str = "p", sha256: str = SHA256, size: int = 16
) -> Path:
    """Write the manifest of a recognizer ``rec.onnx`` with this SHA-256; no points: no calibration."""
    manifest = Manifest(
        pack_id=pack_id,
        title="Made up",
        licence=Licence("none", "None.", use=LicenceUse.RESEARCH_ONLY),
        detector=DetectorSpec("scrfd", {"detector": "det.onnx"}),
        recognizer=RecognizerSpec("rec.onnx", size),
        files={name: FileSum(sha256, 1) for name in ("det.onnx", "rec.onnx")},
        calibration=Calibration("made up", 1000, tuple(points)) if points else None,
    )
    write_manifest(folder, manifest)
    return folder
