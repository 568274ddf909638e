"""The report of one detector: everything measured, as a table and as JSON."""

from __future__ import annotations

import hashlib
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance_training.detector.empties import empty_pictures, sample_folder
from attendance_training.detector.evaluation import (
    Band,
    Detector,
    EmptyReport,
    SceneReport,
    failure_to_acquire,
    measure_empty,
    measure_full_frame,
    measure_scenes,
)
from attendance_training.detector.pictures import PictureSet
from attendance_training.detector.scenes import CLEAR, HARD, SceneMaker
from attendance_training.errors import TrainingDataUnusable
from attendance_training.evaluation.intervals import Estimate
from attendance_training.reports.text import markdown_table, percent

TIMED_SIZES_WH = ((320, 320), (640, 480), (640, 640))
_ROUNDS = 5
_RUNS = 9


@dataclass(frozen=True, slots=True)
class Timing:
    """Time of the network alone on one processor thread.

    Attributes:
        size: of the input, "640x480".
        median_ms: the best of several medians, since other programs only ever make it slower.
    """

    size: str
    median_ms: float


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """Everything measured about one detector.

    Attributes:
        name: file name.
        sha256: of the file; "" without one.
        seed: of scenes and empty pictures.
        clear_scenes: see there.
        scenes: likewise, as hard as in training.
        full_frame: likewise.
        empty: likewise, by kind.
        lost_photos: share of all photographs without a face found.
        lost_held_back: the same of the people never trained on.
        timings: empty when not measured.
    """

    name: str
    sha256: str
    seed: int
    clear_scenes: SceneReport
    scenes: SceneReport
    full_frame: Band
    empty: list[EmptyReport]
    lost_photos: Estimate
    lost_held_back: Estimate
    timings: list[Timing]


def measure_detector(
    detector: Detector,
    training: PictureSet,
    held_back: PictureSet,
    *,
    name: str,
    scenes: int,
    portraits: int,
    empty_each: int,
    seed: int,
    file: Path | None = None,
) -> DetectorReport:
    """Measure one detector of any kind.

    Args:
        detector: see ``attendance_training.detector.evaluation``.
        training: pictures that ours was trained on; only for the photographs without a face found.
        held_back: pictures it was not trained on.
        name: for people.
        scenes: composed scenes of each style.
        portraits: scenes with one face that fills the frame.
        empty_each: empty pictures of each kind.
        seed: of all of them.
        file: ONNX file in SCRFD's layout, to time and to name; None leaves that out.

    Raises:
        TrainingDataUnusable: ``file`` cannot be read.
    """
    maker = SceneMaker(held_back, HARD)
    empty = empty_pictures(maker, each=empty_each, seed=seed, samples=sample_folder())
    return DetectorReport(
        name=name,
        sha256=_sha256(file) if file else "",
        seed=seed,
        clear_scenes=measure_scenes(detector, held_back, style=CLEAR, count=scenes, seed=seed),
        scenes=measure_scenes(detector, held_back, style=HARD, count=scenes, seed=seed),
        full_frame=measure_full_frame(detector, held_back, count=portraits, seed=seed),
        empty=measure_empty(detector, empty),
        lost_photos=failure_to_acquire(detector, [*training.photos, *held_back.photos]),
        lost_held_back=failure_to_acquire(detector, held_back.photos),
        timings=time_file(file) if file else [],
    )


def time_file(path: Path) -> list[Timing]:
    """Time an ONNX file on one thread at the sizes it takes."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    timings = []
    for width, height in TIMED_SIZES_WH:
        if any(
            isinstance(fixed, int) and fixed != side
            for fixed, side in zip(entry.shape[2:], (height, width), strict=True)
        ):
            continue
        blob = np.random.default_rng(0).uniform(-1, 1, (1, 3, height, width)).astype(np.float32)
        session.run(None, {entry.name: blob})
        medians = []
        for _ in range(_ROUNDS):
            seconds = []
            for _ in range(_RUNS):
                begun = time.perf_counter()
                session.run(None, {entry.name: blob})
                seconds.append(time.perf_counter() - begun)
            medians.append(statistics.median(seconds))
        timings.append(Timing(f"{width}x{height}", 1000 * min(medians)))
    return timings


def as_text(reports: list[DetectorReport]) -> str:
    """Return the reports side by side as one Markdown table."""
    rows = [
        *_scene_rows("clear scenes", [r.clear_scenes for r in reports]),
        *_scene_rows("hard scenes", [r.scenes for r in reports]),
        *_band_rows("hard scenes", [r.full_frame for r in reports]),
    ]
    for kinds in zip(*(r.empty for r in reports), strict=True):
        rows.append(
            [f"false faces, {kinds[0].kind}", *(f"{k.false_faces} in {k.with_face} of {k.pictures}" for k in kinds)]
        )
    totals = [(sum(k.false_faces for k in r.empty), sum(k.pictures for k in r.empty)) for r in reports]
    rows.append(["false faces, all empty pictures", *(f"{found} in {shown}" for found, shown in totals)])
    rows.append(["photographs without a face found, %", *(percent(r.lost_photos, 2) for r in reports)])
    rows.append(["the same, people never trained on, %", *(percent(r.lost_held_back, 2) for r in reports)])
    for width, height in TIMED_SIZES_WH:
        size = f"{width}x{height}"
        times = [next((f"{t.median_ms:.1f}" for t in r.timings if t.size == size), "–") for r in reports]
        rows.append([f"ms at {size}, one thread", *times])
    return markdown_table(["", *(r.name for r in reports)], rows)


def _scene_rows(title: str, scenes: list[SceneReport]) -> list[list[str]]:
    rows: list[list[str]] = []
    for bands in zip(*(s.bands for s in scenes), strict=True):
        rows += _band_rows(title, list(bands))
    rows.append([f"{title}: precision, >= 60 px, %", *(percent(s.precision, 2) for s in scenes)])
    rows.append([f"{title}: precision, all sizes, %", *(percent(s.precision_all, 2) for s in scenes)])
    return rows


def _band_rows(title: str, bands: list[Band]) -> list[list[str]]:
    errors = (" / ".join(f"{100 * v:.2f}" for v in (b.errors.mean, b.errors.median, b.errors.p95)) for b in bands)
    return [
        [f"{title}: recall, {bands[0].name}, %", *(f"{percent(b.recall, 2)} of {b.recall.trials}" for b in bands)],
        [f"{title}: landmark error, {bands[0].name}, mean / median / 95th, % of eye distance", *errors],
    ]


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as err:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
