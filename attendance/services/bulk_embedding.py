"""Embeddings of many picture files, one face each, saved as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from attendance.core.front_face import front_face
from attendance.core.ports import ImageFiles, VisionPack
from attendance.core.types import Detection, FloatArray, ImageBgr, PackInfo
from attendance.errors import ImageError
from attendance.file_errors import report_error

Status = Literal["ok", "no_face", "unreadable"]

_BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFile:
    """One picture file.

    Attributes:
        path: relative to the searched folder, with forward slashes.
        embedding: (D,) float32 unit length; zeros where status is not "ok".
        detection: None where status is not "ok".
    """

    path: str
    status: Status
    embedding: FloatArray
    detection: Detection | None


def embed_files(pack: VisionPack, images: ImageFiles, root: Path, files: Sequence[Path]) -> Iterator[EmbeddedFile]:
    """Detect, align and embed each file; faces are embedded in batches.

    Args:
        pack: loaded model pack.
        images: reader of picture files.
        root: folder that the written paths are relative to.
        files: pictures below root.

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
            yield EmbeddedFile(path.relative_to(root).as_posix(), status, embedding, detection)


def _find(pack: VisionPack, images: ImageFiles, path: Path) -> tuple[Status, Detection | None, ImageBgr | None]:
    try:
        image = images.read(path)
    except ImageError:
        return "unreadable", None, None
    height, width = image.shape[:2]
    detection = front_face(pack.detector.detect(image), (width, height))
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
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as stream:
            np.savez(
                stream,
                path=np.array([r.path for r in rows], dtype=np.str_),
                status=np.array([r.status for r in rows], dtype=np.str_),
                embedding=np.array([r.embedding for r in rows], np.float32).reshape(len(rows), size),
                box=np.array(boxes, np.float32).reshape(len(rows), 4),
                landmarks=np.array(landmarks, np.float32).reshape(len(rows), 5, 2),
                det_score=np.array([r.detection.score if r.detection else 0.0 for r in rows], np.float32),
                model_id=np.array(info.model_id),
            )
        partial.replace(path)
    except OSError as err:
        partial.unlink(missing_ok=True)
        raise report_error(err, path) from err
