"""Views and what the teacher said about them, kept on disk: labelling a view costs as much as learning it once.

Layout of the folder: ``bank.json`` says what the views were made of; ``NNNN-<array>.npy`` hold the rows of one
chunk: ``image`` (uint8 BGR), ``embedding`` (float32, as the teacher gives it) and ``hint0`` ... (int8, layers inside
the teacher). ``NNNN.json`` is written last: a chunk without it does not exist.

A hint is stored standardised by the mean and deviation of its channel over the first 64 views, as int8 in steps of
1/21 deviations, cut at 6: the rounding error, 1/21/sqrt(12) = 0.014 deviations, is far below what a student reaches.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import storage_error
from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation.views import make_view
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.atomic_file import replace_file

CHUNK = 2048
_BATCH = 64
_STEPS_PER_DEVIATION = 21
_INFO = "bank.json"
_STATISTICS = "statistics.npz"

Views = tuple[NDArray[np.uint8], NDArray[np.float32], tuple[NDArray[np.float32], ...]]
"""(B, 112, 112, 3) uint8 BGR, (B, D) float32 of any length, and one (B, C, H, W) float32 standardised per hint."""


class HintingTeacher(Protocol):
    """A teacher that shows its inner layers."""

    @property
    def hints(self) -> Sequence[str]:
        """Names of the layers."""

    def embed_with_hints(
        self, crops_rgb: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], tuple[NDArray[np.float32], ...]]:
        """Return (B, D) embeddings of any length, and one (B, C, H, W) array per layer."""


class ViewBank:
    """Labelled views of one folder.

    Args:
        folder: made when absent.
        shards: faces to make views from.
        candidates: rows of ``shards`` that may be used.
        teacher: labels the views.
        seed: of the views.

    Raises:
        TrainingDataUnusable: the folder holds views of other faces, another teacher or seed, or a damaged file.
        StorageError: the folder cannot be made or read.
    """

    def __init__(
        self, folder: Path, shards: FaceShards, candidates: NDArray[np.int64], teacher: HintingTeacher, *, seed: int
    ) -> None:
        self._folder = folder
        self._shards = shards
        self._candidates = candidates
        self._teacher = teacher
        self._seed = seed
        self._chunks: list[list[NDArray[np.generic]]] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise storage_error(err, folder) from err
        self._refuse_others()
        while self._marker(len(self._chunks)).is_file():
            self._chunks.append(self._open(len(self._chunks)))

    def __len__(self) -> int:
        return len(self._chunks) * CHUNK

    @property
    def hint_shapes(self) -> list[tuple[int, int, int]]:
        """(C, H, W) of each hint; needs at least one chunk."""
        return [(int(rows.shape[3]), int(rows.shape[1]), int(rows.shape[2])) for rows in self._chunks[0][2:]]

    def grow(self, count: int, *, stop: threading.Event, report: Callable[[int], None]) -> bool:
        """Label views until there are ``count``, rounded up to whole chunks, or ``stop`` is set.

        Args:
            count: views wanted.
            stop: looked at between batches; the chunk in work is given up.
            report: takes the number of finished views, after every batch.

        Returns:
            Whether there are that many.

        Raises:
            StorageError: a chunk cannot be written; the finished ones stay.
        """
        while len(self) < count:
            if (arrays := self._label(len(self._chunks), stop, report)) is None:
                return False
            self._write(len(self._chunks), arrays)
            self._chunks.append(self._open(len(self._chunks)))
        return True

    def take(self, rows: NDArray[np.int64]) -> Views:
        """Return views by their index, in the order asked for."""
        picked = [[self._chunks[row // CHUNK][part][row % CHUNK] for row in rows] for part in range(self._parts)]
        images, embeddings, *hints = (np.stack(values) for values in picked)
        scale = np.float32(1 / _STEPS_PER_DEVIATION)
        return (
            images.astype(np.uint8, copy=False),
            embeddings.astype(np.float32, copy=False),
            tuple(hint.transpose(0, 3, 1, 2).astype(np.float32) * scale for hint in hints),
        )

    # --- labelling -----------------------------------------------------------------------------------

    @property
    def _parts(self) -> int:
        return 2 + len(self._teacher.hints)

    def _label(
        self, chunk: int, stop: threading.Event, report: Callable[[int], None]
    ) -> list[NDArray[np.generic]] | None:
        parts: list[list[NDArray[np.generic]]] = [[] for _ in range(self._parts)]
        for start in range(chunk * CHUNK, (chunk + 1) * CHUNK, _BATCH):
            if stop.is_set():
                return None
            views = [make_view(self._shards, self._candidates, self._seed, start + i) for i in range(_BATCH)]
            images = np.stack(views)
            embeddings, hints = self._teacher.embed_with_hints(to_tensor(images))
            mean, deviation = self._statistics(hints)
            coded = [_code(hint, m, d) for hint, m, d in zip(hints, mean, deviation, strict=True)]
            made: list[NDArray[np.generic]] = [images, embeddings, *coded]
            for part, rows in zip(parts, made, strict=True):
                part.append(rows)
            report(start + _BATCH)
        return [np.concatenate(part) for part in parts]

    def _statistics(
        self, hints: Sequence[NDArray[np.float32]]
    ) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
        """Return mean and deviation of every channel; taken from the very first batch, then kept in a file."""
        path = self._folder / _STATISTICS
        if not path.is_file():
            buffer = io.BytesIO()
            arrays = {f"mean{i}": h.mean((0, 2, 3)) for i, h in enumerate(hints)}
            arrays |= {f"deviation{i}": np.maximum(h.std((0, 2, 3)), 1e-6) for i, h in enumerate(hints)}
            np.savez(buffer, allow_pickle=False, **arrays)
            replace_file(path, buffer.getvalue())
        with np.load(path, allow_pickle=False) as stored:
            return tuple([stored[f"{name}{i}"] for i in range(len(hints))] for name in ("mean", "deviation"))  # type: ignore[return-value]

    # --- files ---------------------------------------------------------------------------------------

    def _refuse_others(self) -> None:
        """Compare what the folder's views were made of with what is asked for."""
        own = {
            "faces": len(self._shards),
            "candidates": len(self._candidates),
            "hints": list(self._teacher.hints),
            "seed": self._seed,
            "chunk": CHUNK,
        }
        path = self._folder / _INFO
        if not path.exists():
            replace_file(path, (json.dumps(own, indent=2) + "\n").encode())
            return
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise TrainingDataUnusable(
                path=path, reason=Reason("it is not readable; remove the folder to label anew")
            ) from err
        if found != own:
            raise TrainingDataUnusable(
                path=self._folder,
                reason=Reason(
                    "its views were made of {found}, not of {wanted}; remove it to label anew", found=found, wanted=own
                ),
            )

    def _marker(self, chunk: int) -> Path:
        return self._folder / f"{chunk:04d}.json"

    def _path(self, chunk: int, part: int) -> Path:
        name = ("image", "embedding")[part] if part < 2 else f"hint{part - 2}"
        return self._folder / f"{chunk:04d}-{name}.npy"

    def _write(self, chunk: int, arrays: Sequence[NDArray[np.generic]]) -> None:
        for part, rows in enumerate(arrays):
            buffer = io.BytesIO()
            np.save(buffer, rows, allow_pickle=False)
            replace_file(self._path(chunk, part), buffer.getvalue())
        sizes = [self._path(chunk, part).stat().st_size for part in range(self._parts)]
        replace_file(self._marker(chunk), json.dumps(sizes).encode())

    def _open(self, chunk: int) -> list[NDArray[np.generic]]:
        arrays = []
        for part in range(self._parts):
            path = self._path(chunk, part)
            try:
                rows = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as err:
                raise TrainingDataUnusable(
                    path=path, reason=Reason("these views are damaged; remove the folder to label anew")
                ) from err
            if len(rows) != CHUNK:
                raise TrainingDataUnusable(
                    path=path, reason=Reason("these views are damaged; remove the folder to label anew")
                )
            arrays.append(rows)
        return arrays


def _code(hint: NDArray[np.float32], mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return (B, H, W, C) int8: channels last, as the student computes."""
    standard: NDArray[np.float32] = (hint.transpose(0, 2, 3, 1) - mean) / deviation
    coded: NDArray[np.int8] = np.clip(np.rint(standard * _STEPS_PER_DEVIATION), -127, 127).astype(np.int8)
    return coded
