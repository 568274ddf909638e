"""Made-up aligned pictures and an independent writer of RecordIO files."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Crop = NDArray[np.uint8]
MAGIC = bytes.fromhex("0a23d7ce")


def make_crop(seed: int) -> Crop:
    """A smooth random picture: survives JPEG, unlike noise."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return cv2.resize(small, (112, 112), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def png(crop: Crop) -> bytes:
    return cv2.imencode(".png", crop)[1].tobytes()


def jpg(crop: Crop, quality: int = 95) -> bytes:
    return cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def write_folder(root: Path, photos: dict[str, Sequence[Crop]]) -> Path:
    for person, crops in photos.items():
        (root / person).mkdir(parents=True)
        for number, crop in enumerate(crops):
            (root / person / f"{number}.png").write_bytes(png(crop))
    return root


def picture_record(label: float, picture: bytes, *, more: Sequence[float] = ()) -> bytes:
    """A header and a picture; with ``more`` labels they follow the header, as mxnet packs an array of labels."""
    labels = [label, *more] if more else []
    head = struct.pack("<I", len(labels)) + struct.pack("<f", 0.0 if more else label) + struct.pack("<QQ", 5, 0)
    return head + b"".join(struct.pack("<f", value) for value in labels) + picture


def header_record(pictures_end: float, people_end: float) -> bytes:
    return picture_record(pictures_end, b"", more=[people_end])


def frame(data: bytes) -> bytes:
    """One record, cut wherever the magic number stands at a multiple of four bytes, as dmlc-core does it."""
    parts, start, at = [], 0, 0
    while at + 4 <= len(data):
        if data[at : at + 4] == MAGIC:
            parts.append(data[start:at])
            start = at + 4
        at += 4
    parts.append(data[start:])
    flags = [0] if len(parts) == 1 else [1] + [2] * (len(parts) - 2) + [3]
    out = b""
    for flag, part in zip(flags, parts, strict=True):
        out += MAGIC + (flag * 2**29 + len(part)).to_bytes(4, "little") + part + bytes(-len(part) % 4)
    return out


def write_records(path: Path, records: dict[int, bytes]) -> Path:
    body, lines = b"", ""
    for key, data in records.items():
        lines += f"{key}\t{len(body)}\n"
        body += frame(data)
    path.write_bytes(body)
    path.with_suffix(".idx").write_text(lines)
    return path
