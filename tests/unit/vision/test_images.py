"""Picture files: what is refused, and that what is read looks as it should."""

from __future__ import annotations

import errno
import io
import os
import struct
import subprocess
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attendance.core.types import ImageBgr
from attendance.errors.pictures import ImageError, ImageTooLarge, ImageUnreadable
from attendance.vision.images import ImageReader

READER = ImageReader()
WIDTH, HEIGHT = 48, 32


def scene() -> Image.Image:
    """Four flat quarters: red, green / blue, white; every turn and swap of colours shows."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[: HEIGHT // 2, : WIDTH // 2] = (255, 0, 0)
    pixels[: HEIGHT // 2, WIDTH // 2 :] = (0, 255, 0)
    pixels[HEIGHT // 2 :, : WIDTH // 2] = (0, 0, 255)
    pixels[HEIGHT // 2 :, WIDTH // 2 :] = (255, 255, 255)
    return Image.fromarray(pixels)


def noise(size: int = 96) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (size, size, 3), dtype=np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def corners(image_bgr: ImageBgr) -> list[str]:
    """Colours of the quarters: top left, top right, bottom left, bottom right."""
    names = {(True, False, False): "blue", (False, True, False): "green", (False, False, True): "red"}
    height, width = image_bgr.shape[:2]
    found = []
    for y, x in ((1, 1), (1, 3), (3, 1), (3, 3)):
        bright = tuple(bool(v > 128) for v in image_bgr[height * y // 4, width * x // 4])
        found.append(names.get(bright, "white" if all(bright) else "?"))
    return found


UPRIGHT = ["red", "green", "blue", "white"]


def assert_contract(image_bgr: ImageBgr) -> None:
    assert image_bgr.dtype == np.uint8
    assert image_bgr.ndim == 3
    assert image_bgr.shape[2] == 3
    assert image_bgr.flags.c_contiguous


def flat_png(width: int, height: int) -> bytes:
    """A real, complete one-bit PNG, made without holding its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    squeezer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(squeezer.compress(row) for _ in range(height)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# --- refused -----------------------------------------------------------------------------------------


def test_that_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match=r"absent\.jpg .*there is no such file"):
        READER.read(tmp_path / "absent.jpg")


def test_that_a_name_with_a_zero_character_is_a_missing_file() -> None:
    with pytest.raises(ImageUnreadable, match="there is no such file"):
        READER.read(Path("a\0b.jpg"))


def test_that_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="it is a folder"):
        READER.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_that_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")

    with pytest.raises(ImageUnreadable, match="not an ordinary file"):
        READER.read(tmp_path / "pipe.jpg")


def test_that_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")

    with pytest.raises(ImageUnreadable, match="the file is empty"):
        READER.read(tmp_path / "empty.jpg")


def test_that_a_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("this is not a picture\n" * 40)

    with pytest.raises(ImageUnreadable, match="it is not JPEG, PNG, BMP, WebP or TIFF"):
        READER.read(tmp_path / "note.png")


def test_that_a_file_this_user_may_not_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(scene(), "PNG"))

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(ImageUnreadable, match="may not read it"):
        READER.read(path)


def test_that_a_gif_called_jpg_is_named_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(encoded(scene(), "GIF"))

    with pytest.raises(ImageUnreadable, match="it is a GIF picture, not JPEG, PNG"):
        READER.read(tmp_path / "photo.jpg")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(64), "a HEIC picture"),
        (b"\0\0\0\x18ftypavif" + bytes(64), "an AVIF picture"),
        (b"\0\0\0\x18ftypisom" + bytes(64), "a video"),
        (b"%PDF-1.7\n" + bytes(64), "a PDF document"),
        (b"PK\x03\x04" + bytes(64), "a ZIP archive"),
    ],
)
def test_that_other_formats_are_named(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)

    with pytest.raises(ImageUnreadable, match=f"it is {name}"):
        READER.read(tmp_path / "photo.jpg")


def test_that_196_megapixels_are_refused_by_the_header_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(flat_png(14_000, 14_000))
    decoded: list[str] = []
    real_load = Image.Image.load

    def load(self: Image.Image) -> object:
        decoded.append("decoded")
        return real_load(self)

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)

    with pytest.raises(ImageTooLarge, match=r"huge\.png is too large \(14000 x 14000 pixels; at most 50 megapixels\)"):
        READER.read(path)
    assert path.stat().st_size < 1_000_000
    assert decoded == []


def test_that_no_warning_of_pillow_leaks_for_a_large_header(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(flat_png(10_000, 10_000))

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(ImageTooLarge, match="10000 x 10000"):
            READER.read(path)
    assert seen == []


@pytest.mark.parametrize(("limit", "is_read"), [(WIDTH * HEIGHT, True), (WIDTH * HEIGHT - 1, False)])
def test_that_the_pixel_cap_is_inclusive(tmp_path: Path, limit: int, is_read: bool) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(scene(), "PNG"))
    reader = ImageReader(max_pixels=limit)

    if is_read:
        assert reader.read(path).shape == (HEIGHT, WIDTH, 3)
    else:
        with pytest.raises(ImageTooLarge):
            reader.read(path)


def test_that_a_file_over_the_byte_cap_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.png"
    path.write_bytes(bytes(2_000_001))
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))

    with pytest.raises(ImageTooLarge, match=r"2\.0 MB; at most 2 MB"):
        ImageReader(max_bytes=2_000_000).read(path)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
def test_that_a_truncated_file_is_refused_instead_of_half_decoded(tmp_path: Path, kind: str, kept: float) -> None:
    content = encoded(noise(), kind)
    path = tmp_path / "cut.jpg"
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(ImageUnreadable):
        READER.read(path)


@pytest.mark.parametrize("is_progressive", [False, True])
def test_that_a_jpeg_with_zeros_for_its_end_is_refused(tmp_path: Path, is_progressive: bool) -> None:
    exif = Image.Exif()
    exif[0x010E] = "an end marker \xff\xd9 among the notes"
    content = encoded(noise(), "JPEG", progressive=is_progressive, exif=exif.tobytes() + b"\xff\xd9")
    half = len(content) // 2
    path = tmp_path / "card.jpg"
    path.write_bytes(content[:half] + bytes(len(content) - half))

    with pytest.raises(ImageUnreadable, match="its end is missing"):
        READER.read(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
def test_that_damaged_bytes_never_raise_anything_but_an_image_error(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(noise(24), kind, **({} if kind == "BMP" else {"exif": exif.tobytes()}))
    random = np.random.default_rng(11)
    path = tmp_path / "damaged"
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(content)
        # Headers decide most, so half of the changes go there.
        reach = len(damaged) if random.random() < 0.5 else min(len(damaged), 160)
        for position in random.integers(0, reach, size=random.integers(1, 6)):
            damaged[position] = random.integers(0, 256)
        path.write_bytes(damaged)
        try:
            assert_contract(ImageReader(max_pixels=1_000_000).read(path))
            outcomes.add("read")
        except ImageError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


# --- read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
def test_that_every_accepted_format_is_read_in_bgr_whatever_its_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture.dat"
    path.write_bytes(encoded(scene(), kind))

    image = READER.read(path)

    assert_contract(image)
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert corners(image) == UPRIGHT


def test_that_lossless_pixels_are_exact(tmp_path: Path) -> None:
    source = noise()
    path = tmp_path / "a.png"
    path.write_bytes(encoded(source, "PNG"))

    np.testing.assert_array_equal(READER.read(path), np.asarray(source)[:, :, ::-1])


def test_that_a_jpeg_with_further_pictures_gives_the_first(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    path.write_bytes(encoded(scene(), "MPO", save_all=True, append_images=[noise(), noise()]))

    assert corners(READER.read(path)) == UPRIGHT


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_that_16_bit_grey_keeps_its_brightness(tmp_path: Path, kind: str) -> None:
    levels = np.linspace(0, 65535, 64 * 16).astype(np.uint16).reshape(16, 64)
    path = tmp_path / "deep.png"
    path.write_bytes(encoded(Image.fromarray(levels), kind))

    image = READER.read(path)

    assert_contract(image)
    np.testing.assert_array_equal(image[:, :, 0], (levels >> 8).astype(np.uint8))


def test_that_16_bit_colour_becomes_8_bit(tmp_path: Path) -> None:
    import cv2

    levels = np.asarray(noise())[:, :, ::-1].astype(np.uint16) * 257
    path = tmp_path / "deep.png"
    path.write_bytes(cv2.imencode(".png", levels)[1].tobytes())

    np.testing.assert_array_equal(READER.read(path), np.asarray(noise())[:, :, ::-1])


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth_bit", [8, 10, 12, 14, 16])
def test_that_the_range_in_use_becomes_8_bit(tmp_path: Path, suffix: str, channels: int, depth_bit: int) -> None:
    import cv2

    shades = np.asarray(noise())
    levels = shades.astype(np.uint16) << (depth_bit - 8)
    if channels == 4:
        levels = np.dstack([levels, np.full(levels.shape[:2], 65535, np.uint16)])
    path = tmp_path / f"deep{suffix}"
    path.write_bytes(cv2.imencode(suffix, levels[:, :, 0] if channels == 1 else levels)[1].tobytes())

    image = READER.read(path)

    assert_contract(image)
    np.testing.assert_array_equal(image, shades if channels > 1 else shades[:, :, :1].repeat(3, axis=2))


def test_that_12_bits_packed_in_a_tiff_are_read_in_full(tmp_path: Path) -> None:
    shades = np.asarray(noise())[:, :, 0]
    levels = shades.astype(np.uint16).ravel() << 4
    first, second = levels[::2], levels[1::2]
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=1).astype(np.uint8).tobytes()
    # TIFF 6.0: width, height, bits, no compression, black is 0, one strip.
    values = {256: 96, 257: 96, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 96, 279: len(packed)}
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    header = struct.pack("<2sHI", b"II", 42, 8 + len(packed))
    path = tmp_path / "packed.tif"
    path.write_bytes(header + packed + struct.pack("<H", len(values)) + tags + bytes(4))

    np.testing.assert_array_equal(READER.read(path)[:, :, 0], shades)


def test_that_a_black_deep_picture_stays_black(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "black.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((8, 8, 3), np.uint16))[1].tobytes())

    assert not READER.read(path).any()


def test_that_transparent_deep_pixels_lie_on_white(tmp_path: Path) -> None:
    import cv2

    levels = np.full((8, 8, 4), 4095, np.uint16)
    levels[:, :, 0] = 0
    levels[:4, :, 3] = 0
    path = tmp_path / "hole.png"
    path.write_bytes(cv2.imencode(".png", levels)[1].tobytes())

    image = READER.read(path)

    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[7, 0].tolist() == [0, 255, 255]


@pytest.mark.parametrize("turn", range(1, 9))
def test_that_a_deep_png_is_turned_upright(tmp_path: Path, turn: int) -> None:
    import cv2

    exif = Image.Exif()
    exif[0x0112] = turn
    stored = Image.fromarray(np.asarray(scene()))
    plain, deep = tmp_path / "plain.png", tmp_path / "deep.png"
    stored.save(plain, exif=exif)
    content = cv2.imencode(".png", np.asarray(stored)[:, :, ::-1].astype(np.uint16) << 4)[1].tobytes()
    at = plain.read_bytes().index(b"eXIf") - 4
    length = 12 + int.from_bytes(plain.read_bytes()[at : at + 4], "big")
    before = content.index(b"IDAT") - 4
    deep.write_bytes(content[:before] + plain.read_bytes()[at : at + length] + content[before:])

    np.testing.assert_array_equal(READER.read(deep), READER.read(plain))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_that_every_pixel_layout_becomes_three_channels(tmp_path: Path, mode: str) -> None:
    source = scene().convert(mode)
    path = tmp_path / "a.tif"
    path.write_bytes(encoded(source, "TIFF"))

    image = READER.read(path)

    assert_contract(image)
    assert image.shape == (HEIGHT, WIDTH, 3)
    if mode in {"P", "RGBA", "CMYK"}:
        assert corners(image) == UPRIGHT
    else:
        assert image[0, 0, 0] == image[0, 0, 2]


def test_that_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "depth.tif"
    path.write_bytes(encoded(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF"))

    with pytest.raises(ImageUnreadable):
        READER.read(path)


def test_that_transparency_is_laid_on_white(tmp_path: Path) -> None:
    pixels = np.zeros((4, 6, 4), np.uint8)
    pixels[:, 2:4] = (200, 100, 50, 255)
    pixels[:, 4:] = (0, 0, 0, 128)
    path = tmp_path / "cut-out.png"
    path.write_bytes(encoded(Image.fromarray(pixels), "PNG"))

    image = READER.read(path)

    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[0, 2].tolist() == [50, 100, 200]
    assert image[0, 5].tolist() == [127, 127, 127]


def test_that_a_transparent_palette_colour_is_laid_on_white(tmp_path: Path) -> None:
    source = Image.new("P", (4, 4), 0)
    source.putpalette([0, 0, 0, 255, 0, 0])
    path = tmp_path / "palette.png"
    path.write_bytes(encoded(source, "PNG", transparency=bytes([0, 255])))

    assert READER.read(path)[0, 0].tolist() == [255, 255, 255]


def test_that_a_cmyk_jpeg_is_not_inverted(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    path.write_bytes(encoded(scene().convert("CMYK"), "JPEG"))

    image = READER.read(path)

    assert_contract(image)
    assert corners(image) == UPRIGHT


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_that_exif_rotation_is_applied(tmp_path: Path, kind: str, orientation: int) -> None:
    # What the camera stores for a scene that is upright after the turn of EXIF 2.32, tag 0x0112.
    stored = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    turn: Callable[[ImageBgr], ImageBgr] = stored[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "phone.jpg"
    path.write_bytes(encoded(Image.fromarray(np.ascontiguousarray(turn(np.asarray(scene())))), kind, exif=exif))

    image = READER.read(path)

    assert_contract(image)
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert corners(image) == UPRIGHT


def test_that_broken_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(scene(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12" + b"\xff" * 20))

    assert corners(READER.read(path)) == UPRIGHT


def test_that_unicode_file_names_are_read(tmp_path: Path) -> None:
    path = tmp_path / "签到 – Zoë" / "照片 ä.jpg"
    path.parent.mkdir()
    path.write_bytes(encoded(scene(), "JPEG"))

    assert corners(READER.read(path)) == UPRIGHT


def test_that_threads_may_read_at_once_and_leave_the_warning_filters_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(scene(), "PNG"))
    filters = list(warnings.filters)
    seen: list[list[str]] = []
    threads = [threading.Thread(target=lambda: seen.append(corners(READER.read(path)))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert seen == [UPRIGHT] * 8
    assert list(warnings.filters) == filters


# --- lists -------------------------------------------------------------------------------------------


def test_that_pictures_are_listed_recursively_sorted_and_by_any_case_of_the_suffix(tmp_path: Path) -> None:
    names = ["b/2.JPG", "b/1.jpeg", "a.PnG", "c/d/e.webp", "z.bmp", "y.tiff", "x.TIF", "w.jfif"]
    others = ["notes.txt", "photo.jpg.part", "clip.mp4", "b/._1.jpeg", ".thumbnails/a.jpg", "photo.gif"]
    for name in names + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.jpg").mkdir()

    assert READER.list_images(tmp_path) == sorted(tmp_path / name for name in names)


def test_that_a_missing_folder_holds_no_pictures(tmp_path: Path) -> None:
    assert READER.list_images(tmp_path / "absent") == []


# --- how OpenCV is loaded ----------------------------------------------------------------------------

_PROBE = """
import os
import attendance.vision
print([os.environ.get(n) for n in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")])
print(os.environ["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"])
"""


@pytest.mark.parametrize("own", [None, "/own/folder"])
def test_that_loading_opencv_changes_no_variable_of_qt_or_the_loader(own: str | None) -> None:
    names = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment.pop("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", None)
    if own:
        environment |= dict.fromkeys(names, own)

    done = subprocess.run(
        [sys.executable, "-c", _PROBE], env=environment, capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.splitlines() == [str([own, own, own]), "0"]


# --- pictures that would take for ever ---------------------------------------------------------------


def drawn_again(side: int, times: int) -> bytes:
    """Return a progressive JPEG of one colour whose last pass is repeated; each takes 14 bytes."""
    content = encoded(Image.new("L", (side, side), 128), "JPEG", progressive=True, quality=50)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * times + b"\xff\xd9"


def test_that_a_jpeg_that_is_drawn_again_and_again_is_refused_before_decoding(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.jpg"
    bomb.write_bytes(drawn_again(2000, 100_000))
    began_s = time.monotonic()
    with pytest.raises(ImageUnreadable, match="drawn in 100005 passes, more than its size allows"):
        READER.read(bomb)
    assert time.monotonic() - began_s < 10.0  # decoding takes minutes


def test_that_an_ordinary_progressive_jpeg_is_read(tmp_path: Path) -> None:
    path = tmp_path / "web.jpg"
    path.write_bytes(encoded(noise(800), "JPEG", progressive=True, quality=90))
    assert READER.read(path).shape == (800, 800, 3)
