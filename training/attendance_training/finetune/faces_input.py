"""Reads the command's faces: crops or finished embeddings, as embeddings of one pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.packs.format import recognizer_digits
from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance_training.data.check_command import open_faces
from attendance_training.data.face_source import FaceSource, LeftOut
from attendance_training.errors import TrainingDataUnusable
from attendance_training.evaluation.embeddings import EmbeddingRows, person_folder, read_rows
from attendance_training.files.array_file import read_npz
from attendance_training.finetune.staff import NamedFaces
from attendance_training.packs.recognizer import OnnxRecognizer, Recognizer

_BATCH = 32
_PARITY_CROPS = 64


@dataclass(frozen=True, slots=True, eq=False)
class CropBook:
    """Crops by the name of their photograph.

    Attributes:
        row: of each name.
        crops_bgr: (n, 112, 112, 3) uint8.
    """

    row: Mapping[str, int]
    crops_bgr: NDArray[np.uint8]

    def of(self, photos: Sequence[str]) -> NDArray[np.uint8]:
        """Return (k, 112, 112, 3) uint8 BGR crops of some photographs, in their order."""
        return self.crops_bgr[np.array([self.row[photo] for photo in photos], np.int64)]

    def joined(self, other: CropBook) -> CropBook:
        """Return the photographs of both; no name may be in both."""
        moved = {photo: len(self.crops_bgr) + row for photo, row in other.row.items()}
        return CropBook({**self.row, **moved}, np.concatenate([self.crops_bgr, other.crops_bgr]))


@dataclass(frozen=True, slots=True, eq=False)
class LoadedFaces:
    """Faces of one file or folder.

    Attributes:
        faces: with an embedding.
        left_out: what has none, and why.
        sample_bgr: (k, 112, 112, 3) uint8, some of the crops, for the comparison after the export; k = 0 when the file
            holds embeddings only.
        book: all crops where they were to be kept, else None.
    """

    faces: NamedFaces
    left_out: tuple[LeftOut, ...]
    sample_bgr: NDArray[np.uint8]
    book: CropBook | None = None


def refuse_other_input(path: Path) -> None:
    """Look whether something may be faces, before anything else is read and embedded.

    Raises:
        TrainingDataUnusable: it is absent, or of another kind.
    """
    if not path.exists():
        raise TrainingDataUnusable(path=path, reason=Reason("there is no such file"))
    other = other_kind(path, FileKind.CROPS, FileKind.PICTURES, FileKind.EMBEDDINGS)
    if other is not None:
        raise TrainingDataUnusable(path=path, reason=other)


def load_faces(
    path: Path,
    recognizer: OnnxRecognizer,
    *,
    keep_crops: bool = False,
    progress: Callable[[int], object] = lambda _done: None,
) -> LoadedFaces:
    """Read faces with names; a crop that cannot be decoded is left out.

    Args:
        path: a folder with one sub-folder of aligned crops a person; an .npz of ``attendance embed --crops``; or one of
            ``attendance embed`` itself, whose embeddings must be of this pack.
        recognizer: of the pack.
        keep_crops: also return all crops; a file of embeddings has none and is refused then.
        progress: takes the number of crops embedded so far.

    Raises:
        TrainingDataUnusable: not such a file or folder, nothing in it, or embeddings of another recognizer.
    """
    if path.is_file() and path.suffix.lower() == ".npz" and "embedding" in read_npz(path, TrainingDataUnusable):
        if keep_crops:
            raise TrainingDataUnusable(
                path=path,
                reason=Reason(
                    "it holds embeddings, and the network itself is trained on crops ('attendance embed --crops')"
                ),
            )
        return _from_embeddings(path, read_rows(path, TrainingDataUnusable), recognizer)
    return embed_crops(path, open_faces(path), recognizer, keep_crops=keep_crops, progress=progress)


def embed_crops(
    path: Path,
    source: FaceSource,
    recognizer: Recognizer,
    *,
    keep_crops: bool = False,
    progress: Callable[[int], object] = lambda _done: None,
) -> LoadedFaces:
    """Embed the crops of a source.

    Args:
        path: of the source, for the message.
        source: where the crops are; one that cannot be decoded is left out.
        recognizer: what embeds them.
        keep_crops: also return all crops.
        progress: takes the number of crops embedded so far.

    Raises:
        TrainingDataUnusable: not one can be read.
    """
    left_out = list(source.left_out)
    kept: list[int] = []
    batch: list[NDArray[np.uint8]] = []
    crops: list[NDArray[np.uint8]] = []
    vectors: list[NDArray[np.float32]] = []
    for row, name in enumerate(source.names):
        try:
            crop = source.crop_bgr(row)
        except TrainingDataUnusable as err:
            left_out.append(LeftOut(name, err.reason))
        else:
            kept.append(row)
            batch.append(crop)
            if keep_crops or len(crops) < _PARITY_CROPS:
                crops.append(crop)
        if batch and (len(batch) == _BATCH or row == len(source.names) - 1):
            vectors.append(recognizer.embed(np.stack(batch)))
            batch.clear()
            progress(row + 1)
    if batch:
        vectors.append(recognizer.embed(np.stack(batch)))
    if not kept:
        raise TrainingDataUnusable(path=path, reason=Reason("not one of its pictures can be read"))
    photos = [source.names[row] for row in kept]
    faces = _named(photos, [source.people[source.labels[row]] for row in kept], np.concatenate(vectors))
    stacked = np.stack(crops)
    book = CropBook({photo: row for row, photo in enumerate(photos)}, stacked) if keep_crops else None
    return LoadedFaces(faces, tuple(left_out), stacked[:_PARITY_CROPS], book)


def _from_embeddings(path: Path, rows: EmbeddingRows, recognizer: OnnxRecognizer) -> LoadedFaces:
    size = rows.vectors.shape[1]
    if size != recognizer.embedding_size:
        raise TrainingDataUnusable(
            path=path,
            reason=Reason(
                "its embeddings have {size} numbers, the pack's have {wanted}",
                size=size,
                wanted=recognizer.embedding_size,
            ),
        )
    if rows.model_id and recognizer_digits(rows.model_id) != recognizer_digits(recognizer.model_id):
        raise TrainingDataUnusable(
            path=path,
            reason=Reason(
                "its embeddings were made by {model}, the pack is {pack}",
                model=rows.model_id,
                pack=recognizer.model_id,
            ),
        )
    kept = np.flatnonzero(rows.is_ok)
    if not len(kept):
        raise TrainingDataUnusable(path=path, reason=Reason("it holds no embedding: no face was found in any picture"))
    failed = tuple(LeftOut(rows.paths[row], Reason("it has no face")) for row in np.flatnonzero(~rows.is_ok))
    photos = [rows.paths[row] for row in kept]
    folders = [person_folder(photo, path, TrainingDataUnusable) for photo in photos]
    return LoadedFaces(_named(photos, folders, rows.vectors[kept]), failed, np.empty((0, 112, 112, 3), np.uint8))


def _named(photos: Sequence[str], folders: Sequence[str], vectors: NDArray[np.float32]) -> NamedFaces:
    people = sorted(set(folders))
    number = {name: index for index, name in enumerate(people)}
    order = sorted(range(len(photos)), key=lambda row: (folders[row], photos[row]))
    person = np.array([number[folders[row]] for row in order], np.int64)
    return NamedFaces(tuple(people), tuple(photos[row] for row in order), person, vectors[np.array(order)])
