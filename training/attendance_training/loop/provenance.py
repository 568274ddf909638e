"""What a checkpoint came from: the pictures, and the state of the code."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import FaceSource, IndexedFaces, LeftOut
from attendance_training.data.picture_index import DIGEST_BYTES, packed_names
from attendance_training.errors import TrainingDataUnusable

_AT_ONCE = 65_536
_GIT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a set of pictures is.

    Attributes:
        sha256: of person, name and digest of every whole picture, in order; hexadecimal.
        rows: (m,) int64, the whole pictures.
        digests: (m, 16) uint8, the first bytes of SHA-256 of their decoded pixels.
        damaged: those that cannot be decoded.
    """

    sha256: str
    rows: NDArray[np.int64]
    digests: NDArray[np.uint8]
    damaged: tuple[LeftOut, ...]


def fingerprint(
    faces: FaceSource,
    rows: NDArray[np.int64],
    *,
    progress: Callable[[int], object] = lambda _done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fingerprint | None:
    """Decode every picture that is not known; damaged ones are found before training and not in the middle of it.

    What ``IndexedFaces`` know of themselves is not read again, and what is found out is put into their digests.

    Args:
        faces: where the pictures are.
        rows: (n,) int64.
        progress: takes the number of pictures looked at so far.
        should_stop: asked before each picture.

    Returns:
        None when it was stopped.
    """
    digests = (
        faces.digests if isinstance(faces, IndexedFaces) else np.zeros((len(faces.labels), DIGEST_BYTES), np.uint8)
    )
    damaged: dict[int, LeftOut] = {}
    is_known = digests[rows].any(axis=1)
    known = int(is_known.sum())
    if known:
        progress(known)
    for done, row in enumerate(rows[~is_known].tolist(), start=known + 1):
        if should_stop():
            return None
        try:
            crop = faces.crop_bgr(row)
        except TrainingDataUnusable as err:
            damaged[row] = LeftOut(faces.names[row], err.reason)
            continue
        pixels = hashlib.sha256(np.ascontiguousarray(crop).tobytes()).digest()
        digests[row] = np.frombuffer(pixels[:DIGEST_BYTES], np.uint8)
        progress(done)
    whole = rows[~np.isin(rows, [*damaged])] if damaged else rows
    return Fingerprint(_hash_of(faces, whole, digests), whole, digests[whole], tuple(damaged.values()))


def _hash_of(faces: FaceSource, rows: NDArray[np.int64], digests: NDArray[np.uint8]) -> str:
    total = hashlib.sha256()
    for start in range(0, len(rows), _AT_ONCE):
        chosen = rows[start : start + _AT_ONCE]
        people = [faces.people[label] for label in faces.labels[chosen].tolist()]
        total.update(packed_names([*people, *(faces.names[row] for row in chosen.tolist())]).tobytes())
        total.update(digests[chosen].tobytes())
    return total.hexdigest()


def trained_on(found: Fingerprint, trained: Fingerprint) -> NDArray[np.int64]:
    """Return the rows of ``found`` whose pictures are also trained on, whatever their names."""
    kind = np.dtype((np.void, DIGEST_BYTES))
    ours, theirs = (np.ascontiguousarray(part.digests).view(kind)[:, 0] for part in (found, trained))
    return found.rows[np.isin(ours, theirs)]


def refuse_trained_on(faces: FaceSource, found: Fingerprint, trained: Fingerprint, path: Path) -> None:
    """Raise when a picture to validate with is also trained on, whatever its name.

    Args:
        faces: to validate with.
        found: what they are.
        trained: what is trained on.
        path: of ``faces``, for the message.

    Raises:
        TrainingDataUnusable: naming the first one.
    """
    if len(shared := trained_on(found, trained)):
        raise TrainingDataUnusable(
            path=path,
            reason=Reason(
                "its pictures that are trained on as well: {count}, the first is {name}; take others to validate with",
                count=len(shared),
                name=faces.names[int(shared[0])],
            ),
        )


def git_commit() -> str:
    """Return the commit of this code, with "-dirty" when files were changed; "" outside of its repository."""
    here = Path(__file__)
    try:
        # Inside somebody else's repository, as an installed package may be, this file is not tracked.
        _git(here, "ls-files", "--error-unmatch", here.name)
        return _git(here, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(here: Path, *arguments: str) -> str:
    command = ["git", "-C", str(here.parent), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=_GIT_TIMEOUT_S).stdout
