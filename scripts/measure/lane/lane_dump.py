"""Faces of a lane in a file: ``lane.py --dump`` and ``lane_photographs.py`` write it, ``lane_rules.py`` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.decision import DecisionRules
from attendance.core.types import FmrPoint, PackInfo

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

RULES = DecisionRules(threshold=0.0)
"""Votes, window, attempts and margin of the product."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceRows:
    """Every face of every frame, whatever the door made of it, in any order.

    Attributes:
        visit: (N,) number of the visit.
        step: (N,) frame of the visit, from 0.
        track: (N,) number that the face has while it is followed.
        score: (N,) of the detector.
        quality: (N, 6) eye distance in px, brightness, sharpness, yaw ratio, roll in degrees, share inside.
        embedding: (N, D) of unit length; zeros where the gate refuses the face.
    """

    visit: Ints
    step: Ints
    track: Ints
    score: Floats
    quality: Floats
    embedding: Floats


@dataclass(frozen=True, eq=False)
class Dump:
    """What was written, tracks one after the other, only judged frames.

    Attributes:
        starts: (T + 1,) first row of each track, and the end.
        visits: (T,) visit of each track.
        embeddings: (N, D) float32 of unit length.
        quality: (N, 6) float32.
        score: (N,) float32.
        code: (V,) key of each visit's person, "" for strangers.
        templates: (M, D) float32.
        template_code: (M,).
        calibration: of the pack.
        calibration_photos: how many photographs stood for a person in it.
    """

    starts: Ints
    visits: Ints
    embeddings: Floats
    quality: Floats
    score: Floats
    code: NDArray[np.str_]
    templates: Floats
    template_code: NDArray[np.str_]
    calibration: tuple[FmrPoint, ...]
    calibration_photos: int
    model_id: str

    @property
    def tracks(self) -> Iterator[slice]:
        """Rows of each track."""
        return (slice(int(a), int(b)) for a, b in zip(self.starts[:-1], self.starts[1:], strict=True))


def write_dump(
    path: Path,
    rows: FaceRows,
    *,
    visitors: Sequence[tuple[str, str]],
    templates: Floats,
    template_code: Sequence[str],
    pack: PackInfo,
) -> None:
    """Write an .npz file.

    Args:
        path: the file.
        rows: the faces.
        visitors: name and key of the person of each visit, by number; the key is "" for a stranger.
        templates: (M, D) float32 of the enrolled people.
        template_code: whose they are.
        pack: with model id and calibration.
    """
    names, codes = zip(*visitors, strict=True)
    np.savez_compressed(
        path,
        visit=rows.visit.astype(np.int32),
        step=rows.step.astype(np.int32),
        track=rows.track.astype(np.int32),
        score=rows.score,
        quality=rows.quality,
        embedding=rows.embedding,
        name=np.array(names),
        code=np.array(codes),
        template=templates,
        template_code=np.array(template_code),
        calibration=np.array([(point.fmr, point.threshold) for point in pack.calibration], np.float64).reshape(-1, 2),
        calibration_photos=pack.calibration_photos,
        model_id=np.array(pack.model_id),
    )


def read_dump(path: Path) -> Dump:
    """Read a file of ``write_dump``; only judged frames, and of a track no more than the door judges."""
    with np.load(path) as found:
        track, step = found["track"].astype(np.int64), found["step"]
        visit = found["visit"].astype(np.int64)
        order = np.lexsort((step, track, visit))
        order = order[np.abs(found["embedding"][order]).sum(axis=1) > 0]
        groups = np.stack([visit[order], track[order]], axis=1)
        is_first = np.r_[True, (groups[1:] != groups[:-1]).any(axis=1)]
        age = np.arange(len(order)) - np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
        order, is_first = order[age < RULES.max_attempts], is_first[age < RULES.max_attempts]
        return Dump(
            starts=np.r_[np.flatnonzero(is_first), len(order)].astype(np.int64),
            visits=visit[order][is_first],
            embeddings=found["embedding"][order],
            quality=found["quality"][order],
            score=found["score"][order],
            code=found["code"],
            templates=found["template"],
            template_code=found["template_code"],
            calibration=tuple(FmrPoint(fmr, at, at, at) for fmr, at in found["calibration"].tolist()),
            calibration_photos=int(found["calibration_photos"]),
            model_id=str(found["model_id"]),
        )
