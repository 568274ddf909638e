"""What a checkpoint came from: the pictures, and the state of the code."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance_training.data.face_source import FaceSource, LeftOut
from attendance_training.errors import TrainingDataUnusable

_GIT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a set of pictures is.

    Attributes:
        sha256: of person, name and decoded pixels of every whole picture, in order; hexadecimal.
        rows: (m,) int64, the whole pictures.
        damaged: those that cannot be decoded.
    """

    sha256: str
    rows: NDArray[np.int64]
    damaged: tuple[LeftOut, ...]


def fingerprint(
    faces: FaceSource,
    rows: NDArray[np.int64],
    *,
    progress: Callable[[int], object] = lambda _done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fingerprint | None:
    """Decode every picture once; damaged ones are found before training and not in the middle of it.

    Args:
        faces: where the pictures are.
        rows: (n,) int64.
        progress: takes the number of pictures read so far.
        should_stop: asked before each picture.

    Returns:
        None when it was stopped.
    """
    digest = hashlib.sha256()
    whole: list[int] = []
    damaged: list[LeftOut] = []
    for done, row in enumerate(rows.tolist(), start=1):
        if should_stop():
            return None
        name = faces.names[row]
        try:
            crop = faces.crop_bgr(row)
        except TrainingDataUnusable as err:
            damaged.append(LeftOut(name, err.reason))
            continue
        whole.append(row)
        for text in (faces.people[int(faces.labels[row])], name):
            encoded = text.encode("utf-8", "surrogateescape")
            digest.update(len(encoded).to_bytes(4, "big") + encoded)  # lengths: "ab" + "c" is not "a" + "bc"
        digest.update(np.ascontiguousarray(crop).tobytes())
        progress(done)
    return Fingerprint(digest.hexdigest(), np.array(whole, np.int64), tuple(damaged))


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
