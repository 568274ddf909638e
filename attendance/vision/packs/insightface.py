"""Describes a folder of InsightFace's as a pack: by its manifest, and without one by the models' inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attendance.core.packs.format import (
    MAX_EMBEDDING_SIZE,
    DetectorSpec,
    Manifest,
    RecognizerSpec,
    from_json,
    is_pack_id,
    to_json,
)
from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import file_sum, insightface_manifest
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelContractBroken, ModelError, ModelMissing
from attendance.file_errors import reason_of
from attendance.vision.onnx_nodes import first_node_names
from attendance.vision.onnx_session import ModelSession, Port, describe_model, open_session
from attendance.vision.packs.landmarks import landmark_role
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE, INSIGHTFACE_PACK_IDS, UNKNOWN_LICENCE
from attendance.vision.packs.package import package_manifest

# InsightFace layouts: 3 strides x (score, box, landmarks), and the same without landmarks.
_SCRFD_OUTPUTS, _SCRFD_WITHOUT_LANDMARKS = 9, 6
_RECOGNIZER_SIDE_PX = 112
# 112x112 models with fewer outputs are anti-spoofing or age models; the smallest published recognizers have 128.
_LEAST_EMBEDDING_SIZE = 64
_PREPROCESSING_NODES = 8  # insightface model_zoo/arcface_onnx.py looks at this many


def infer_manifest(folder: Path, *, pack_id: str | None = None) -> Manifest:
    """Describe a folder of InsightFace's: by its manifest of version 2, or by the models' inputs and outputs.

    Other models in the folder (age and gender 96x96, bodies) are ignored. Where several fit, the first by
    name is taken, as InsightFace does.

    Args:
        folder: holds a detector and a recognizer as .onnx files; of 112x112 when there is no manifest.
        pack_id: name of the pack; None = the folder's name. A manifest has a name of its own.

    Returns:
        A manifest whose checksums are those of the files as they are now.

    Raises:
        ModelMissing: no such folder, or a model of the manifest is absent.
        ModelChecksumMismatch: a model is not the one of the manifest.
        ModelContractBroken: no usable detector or recognizer, a file that onnxruntime cannot load, or a manifest that
            is not valid.
        ModelError: the name is not a name for a pack.
    """
    name = pack_id if pack_id is not None else folder.resolve().name
    if not folder.is_dir():
        raise ModelMissing(pack=name, reason=Reason("{path} is not a folder", path=folder))
    if insightface_manifest(folder) is not None:
        return package_manifest(folder)
    if not is_pack_id(name):
        raise ModelError(
            pack=name, reason=Reason("the name of a pack holds letters, digits, '-', '_' and single dots inside")
        )
    models = _models_of(folder, name)
    recognizer = models.recognizer
    is_known = name in INSIGHTFACE_PACK_IDS
    inferred = Manifest(
        pack_id=name,
        title=f"InsightFace {name}" if is_known else name,
        licence=INSIGHTFACE_LICENCE if is_known else UNKNOWN_LICENCE,
        detector=DetectorSpec("scrfd", {"detector": models.detector.name}),
        recognizer=RecognizerSpec(recognizer.name, models.embedding_size, *_preprocessing(name, recognizer)),
        files={path.name: file_sum(path) for path in (models.detector, recognizer, *models.landmarks.values())},
        landmarks={role: path.name for role, path in models.landmarks.items()},
    )
    try:
        return from_json(to_json(inferred))
    except Refusal as err:
        raise ModelContractBroken(pack=name, path=folder, reason=err.reason) from err


@dataclass(frozen=True, slots=True)
class _Models:
    """What of a folder is used.

    Attributes:
        landmarks: file by role.
    """

    detector: Path
    recognizer: Path
    embedding_size: int
    landmarks: Mapping[str, Path]


def _models_of(folder: Path, pack: str) -> _Models:
    """Return the first model by name of each kind."""
    detectors: list[Path] = []
    without_landmarks: list[Path] = []
    recognizers: list[tuple[Path, int]] = []
    landmarks: dict[str, Path] = {}
    for path in sorted(folder.glob("*.onnx")):
        inputs, outputs = describe_model(path, pack=pack)
        if len(outputs) == _SCRFD_OUTPUTS:
            detectors.append(path)
        elif len(outputs) == _SCRFD_WITHOUT_LANDMARKS:
            without_landmarks.append(path)
        elif role := landmark_role(inputs, outputs):
            landmarks.setdefault(role, path)
        elif not recognizers and (size := _embedding_size(path, pack, inputs, outputs)):
            recognizers.append((path, size))
    if not detectors and without_landmarks:
        reason = Reason("this detector gives no landmarks, and without them faces cannot be aligned")
        raise ModelContractBroken(pack=pack, path=without_landmarks[0], reason=reason)
    if not detectors or not recognizers:
        reason = Reason("there is no recognizer with a 112x112 input in it")
        if not detectors:
            reason = Reason("there is no detector in InsightFace's layout in it")
        raise ModelContractBroken(pack=pack, path=folder, reason=reason)
    models = _Models(detectors[0], *recognizers[0], landmarks)
    for path in (models.detector, models.recognizer, *landmarks.values()):
        if not is_file_name(path.name):
            raise ModelContractBroken(pack=pack, path=path, reason=Reason("its name cannot be used on every system"))
    return models


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


def _preprocessing(pack: str, recognizer: Path) -> tuple[float, float]:
    """Return mean and std, 0 and 1 when the graph subtracts and multiplies itself.

    Source: insightface model_zoo/arcface_onnx.py, which goes by the names of the first eight nodes.
    """
    try:
        names = first_node_names(recognizer, _PREPROCESSING_NODES)
    except (OSError, Refusal) as err:
        cause = reason_of(err) if isinstance(err, OSError) else err.reason
        raise ModelContractBroken(
            pack=pack, path=recognizer, reason=Reason("it is not an ONNX file ({cause})", cause=cause)
        ) from err
    subtracts = any(name.startswith(("Sub", "_minus")) for name in names)
    multiplies = any(name.startswith(("Mul", "_mul")) for name in names)
    return (0.0, 1.0) if subtracts and multiplies else (127.5, 127.5)
