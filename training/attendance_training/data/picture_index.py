"""What was found out about files of pictures, kept beside them: a second start reads none of their contents.

A picture is known again by size and time of change of its file, as ``make`` and ``git`` do it. An index that cannot be
read, or is of other files, is as good as none; one that cannot be written, as on a read-only disk, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.whole_file import replaced
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.array_file import read_npz

DIGEST_BYTES = 16
"""First bytes of SHA-256: enough that two pictures by chance never share them."""
_FORMAT = 1
_SEPARATOR = "\0"
"""In no file's name on any system."""


def stamp_of(path: Path) -> tuple[int, int]:
    """Return size in bytes and time of change in nanoseconds.

    Raises:
        OSError: there is no such file.
    """
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def index_path(data: Path) -> Path:
    """Return where the index of a folder (inside of it) or of a file (beside it) lies; it is hidden."""
    return data / ".faces.npz" if data.is_dir() else data.with_name(f".{data.name}.faces.npz")


def read_index(path: Path, kind: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an index; none where there is no whole one of this kind.

    Args:
        path: see ``index_path``.
        kind: of the data.
    """
    try:
        arrays = read_npz(path, TrainingDataUnusable)
    except TrainingDataUnusable:
        return {}
    is_ours = str(arrays.pop("kind", "")) == kind and int(arrays.pop("format", np.array(0))) == _FORMAT
    return arrays if is_ours else {}


def write_index(path: Path, kind: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep an index, whole or not at all."""
    try:
        with replaced(path) as file:
            np.savez(file, allow_pickle=False, kind=np.array(kind), format=np.array(_FORMAT), **arrays)
    except OSError:
        return  # it only saves time


def packed_names(names: Sequence[str]) -> NDArray[np.uint8]:
    """Return names as one array of bytes."""
    return np.frombuffer(_SEPARATOR.join(names).encode("utf-8", "surrogateescape"), np.uint8)


def unpacked_names(packed: NDArray[np.uint8]) -> list[str]:
    """Return what ``packed_names`` packed."""
    text = packed.tobytes().decode("utf-8", "surrogateescape")
    return text.split(_SEPARATOR) if text else []
