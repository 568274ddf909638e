"""A folder of pictures as a source."""

from __future__ import annotations

import logging
from pathlib import Path

from attendance.core.ports import Clock, ImageFiles
from attendance.core.types import Frame
from attendance.errors import ImageError
from attendance.vision.pacing import Pace, Pacing

logger = logging.getLogger(__name__)


class ImageFolder:
    """Shows every picture of a folder once, in the order of their names (port ``FrameSource``).

    Pictures that cannot be read are left out, with a warning in the log.

    Args:
        path: the folder, looked at with all its sub-folders when the source is opened; or one picture.
        images: lists and reads the pictures.
        clock: time of the first picture, see ``Pacing``.
        pace: realtime or fast, see ``Pacing``.
        fps: pictures a second.
    """

    def __init__(self, path: Path, *, images: ImageFiles, clock: Clock, pace: Pace, fps: float) -> None:
        self._path = path
        self._images = images
        self._clock = clock
        self._pace: Pace = pace
        self._fps = fps
        self._waiting: list[Path] = []
        self._pacing: Pacing | None = None
        self._index = 0
        self._skipped = 0

    @property
    def is_live(self) -> bool:
        """False: it ends."""
        return False

    @property
    def skipped(self) -> int:
        """How many pictures could not be read since the source was opened."""
        return self._skipped

    def describe(self) -> str:
        """Return the folder's name."""
        return self._path.name or str(self._path)

    def open(self) -> None:
        """List the pictures.

        Raises:
            ImageError: there are none.
        """
        self.close()
        found = [self._path] if self._path.is_file() else self._images.list_images(self._path)
        if not found:
            raise ImageError(path=self._path, reason="the folder holds no pictures.")
        self._waiting = found[::-1]
        self._index = self._skipped = 0
        self._pacing = Pacing(self._clock, fps=self._fps, pace=self._pace)

    def read(self) -> Frame | None:
        """Return the next readable picture, None at the end or when not open.

        Raises:
            ImageError: not one of the pictures can be read; the reason is the last one's.
        """
        last_error: ImageError | None = None
        while self._waiting and self._pacing is not None:
            try:
                image = self._images.read(self._waiting.pop())
            except ImageError as err:
                logger.warning("left out: %s", err)
                self._skipped += 1
                last_error = err
                continue
            frame = self._pacing.frame(image, self._index)
            self._index += 1
            return frame
        if last_error is not None and self._index == 0:
            raise last_error
        return None

    def close(self) -> None:
        """Forget the pictures; harmless when not open."""
        self._waiting = []
        if self._pacing is not None:
            self._pacing.cancel()
            self._pacing = None
