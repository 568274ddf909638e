"""Frame sources: real video files, a real stream over loopback, and cameras that are played by a fake."""

from __future__ import annotations

import errno
import itertools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest

from attendance.core.ports.clock import Clock
from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame
from attendance.errors.cameras import CameraBusy, CameraError, CameraLost, CameraNotFound, SourceNotFound
from attendance.errors.pictures import ImageUnreadable
from attendance.system_clock import SystemClock
from attendance.vision.cameras import webcam
from attendance.vision.cameras.camera_server import SkippingSource
from attendance.vision.cameras.source import CameraDevice, build_source, list_cameras
from attendance.vision.cameras.video_capture import CaptureFactory, open_capture

START_UTC = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
START_MONO_S = 1000.0
FPS = 10.0


class HandClock:
    """Clock that moves only by hand."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now_utc(self) -> datetime:
        return START_UTC + timedelta(seconds=self.passed_s)

    def mono_s(self) -> float:
        return START_MONO_S + self.passed_s


class FakeCapture:
    """Capture that delivers given pictures, then False; an exception among them is raised."""

    def __init__(self, pictures: Sequence[Any] = (), *, is_open: bool = True) -> None:
        self._pictures = iter(pictures)
        self._is_open = is_open
        self.was_set: list[tuple[int, float]] = []
        self.properties: dict[int, float] = {cv2.CAP_PROP_FRAME_WIDTH: 640, cv2.CAP_PROP_FRAME_HEIGHT: 480}
        self.releases = 0
        self.grabs = 0

    def isOpened(self) -> bool:
        return self._is_open

    def read(self) -> tuple[bool, Any]:
        picture = next(self._pictures, None)
        if isinstance(picture, Exception):
            raise picture
        return picture is not None, picture

    def grab(self) -> bool:
        self.grabs += 1
        return next(self._pictures, None) is not None

    def get(self, propId: int, /) -> float:
        return self.properties.get(propId, -1.0)

    def set(self, propId: int, value: float, /) -> bool:
        self.was_set.append((propId, value))
        return False

    def getBackendName(self) -> str:
        return "FAKE"

    def release(self) -> None:
        self.releases += 1
        self._is_open = False


class Factory:
    """Hands out captures in turn and notes what was asked for."""

    def __init__(self, *captures: FakeCapture) -> None:
        self._captures = iter(captures)
        self.calls: list[tuple[str | int, int, tuple[int, ...]]] = []

    def __call__(self, target: str | int, backend: int, parameters: Sequence[int], /) -> FakeCapture:
        self.calls.append((target, backend, tuple(parameters)))
        return next(self._captures)


def source_of(
    spec: str | Path,
    *,
    clock: Clock | None = None,
    pace: Literal["realtime", "fast"] = "fast",
    fps: float = FPS,
    backend: str = "any",
    factory: CaptureFactory = open_capture,
) -> FrameSource:
    return build_source(
        str(spec),
        width_px=1280,
        height_px=720,
        fps=fps,
        backend=backend,
        pace=pace,
        clock=clock or HandClock(),
        capture_factory=factory,
    )


def grey(level: int, size_wh: tuple[int, int] = (64, 48)) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((size_wh[1], size_wh[0], 3), level, np.uint8)


def write_png(path: Path, image_bgr: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    assert cv2.imwrite(str(path), image_bgr)


def all_of(source: FrameSource) -> list[Frame]:
    source.open()
    frames = list(iter(source.read, None))
    source.close()
    return frames


def levels(frames: Sequence[Frame]) -> list[int]:
    """Mean grey of each frame, rounded to tens: JPEG moves it by a level or two."""
    return [round(float(frame.image_bgr.mean()) / 10) * 10 for frame in frames]


def assert_contract(frame: Frame) -> None:
    assert frame.image_bgr.dtype == np.uint8
    assert frame.image_bgr.ndim == 3
    assert frame.image_bgr.shape[2] == 3
    assert frame.image_bgr.flags.c_contiguous


def write_video(path: Path, shades: Sequence[int], fps: float = 25.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (64, 48))
    for shade in shades:
        writer.write(grey(shade))
    writer.release()
    return path


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /dev with one camera node, and an empty /sys."""
    folder = tmp_path / "dev"
    folder.mkdir()
    (folder / "video0").touch()
    monkeypatch.setattr(webcam, "DEVICE_FOLDER", folder)
    monkeypatch.setattr(webcam, "SYSTEM_FOLDER", tmp_path / "sys")
    monkeypatch.setattr("sys.platform", "linux")
    return folder


# --- what a spec means -------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["", "no such thing", "absent.avi", "123456", "ftp://user:secret@host/a", "a\0b"])
def test_that_an_unknown_spec_fails_when_opened_and_not_before(spec: str) -> None:
    source = source_of(spec)

    assert not source.is_live
    with pytest.raises(SourceNotFound) as caught:
        source.open()
    assert "secret" not in str(caught.value)
    assert source.read() is None
    source.close()


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_that_a_rate_that_is_not_above_zero_is_a_bug_of_the_caller(fps: float) -> None:
    with pytest.raises(ValueError, match="fps"):
        source_of("0", fps=fps)


def test_that_an_unknown_backend_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="backend"):
        source_of("0", backend="quicktime")


# --- webcam ------------------------------------------------------------------------------------------


def test_that_a_webcam_is_asked_for_mjpg_then_size_then_rate(devices: Path) -> None:
    capture = FakeCapture()
    factory = Factory(capture)

    source_of("0", backend="v4l2", factory=factory).open()

    assert factory.calls == [(0, cv2.CAP_V4L2, ())]
    assert capture.was_set == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FRAME_HEIGHT, 720),
        (cv2.CAP_PROP_FPS, FPS),
    ]


def test_that_what_a_webcam_really_delivers_is_logged(devices: Path, caplog: pytest.LogCaptureFixture) -> None:
    capture = FakeCapture([grey(10, (640, 480))])
    capture.properties[cv2.CAP_PROP_FOURCC] = cv2.VideoWriter.fourcc(*"YUYV")
    source = source_of("0", factory=Factory(capture))

    with caplog.at_level(logging.INFO):
        source.open()

    assert "asked for MJPG 1280x720 at 10, got YUYV 640x480" in caplog.text
    frame = source.read()
    assert frame is not None
    assert frame.image_bgr.shape == (480, 640, 3)


def test_that_frames_of_a_webcam_carry_their_arrival_and_a_running_number(devices: Path) -> None:
    clock = HandClock()
    source = source_of("0", clock=clock, factory=Factory(FakeCapture([grey(10), grey(20)]), FakeCapture([grey(30)])))
    source.open()

    frames = []
    for _ in range(2):
        clock.passed_s += 0.25
        frames.append(source.read())
    source.close()
    source.open()
    frames.append(source.read())

    assert [(f.index, f.mono_s, f.captured_utc) for f in frames if f] == [
        (0, START_MONO_S + 0.25, START_UTC + timedelta(seconds=0.25)),
        (1, START_MONO_S + 0.5, START_UTC + timedelta(seconds=0.5)),
        (2, START_MONO_S + 0.5, START_UTC + timedelta(seconds=0.5)),
    ]


def test_that_a_picture_that_is_passed_over_is_not_decoded(devices: Path) -> None:
    capture = FakeCapture([grey(10), grey(20), grey(30)])
    source = source_of("0", factory=Factory(capture))
    assert isinstance(source, SkippingSource)
    source.open()
    source.skip()  # the first is read, to see that the camera works
    assert capture.grabs == 0

    source.skip()
    assert capture.grabs == 1
    frame = source.read()
    assert frame is not None
    assert frame.image_bgr[0, 0, 0] == 30
    with pytest.raises(CameraLost):
        source.skip()


def test_that_every_layout_of_a_camera_becomes_contiguous_bgr(devices: Path) -> None:
    wide = np.zeros((48, 128, 3), np.uint8)
    wide[:, ::2] = (1, 2, 3)
    pictures = [
        np.full((48, 64), 9, np.uint8),
        np.full((48, 64, 1), 9, np.uint8),
        np.full((48, 64), 9 * 256 + 255, np.uint16),
        np.full((48, 64, 4), (1, 2, 3, 200), np.uint8),
        wide[:, ::2],
    ]
    source = source_of("0", factory=Factory(FakeCapture(pictures)))
    source.open()

    seen = []
    for _ in pictures:
        frame = source.read()
        assert frame is not None
        assert_contract(frame)
        seen.append(frame.image_bgr[0, 0].tolist())

    assert seen == [[9, 9, 9], [9, 9, 9], [9, 9, 9], [1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize("last", [None, np.zeros((0, 0, 3), np.uint8), cv2.error("decoder")])
def test_that_a_webcam_that_stops_is_lost_and_can_be_opened_again(devices: Path, last: object) -> None:
    first = FakeCapture([grey(10), last])
    source = source_of("0", factory=Factory(first, FakeCapture([grey(20)])))
    source.open()

    assert source.is_live
    assert source.read() is not None
    with pytest.raises(CameraLost, match="The camera 0 stopped"):
        source.read()
    source.close()
    source.close()
    source.open()
    assert source.read() is not None
    assert first.releases == 1


def test_that_a_webcam_may_fail_for_its_first_pictures(devices: Path) -> None:
    source = source_of("0", factory=Factory(FakeCapture([np.zeros((0, 0, 3), np.uint8)] * 3 + [grey(10)])))
    source.open()

    frame = source.read()

    assert frame is not None
    assert frame.index == 0


def test_that_a_webcam_that_never_sends_a_picture_is_busy(devices: Path) -> None:
    source = source_of("0", factory=Factory(FakeCapture([])))
    source.open()

    with pytest.raises(CameraBusy):
        source.read()


def test_that_a_webcam_whose_driver_waits_is_not_asked_ten_times(devices: Path) -> None:
    clock = HandClock()

    class Slow(FakeCapture):
        attempts = 0

        def read(self) -> tuple[bool, Any]:
            self.attempts += 1
            clock.passed_s += 10.0
            return False, None

    capture = Slow()
    source = source_of("0", clock=clock, factory=Factory(capture))
    source.open()

    with pytest.raises(CameraBusy):
        source.read()
    assert capture.attempts == 1


def test_that_opening_twice_releases_the_first_capture(devices: Path) -> None:
    first = FakeCapture()
    source = source_of("0", factory=Factory(first, FakeCapture()))

    source.open()
    source.open()

    assert first.releases == 1


def test_that_a_camera_that_was_never_opened_delivers_nothing() -> None:
    with pytest.raises(CameraLost):
        source_of("0").read()


def test_that_an_absent_webcam_is_not_found_and_opencv_not_asked(devices: Path) -> None:
    factory = Factory()

    with pytest.raises(CameraNotFound, match="No camera found at 3"):
        source_of("3", factory=factory).open()
    assert factory.calls == []


def test_that_a_webcam_that_is_there_but_does_not_start_is_busy(devices: Path) -> None:
    capture = FakeCapture(is_open=False)

    with pytest.raises(CameraBusy, match="in use by another program"):
        source_of("0", factory=Factory(capture)).open()
    assert capture.releases == 1


@pytest.mark.parametrize(
    ("number", "expected", "text"),
    [
        (errno.ENOENT, CameraNotFound, "No camera found"),
        (errno.ENODEV, CameraNotFound, "No camera found"),
        (errno.EBUSY, CameraBusy, "another program"),
        (errno.EACCES, CameraError, "no permission to open .*video0; add this user to the group 'video'"),
        (errno.EIO, CameraError, "cannot be used: "),
    ],
)
def test_that_a_device_node_that_does_not_open_says_why(
    devices: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[CameraError], text: str
) -> None:
    real_open = os.open

    def refuse(path: Path, flags: int, *rest: Any, **named: Any) -> int:
        if str(path) == str(devices / "video0"):
            raise OSError(number, os.strerror(number))
        return real_open(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(expected, match=text) as caught:
        source_of("0", factory=Factory()).open()
    assert type(caught.value) is expected


def test_that_a_device_path_is_the_number_behind_it(devices: Path) -> None:
    factory = Factory(FakeCapture())
    source = source_of("/dev/video0", factory=factory)

    source.open()

    assert source.describe() == "/dev/video0"
    # Not CAP_ANY, which goes on with other backends after a failure.
    assert factory.calls == [(0, cv2.CAP_V4L2, ())]


def test_that_a_link_to_a_device_is_followed_at_each_opening(devices: Path) -> None:
    link = devices / "door-camera"
    factory = Factory(FakeCapture(), FakeCapture())
    source = webcam.Webcam(
        link,
        name="door",
        width_px=640,
        height_px=480,
        fps=30,
        backend="any",
        clock=HandClock(),
        capture_factory=factory,
    )

    with pytest.raises(CameraNotFound, match="door"):
        source.open()
    for number in (0, 7):
        (devices / f"video{number}").touch()
        link.unlink(missing_ok=True)
        link.symlink_to(devices / f"video{number}")
        source.open()

    assert [call[0] for call in factory.calls] == [0, 7]


def test_that_a_missing_named_device_is_worth_asking_again() -> None:
    source = source_of("/dev/v4l/by-id/usb-absent-camera")

    assert source.is_live
    with pytest.raises(CameraNotFound, match="usb-absent-camera"):
        source.open()


def test_that_elsewhere_a_camera_that_does_not_open_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")

    with pytest.raises(CameraNotFound):
        source_of("0", backend="dshow", factory=Factory(FakeCapture(is_open=False))).open()


def test_that_a_real_missing_camera_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    capture = open_capture(93, cv2.CAP_ANY, ())

    assert not capture.isOpened()
    assert "".join(capfd.readouterr()) == ""


# --- list of cameras ---------------------------------------------------------------------------------


def test_that_linux_lists_cameras_by_name_without_their_metadata_nodes(devices: Path, tmp_path: Path) -> None:
    for number, name, index in ((0, "Door cam", "0"), (1, "Door cam", "1"), (10, "", "0"), (2, "Desk cam", "0")):
        (devices / f"video{number}").touch()
        facts = tmp_path / "sys" / f"video{number}"
        facts.mkdir(parents=True)
        (facts / "index").write_text(f"{index}\n")
        (facts / "name").write_text(f"{name}\n")
    (devices / "video3").touch()
    (devices / "videotape").touch()

    assert list_cameras() == [
        CameraDevice("0", "Door cam"),
        CameraDevice("2", "Desk cam"),
        CameraDevice("3", "/dev/video3"),
        CameraDevice("10", "/dev/video10"),
    ]


def test_that_elsewhere_the_first_four_numbers_are_tried_and_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    captures = [FakeCapture(is_open=number == 1) for number in range(4)]
    factory = Factory(*captures)

    assert list_cameras(capture_factory=factory) == [CameraDevice("1", "camera 1")]
    assert [call[0] for call in factory.calls] == [0, 1, 2, 3]
    assert [capture.releases for capture in captures] == [1, 1, 1, 1]


# --- network stream ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["rtsp://u:p@cam/a", "RTSPS://u:p@cam/a", "http://u:p@cam/a", "https://u:p@cam/a"])
def test_that_a_stream_is_opened_by_ffmpeg_with_time_limits_and_never_shows_its_password(address: str) -> None:
    factory = Factory(FakeCapture(is_open=False))
    source = source_of(address, factory=factory)

    assert source.is_live
    with pytest.raises(CameraNotFound, match=r"://cam/a\.") as caught:
        source.open()

    assert "u:p" not in str(caught.value) + source.describe()
    ((target, backend, parameters),) = factory.calls
    assert (target, backend) == (address, cv2.CAP_FFMPEG)
    limits = dict(itertools.pairwise(parameters))
    assert 0 < limits[cv2.CAP_PROP_OPEN_TIMEOUT_MSEC] <= 10_000
    assert 0 < limits[cv2.CAP_PROP_READ_TIMEOUT_MSEC] <= 10_000


@contextmanager
def mjpeg_server(shades: Sequence[int], *, status: int = 200) -> Iterator[str]:
    """Serve pictures as multipart/x-mixed-replace, as network cameras do, then hang up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
            self.end_headers()
            try:
                for shade in shades:
                    body = cv2.imencode(".jpg", grey(shade))[1].tobytes()
                    head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                    self.wfile.write(head.encode() + body + b"\r\n")
            except ConnectionError:
                return  # the test has seen enough

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://user:secret@127.0.0.1:{server.server_port}/video"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_that_a_real_http_stream_is_read_in_order_and_lost_when_the_camera_hangs_up() -> None:
    shades = list(range(20, 220, 10))
    frames = []
    with mjpeg_server(shades) as address:
        source = source_of(address, clock=SystemClock())
        source.open()
        with pytest.raises(CameraLost) as caught:
            frames.extend(iter(source.read, None))
        source.close()
        source.open()
        assert source.read() is not None
        source.close()

    for frame in frames:
        assert_contract(frame)
    # FFmpeg may keep the last picture to itself, since nothing follows it.
    assert levels(frames) in (shades, shades[:-1])
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert all(later.mono_s >= frame.mono_s for frame, later in itertools.pairwise(frames))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("status", "words"), [(404, "gives no stream"), (401, "refuses the user or the password")])
def test_that_a_stream_that_is_refused_says_why_and_its_password_stays_off_the_terminal(
    capfd: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    with mjpeg_server([], status=status) as address, pytest.raises(CameraError, match=words) as caught:
        source_of(address).open()

    assert "secret" not in str(caught.value)
    assert "".join(capfd.readouterr()) == ""


def test_that_a_port_nobody_listens_on_is_not_found() -> None:
    with mjpeg_server([]) as address:
        pass

    with pytest.raises(CameraNotFound):
        source_of(address).open()


# --- video file --------------------------------------------------------------------------------------


def test_that_a_video_file_is_read_whole_at_its_own_rate_when_fast(tmp_path: Path) -> None:
    shades = list(range(20, 140, 10))
    source = source_of(write_video(tmp_path / "ein Gang 通道.avi", shades), clock=HandClock(), fps=99)

    frames = all_of(source)

    assert not source.is_live
    assert source.describe() == "ein Gang 通道.avi"
    assert levels(frames) == shades
    assert [frame.index for frame in frames] == list(range(12))
    assert [frame.mono_s for frame in frames] == pytest.approx([START_MONO_S + i / 25 for i in range(12)])
    assert frames[-1].captured_utc == START_UTC + timedelta(seconds=11 / 25)
    for frame in frames:
        assert_contract(frame)


def test_that_a_video_starts_over_when_opened_again_and_frames_keep_their_pixels(tmp_path: Path) -> None:
    source = source_of(write_video(tmp_path / "a.avi", [50, 100, 150]))

    first = all_of(source)
    second = all_of(source)

    assert levels(first) == levels(second) == [50, 100, 150]
    assert [frame.index for frame in second] == [0, 1, 2]
    assert not np.shares_memory(first[0].image_bgr, first[1].image_bgr)


def test_that_a_file_source_that_is_not_open_has_no_frames(tmp_path: Path) -> None:
    source = source_of(write_video(tmp_path / "a.avi", [50, 100]))

    assert source.read() is None
    source.open()
    source.close()
    source.close()
    assert source.read() is None


@pytest.mark.parametrize("told", [0.0, -1.0, 90_000.0, float("nan")])
def test_that_a_video_without_a_usable_rate_takes_the_asked_for_one(tmp_path: Path, told: float) -> None:
    (tmp_path / "a.avi").touch()
    capture = FakeCapture([grey(10), grey(20)])
    capture.properties[cv2.CAP_PROP_FPS] = told

    frames = all_of(source_of(tmp_path / "a.avi", fps=4, factory=Factory(capture)))

    assert frames[1].mono_s - frames[0].mono_s == pytest.approx(0.25)


@pytest.mark.parametrize(("name", "content"), [("a.avi", b""), ("notes.txt", b"hello\n" * 99), ("a.mp4", b"RIFF" * 99)])
def test_that_a_file_that_is_no_video_is_refused(
    tmp_path: Path, name: str, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    source = source_of(tmp_path / name)

    with pytest.raises(ImageUnreadable, match=rf"{name} .*it is not a readable video"):
        source.open()
    assert source.read() is None
    assert "".join(capfd.readouterr()) == ""


def test_that_a_video_without_a_first_picture_is_refused_and_released(tmp_path: Path) -> None:
    (tmp_path / "a.avi").touch()
    capture = FakeCapture([])

    with pytest.raises(ImageUnreadable, match="not a readable video"):
        source_of(tmp_path / "a.avi", factory=Factory(capture)).open()
    assert capture.releases == 1


def test_that_a_video_that_has_gone_is_not_found(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", [50])
    source = source_of(path)
    path.unlink()

    with pytest.raises(CameraNotFound):
        source.open()


# --- pace --------------------------------------------------------------------------------------------


def test_that_real_time_frames_are_never_early(tmp_path: Path) -> None:
    source = source_of(
        write_video(tmp_path / "a.avi", [50, 100, 150, 200], fps=50), clock=SystemClock(), pace="realtime"
    )

    frames = all_of(source)

    assert len(frames) == 4
    # The start is taken in open(), before the first frame's own time.
    assert all(frame.mono_s - frames[0].mono_s >= (frame.index - 1) / 50 for frame in frames[1:])
    assert frames[3].mono_s - frames[0].mono_s >= 2 / 50


def test_that_real_time_frames_carry_the_time_of_the_clock(tmp_path: Path) -> None:
    clock = HandClock()
    source = source_of(write_video(tmp_path / "a.avi", [50, 100]), clock=clock, pace="realtime")
    source.open()

    clock.passed_s = 5.0
    frames = [source.read(), source.read()]

    assert [(f.mono_s, f.captured_utc) for f in frames if f] == [
        (START_MONO_S + 5, START_UTC + timedelta(seconds=5))
    ] * 2


def test_that_closing_ends_the_wait_for_a_frame(tmp_path: Path) -> None:
    for shade in (50, 100):
        write_png(tmp_path / f"{shade}.png", grey(shade))
    # One picture every 100 s on a clock that stands still: without the interruption the test runs into its limit.
    source = source_of(tmp_path, pace="realtime", fps=0.01)
    source.open()
    assert source.read() is not None
    seen: list[Frame | None] = []
    thread = threading.Thread(target=lambda: seen.append(source.read()))
    thread.start()

    source.close()
    thread.join(60)

    assert seen == [None]


# --- folder of pictures ------------------------------------------------------------------------------


def test_that_a_folder_shows_each_readable_picture_once_in_order_and_logs_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "b").mkdir()
    write_png(tmp_path / "b" / "1.png", grey(30, (20, 10)))
    write_png(tmp_path / "c.png", grey(20, (30, 40)))
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    (tmp_path / "b" / "2.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("x")

    frames = all_of(source_of(tmp_path, fps=2))

    assert levels(frames) == [30, 20]
    assert [frame.image_bgr.shape for frame in frames] == [(10, 20, 3), (40, 30, 3)]
    assert [(frame.index, frame.mono_s) for frame in frames] == [(0, START_MONO_S), (1, START_MONO_S + 0.5)]
    assert frames[1].captured_utc == START_UTC + timedelta(seconds=0.5)
    assert caplog.text.count("skipped:") == 2


def test_that_a_single_picture_is_shown_once_through_the_picture_reader(tmp_path: Path) -> None:
    for number in (1, 2):
        write_png(tmp_path / f"0{number}.PNG", grey(10 * number))

    frames = all_of(source_of(tmp_path / "01.PNG"))

    assert levels(frames) == [10]


def test_that_a_single_damaged_picture_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"GIF89a")

    with pytest.raises(ImageUnreadable, match="it is a GIF picture"):
        source_of(tmp_path / "a.jpg").open()


@pytest.mark.parametrize("fill", [lambda f: None, lambda f: (f / "a.jpg").write_bytes(b"nothing")])
def test_that_a_folder_without_readable_pictures_is_refused(tmp_path: Path, fill: Callable[[Path], object]) -> None:
    fill(tmp_path)

    with pytest.raises(ImageUnreadable, match="the folder holds no readable picture"):
        source_of(tmp_path).open()


def test_that_a_folder_that_has_gone_is_not_found(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    source = source_of(folder)
    folder.rmdir()

    assert not source.is_live
    assert source.describe() == "pictures"
    with pytest.raises(CameraNotFound):
        source.open()
