"""Measures the kiosk's window with the real engine: stalls and guidance while people come, work while nobody does.

The camera is a fake one in the child process that any camera is read in: it plays the demo's composed stream, as JPEG
pictures of 1280x720 that it decodes when one is asked for, as a webcam's are. A stall is how much later than asked a
timer of 5 ms in the window's thread comes. The work is processor time of all threads, of the window's process and of
the camera's. "Guidance" is from the result of a picture, and from the picture itself, to the sentence on screen.

    python scripts/measure/kiosk.py busy --seconds 120
    python scripts/measure/kiosk.py idle --seconds 120
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.core.types import Frame, FrameResult, StreamState
from attendance.demo.people import load_people, write_photos
from attendance.demo.stream import PhotographStream
from attendance.errors import AttendanceError
from attendance.services.door.capture import StreamDetail
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice, EngineListener
from attendance.system_clock import SystemClock
from attendance.ui.kiosk.sentences import GUIDANCE, Sentence
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.window_end import end_window
from attendance.vision.cameras.camera_process import CameraProcess
from attendance.windows.kiosk import build_kiosk_window
from attendance.windows.qt import qt_application

FPS = 30.0
_STREAM_FPS = 15.0
_TICK_MS = 5
_SETTINGS = '[kiosk]\nlanguage = "en"\n\n[storage]\nkey_store = "file"\n'
_REST_AFTER_S = 65.0


class JpegCamera:
    """Plays JPEG pictures at the pace of a webcam, over and over (port FrameSource).

    Args:
        path: an .npz that ``write_pictures`` wrote.
        fps: pictures a second.
    """

    is_live = True

    def __init__(self, path: Path, fps: float) -> None:
        with np.load(path) as stored:
            self._pictures = [stored[name] for name in stored.files]
        self._fps = fps
        self._index = 0
        self._begun_s = time.monotonic()
        self._noise = np.random.default_rng(1)

    def describe(self) -> str:
        """Return a name."""
        return "jpeg camera"

    def open(self) -> None:
        """Begin."""
        self._begun_s, self._index = time.monotonic(), 0

    def skip(self) -> None:
        """Wait for the next picture."""
        self._index += 1
        time.sleep(max(0.0, self._begun_s + self._index / self._fps - time.monotonic()))

    def read(self) -> Frame | None:
        """Wait for the next picture and decode it; no two are equal, as a sensor's never are."""
        self.skip()
        image = cv2.imdecode(self._pictures[self._index % len(self._pictures)], cv2.IMREAD_COLOR)
        assert image is not None
        image[::8, 0] = self._noise.integers(0, 256, image[::8, 0].shape, dtype=np.uint8)
        return Frame(np.asarray(image, dtype=np.uint8), datetime.now(UTC), time.monotonic(), self._index)

    def close(self) -> None:
        """Do nothing."""


def write_pictures(path: Path, *, is_empty: bool) -> None:
    """Write what the camera plays: everybody of the demo coming and going, or the empty door."""
    stream = PhotographStream(load_people(), clock=SystemClock())
    stream.open()
    repeats = round(FPS / _STREAM_FPS)
    pictures = []
    for index in range(stream.frame_count):
        frame = stream.read()
        if frame is None or (is_empty and stream.truth(index)):
            break
        _, data = cv2.imencode(".jpg", frame.image_bgr, (cv2.IMWRITE_JPEG_QUALITY, 90))
        pictures += [data] * repeats
    np.savez(path, *pictures)


class Watch:
    """Notes stalls of the window's thread, and how soon guidance follows. The window's own listener comes first."""

    def __init__(self) -> None:
        self.stalls_ms: list[float] = []
        self.from_result_ms: list[float] = []
        self.from_picture_ms: list[float] = []
        self.listener: EngineListener | None = None
        self._results: dict[str, tuple[float, float]] = {}
        self._clock = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def begin(self) -> None:
        """Start the timer."""
        self._clock.start()
        self._timer.start(_TICK_MS)

    def end(self) -> None:
        """Stop it."""
        self._timer.stop()

    def _on_tick(self) -> None:
        self.stalls_ms.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - _TICK_MS))
        self._clock.restart()

    def on_said(self, sentence: Sentence | None) -> None:
        """A sentence is on screen: compare with the last result that asked for it."""
        if sentence is not None and sentence.source in self._results:
            result_s, picture_s = self._results[sentence.source]
            now_s = time.time()
            self.from_result_ms.append(1000 * (now_s - result_s))
            self.from_picture_ms.append(1000 * (now_s - picture_s))

    def on_preview_ready(self) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_preview_ready()

    def on_result(self, result: FrameResult) -> None:
        """Note the first of a row of results with the same guidance; pass on."""
        assert self.listener is not None
        wanted = GUIDANCE.get(result.guidance) if result.guidance is not None else None
        if wanted is None:
            self._results.clear()
        elif wanted.source not in self._results:
            self._results = {wanted.source: (time.time(), result.captured_utc.timestamp())}
        self.listener.on_result(result)

    def on_decision(self, notice: DecisionNotice) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_decision(notice)

    def on_badge(self, text: str) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_badge(text)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_check_in_failed(notice, error)

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_stream_state(state, detail)

    def on_crashed(self, error: Exception) -> None:
        """Pass on."""
        assert self.listener is not None
        self.listener.on_crashed(error)


def processor_s(pid: int) -> float:
    """Return the processor seconds of all threads of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spread(name: str, values: list[float]) -> str:
    """Return median, 95th and 99th percentile and maximum as a row."""
    if not values:
        return f"{name}: none"
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return f"{name}: p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  max {max(values):.1f} ms  ({len(values)})"


def measure(mode: str, seconds: float, size_wh: tuple[int, int], folder: Path) -> None:
    """Run the kiosk on a data folder of its own and print what was measured."""
    write_photos(folder / "photos")
    write_pictures(folder / "pictures.npz", is_empty=mode == "idle")
    data = folder / "data"
    data.mkdir()
    (data / "config.toml").write_text(_SETTINGS, encoding="utf-8")
    qt = qt_application()
    qt.setQuitOnLastWindowClosed(False)
    with Application(data) as application:
        importer = application.recognizer.importer
        list(importer.run(importer.plan(folder / "photos")))
        watch = Watch()
        camera = CameraProcess(
            partial(JpegCamera, folder / "pictures.npz", FPS), name="jpeg camera", clock=application.site.clock
        )
        engines: list[KioskEngine] = []

        def load_engine(listener: EngineListener) -> KioskEngine:
            watch.listener = listener
            engines.append(application.door.build_engine(application.recognizer, watch, source_factory=lambda: camera))
            return engines[-1]

        window = build_kiosk_window(application, load_engine)
        window.view.area.guidance.changed.connect(watch.on_said)
        window.resize(*size_wh)
        window.show()
        window.engine_ready.connect(lambda: _begin(qt, window, watch, camera, mode, seconds))
        qt.exec()
        stats = engines[-1].stats()
        frames = f"frames: {stats.frames_captured} captured, {stats.frames_processed} recognised"
        print(f"{frames}; recognition p50 {stats.p50_ms.get('total', 0.0):.0f} ms")
        end_window(window)


def _begin(
    qt: QApplication, window: KioskWindow, watch: Watch, camera: CameraProcess, mode: str, seconds: float
) -> None:
    settle_s = _REST_AFTER_S if mode == "idle" else 5.0

    def start() -> None:
        pids = [os.getpid(), *([camera.pid] if camera.pid else [])]
        before = [processor_s(pid) for pid in pids]
        begun_s = time.monotonic()
        watch.begin()
        if mode == "idle":
            watch.end()  # its timer is work too

        def stop() -> None:
            watch.end()
            passed_s = time.monotonic() - begun_s
            shares = [100 * (processor_s(pid) - was) / passed_s for pid, was in zip(pids, before, strict=True)]
            print(
                f"{mode}, {window.width()}x{window.height()}, {passed_s:.0f} s, dimmed: {window.view.dimmer.is_dimmed}"
            )
            print(f"processor: window {shares[0]:.1f} %, camera {sum(shares[1:]):.1f} % of one core")
            if mode == "busy":
                print(spread("stalls", watch.stalls_ms))
                print(spread("guidance after the result", watch.from_result_ms))
                print(spread("guidance after the picture", watch.from_picture_ms))
            qt.quit()

        QTimer.singleShot(round(seconds * 1000), stop)

    QTimer.singleShot(round(settle_s * 1000), start)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("busy", "idle"))
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--size", default="1280x800", help="of the window, logical pixels")
    arguments = parser.parse_args()
    width, height = (int(part) for part in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments.mode, arguments.seconds, (width, height), Path(folder))


if __name__ == "__main__":
    main()
