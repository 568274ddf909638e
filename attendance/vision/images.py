"""Picture files: refused by size before decoding, decoded whole or not at all, turned upright."""

from __future__ import annotations

import io
import os
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from PIL import (
    BmpImagePlugin,
    ExifTags,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from attendance.core.types import ImageBgr
from attendance.errors import Reason
from attendance.errors.pictures import ImageTooLarge, ImageUnreadable
from attendance.file_errors import reason_of
from attendance.vision.deep_pixels import shallow_copy

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff"})
"""Names that list_images() takes for pictures, in lower case."""

# Named by their classes, because Pillow loads all its forty parsers to find one that is only named by a text.
# JPEG includes MPO, what many phones write into a .jpg: further pictures behind the first one, which is read.
_FORMATS = tuple(
    parser.format
    for parser in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        BmpImagePlugin.BmpImageFile,
        WebPImagePlugin.WebPImageFile,
        TiffImagePlugin.TiffImageFile,
    )
    if parser.format is not None
)
_ACCEPTED = Reason("JPEG, PNG, BMP, WebP or TIFF")

# First bytes of what people hand in instead: (offset, bytes, name). The brands after "ftyp" are ISO/IEC 23008-12.
_OTHER_FORMATS = (
    (0, b"GIF8", Reason("a GIF picture")),
    (0, b"%PDF", Reason("a PDF document")),
    (0, b"8BPS", Reason("a Photoshop picture")),
    (0, b"PK\x03\x04", Reason("a ZIP archive or office document")),
    (4, b"ftypavif", Reason("an AVIF picture")),
    (4, b"ftypheic", Reason("a HEIC picture")),
    (4, b"ftypheix", Reason("a HEIC picture")),
    (4, b"ftypmif1", Reason("a HEIC picture")),
    (4, b"ftyp", Reason("a video")),
)

# EXIF 2.32, tag 0x0112: how the stored picture must be turned to be upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pixels times passes of a JPEG: 1 ns each on an AMD EPYC. Cameras write one pass, web pages about ten.
_MOST_DRAWN = 2_000_000_000

# What Pillow's parsers raise on damaged files; it documents only OSError, the rest was met by changing single bytes.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    NotImplementedError,
    struct.error,
    zlib.error,
)

# Pillow refuses 178 million pixels by itself without saying how many there are, and warns from 89 million on.
# ImageReader compares the header with its own cap first, and nothing else in this program opens files with Pillow.
Image.MAX_IMAGE_PIXELS = None

# warnings.catch_warnings() changes the whole process and may not be entered by two threads at once.
_warning_filter = threading.Lock()


class ImageReader:
    """Reads picture files; safe to call from any thread (port ImageFiles).

    Args:
        max_pixels: most pixels of a picture, width times height. The default is a 50 megapixel camera.
        max_bytes: largest file.
    """

    def __init__(self, max_pixels: int = 50_000_000, max_bytes: int = 30_000_000) -> None:
        self._max_pixels = max_pixels
        self._max_bytes = max_bytes

    def read(self, path: Path) -> ImageBgr:
        """Decode one JPEG, PNG, BMP, WebP or TIFF file, whatever it is called; of several pages the first one.

        EXIF rotation is applied, transparency is laid on white, 9 to 16 bits a channel become 8.

        Returns:
            (H, W, 3) uint8 BGR, contiguous.

        Raises:
            ImageUnreadable: missing, empty, damaged, cut off, or another kind of file.
            ImageTooLarge: over the byte or pixel cap, found out before decoding.
        """
        content = self._content(path)
        for offset, magic, name in _OTHER_FORMATS:
            if content.startswith(magic, offset):
                raise ImageUnreadable(
                    path=path, reason=Reason("it is {actual}, not {wanted}", actual=name, wanted=_ACCEPTED)
                )
        if _is_cut_off_jpeg(content):
            raise ImageUnreadable(path=path, reason=Reason("its end is missing"))
        passes = _jpeg_passes(content)
        with _quiet_pillow():
            try:
                opened = Image.open(io.BytesIO(content), formats=_FORMATS)
            except _DAMAGE as err:
                raise ImageUnreadable(path=path, reason=Reason("it is not {wanted}", wanted=_ACCEPTED)) from err
            with opened:
                self._check_pixels(path, opened.size)
                if opened.size[0] * opened.size[1] * passes > _MOST_DRAWN:
                    reason = Reason("it is drawn in {count} passes, more than its size allows", count=passes)
                    raise ImageUnreadable(path=path, reason=reason)
                try:
                    return _decoded(opened, content)
                except _DAMAGE as err:
                    raise ImageUnreadable(path=path, reason=Reason("it is damaged")) from err

    def list_images(self, folder: Path) -> list[Path]:
        """Return the files below a folder that are called like a picture, sorted, recursive.

        Names that begin with a dot are left out: they are previews and file attributes of other systems.

        Args:
            folder: one that does not exist holds no pictures.
        """
        found = []
        for parent, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            paths = (Path(parent, name) for name in names if not name.startswith("."))
            found += [path for path in paths if path.suffix.lower() in SUFFIXES]
        return sorted(found)

    def _content(self, path: Path) -> bytes:
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise ImageUnreadable(path=path, reason=Reason("it is a folder"))
            if not stat.S_ISREG(status.st_mode):
                raise ImageUnreadable(path=path, reason=Reason("it is not an ordinary file"))
            self._check_bytes(path, status.st_size)
            with path.open("rb") as stream:
                content = stream.read(self._max_bytes + 1)
        except FileNotFoundError as err:
            raise ImageUnreadable(path=path, reason=Reason("there is no such file")) from err
        except PermissionError as err:
            raise ImageUnreadable(path=path, reason=Reason("this user may not read it")) from err
        except OSError as err:
            raise ImageUnreadable(path=path, reason=reason_of(err)) from err
        except ValueError as err:  # a name with a zero character, out of a spreadsheet
            raise ImageUnreadable(path=path, reason=Reason("there is no such file")) from err
        self._check_bytes(path, len(content))  # again: it may have grown meanwhile
        if not content:
            raise ImageUnreadable(path=path, reason=Reason("the file is empty"))
        return content

    def _check_bytes(self, path: Path, size: int) -> None:
        if size > self._max_bytes:
            limit = Reason("{count} MB", count=f"{self._max_bytes / 1e6:.0f}")
            raise ImageTooLarge(path=path, actual=Reason("{count} MB", count=f"{size / 1e6:.1f}"), limit=limit)

    def _check_pixels(self, path: Path, size_wh: tuple[int, int]) -> None:
        width, height = size_wh
        if width * height > self._max_pixels:
            limit = Reason("{count} megapixels", count=f"{self._max_pixels / 1e6:.0f}")
            actual = Reason("{width} x {height} pixels", width=width, height=height)
            raise ImageTooLarge(path=path, actual=actual, limit=limit)


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Keep Pillow's remarks on odd metadata away from the terminal."""
    with _warning_filter, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _is_cut_off_jpeg(content: bytes) -> bool:
    """Return whether a JPEG has no end-of-image marker after the start of its scan.

    A copy that was interrupted often has its full length, with zeros at the end: the decoder takes them for grey
    picture data and reports nothing. Thumbnails have an end marker too, so the segments before the scan are skipped
    (ITU-T T.81, annex B.1).
    """
    if not content.startswith(b"\xff\xd8"):
        return False
    position = 2
    while content[position : position + 1] == b"\xff" and content[position + 1 : position + 2] != b"\xda":
        if content[position + 1 : position + 2] == b"\xff":  # a fill byte
            position += 1
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        position += 2 + length
    return content.find(b"\xff\xd9", position) < 0


def _jpeg_passes(content: bytes) -> int:
    """Return how often a JPEG goes over its picture, at least 1; of pictures behind the first one as well.

    Each start-of-scan marker costs a pass over all pixels, and takes only some bytes of the file (ITU-T T.81, annex G).
    Within the data of a scan the byte 0xFF is followed by 0x00, so that it is not taken for a marker.
    """
    return max(1, content.count(b"\xff\xda")) if content.startswith(b"\xff\xd8") else 1


def _decoded(opened: Image.Image, content: bytes) -> ImageBgr:
    opened.load()
    turn = _UPRIGHT.get(_orientation(opened))
    shallow = shallow_copy(opened, content)
    picture = opened if shallow is None else shallow
    upright = picture if turn is None else picture.transpose(turn)
    return np.ascontiguousarray(cv2.cvtColor(_rgb(upright), cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _orientation(opened: Image.Image) -> int:
    # Asked after load(): Pillow turns TIFFs by itself while loading and then forgets the tag.
    try:
        value = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except _DAMAGE:  # the picture is fine, only the camera's notes are not
        return 1
    return value if isinstance(value, int) else 1


def _rgb(image: Image.Image) -> ImageBgr:
    """Return (H, W, 3) uint8 in RGB."""
    if image.mode == "F":
        raise ValueError("floating-point pixels have no white point")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        canvas = Image.new("RGB", image.size, "white")
        canvas.paste(rgba, mask=rgba.getchannel("A"))
        return np.asarray(canvas)
    return np.asarray(image.convert("RGB"))
