"""Cameras at this computer, and what is wrong when one does not open."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

from attendance.core.ports.clock import Clock
from attendance.core.types import ImageBgr
from attendance.errors import Reason
from attendance.errors.cameras import CameraBusy, CameraError, CameraNotFound
from attendance.file_errors import reason_of
from attendance.vision.cameras.video_capture import Capture, CaptureFactory, LiveSource, open_capture, read_bgr

_log = logging.getLogger(__name__)

DEVICE_FOLDER = Path("/dev")
"""Where Linux has the nodes video0, video1, ..."""
SYSTEM_FOLDER = Path("/sys/class/video4linux")
"""Where Linux describes them."""

_BACKENDS = {
    "any": cv2.CAP_ANY,
    "v4l2": cv2.CAP_V4L2,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "avfoundation": cv2.CAP_AVFOUNDATION,
}

_PROBED_INDICES = range(4)

# Some webcams fail for their first pictures. One that streams to another program fails for good, and then each
# attempt may take the driver's own limit, 10 s with V4L2; so there is a limit in time too.
_FIRST_ATTEMPTS = 10
_FIRST_PICTURE_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """One camera at this computer.

    Attributes:
        spec: what the setting camera.source must say.
        name: the maker's name where the system tells it.
    """

    spec: str
    name: str


class Webcam(LiveSource):
    """A camera by its number.

    Args:
        device: 0 is the first; on Linux N of /dev/videoN, or a path to such a node, looked up at each open().
        name: what describe() says.
        width_px: asked-for width; the camera may deliver another one.
        height_px: asked-for height.
        fps: asked-for frames per second.
        backend: any, v4l2, dshow, msmf or avfoundation.
        clock: gives the frames their time.
        capture_factory: opens the capture.

    Raises:
        ValueError: unknown backend.
    """

    def __init__(
        self,
        device: int | Path,
        *,
        name: str,
        width_px: int,
        height_px: int,
        fps: float,
        backend: str,
        clock: Clock,
        capture_factory: CaptureFactory = open_capture,
    ) -> None:
        super().__init__(name, clock)
        if backend not in _BACKENDS:
            raise ValueError(f"unknown backend {backend!r}; known: {', '.join(_BACKENDS)}")
        self._device = device
        self._size_wh = (width_px, height_px)
        self._fps = fps
        self._backend = _BACKENDS[backend]
        if backend == "any" and sys.platform == "linux":
            self._backend = cv2.CAP_V4L2  # "any" would go on with FFmpeg and others after a failure
        self._capture_factory = capture_factory

    def _connect(self) -> Capture:
        index = self._index_now()
        is_present = sys.platform == "linux" and self._is_usable(DEVICE_FOLDER / f"video{index}")
        capture = self._capture_factory(index, self._backend, ())
        if not capture.isOpened():
            capture.release()
            # A V4L2 node can be opened by many programs; only the one that streams holds it.
            raise CameraBusy(source=self._name) if is_present else CameraNotFound(source=self._name)
        self._configure(capture)
        return capture

    def _first_picture(self, capture: Capture) -> ImageBgr:
        given_up_s = self._clock.mono_s() + _FIRST_PICTURE_WITHIN_S
        for _ in range(_FIRST_ATTEMPTS):
            image = read_bgr(capture)
            if image is not None:
                return image
            if self._clock.mono_s() > given_up_s:
                break
        raise CameraBusy(source=self._name)

    def _index_now(self) -> int:
        if isinstance(self._device, int):
            return self._device
        found = re.fullmatch(r"video([0-9]+)", self._device.resolve().name)
        if found is None:
            raise CameraNotFound(source=self._name)
        return int(found[1])

    def _is_usable(self, node: Path) -> bool:
        """Return True when the device node opens.

        Raises:
            CameraError: it does not; the class says why.
        """
        try:
            os.close(os.open(node, os.O_RDWR | os.O_NONBLOCK))
        except OSError as err:
            if err.errno in {errno.ENOENT, errno.ENODEV, errno.ENXIO}:
                raise CameraNotFound(source=self._name) from err
            if err.errno == errno.EBUSY:
                raise CameraBusy(source=self._name) from err
            reason = reason_of(err)
            if err.errno in {errno.EACCES, errno.EPERM}:
                reason = Reason(
                    "no permission to open {path}; add this user to the group 'video' and log in again", path=node
                )
            raise CameraError(source=self._name, reason=reason) from err
        return True

    def _configure(self, capture: Capture) -> None:
        # MJPG first: over USB 2 raw 1280x720 fits at 10 frames a second only, and drivers offer sizes per format.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size_wh[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size_wh[1])
        capture.set(cv2.CAP_PROP_FPS, self._fps)
        _log.info(
            "camera %s: asked for MJPG %dx%d at %g, got %s %dx%d at %g through %s",
            self._name,
            *self._size_wh,
            self._fps,
            _format_name(capture.get(cv2.CAP_PROP_FOURCC)),
            capture.get(cv2.CAP_PROP_FRAME_WIDTH),
            capture.get(cv2.CAP_PROP_FRAME_HEIGHT),
            capture.get(cv2.CAP_PROP_FPS),
            capture.getBackendName(),
        )


def _format_name(fourcc: float) -> str:
    letters = (int(fourcc) & 0xFFFFFFFF).to_bytes(4, "little").decode("ascii", "replace")
    return letters if letters.isprintable() else f"format {fourcc:g}"


def list_cameras(*, capture_factory: CaptureFactory = open_capture) -> list[CameraDevice]:
    """Return the cameras at this computer.

    Linux is asked without opening a camera. Elsewhere the first four numbers are opened in turn, which takes seconds
    and lights the cameras' lamps.

    Args:
        capture_factory: opens a capture.
    """
    return _listed_by_linux() if sys.platform == "linux" else _probed(capture_factory)


def _probed(capture_factory: CaptureFactory) -> list[CameraDevice]:
    found = []
    for index in _PROBED_INDICES:
        capture = capture_factory(index, cv2.CAP_ANY, ())
        if capture.isOpened():
            found.append(CameraDevice(str(index), f"camera {index}"))
        capture.release()
    return found


def _listed_by_linux() -> list[CameraDevice]:
    numbers = sorted(
        int(found[1]) for node in DEVICE_FOLDER.glob("video*") if (found := re.fullmatch(r"video([0-9]+)", node.name))
    )
    devices = []
    for number in numbers:
        facts = SYSTEM_FOLDER / f"video{number}"
        # A USB camera has a second node for metadata only: index 1 of the same device.
        if _line(facts / "index") in {"", "0"}:
            devices.append(CameraDevice(str(number), _line(facts / "name") or f"/dev/video{number}"))
    return devices


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
