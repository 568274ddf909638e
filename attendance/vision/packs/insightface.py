"""Describes a folder of models in InsightFace's layout as a pack, by the models' inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from attendance.core.packs.format import (
    MAX_EMBEDDING_SIZE,
    DetectorSpec,
    Licence,
    Manifest,
    RecognizerSpec,
    from_json,
    is_pack_id,
    to_json,
)
from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import MANIFEST_NAME, file_sum, insightface_manifest
from attendance.core.types import LicenceUse
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelContractBroken, ModelError, ModelMissing
from attendance.file_errors import reason_of
from attendance.vision.onnx_nodes import first_node_names
from attendance.vision.onnx_session import ModelSession, Port, describe_model, open_session

INSIGHTFACE_PACK_IDS = (
    *("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2"),
    *("raccoon_s", "raccoon_l", "cheetah_s", "cheetah_l"),
)
INSIGHTFACE_LICENCE = Licence(
    name="non-commercial research only",
    text="InsightFace releases its models, however obtained, for non-commercial research purposes only; "
    "a company's attendance system is not that. Ask InsightFace for a commercial licence.",
    use=LicenceUse.RESEARCH_ONLY,
)
"""Source: README of deepinsight/insightface, section License, and its issue 2486."""
UNKNOWN_LICENCE = Licence(
    name="licence unknown",
    text="The pack came without a licence statement. Ask whoever made the models before using them.",
    use=LicenceUse.RESEARCH_ONLY,
)

# InsightFace layouts: 3 strides x (score, box, landmarks), and the same without landmarks.
_SCRFD_OUTPUTS, _SCRFD_WITHOUT_LANDMARKS = 9, 6
_RECOGNIZER_SIDE_PX = 112
# 112x112 models with fewer outputs are anti-spoofing or age models; the smallest published recognizers have 128.
_LEAST_EMBEDDING_SIZE = 64
_PREPROCESSING_NODES = 8  # insightface model_zoo/arcface_onnx.py looks at this many


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
        ModelError: the name is not a name for a pack.
    """
    name = pack_id if pack_id is not None else folder.resolve().name
    if not folder.is_dir():
        raise ModelMissing(pack=name, reason=Reason("{path} is not a folder", path=folder))
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
    except Refusal as err:
        raise ModelContractBroken(pack=name, path=folder, reason=err.reason) from err


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
    declared = _section_of(_section_of(insightface_manifest(folder), "tasks"), "recognition").get("preprocessing")
    if declared == "embedded":
        return 0.0, 1.0
    if isinstance(declared, Mapping):
        try:
            return float(declared["mean"]), float(declared["std"])
        except (KeyError, TypeError, ValueError) as err:
            path = folder / MANIFEST_NAME
            raise ModelContractBroken(pack=pack, path=path, reason=Reason("mean or std is not a number")) from err
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


def _section_of(content: object, key: str) -> Mapping[str, object]:
    value = content.get(key) if isinstance(content, Mapping) else None
    return value if isinstance(value, Mapping) else {}
