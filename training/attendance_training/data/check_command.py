"""What ``attendance-train check-faces`` does: opens named faces and says what spoils training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attendance.file_kinds import FileKind, other_kind
from attendance_training.data.crop_archive import CropArchive
from attendance_training.data.face_source import FaceSource
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.inspection import Inspection, inspect_faces
from attendance_training.data.record_faces import RecordFaces
from attendance_training.data.tar_faces import TarFaces
from attendance_training.errors import TrainingDataUnusable

_SHOWN = 20
"""Lines of one kind before the rest is only counted."""


def open_faces(path: Path) -> FaceSource:
    """Open faces by what the path is: a folder of people or of shards, .tar, .rec (RecordIO), or else an .npz.

    Raises:
        TrainingDataUnusable: it cannot be used.
    """
    try:
        if path.suffix.lower() == ".tar" or any(path.glob("*.tar")):
            return TarFaces(path)
        if path.is_dir():
            return FolderFaces(path)
        return RecordFaces(path) if path.suffix.lower() == ".rec" else CropArchive(path)
    except TrainingDataUnusable as err:
        other = other_kind(path, FileKind.CROPS, FileKind.PICTURES)
        if other is None:
            raise
        raise TrainingDataUnusable(path=path, reason=other) from err


def check_faces(path: Path, *, say: Callable[[str], object], progress: Callable[[int], object]) -> None:
    """Print what was found, then refuse data in which one person has two names.

    Args:
        path: see ``open_faces``.
        say: takes one line of text.
        progress: takes the number of pictures decoded so far.

    Raises:
        TrainingDataUnusable: it cannot be opened, or two names share a picture.
    """
    found = inspect_faces(open_faces(path), progress=progress)
    say(f"{found.pictures:,} pictures of {found.people:,} people")
    for line in _problems(found):
        say(line)
    found.refuse_same_person(path)


def _problems(found: Inspection) -> list[str]:
    lines = _listed("left out", [f"{item.name}: {item.reason}" for item in found.left_out])
    lines += _listed("without a whole picture", found.without)
    lines += _listed("with one picture, left out of pairs and triplets", found.alone)
    lines += _listed("of one colour", found.flat)
    lines += _listed("twice", [f"{pair.first} = {pair.second}{_how(pair.bits)}" for pair in found.repeated])
    for (first, second), pictures in found.same_person.items():
        shown = [f"{pair.first} = {pair.second}{_how(pair.bits)}" for pair in pictures]
        lines += _listed(f"shared by '{first}' and '{second}'", shown)
    return lines


def _how(bits: int) -> str:
    return "" if bits < 0 else f" (nearly: {bits} of 255 bits differ)"


def _listed(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    more = [f"  ... and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return [f"{len(items)} {title}:", *(f"  {item}" for item in items[:_SHOWN]), *more]
