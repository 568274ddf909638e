"""A pack from outside runs once before it is taken: every model, and on pictures whose faces are known."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np

from attendance.bounded_work import run_bounded
from attendance.core.types import FloatArray, ImageBgr
from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelContractBroken
from attendance.vision.images import ImageReader
from attendance.vision.packs.loading import LoadedPack, load_pack

LIMIT_S = 300.0
"""InsightFace's largest pack needs about 20 s on one old core; a model that loops never ends."""
_GROUP = ("insightface", "data/images/t1.jpg")
"""Six people, in a photograph that comes with a package this program needs."""
_LEAST_FOUND = 4
"""Of the six; one of them is small and one is turned away."""
_MOST_MISTAKEN = 1
_DARKER = 0.7


def run_here(folder: Path) -> None:
    """Load a pack and run every model of it once.

    Raises:
        ModelError: see ``load_pack``.
    """
    landmarks = load_pack(folder, provider="cpu", threads=1).landmarks
    if landmarks is not None:
        landmarks.check()


def run_apart(folder: Path, *, limit_s: float = LIMIT_S) -> None:
    """Do the same and ``examine`` the pack, in a process of its own that has ``limit_s`` seconds.

    Raises:
        ModelError: see there.
        ModelContractBroken: it took longer, or its process died.
    """
    try:
        run_bounded(_run_and_examine, folder, limit_s=limit_s)
    except Refusal as err:
        reason = Reason("its models cannot be tried: {cause}", cause=err.reason)
        raise ModelContractBroken(pack=folder.name, path=folder, reason=reason) from err


def _run_and_examine(folder: Path) -> None:
    run_here(folder)
    examine(load_pack(folder, provider="cpu", threads=1), folder)


def examine(pack: LoadedPack, folder: Path) -> None:
    """Look whether detector and recognizer do on a known photograph what they are for.

    Every face that is found is compared with all of them made darker and mirrored: it must be most like itself. Without
    the photograph, which comes with a package, nothing is looked at.

    Args:
        pack: the loaded pack.
        folder: of the pack, for the error.

    Raises:
        ModelContractBroken: too few faces are found, or too many are taken for others.
    """
    photograph = _photograph()
    if photograph is None:
        return
    faces = pack.detector.detect(photograph)

    def broken(reason: Reason) -> ModelContractBroken:
        return ModelContractBroken(pack=pack.info.pack_id, path=folder, reason=reason)

    if len(faces) < _LEAST_FOUND:
        raise broken(Reason("its detector finds {count} faces in a photograph of {people}", count=len(faces), people=6))
    crops = [pack.embedder.align(photograph, face.landmarks_px) for face in faces]
    similarity = pack.embedder.embed(crops) @ pack.embedder.embed([_changed(crop) for crop in crops]).T
    mistaken = _mistaken(similarity)
    if mistaken > _MOST_MISTAKEN:
        raise broken(
            Reason(
                "its recognizer takes {count} of {people} people in a photograph for others",
                count=mistaken,
                people=len(crops),
            )
        )


def _mistaken(similarity: FloatArray) -> int:
    """Return how many rows of a (k, k) matrix of cosines have their highest value elsewhere than on the diagonal."""
    others = similarity.copy()
    np.fill_diagonal(others, -2.0)
    return int((~(similarity.diagonal() > others.max(axis=1))).sum())


def _changed(crop_bgr: ImageBgr) -> ImageBgr:
    darker = cv2.convertScaleAbs(crop_bgr, alpha=_DARKER, beta=0)
    return np.ascontiguousarray(darker[:, ::-1], dtype=np.uint8)


def _photograph() -> ImageBgr | None:
    package, name = _GROUP
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / name
    return ImageReader().read(path) if path.is_file() else None
