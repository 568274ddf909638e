"""Which frame source a text names, and which cameras there are."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from attendance.core.ports import Clock, FrameSource
from attendance.errors import CameraNotFound
from attendance.vision.image_folder import ImageFolder
from attendance.vision.images import SUFFIXES, ImageReader
from attendance.vision.network_stream import SCHEMES, NetworkStream, public_address
from attendance.vision.opencv_camera import BACKENDS, OpenCvCamera
from attendance.vision.pacing import Pace
from attendance.vision.video_capture import CaptureFactory, open_capture
from attendance.vision.video_file import VideoFile

_PROBED_INDICES = range(4)
_SYSFS = Path("/sys/class/video4linux")


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera of this computer.

    Attributes:
        spec: what ``build_source`` takes.
        name: what the driver calls it.
    """

    spec: str
    name: str


def build_source(
    spec: str,
    *,
    width_px: int,
    height_px: int,
    fps: int,
    clock: Clock,
    backend: str = "any",
    pace: Pace = "realtime",
    capture_factory: CaptureFactory = open_capture,
) -> FrameSource:
    """Return the source that a text names; not opened yet.

    Args:
        spec: camera index ("0"), path below /dev, rtsp(s):// or http(s):// address, video file, picture, or folder of
            pictures.
        width_px: asked-for width of a camera.
        height_px: asked-for height of a camera.
        fps: asked-for speed of a camera; speed of a folder, and of a video that does not say its own.
        clock: stamps the pictures.
        backend: OpenCV backend of a camera, key of ``opencv_camera.BACKENDS``.
        pace: how files and folders are played: in real time, or as fast as they are read.
        capture_factory: opens captures.

    Raises:
        CameraNotFound: the text names nothing that exists.
    """
    spec = spec.strip()
    if re.fullmatch(r"[0-9]{1,3}", spec) or spec.startswith("/dev/"):
        return OpenCvCamera(
            spec,
            width_px=width_px,
            height_px=height_px,
            fps=fps,
            backend=backend,
            clock=clock,
            capture_factory=capture_factory,
        )
    scheme, separator, _ = spec.partition("://")
    if separator:
        if scheme.lower() not in SCHEMES:
            raise CameraNotFound(source=public_address(spec))
        return NetworkStream(spec, clock=clock, capture_factory=capture_factory)
    path = Path(spec)
    if spec and (path.is_dir() or (path.is_file() and path.suffix.lower() in SUFFIXES)):
        return ImageFolder(path, images=ImageReader(), clock=clock, pace=pace, fps=fps)
    if spec and path.is_file():
        return VideoFile(path, clock=clock, pace=pace, fps=fps, capture_factory=capture_factory)
    raise CameraNotFound(source=spec or "an empty name")


def list_cameras(
    *, platform: str = sys.platform, sysfs: Path = _SYSFS, capture_factory: CaptureFactory = open_capture
) -> list[CameraDevice]:
    """Return the cameras of this computer, by index.

    On Linux from sysfs, without opening anything; elsewhere the first four indices are opened for a moment, which
    lights their lamps.

    Args:
        platform: ``sys.platform``.
        sysfs: folder of the V4L2 devices.
        capture_factory: opens captures.
    """
    if platform.startswith("linux"):
        nodes = [(int(node.name[5:]), node) for node in sysfs.glob("video*") if node.name[5:].isdigit()]
        return [CameraDevice(str(index), _name(node)) for index, node in sorted(nodes) if _is_first_node(node)]
    found = []
    for index in _PROBED_INDICES:
        capture = capture_factory(index, BACKENDS["any"], [])
        if capture.isOpened():
            found.append(CameraDevice(str(index), f"camera {index}"))
        capture.release()
    return found


def _name(node: Path) -> str:
    try:
        return (node / "name").read_text(encoding="utf-8", errors="replace").strip() or node.name
    except OSError:
        return node.name


def _is_first_node(node: Path) -> bool:
    """UVC cameras have a second node for metadata, with index 1, that sends no pictures."""
    try:
        return (node / "index").read_text(encoding="ascii", errors="replace").strip() in {"", "0"}
    except OSError:
        return True
