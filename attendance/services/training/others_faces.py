"""Faces of other people for the gate: what may be given, and what the training process gets of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attendance.core.ports.vision import ImageFiles, VisionPack
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.errors import Reason
from attendance.errors.models import TrainingFailed
from attendance.errors.pictures import ImageError
from attendance.services.people.bulk_embedding import EmbeddedFile, embed_files, save_embeddings

_LOOKED_AT = 20
"""Pictures of a folder that are opened to find out whether it holds aligned faces."""


def can_be_others_faces(path: Path) -> bool:
    """Return whether a path can hold faces of other people: a folder with something in it, or an .npz or .rec file."""
    try:
        if path.is_dir():
            return any(path.iterdir())
        return path.is_file() and path.suffix.lower() in {".npz", ".rec"}
    except OSError:
        return False


def prepare_others_faces(
    path: Path,
    target: Path,
    *,
    images: ImageFiles,
    open_pack: Callable[[], VisionPack],
    progress: Callable[[int, int], None],
    is_cancelled: Callable[[], bool],
) -> Path:
    """Return what the training process can read: the path itself, or embeddings of a folder of photographs.

    Args:
        path: file, folder of aligned faces, or folder of ordinary photographs; one sub-folder a person.
        target: .npz to write when photographs must be embedded.
        images: reader of picture files.
        open_pack: loads the pack in use; the models run in the calling thread.
        progress: takes the numbers of photographs done and in all.
        is_cancelled: asked after every photograph; the answer True ends the work early.

    Raises:
        TrainingFailed: the folder holds no picture.
        ModelError: the pack cannot be loaded.
        ReportError: the embeddings cannot be written.
        DiskFull: no space left.
    """
    if not path.is_dir():
        return path
    files = images.list_images(path)
    if not files:
        raise TrainingFailed(reason=Reason("there is no picture in {path}", path=path))
    if _are_aligned(images, files):
        return path
    pack = open_pack()
    rows: list[EmbeddedFile] = []
    for row in embed_files(pack, images, path, files):
        rows.append(row)
        progress(len(rows), len(files))
        if is_cancelled():
            return target
    save_embeddings(target, rows, pack.info)
    return target


def _are_aligned(images: ImageFiles, files: list[Path]) -> bool:
    for file in files[:_LOOKED_AT]:
        try:
            return images.read(file).shape[:2] == (CROP_SIDE_PX, CROP_SIDE_PX)
        except ImageError:
            continue  # the next one tells
    return False
