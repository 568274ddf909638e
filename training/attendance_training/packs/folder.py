"""Makes the folder of a model pack around an exported recognizer, and puts measured thresholds into its manifest."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from attendance.core.packs.calibration import Calibration as PackCalibration
from attendance.core.packs.format import (
    DETECTOR_ROLES,
    DetectorSpec,
    Licence,
    Manifest,
    RecognizerSpec,
    recognizer_digits,
    to_json,
)
from attendance.core.packs.manifest_file import (
    MANIFEST_NAME,
    file_sum,
    model_path,
    read_content,
    read_manifest,
    write_content,
    write_manifest,
)
from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance.errors.models import ModelMissing, WrongFileKind
from attendance.file_errors import storage_error
from attendance.file_kinds import FileKind, other_kind
from attendance.whole_file import made_beside
from attendance_training.errors import CalibrationDataUnusable
from attendance_training.evaluation.calibration import Calibration

RECOGNIZER_FILE = "rec.onnx"
DETECTOR_FILE = "det.onnx"
MTCNN_FILES = {role: f"det_{role}.onnx" for role in DETECTOR_ROLES["mtcnn"]}
"""MTCNN's three networks, by the role that the manifest names."""
CARD_NAME = "MODEL_CARD.md"
_LICENCE_PREFIXES = ("LICENSE", "LICENCE", "NOTICE")


@dataclass(frozen=True, slots=True)
class DetectorFiles:
    """The detector that a pack gets.

    Attributes:
        spec: what the manifest says of it.
        sources: where each file comes from, by the role that the manifest names.
    """

    spec: DetectorSpec
    sources: Mapping[str, Path]


def detector_files(place: Path, *, input_size_wh: tuple[int, int] = (640, 640)) -> DetectorFiles:
    """Return the detector at a place.

    Args:
        place: a pack, whose detector is taken as its manifest describes it; a folder with MTCNN's three files; or one
            .onnx file with SCRFD's outputs.
        input_size_wh: for such a file; multiples of 32.

    Raises:
        ModelMissing: the pack's manifest cannot be read.
        ModelContractBroken: likewise.
        WrongFileKind: there is something else.
    """
    if (place / MANIFEST_NAME).is_file():
        spec = read_manifest(place).detector
        return DetectorFiles(
            spec, {role: model_path(place, name, pack=place.name) for role, name in spec.files.items()}
        )
    if place.is_dir():
        sources = {role: place / name for role, name in MTCNN_FILES.items()}
        return DetectorFiles(DetectorSpec("mtcnn", MTCNN_FILES), sources)
    other = other_kind(place, FileKind.ONNX, FileKind.PACK)
    if other is not None:
        raise WrongFileKind(path=place, reason=other)
    return DetectorFiles(DetectorSpec("scrfd", {"detector": DETECTOR_FILE}, input_size_wh), {"detector": place})


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
        StorageError: the folder cannot be written.
    """
    for source in detector.sources.values():
        if not source.is_file():
            raise ModelMissing(pack=pack_id, reason=Reason("{source} is absent", source=source))
    try:
        for role, name in detector.spec.files.items():
            if (folder / name).resolve() != detector.sources[role].resolve():
                with made_beside(folder / name, is_private=False) as part:
                    shutil.copyfile(detector.sources[role], part)
        manifest = Manifest(
            pack_id=pack_id,
            title=title,
            licence=licence,
            detector=detector.spec,
            recognizer=RecognizerSpec(RECOGNIZER_FILE, embedding_size, flip_average=flip_average),
            files={name: file_sum(folder / name) for name in (*detector.spec.files.values(), RECOGNIZER_FILE)},
        )
        write_manifest(folder, manifest)
    except OSError as err:
        raise storage_error(err, folder) from err
    return folder / MANIFEST_NAME


def licence_texts(folder: Path) -> list[Path]:
    """Return the texts of licences that lie in a pack, by name; a file has none."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in entries if path.name.startswith(_LICENCE_PREFIXES)]


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
        ModelContractBroken: the manifest is wrong.
        CalibrationDataUnusable: the embeddings are of another recognizer.
        StorageError: the manifest cannot be written.
    """
    path = folder / MANIFEST_NAME
    manifest, content = read_content(folder)
    _refuse_other_recognizer(manifest, model_id)
    # Upwards: the rounded threshold must not let more pairs pass.
    points = tuple(
        FmrPoint(point.fmr, math.ceil(point.threshold * 1e4) / 1e4, round(point.low, 4), round(point.high, 4))
        for point in calibration.points
    )
    found = PackCalibration(data, calibration.impostor_pairs, points, calibration.photos_per_person)
    measured = replace(manifest, calibration=found)
    try:
        write_content(folder, content | {"calibration": to_json(measured)["calibration"]})
    except OSError as err:
        raise storage_error(err, path) from err
    return path


def read_calibration(folder: Path, *, model_id: str = "") -> PackCalibration:
    """Return the calibration of a pack's manifest; one without points when it has none.

    Args:
        folder: the pack.
        model_id: as in ``write_calibration``.

    Raises:
        ModelMissing: there is no manifest.
        ModelContractBroken: the manifest is wrong.
        CalibrationDataUnusable: the embeddings are of another recognizer.
    """
    manifest = read_manifest(folder)
    _refuse_other_recognizer(manifest, model_id)
    return manifest.calibration or PackCalibration("", 0, ())


def _refuse_other_recognizer(manifest: Manifest, model_id: str) -> None:
    if model_id and recognizer_digits(model_id) != recognizer_digits(manifest.model_id):
        raise CalibrationDataUnusable(
            path=Reason("the file of embeddings"),
            reason=Reason(
                "its embeddings were made by {model}, the pack is {pack}", model=model_id, pack=manifest.model_id
            ),
        )
