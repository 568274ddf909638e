"""manifest.json of a model pack: read, write, verify, or infer from a folder in InsightFace's layout."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelError, ModelMissing
from attendance.file_errors import reason_of
from attendance.named_files import NamedFiles, SeveralFilesFit
from attendance.text_file import text_of
from attendance.vision.onnx_nodes import first_node_names
from attendance.vision.onnx_session import ModelSession, Port, describe_model, open_session
from attendance.vision.packs.format import (
    MAX_EMBEDDING_SIZE,
    Calibration,
    DetectorSpec,
    FileSum,
    Licence,
    Manifest,
    Origin,
    RecognizerSpec,
    from_json,
    is_file_name,
    is_pack_id,
    to_json,
)

__all__ = [
    "INSIGHTFACE_LICENCE",
    "INSIGHTFACE_PACK_IDS",
    "MANIFEST_NAME",
    "Calibration",
    "DetectorSpec",
    "FileSum",
    "Licence",
    "Manifest",
    "Origin",
    "RecognizerSpec",
    "file_sum",
    "has_manifest",
    "infer_manifest",
    "model_path",
    "problems",
    "read_manifest",
    "verify_files",
    "write_manifest",
]

MANIFEST_NAME = "manifest.json"
INSIGHTFACE_PACK_IDS = ("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2")
INSIGHTFACE_LICENCE = Licence(
    name="non-commercial research only",
    text="InsightFace releases its models, however obtained, for non-commercial research purposes only; "
    "a company's attendance system is not that. Ask InsightFace for a commercial licence.",
    is_commercial_ok=False,
)
"""Source: README of deepinsight/insightface, section License, and its issue 2486."""
UNKNOWN_LICENCE = Licence(
    name="licence unknown",
    text="The pack came without a licence statement. Ask whoever made the models before using them.",
    is_commercial_ok=False,
)

_MAX_MANIFEST_BYTES = 1_000_000
_BLOCK_BYTES = 1 << 20
# InsightFace layouts: 3 strides x (score, box, landmarks), and the same without landmarks.
_SCRFD_OUTPUTS, _SCRFD_WITHOUT_LANDMARKS = 9, 6
_RECOGNIZER_SIDE_PX = 112
# 112x112 models with fewer outputs are anti-spoofing or age models; the smallest published recognizers have 128.
_LEAST_EMBEDDING_SIZE = 64
_INSIGHTFACE_MANIFEST_VERSION = 2  # insightface model_zoo/package_manifest.py
_PREPROCESSING_NODES = 8  # insightface model_zoo/arcface_onnx.py looks at this many


def has_manifest(folder: Path) -> bool:
    """Tell whether the folder has a manifest of this program, good or damaged; InsightFace's own is none."""
    return (folder / MANIFEST_NAME).exists() and _insightface_manifest(folder) is None


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``manifest.json``; the model files are not looked at.

    Raises:
        ModelMissing: no such folder or no manifest in it.
        ModelContractBroken: not JSON, or a value is missing, of another type or out of range.
    """
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise ModelContractBroken(pack=folder.name, path=path, reason=Reason("the manifest is too large"))
        return from_json(json.loads(text_of(path.read_bytes())))
    except FileNotFoundError as err:
        raise ModelMissing(pack=folder.name, reason=Reason("{path} does not exist", path=path)) from err
    except OSError as err:
        raise ModelMissing(
            pack=folder.name, reason=Reason("{path} cannot be read ({cause})", path=path, cause=reason_of(err))
        ) from err
    except (ValueError, RecursionError) as err:
        raise ModelContractBroken(
            pack=folder.name, path=path, reason=Reason("the manifest is wrong: {cause}", cause=Reason.quoted(str(err)))
        ) from err


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / MANIFEST_NAME
    temporary = path.with_name(f".{MANIFEST_NAME}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(to_json(manifest), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def file_sum(path: Path) -> FileSum:
    """Return SHA-256 and size of a file.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
    return FileSum(digest.hexdigest(), size)


def model_path(folder: Path, name: str, *, pack: str) -> Path:
    """Return where the file lies that a manifest names; its name on the disk may be spelled as another system does.

    Args:
        folder: of the pack.
        name: from its manifest.
        pack: name of the pack, for the error.

    Raises:
        ModelMissing: several files fit. When none fits, the path as it is written is returned.
    """
    try:
        return NamedFiles(folder).find(name)
    except SeveralFilesFit as err:
        raise ModelMissing(pack=pack, reason=err.reason) from err


def problems(folder: Path, manifest: Manifest) -> Iterator[ModelError]:
    """Yield one error for each file of the manifest that is missing or changed."""
    for name, expected in manifest.files.items():
        try:
            path = model_path(folder, name, pack=manifest.pack_id)
        except ModelMissing as err:
            yield err
            continue
        try:
            # The size first: it costs nothing and tells a truncated file at once.
            changed = path.stat().st_size != expected.size_bytes or file_sum(path) != expected
        except FileNotFoundError:
            yield ModelMissing(pack=manifest.pack_id, reason=Reason("{path} does not exist", path=path))
            continue
        except OSError as err:
            yield ModelMissing(
                pack=manifest.pack_id, reason=Reason("{path} cannot be read ({cause})", path=path, cause=reason_of(err))
            )
            continue
        if changed:
            yield ModelChecksumMismatch(pack=manifest.pack_id, path=path)


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest.

    Raises:
        ModelMissing: a file is absent or cannot be read.
        ModelChecksumMismatch: a file differs.
    """
    for problem in problems(folder, manifest):
        raise problem


def infer_manifest(folder: Path, *, pack_id: str | None = None) -> Manifest:
    """Describe a folder of models in InsightFace's layout, by the models' inputs and outputs.

    Other models in the folder (landmarks 192x192, age 96x96) are ignored. Where several fit, the first by
    name is taken, as InsightFace does.

    Args:
        folder: holds a detector and a 112x112 recognizer as .onnx files.
        pack_id: name of the pack; None = the folder's name.

    Returns:
        A manifest whose checksums are those of the files as they are now.

    Raises:
        ModelMissing: no such folder.
        ModelContractBroken: no usable detector or recognizer, or a file that onnxruntime cannot load.
        ModelError: the name is no name for a pack.
    """
    name = pack_id if pack_id is not None else folder.resolve().name
    if not folder.is_dir():
        raise ModelMissing(pack=name, reason=Reason("{path} is no folder", path=folder))
    if not is_pack_id(name):
        raise ModelError(pack=name, reason=Reason("the name of a pack may hold letters, digits, '.', '-' and '_' only"))
    detector, recognizer, embedding_size = _models_of(folder, name)
    mean, std = _preprocessing(folder, name, recognizer)
    is_known = name in INSIGHTFACE_PACK_IDS
    inferred = Manifest(
        pack_id=name,
        title=f"InsightFace {name}" if is_known else name,
        licence=INSIGHTFACE_LICENCE if is_known else UNKNOWN_LICENCE,
        detector=DetectorSpec("scrfd", {"detector": detector.name}),
        recognizer=RecognizerSpec(recognizer.name, embedding_size, mean, std),
        files={path.name: file_sum(path) for path in (detector, recognizer)},
    )
    try:
        return from_json(to_json(inferred))
    except ValueError as err:
        raise ModelContractBroken(pack=name, path=folder, reason=Reason.quoted(str(err))) from err


def _models_of(folder: Path, pack: str) -> tuple[Path, Path, int]:
    """Return the detector, the recognizer and D."""
    detector: Path | None = None
    recognizer: Path | None = None
    without_landmarks: Path | None = None
    embedding_size = 0
    for path in sorted(folder.glob("*.onnx")):
        inputs, outputs = describe_model(path, pack=pack)
        if len(outputs) == _SCRFD_OUTPUTS:
            detector = detector or path
        elif len(outputs) == _SCRFD_WITHOUT_LANDMARKS:
            without_landmarks = without_landmarks or path
        elif recognizer is None and (size := _embedding_size(path, pack, inputs, outputs)):
            recognizer, embedding_size = path, size
    if detector is None and without_landmarks is not None:
        reason = Reason("this detector gives no landmarks, and without them faces cannot be aligned")
        raise ModelContractBroken(pack=pack, path=without_landmarks, reason=reason)
    if detector is None or recognizer is None:
        reason = Reason("there is no recognizer with a 112x112 input in it")
        if detector is None:
            reason = Reason("there is no detector in InsightFace's layout in it")
        raise ModelContractBroken(pack=pack, path=folder, reason=reason)
    for path in (detector, recognizer):
        if not is_file_name(path.name):
            raise ModelContractBroken(pack=pack, path=path, reason=Reason("its name cannot be used on every system"))
    return detector, recognizer, embedding_size


def _embedding_size(path: Path, pack: str, inputs: tuple[Port, ...], outputs: tuple[Port, ...]) -> int:
    """Return D of a 112x112 recognizer, 0 for any other model."""
    if len(inputs) != 1 or len(outputs) != 1 or not inputs[0].is_float32:
        return 0
    if inputs[0].shape[1:] != (3, _RECOGNIZER_SIDE_PX, _RECOGNIZER_SIDE_PX):
        return 0
    shape: tuple[int | None, ...] = outputs[0].shape
    if len(shape) != 2 or shape[1] is None:  # the file does not say: ask the model
        session, _ = open_session(path, pack=pack, provider="cpu", threads=1)
        probe = np.zeros((1, 3, _RECOGNIZER_SIDE_PX, _RECOGNIZER_SIDE_PX), dtype=np.float32)
        shape = ModelSession(session, pack=pack, path=path).run(probe)[0].shape
    size = shape[1] or 0 if len(shape) == 2 else 0
    return size if _LEAST_EMBEDDING_SIZE <= size <= MAX_EMBEDDING_SIZE else 0


def _preprocessing(folder: Path, pack: str, recognizer: Path) -> tuple[float, float]:
    """Return mean and std: those of InsightFace's manifest, or none when the graph subtracts and multiplies itself.

    Source: insightface model_zoo/package_manifest.py, and model_zoo/arcface_onnx.py, which goes by the names of
    the first eight nodes.
    """
    declared = _section_of(_section_of(_insightface_manifest(folder), "tasks"), "recognition").get("preprocessing")
    if declared == "embedded":
        return 0.0, 1.0
    if isinstance(declared, Mapping):
        try:
            return float(declared["mean"]), float(declared["std"])
        except (KeyError, TypeError, ValueError) as err:
            path = folder / MANIFEST_NAME
            raise ModelContractBroken(pack=pack, path=path, reason=Reason("mean or std is no number")) from err
    try:
        names = first_node_names(recognizer, _PREPROCESSING_NODES)
    except (OSError, ValueError) as err:
        raise ModelContractBroken(
            pack=pack, path=recognizer, reason=Reason("it is no ONNX file ({cause})", cause=Reason.quoted(str(err)))
        ) from err
    subtracts = any(name.startswith(("Sub", "_minus")) for name in names)
    multiplies = any(name.startswith(("Mul", "_mul")) for name in names)
    return (0.0, 1.0) if subtracts and multiplies else (127.5, 127.5)


def _insightface_manifest(folder: Path) -> Mapping[str, object] | None:
    """Return the manifest of an InsightFace package (version 2), None when it is another or none."""
    try:
        content = json.loads(text_of((folder / MANIFEST_NAME).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None
    is_theirs = isinstance(content, dict) and content.get("manifest_version") == _INSIGHTFACE_MANIFEST_VERSION
    return content if is_theirs else None


def _section_of(content: object, key: str) -> Mapping[str, object]:
    value = content.get(key) if isinstance(content, Mapping) else None
    return value if isinstance(value, Mapping) else {}
