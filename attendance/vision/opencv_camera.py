"""A camera at this computer."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import cv2

from attendance.core.ports import Clock
from attendance.core.types import Frame
from attendance.errors import CameraBusy, CameraError, CameraLost, CameraNotFound
from attendance.vision.video_capture import CaptureFactory, VideoCapture, as_bgr, open_capture

logger = logging.getLogger(__name__)

BACKENDS = {
    "any": cv2.CAP_ANY,
    "v4l2": cv2.CAP_V4L2,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "avfoundation": cv2.CAP_AVFOUNDATION,
}
"""Names of the settings file -> cv2.CAP_ numbers."""

_WARM_UP_READS = 10
"""Some webcams deliver nothing for their first pictures; each attempt takes about one picture's time."""


class OpenCvCamera:
    """A webcam (port ``FrameSource``).

    On Linux the device node tells a missing camera from one that may not be used; elsewhere OpenCV only says "no".
    A camera that opens but never delivers a first picture is reported as busy: that is how most drivers show that
    another program holds it.

    Args:
        spec: index ("0") or, on Linux, a path below /dev; "/dev/v4l/by-id/..." stays the same camera when cables are
            plugged round.
        width_px: asked-for width; the camera may grant another.
        height_px: asked-for height.
        fps: asked-for pictures a second.
        backend: key of ``BACKENDS``.
        clock: stamps the pictures.
        capture_factory: opens the capture; tests put broken cameras here.
        platform: ``sys.platform``.
        probe_node: returns the errno of opening a device node, 0 when it can be opened.
    """

    def __init__(
        self,
        spec: str,
        *,
        width_px: int,
        height_px: int,
        fps: int,
        backend: str,
        clock: Clock,
        capture_factory: CaptureFactory = open_capture,
        platform: str = sys.platform,
        probe_node: Callable[[str], int] | None = None,
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, not {backend!r}")
        self._spec = spec
        self._wishes = ((cv2.CAP_PROP_FRAME_WIDTH, width_px), (cv2.CAP_PROP_FRAME_HEIGHT, height_px))
        self._fps = fps
        self._has_nodes = platform.startswith("linux")
        # V4L2 by name: "any" would try GStreamer and FFmpeg on the same device first.
        self._backend = cv2.CAP_V4L2 if backend == "any" and self._has_nodes else BACKENDS[backend]
        self._clock = clock
        self._capture_factory = capture_factory
        self._probe_node = probe_node or _errno_of_opening
        self._capture: VideoCapture | None = None
        self._index = 0

    @property
    def is_live(self) -> bool:
        """True: worth reconnecting."""
        return True

    def describe(self) -> str:
        """Return the device path on Linux, "number 0" elsewhere."""
        if not self._spec.isdigit():
            return self._spec
        return f"/dev/video{self._spec}" if self._has_nodes else f"number {self._spec}"

    def open(self) -> None:
        """Open the camera and ask for MJPG, size and speed, in this order.

        MJPG first: uncompressed 1280x720 does not fit through USB 2 at 30 pictures a second, and drivers cut the speed
        or the size when it is still chosen.

        Raises:
            CameraNotFound: no such device.
            CameraBusy: held by another program.
            CameraError: it may not be opened, or sends no video.
        """
        self.close()
        if self._has_nodes:
            self._check_node()
        capture = self._capture_factory(self._target(), self._backend, [])
        if not capture.isOpened():
            capture.release()
            # On Linux the node is there and could be opened: somebody else streams from it.
            raise (CameraBusy if self._has_nodes else CameraNotFound)(source=self.describe())
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        for prop, value in self._wishes:
            capture.set(prop, value)
        capture.set(cv2.CAP_PROP_FPS, self._fps)
        width, height = (round(capture.get(prop)) for prop, _ in self._wishes)
        logger.info("camera %s: %d x %d, %.1f fps", self.describe(), width, height, capture.get(cv2.CAP_PROP_FPS))
        self._capture = capture
        self._index = 0

    def read(self) -> Frame:
        """Return the next picture; blocks until there is one.

        Raises:
            CameraBusy: no picture has come since it was opened.
            CameraLost: it stopped, or is not open.
        """
        if self._capture is None:
            raise CameraLost(source=self.describe())
        for _ in range(1 if self._index else _WARM_UP_READS):
            is_there, picture = self._capture.read()
            if is_there and picture is not None:
                frame = Frame(as_bgr(picture), self._clock.now_utc(), self._clock.mono_s(), self._index)
                self._index += 1
                return frame
        raise (CameraLost if self._index else CameraBusy)(source=self.describe())

    def close(self) -> None:
        """Release the camera; harmless when not open."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _target(self) -> int | str:
        if self._spec.isdigit():
            return int(self._spec)
        # Links such as /dev/v4l/by-id/... point at the node, which OpenCV opens by its number.
        node = re.fullmatch(r"/dev/video(\d+)", str(Path(self._spec).resolve()))
        return int(node[1]) if node else self._spec

    def _check_node(self) -> None:
        number = self._probe_node(self.describe())
        if number == 0:
            return
        if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR}:
            raise CameraNotFound(source=self.describe())
        if number == errno.EBUSY:
            raise CameraBusy(source=self.describe())
        if number in {errno.EACCES, errno.EPERM}:
            reason = "this user may not open it; add the user to the group 'video' and log in again."
        else:
            reason = f"{os.strerror(number)}."
        raise CameraError(source=self.describe(), reason=reason)


def _errno_of_opening(node: str) -> int:
    """Return 0 when a device node can be opened for reading and writing, else the errno."""
    try:
        os.close(os.open(node, os.O_RDWR | getattr(os, "O_NONBLOCK", 0)))
    except OSError as err:
        return err.errno or errno.EIO
    return 0
