"""Embeddings of many picture files, one face each, saved as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from attendance.core.ports.vision import ImageFiles, VisionPack
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.core.recognition.close_up import find_faces
from attendance.core.recognition.front_face import front_face
from attendance.core.types import Detection, FloatArray, ImageBgr, PackInfo
from attendance.errors.pictures import ImageError
from attendance.file_errors import report_error
from attendance.whole_file import replaced

Status = Literal["ok", "no_face", "unreadable"]

_BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFile:
    """One picture file.

    Attributes:
        path: relative to the searched folder, with forward slashes.
        embedding: (D,) float32 unit length; zeros where status is not "ok".
        detection: None where status is not "ok".
        crop_bgr: (112, 112, 3) uint8 BGR aligned face; None where status is not "ok" or it was not asked for.
    """

    path: str
    status: Status
    embedding: FloatArray
    detection: Detection | None
    crop_bgr: ImageBgr | None = None


def embed_files(
    pack: VisionPack, images: ImageFiles, root: Path, files: Sequence[Path], *, keep_crops: bool = False
) -> Iterator[EmbeddedFile]:
    """Detect, align and embed each file; faces are embedded in batches.

    Args:
        pack: loaded model pack.
        images: reader of picture files.
        root: folder that the written paths are relative to.
        files: pictures below root.
        keep_crops: put the aligned face into each row, 38 kB a picture.

    Yields:
        One row a file, in the order of ``files``.
    """
    zeros = np.zeros(pack.embedder.embedding_size, np.float32)
    for start in range(0, len(files), _BATCH):
        chunk = files[start : start + _BATCH]
        found = [_find(pack, images, path) for path in chunk]
        embeddings = iter(pack.embedder.embed([crop for _, _, crop in found if crop is not None]))
        for path, (status, detection, crop) in zip(chunk, found, strict=True):
            embedding = zeros if crop is None else next(embeddings)
            kept = crop if keep_crops else None
            yield EmbeddedFile(path.relative_to(root).as_posix(), status, embedding, detection, kept)


def _find(pack: VisionPack, images: ImageFiles, path: Path) -> tuple[Status, Detection | None, ImageBgr | None]:
    try:
        image = images.read(path)
    except ImageError:
        return "unreadable", None, None
    height, width = image.shape[:2]
    detection = front_face(find_faces(pack.detector, image), (width, height))
    if detection is None:
        return "no_face", None, None
    try:
        crop = pack.embedder.align(image, detection.landmarks_px)
    except ValueError:  # degenerate landmarks: no usable face
        return "no_face", None, None
    return "ok", detection, crop


def save_embeddings(path: Path, rows: Sequence[EmbeddedFile], info: PackInfo) -> None:
    """Write the rows as an ``.npz`` (no pickled objects), complete or not at all.

    Args:
        path: file to write.
        rows: one a picture.
        info: the pack, for ``model_id`` and D.

    Raises:
        ReportError: the file cannot be written.
        DiskFull: no space left.
    """
    size = info.embedding_size
    boxes = [r.detection.box_xyxy_px if r.detection else np.zeros(4, np.float32) for r in rows]
    landmarks = [r.detection.landmarks_px if r.detection else np.zeros((5, 2), np.float32) for r in rows]
    _write_arrays(
        path,
        path=np.array([r.path for r in rows], dtype=np.str_),
        status=np.array([r.status for r in rows], dtype=np.str_),
        embedding=np.array([r.embedding for r in rows], np.float32).reshape(len(rows), size),
        box=np.array(boxes, np.float32).reshape(len(rows), 4),
        landmarks=np.array(landmarks, np.float32).reshape(len(rows), 5, 2),
        det_score=np.array([r.detection.score if r.detection else 0.0 for r in rows], np.float32),
        model_id=np.array(info.model_id),
    )


def save_crops(path: Path, rows: Sequence[EmbeddedFile], info: PackInfo) -> None:
    """Write the aligned faces as an ``.npz`` (no pickled objects), complete or not at all.

    Arrays: ``path`` (n,) text and ``crop`` (n, 112, 112, 3) uint8 BGR for the rows that have a crop, and
    ``model_id``, the pack whose detector aligned them.

    Args:
        path: file to write.
        rows: made with ``keep_crops``.
        info: the pack.

    Raises:
        ReportError: the file cannot be written.
        DiskFull: no space left.
    """
    kept = [(row.path, row.crop_bgr) for row in rows if row.crop_bgr is not None]
    _write_arrays(
        path,
        path=np.array([name for name, _ in kept], dtype=np.str_),
        crop=np.array([crop for _, crop in kept], np.uint8).reshape(len(kept), CROP_SIDE_PX, CROP_SIDE_PX, 3),
        model_id=np.array(info.model_id),
    )


def _write_arrays(target: Path, /, **arrays: NDArray[Any]) -> None:
    try:
        with replaced(target) as stream:
            np.savez(stream, allow_pickle=False, **arrays)
    except OSError as err:
        raise report_error(err, target) from err
