"""Writes the model pack folder that the application loads: models, manifest.json, calibration.

The training side may not import the application's reader, so the schema is written out here a second time;
a test loads what is written with the application's own reader.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance.text_file import text_of
from attendance_training.errors import ExportFailed
from attendance_training.evaluation.calibration import Calibration

MANIFEST_NAME = "manifest.json"
MANIFEST_VERSION = 100
RECOGNIZER_FILE = "rec.onnx"
DETECTOR_FILE = "det.onnx"
MTCNN_FILES = {"pnet": "det_pnet.onnx", "rnet": "det_rnet.onnx", "onet": "det_onet.onnx"}
"""MTCNN's three networks, by the role that the manifest names."""
MODEL_ID_DIGITS = 12
"""Of the recognizer's SHA-256, as in attendance.vision.packs.manifest."""
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms a pack may be used.

    Attributes:
        name: short name.
        text: one or two plain sentences.
        commercial_ok: True only when weights and training data allow it without further checks.
    """

    name: str
    text: str
    commercial_ok: bool


@dataclass(frozen=True, slots=True)
class RecognizerEntry:
    """What a manifest says about its recognizer.

    Attributes:
        file: name in the pack's folder.
        mean: subtracted from each pixel value.
        std: divisor after that, positive.
        flip_average: the embedding is the mean of a crop and its mirror image.
        model_id: "<pack>:<start of the recognizer's SHA-256>", as the application names it.
    """

    file: str
    mean: float
    std: float
    flip_average: bool
    model_id: str


@dataclass(frozen=True, slots=True)
class DetectorFiles:
    """The detector that a pack gets.

    Attributes:
        kind: "scrfd" or "mtcnn", as the application's manifest names them.
        sources: where each file comes from, by the role that the manifest names.
        names: name of each file in the pack, by role.
        input_size_wh: width and height of the network's input; None when the kind has none.
    """

    kind: str
    sources: Mapping[str, Path]
    names: Mapping[str, str]
    input_size_wh: tuple[int, int] | None = None


def detector_files(place: Path, *, input_size_wh: tuple[int, int] = (640, 640)) -> DetectorFiles:
    """Return the detector at a place.

    Args:
        place: one .onnx file with SCRFD's outputs, or a folder with MTCNN's three files.
        input_size_wh: for SCRFD's layout; multiples of 32.
    """
    if place.is_dir():
        sources = {role: place / name for role, name in MTCNN_FILES.items()}
        return DetectorFiles("mtcnn", sources, MTCNN_FILES)
    return DetectorFiles("scrfd", {"detector": place}, {"detector": DETECTOR_FILE}, input_size_wh)


def write_pack(
    folder: Path,
    *,
    pack_id: str,
    title: str,
    licence: Licence,
    detector: DetectorFiles,
    embedding_size: int,
    flip_average: bool,
) -> Path:
    """Copy the detector beside an exported recognizer and write the manifest, without a calibration.

    Args:
        folder: holds ``rec.onnx`` already.
        pack_id: name of the pack.
        title: for people.
        licence: of the pack as a whole.
        detector: its files may lie in ``folder`` already.
        embedding_size: D.
        flip_average: the embedding is the mean of a crop and its mirror image.

    Returns:
        The path of the manifest.

    Raises:
        ModelMissing: a file is absent.
        ExportFailed: the folder cannot be written.
    """
    for source in detector.sources.values():
        if not source.is_file():
            raise ModelMissing(pack=pack_id, reason=Reason("{source} is absent", source=source))
    size = {"input_size": list(detector.input_size_wh)} if detector.input_size_wh else {}
    try:
        for role, name in detector.names.items():
            if (folder / name).resolve() != detector.sources[role].resolve():
                shutil.copyfile(detector.sources[role], folder / name)
        manifest = {
            "manifest_version": MANIFEST_VERSION,
            "id": pack_id,
            "title": title,
            "licence": {"name": licence.name, "text": licence.text, "commercial_ok": licence.commercial_ok},
            "detector": {"kind": detector.kind, "files": dict(detector.names), **size},
            "recognizer": {
                "file": RECOGNIZER_FILE,
                "embedding_size": embedding_size,
                "mean": 127.5,
                "std": 127.5,
                "flip_average": flip_average,
            },
            "files": {name: _entry(folder / name) for name in _files(folder, detector)},
        }
    except OSError as err:
        raise ExportFailed(path=folder, reason=err.strerror or str(err)) from err
    return _write_json(folder / MANIFEST_NAME, manifest)


def _files(folder: Path, detector: DetectorFiles) -> list[str]:
    """Return the files to be checked; a detector for InsightFace's own loader may lie beside MTCNN."""
    names = [*detector.names.values(), RECOGNIZER_FILE]
    return names if DETECTOR_FILE in names or not (folder / DETECTOR_FILE).is_file() else [*names, DETECTOR_FILE]


def write_calibration(folder: Path, calibration: Calibration, *, data: str, model_id: str = "") -> Path:
    """Put operating points into the manifest of a pack.

    Args:
        folder: the pack.
        calibration: measured with this pack's own detector and recognizer.
        data: one line: on which photographs.
        model_id: "<pack>:<start of the recognizer's SHA-256>" of what made the embeddings; "" is not checked.

    Returns:
        The path of the manifest.

    Raises:
        ModelMissing: there is no manifest.
        ModelContractBroken: the manifest is no JSON object, or the embeddings are of another recognizer.
        ExportFailed: the manifest cannot be written.
    """
    path = folder / MANIFEST_NAME
    manifest = _read_manifest(path, model_id)
    manifest["calibration"] = {
        "data": data,
        "impostor_pairs": calibration.impostor_pairs,
        "points": [
            {
                "fmr": point.fmr,
                # Upwards: the rounded threshold must not let more pairs pass.
                "threshold": math.ceil(point.threshold * 1e4) / 1e4,
                "low": round(point.low, 4),
                "high": round(point.high, 4),
            }
            for point in calibration.points
        ],
    }
    return _write_json(path, manifest)


def read_calibration(folder: Path, *, model_id: str = "") -> tuple[FmrPoint, ...]:
    """Return the operating points of a pack's manifest; empty when it has none.

    Args:
        folder: the pack.
        model_id: as in ``write_calibration``.

    Raises:
        ModelMissing: there is no manifest.
        ModelContractBroken: the manifest is not readable, or the embeddings are of another recognizer.
    """
    path = folder / MANIFEST_NAME
    calibration = _read_manifest(path, model_id).get("calibration") or {"points": []}
    try:
        return tuple(
            FmrPoint(*(float(point[key]) for key in ("fmr", "threshold", "low", "high")))
            for point in calibration["points"]
        )
    except (KeyError, TypeError, ValueError) as err:
        raise ModelContractBroken(
            path=path, pack=folder.name, reason=Reason("its calibration is not readable")
        ) from err


def read_recognizer(folder: Path) -> RecognizerEntry:
    """Return the recognizer's entry of a pack's manifest.

    Raises:
        ModelMissing: there is no manifest.
        ModelContractBroken: the manifest is not readable.
    """
    path = folder / MANIFEST_NAME
    manifest = _read_manifest(path, "")
    try:
        entry = manifest["recognizer"]
        found = RecognizerEntry(
            file=str(entry["file"]),
            mean=float(entry.get("mean", 127.5)),
            std=float(entry.get("std", 127.5)),
            flip_average=bool(entry.get("flip_average", False)),
            model_id=f"{manifest['id']}:{_recognizer_sha256(manifest)[:MODEL_ID_DIGITS]}",
        )
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise ModelContractBroken(path=path, pack=folder.name, reason=Reason("its recognizer is not readable")) from err
    if not found.std > 0:
        raise ModelContractBroken(
            path=path, pack=folder.name, reason=Reason("its recognizer's std is {std}", std=found.std)
        )
    return found


def _read_manifest(path: Path, model_id: str) -> dict[str, Any]:
    pack = path.parent.name
    try:
        manifest = json.loads(text_of(path.read_bytes()))
    except FileNotFoundError as err:
        raise ModelMissing(pack=pack, reason=Reason("{path} is absent", path=path)) from err
    except (OSError, ValueError) as err:
        raise ModelContractBroken(path=path, pack=pack, reason=Reason("the manifest is not readable JSON")) from err
    if not isinstance(manifest, dict):
        raise ModelContractBroken(path=path, pack=pack, reason=Reason("the manifest is no JSON object"))
    if model_id and not _recognizer_sha256(manifest).startswith(model_id.rpartition(":")[2]):
        raise ModelContractBroken(
            path=path,
            pack=pack,
            reason=Reason("the embeddings were made by {model_id}, another recognizer", model_id=model_id),
        )
    return manifest


def _recognizer_sha256(manifest: dict[str, Any]) -> str:
    try:
        return str(manifest["files"][manifest["recognizer"]["file"]]["sha256"])
    except (KeyError, TypeError):
        return ""


def _entry(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return {"sha256": digest.hexdigest(), "bytes": path.stat().st_size}


def _write_json(path: Path, content: dict[str, Any]) -> Path:
    """Write under a temporary name first: a reader never sees half a manifest."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as err:
        raise ExportFailed(path=path, reason=err.strerror or str(err)) from err
    finally:
        temporary.unlink(missing_ok=True)
    return path
