"""`attendance bench`: medians measured in one run on this machine, with the raw model runs beside them."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.bench.face_stream import FaceStream
from attendance.bench.machine import machine
from attendance.composition.application import Application
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.matching import Gallery
from attendance.core.recognition.quality import KioskGate
from attendance.core.types import DecisionKind, Detection, Direction, Frame, FrameResult, ImageBgr, StreamState
from attendance.errors import AttendanceError
from attendance.services.door.capture import StreamDetail
from attendance.services.door.engine import KioskEngine
from attendance.services.door.face_follower import FaceFollower
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.listener import DecisionNotice, EngineListener
from attendance.services.door.recognition import RecognitionPipeline
from attendance.services.door.visits import Meaning
from attendance.vision.onnx_session import default_threads
from attendance.vision.packs.loading import LoadedPack

SIZES_WH = ((640, 480), (1280, 720))
GALLERY_SIZES = (100, 1_000, 10_000, 100_000)
_WARM_UP = 10
_SEARCHES = 50
# People times templates of the populated data folder that start-up is measured with.
_PEOPLE, _TEMPLATES_EACH = 2_000, 5
_PREVIEW_S = 10.0
_STREAM_FPS = 30
_SEED = 20261122
_EMPTY: ImageBgr = np.full((48, 64, 3), 127, np.uint8)

Report = dict[str, Any]


def run_bench(
    application: Application, *, pack_id: str, threads: int, frames: int, soak_minutes: float, has_windows: bool
) -> Report:
    """Run all measurements.

    Args:
        application: opened data folder; its own data is not touched.
        pack_id: pack to measure.
        threads: onnxruntime threads; 0 for the default.
        frames: measured frames per picture size.
        soak_minutes: length of the memory run; 0 leaves it out.
        has_windows: measure start-up and preview of the kiosk window, too.

    Returns:
        JSON-ready values; times in milliseconds unless the key says otherwise.
    """
    used_threads = threads or default_threads()
    pack = application.packs.load(pack_id, threads=used_threads)
    report: Report = {
        "machine": _machine(),
        "pack": pack.info.model_id,
        "provider": pack.provider.active,
        "provider_reason": str(pack.provider.reason),
        "threads": used_threads,
        "stages": {},
        "search": {},
    }
    with tempfile.TemporaryDirectory(prefix="attendance-bench-") as name:
        folder = Path(name)
        with Application(folder) as populated:
            _populate(populated, pack)
            keeper = GalleryKeeper(populated.storage.roster, pack.info.model_id)
            for size in SIZES_WH:
                report["stages"][f"{size[0]}x{size[1]}"] = _stages(application, pack, keeper, size, frames)
            report["search"] = {str(count): _search(count, pack.info.embedding_size) for count in GALLERY_SIZES}
            if has_windows:
                report["preview"] = _preview(populated, pack)
            if soak_minutes > 0:
                report["memory"] = _soak(populated, soak_minutes)
        if has_windows:
            report["start_up"] = _start_up(folder)
    return report


def _machine() -> Report:
    return {**machine(), "onnxruntime": version("onnxruntime")}


def _percentiles(values: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(values), [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "mean": round(float(np.mean(values)), 2)}


def _unit_rows(count: int, size: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(_SEED).standard_normal((count, size), dtype=np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _populate(populated: Application, pack: VisionPack) -> None:
    rows = _unit_rows(_PEOPLE * _TEMPLATES_EACH, pack.info.embedding_size)
    for index in range(_PEOPLE):
        own = rows[index * _TEMPLATES_EACH : (index + 1) * _TEMPLATES_EACH]
        populated.storage.roster.enrol(
            code=f"B{index:05}",
            name=f"Bench {index:05}",
            templates=[(row, None) for row in own],
            model_id=pack.info.model_id,
        )


def _as_stranger(person_id: int, at_utc: object, mono_s: float) -> Meaning:
    return Meaning(DecisionKind.ALREADY_IN, Direction.IN, None)


class _SteadyFollower(FaceFollower):
    """Does not see the empty pictures, after which the whole picture would be searched every time."""

    def find(self, image_bgr: ImageBgr, mono_s: float) -> tuple[list[Detection], list[int]]:
        return ([], []) if image_bgr is _EMPTY else super().find(image_bgr, mono_s)


def _stages(
    application: Application, pack: LoadedPack, keeper: GalleryKeeper, size_wh: tuple[int, int], frames: int
) -> Report:
    stream = FaceStream(size_wh, application.site.clock)
    rules = application.packs.site_rules.of_pack(pack.info)
    follower = _SteadyFollower(pack.detector)
    stages: dict[str, list[float]] = {}
    raw: list[float] = []
    overhead: list[float] = []
    for index in range(frames + _WARM_UP):
        # A new pipeline each time: every frame is somebody's first sighting, so every stage runs. The face is followed
        # all the same, as it is at a door.
        pipeline = RecognitionPipeline(
            pack, keeper, rules=rules, gate=KioskGate(), classify=_as_stranger, follower=follower
        )
        # ... but the reading of the database, due every two seconds, is not part of a frame.
        pipeline.process(Frame(_EMPTY, application.site.clock.now_utc(), application.site.clock.mono_s(), 0))
        frame = stream.read()
        pack.session_runs.reset()
        result = pipeline.process(frame)
        if index < _WARM_UP:
            continue
        for name, value in result.timings_ms.items():
            stages.setdefault(name, []).append(value)
        raw.append(pack.session_runs.total_ms)
        total = result.timings_ms["total"]
        overhead.append((total - raw[-1]) / total)
    return {
        **{name: _percentiles(values) for name, values in stages.items()},
        "raw_model_runs": _percentiles(raw),
        "overhead_share": round(float(np.median(overhead)), 3),
    }


def _search(count: int, size: int) -> dict[str, float]:
    rows = _unit_rows(count, size)
    gallery = Gallery(rows, [index // _TEMPLATES_EACH for index in range(count)], "bench")
    probe = _unit_rows(1, size)
    times = []
    for _ in range(_SEARCHES):
        start = time.perf_counter()
        gallery.search(probe)
        times.append((time.perf_counter() - start) * 1e3)
    return _percentiles(times)


class _Silent:
    """An engine listener that only counts."""

    def __init__(self) -> None:
        self.results = 0

    def on_preview_ready(self) -> None: ...

    def on_result(self, result: FrameResult) -> None:
        self.results += 1

    def on_decision(self, notice: DecisionNotice) -> None: ...

    def on_badge(self, text: str) -> None: ...

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None: ...

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None: ...

    def on_crashed(self, error: Exception) -> None: ...


class _Collections:
    """Times every garbage collection: each stops all Python threads, the window's too."""

    def __init__(self) -> None:
        self._begun_s = 0.0
        self._ms: list[float] = []

    def __enter__(self) -> _Collections:
        gc.callbacks.append(self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, info: dict[str, int]) -> None:
        now_s = time.perf_counter()
        if phase == "start":
            self._begun_s = now_s
        else:
            self._ms.append((now_s - self._begun_s) * 1e3)

    def restart(self) -> None:
        """Forget what was timed so far."""
        self._ms.clear()

    def report(self) -> Report:
        """Return how many there were and how long the longest took."""
        return {"collections": len(self._ms), "longest_collection_ms": round(max(self._ms, default=0.0), 1)}


def _preview(populated: Application, pack: VisionPack) -> Report:
    from PySide6.QtCore import QEvent, QObject, QTimer

    from attendance.ui.camera_view import CameraView
    from attendance.windows.kiosk import build_kiosk_window
    from attendance.windows.qt import qt_application, run_until_closed

    class PaintCounter(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() == QEvent.Type.Paint
            return False

    qt = qt_application()
    counter = PaintCounter()
    engines: list[KioskEngine] = []

    def load_engine(listener: EngineListener) -> KioskEngine:
        def source() -> FaceStream:
            return FaceStream((1280, 720), populated.site.clock, fps=_STREAM_FPS)

        engines.append(populated.door.build_engine(populated.recognizer, listener, source_factory=source))
        return engines[-1]

    window = build_kiosk_window(populated, load_engine)
    window.resize(1920, 1080)
    window.show()
    found: Report = {}

    def begin() -> None:
        window.findChildren(CameraView)[0].installEventFilter(counter)
        QTimer.singleShot(2_000, count_from_here)

    def count_from_here() -> None:
        counter.count = 0
        collections.restart()
        begun, processed = time.perf_counter(), engines[-1].stats().frames_processed

        def end() -> None:
            seconds = time.perf_counter() - begun
            found["preview_fps"] = round(counter.count / seconds, 1)
            found["recognised_fps"] = round((engines[-1].stats().frames_processed - processed) / seconds, 1)
            found.update(collections.report())
            # What a full collection costs meanwhile, should one become due.
            collections.restart()
            gc.collect()
            found["full_collection_ms"] = collections.report()["longest_collection_ms"]
            window.close()

        QTimer.singleShot(int(_PREVIEW_S * 1000), end)

    window.engine_ready.connect(begin)
    window.closed.connect(qt.quit)
    with _Collections() as collections:
        run_until_closed(qt, window)
    return found


def _start_up(folder: Path) -> Report:
    from attendance.windows.kiosk import STARTED_VARIABLE

    runs: list[dict[str, float]] = []
    for _ in range(3):
        environment = {**os.environ, STARTED_VARIABLE: str(time.time())}
        command = [sys.executable, "-m", "attendance", "--data", str(folder), "kiosk", "--windowed"]
        done = subprocess.run(
            [*command, "--report-startup", "--source", "0"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return {name: round(float(np.median([run[name] for run in runs])), 2) for name in runs[0]} | {
        "templates": _PEOPLE * _TEMPLATES_EACH
    }


def _rss_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource

    # ru_maxrss is bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _soak(populated: Application, minutes: float, *, sleep: Callable[[float], None] = time.sleep) -> Report:
    engine = populated.door.build_engine(
        populated.recognizer,
        _Silent(),
        source_factory=lambda: FaceStream((1280, 720), populated.site.clock, fps=_STREAM_FPS),
    )
    engine.start()
    sleep(min(60.0, minutes * 60.0))
    first = _rss_mb()
    sleep(max(0.0, minutes * 60.0 - 60.0))
    last = _rss_mb()
    processed = engine.stats().frames_processed
    engine.stop()
    return {
        "minutes": minutes,
        "rss_mb_at_1_min": round(first, 1),
        "rss_mb_at_end": round(last, 1),
        "frames_recognised": processed,
    }


def format_table(report: Report) -> str:
    """Return the report as lines of text.

    Args:
        report: what ``run_bench`` returned.
    """
    machine = report["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, onnxruntime {machine['onnxruntime']}",
        f"{report['pack']} on {report['provider']} with {report['threads']} thread(s): {report['provider_reason']}",
        "",
        f"{'ms':16}{'p50':>9}{'p95':>9}{'mean':>9}",
    ]
    for size, stages in report["stages"].items():
        lines.append(size)
        lines += [f"  {name:14}{_columns(v)}" for name, v in stages.items() if isinstance(v, dict)]
        lines.append(f"  our overhead over the raw model runs: {stages['overhead_share']:.1%} of a frame")
    lines.append("search, one probe")
    lines += [f"  {count:>7} templates{_columns(v)[1:]}" for count, v in report["search"].items()]
    for section in ("preview", "start_up", "memory"):
        if section in report:
            lines.append(f"{section}: " + ", ".join(f"{name} {value}" for name, value in report[section].items()))
    return "\n".join(lines)


def _columns(times_ms: dict[str, float]) -> str:
    return "".join(f"{times_ms[name]:9.2f}" for name in ("p50", "p95", "mean"))
