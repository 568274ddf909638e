"""Pictures in place of a camera."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from attendance.core.ports.clock import Clock
from attendance.core.ports.vision import ImageFiles
from attendance.core.types import ImageBgr
from attendance.errors import Reason
from attendance.errors.cameras import SourceNotFound
from attendance.errors.pictures import ImageError
from attendance.vision.cameras.recorded_source import Pace, RecordedSource
from attendance.vision.images import ImageReader

_log = logging.getLogger(__name__)


class ImageFolder(RecordedSource):
    """Every picture below a folder once, sorted by path; one that cannot be read is skipped and logged.

    Args:
        path: the folder, or a single picture.
        fps: pictures per second.
        pace: see recorded_source.Pace.
        clock: gives the frames their time.
        images: reads the files.
    """

    def __init__(self, path: Path, *, fps: float, pace: Pace, clock: Clock, images: ImageFiles | None = None) -> None:
        super().__init__(path, pace=pace, clock=clock)
        self._asked_fps = fps
        self._images: ImageFiles = images or ImageReader()
        self._remaining: Iterator[Path] = iter(())

    @property
    def _nothing_to_show(self) -> Reason:
        return Reason("the folder holds no readable picture")

    def _rewind(self) -> float:
        if self._path.is_file():
            self._remaining = iter([self._path])
        elif self._path.is_dir():
            self._remaining = iter(self._images.list_images(self._path))
        else:
            raise SourceNotFound(source=str(self._path))
        return self._asked_fps

    def _next_picture(self) -> ImageBgr | None:
        for path in self._remaining:
            try:
                return self._images.read(path)
            except ImageError as err:
                if path == self._path:
                    raise
                _log.warning("skipped: %s", err)
        return None

    def _release(self) -> None:
        self._remaining = iter(())
