"""From what the settings say to a frame source: webcam, network stream, video file or pictures."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from attendance.core.ports.clock import Clock
from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame
from attendance.errors.cameras import SourceNotFound
from attendance.shown_text import shown_address
from attendance.vision.cameras.network_stream import SCHEMES, NetworkStream
from attendance.vision.cameras.recorded_source import Pace
from attendance.vision.cameras.video_capture import CaptureFactory, open_capture
from attendance.vision.cameras.video_file import VideoFile
from attendance.vision.cameras.webcam import CameraDevice, Webcam, list_cameras
from attendance.vision.image_folder import ImageFolder
from attendance.vision.images import SUFFIXES

__all__ = ["CameraDevice", "build_source", "list_cameras"]


class UnknownSource:
    """A spec that is neither number, address, file nor folder; says so when it is opened (port FrameSource).

    Args:
        spec: as it was given.
    """

    def __init__(self, spec: str) -> None:
        self._name = shown_address(spec)

    @property
    def is_live(self) -> bool:
        """False: asking again changes nothing."""
        return False

    def describe(self) -> str:
        """Return the spec without a password."""
        return self._name

    def open(self) -> None:
        """Fail.

        Raises:
            SourceNotFound: always.
        """
        raise SourceNotFound(source=self._name)

    def read(self) -> Frame | None:
        """Return None."""
        return None

    def close(self) -> None:
        """Do nothing."""


def build_source(
    spec: str,
    *,
    width_px: int,
    height_px: int,
    fps: float,
    backend: str = "any",
    pace: Pace,
    clock: Clock,
    capture_factory: CaptureFactory = open_capture,
) -> FrameSource:
    """Return the source that a spec means; nothing is opened yet.

    Args:
        spec: camera index ("0"), device path (/dev/video0 or a link to one), rtsp://, rtsps://, http:// or https://
            address, video file, picture, or folder of pictures. Anything else raises SourceNotFound in open().
        width_px: width asked of a webcam.
        height_px: height asked of a webcam.
        fps: frames per second asked of a webcam; also the speed of a folder and of a video that tells none. Above 0.
        backend: webcams only: any, v4l2, dshow, msmf or avfoundation.
        pace: files only: "realtime" or "fast", see recorded_source.Pace.
        clock: gives the frames their time.
        capture_factory: opens captures; tests put a fake here.

    Raises:
        ValueError: unknown backend or fps not above 0.
    """
    if not fps > 0:
        raise ValueError(f"fps must be above 0, not {fps}")
    spec = spec.strip()
    if (device := _device(spec)) is not None:
        return Webcam(
            device,
            name=spec,
            width_px=width_px,
            height_px=height_px,
            fps=fps,
            backend=backend,
            clock=clock,
            capture_factory=capture_factory,
        )
    if spec.lower().startswith(SCHEMES):
        return NetworkStream(spec, clock=clock, capture_factory=capture_factory)
    path, mode = _looked_up(spec)
    # FFmpeg shows pictures too, but without the caps and the rotation of ImageReader.
    if stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and path.suffix.lower() in SUFFIXES):
        return ImageFolder(path, fps=fps, pace=pace, clock=clock)
    if stat.S_ISREG(mode):
        return VideoFile(path, fps=fps, pace=pace, clock=clock, capture_factory=capture_factory)
    return UnknownSource(spec)


def _device(spec: str) -> int | Path | None:
    if re.fullmatch(r"[0-9]{1,2}", spec):
        return int(spec)
    # Not all of /dev: a video may lie in /dev/shm. The links below v4l/ keep their name whatever port is used.
    return Path(spec) if re.fullmatch(r"/dev/(video[0-9]+|v4l/.+)", spec) else None


def _looked_up(spec: str) -> tuple[Path, int]:
    """Return the path that a spec means and its file mode, 0 when nothing is there."""
    try:
        path = Path(spec).expanduser()
        return path, path.stat().st_mode if spec else 0
    except (OSError, ValueError, RuntimeError):  # not there, no possible name, or no such user's home
        return Path(spec), 0
