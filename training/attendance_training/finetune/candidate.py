"""What a training leaves for the gate: new embeddings of any photograph, and a file for the pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.errors import ExportFailed
from attendance_training.finetune.adapter import ResidualAdapter
from attendance_training.finetune.faces_input import CropBook
from attendance_training.finetune.feedback import Feedback
from attendance_training.finetune.fit import FitData, FitOptions, FitPhotos, Fitted, adapt, fit_adapter
from attendance_training.finetune.network.fit import FittedNetwork, embed, fit_network
from attendance_training.finetune.network.options import NetworkData, NetworkOptions
from attendance_training.finetune.network.pack_network import PackNetwork, refuse_other
from attendance_training.finetune.network.state import CheckpointFile, RunConfig, fingerprint
from attendance_training.finetune.onnx_adapter import made_up_pictures, write_adapted
from attendance_training.finetune.staff import NamedFaces
from attendance_training.packs.export import BATCH_SIZES, MAX_COSINE_ERROR, Parity, agreement, export_onnx
from attendance_training.packs.recognizer import OnnxRecognizer

_COMPARED = 32
"""Crops on which checkpoint and pack are compared."""


class Candidate(Protocol):
    """The outcome of a training."""

    @property
    def step(self) -> int:
        """Of the best validation; 0 means that nothing was better than the pack."""

    @property
    def steps(self) -> int:
        """That were run."""

    @property
    def validation(self) -> tuple[float, ...]:
        """Score before the first step and at each validation."""

    def renew(self, faces: NamedFaces) -> NamedFaces:
        """Return the same photographs with the candidate's embeddings."""

    def write(self, path: Path, sample_bgr: NDArray[np.uint8]) -> Parity:
        """Write an ONNX file and compare it, through the whole preprocessing, with what was trained.

        Raises:
            ExportFailed: the file could not be made, or a cosine differs by more than 1e-4.
            StorageError: DiskFull, ReadOnlyStorage or itself.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a candidate is made from.

    Attributes:
        base: the pack's recognizer.
        data: embeddings to train on.
        photos: their names.
        books: crops of "faces" (staff and general people, whose names differ) and "disputed"; empty for the adapter.
        network: behind the pack, from ``load_network``; None for the adapter.
        checkpoint: where it came from.
        work: folder of checkpoints; None without.
    """

    base: OnnxRecognizer
    data: FitData
    photos: FitPhotos
    books: Mapping[str, CropBook]
    network: PackNetwork | None = None
    checkpoint: Path | None = None
    work: Path | None = None


def train_candidate(source: Source, options: FitOptions | NetworkOptions, feedback: Feedback) -> Candidate:
    """Train what the options say.

    Args:
        source: with crops and a network for ``NetworkOptions``.
        options: how.
        feedback: takes every step and every validation.

    Raises:
        CheckpointUnusable: on real crops the network is not the pack's, or the folder's checkpoint is of another run.
        StorageError: the folder of checkpoints cannot be made.
    """
    if isinstance(options, FitOptions):
        return AdapterCandidate(fit_adapter(source.data, options, feedback), source.base)
    return _train_network(source, options, feedback)


class AdapterCandidate:
    """An adapter behind the unchanged recognizer.

    Args:
        fitted: the adapter.
        base: the recognizer.
    """

    def __init__(self, fitted: Fitted, base: OnnxRecognizer) -> None:
        self.step, self.steps, self.validation = fitted.step, fitted.steps, fitted.validation
        self.adapter: ResidualAdapter = fitted.adapter
        self._base = base

    def renew(self, faces: NamedFaces) -> NamedFaces:
        """As ``Candidate.renew``."""
        return faces.with_vectors(adapt(self.adapter, faces.vectors))

    def write(self, path: Path, sample_bgr: NDArray[np.uint8]) -> Parity:
        """As ``Candidate.write``."""
        return write_adapted(self._base, self.adapter, path, crops_bgr=sample_bgr)


class NetworkCandidate:
    """A network of which a part was trained.

    Args:
        fitted: the network.
        base: the recognizer that it came from.
        book: crops of every photograph that the gate looks at.
        feedback: a place to cancel between two batches.
    """

    def __init__(self, fitted: FittedNetwork, base: OnnxRecognizer, book: CropBook, feedback: Feedback) -> None:
        self.step, self.steps, self.validation = fitted.step, fitted.steps, fitted.validation
        self.network = fitted.network
        self._base, self._book, self._feedback = base, book, feedback

    def renew(self, faces: NamedFaces) -> NamedFaces:
        """As ``Candidate.renew``."""
        return faces.with_vectors(self.embed(self._book.of(faces.photos)))

    def embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (n, D) unit rows of (n, 112, 112, 3) uint8 BGR crops."""
        return embed(self.network, crops_bgr, self._base.blob, self._feedback)

    def write(self, path: Path, sample_bgr: NDArray[np.uint8]) -> Parity:
        """As ``Candidate.write``: through the same export as the bundled pack, weights in float32."""
        export_onnx(self.network.network, path, embedding_size=self._base.embedding_size)
        pictures = np.concatenate([*map(made_up_pictures, BATCH_SIZES), sample_bgr])
        parity = agreement(self.embed(pictures), self._base.with_file(path).embed(pictures))
        if not parity.max_cosine_error <= MAX_COSINE_ERROR:
            path.unlink(missing_ok=True)
            raise ExportFailed(
                path=path, reason=Reason("a cosine changed by {change}", change=f"{parity.max_cosine_error:.1e}")
            )
        return parity


def _train_network(source: Source, options: NetworkOptions, feedback: Feedback) -> NetworkCandidate:
    model, weights = source.network, source.checkpoint
    if model is None or weights is None:
        raise ValueError("the network itself is to be trained, and there is none")
    faces, photos = source.books["faces"], source.photos
    data = NetworkData(
        fit=source.data,
        staff=faces.of(photos.vectors),
        general=faces.of(photos.general),
        disputed=source.books["disputed"].of(photos.disputed) if photos.disputed else faces.of(()),
        validation=faces.of(photos.validation),
    )
    refuse_other(model, source.base, data.validation[:_COMPARED], weights)
    checkpoint = None
    if source.work is not None:
        checkpoint = CheckpointFile(source.work, RunConfig(options, fingerprint(data), model.name))
    fitted = fit_network(model, data, options, blob=source.base.blob, checkpoint=checkpoint, feedback=feedback)
    return NetworkCandidate(fitted, source.base, faces, feedback)
