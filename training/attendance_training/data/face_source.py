"""What every source of named faces gives, and how one aligned picture is decoded."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from attendance.errors import Reason
from attendance_training.errors import TrainingDataUnusable

SIDE_PX = 112
"""Side of an aligned crop, from ``attendance.core.recognition.alignment.TEMPLATE_112``."""
Crop = NDArray[np.uint8]
"""(112, 112, 3) uint8 BGR."""

_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's parsers raise on damaged files; it documents only OSError."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture or folder that a source does not give.

    Attributes:
        name: of the picture or folder.
        reason: why not.
    """

    name: str
    reason: Reason


class FaceSource(Protocol):
    """Aligned faces with the names of their people; pictures are decoded on demand."""

    @property
    def people(self) -> Sequence[str]:
        """Names of the C people, in the order of their labels."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) int64, each in [0, C)."""

    @property
    def names(self) -> Sequence[str]:
        """The n pictures' names, for messages."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """What was found and is not among the n pictures."""

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR.

        Raises:
            TrainingDataUnusable: it is damaged, or of another size.
        """


@runtime_checkable
class IndexedFaces(FaceSource, Protocol):
    """Faces in files, of which is kept beside them what they were found to be."""

    @property
    def digests(self) -> NDArray[np.uint8]:
        """(n, 16) of the decoded pixels, see ``loop.provenance``, to be filled in; zeros where it is not known."""

    def keep_digests(self) -> None:
        """Write the index with the digests that are known now."""

    def picture_file(self, index: int) -> bytes:
        """Return one picture's file as it is stored: JPEG, PNG, BMP or WebP.

        Raises:
            TrainingDataUnusable: it cannot be read.
        """


def picture_size(data: bytes, where: Path | str) -> tuple[int, int]:
    """Return (width, height) of a picture file from its header.

    Args:
        data: JPEG, PNG, BMP or WebP.
        where: its name, for the message.

    Raises:
        TrainingDataUnusable: no such picture.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return image.size
    except _DAMAGE as err:
        raise TrainingDataUnusable(path=where, reason=Reason("it is not a readable picture")) from err


def decode_crop(data: bytes, where: Path | str) -> Crop:
    """Decode one aligned picture, whole or not at all.

    Args:
        data: JPEG, PNG, BMP or WebP.
        where: its name, for the message.

    Returns:
        (112, 112, 3) uint8 BGR.

    Raises:
        TrainingDataUnusable: damaged, or not 112x112; its size is looked at before it is decoded.
    """
    refuse_other_size(picture_size(data, where), where)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            rgb = np.asarray(image.convert("RGB"), dtype=np.uint8)
    except _DAMAGE as err:
        raise TrainingDataUnusable(path=where, reason=Reason("it is a damaged picture")) from err
    return np.ascontiguousarray(rgb[:, :, ::-1])


def refuse_other_size(size_wh: tuple[int, int], where: Path | str) -> None:
    """Raise unless a picture has the size of an aligned crop.

    Raises:
        TrainingDataUnusable: it has another; the sentence says what makes crops.
    """
    if size_wh != (SIDE_PX, SIDE_PX):
        raise TrainingDataUnusable(
            path=where,
            reason=Reason(
                "it has {width}x{height} pixels and is not an aligned face of {side}x{side}; "
                "run 'attendance embed FOLDER -o embeddings.npz --crops crops.npz' and train on crops.npz",
                width=size_wh[0],
                height=size_wh[1],
                side=SIDE_PX,
            ),
        )
