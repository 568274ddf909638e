"""Says what a file or folder is that was given in place of another kind, and which command makes what is needed of it.

Looks at names and first bytes only: nothing is loaded, decoded or run.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from enum import Enum, auto
from itertools import islice
from pathlib import Path

from attendance.errors import Reason


class FileKind(Enum):
    """What can be given to a command."""

    PACK = auto()
    RUN = auto()
    STATE = auto()
    WEIGHTS = auto()
    TORCH = auto()
    TFLITE = auto()
    ONNX = auto()
    EMBEDDINGS = auto()
    CROPS = auto()
    SHARDS = auto()
    PICTURES = auto()
    PICTURE = auto()
    TOML = auto()


NETWORK_KINDS = (FileKind.RUN, FileKind.STATE, FileKind.WEIGHTS, FileKind.TORCH, FileKind.TFLITE)
"""What weights of a network can be read from."""
EXPORTED_KINDS = (FileKind.PACK, FileKind.ONNX)
"""What onnxruntime runs."""
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
_WORDS: Mapping[FileKind, Reason] = {
    FileKind.PACK: Reason("a model pack"),
    FileKind.RUN: Reason("the folder of a training"),
    FileKind.STATE: Reason("the state of a training"),
    FileKind.WEIGHTS: Reason("a file of weights"),
    FileKind.TORCH: Reason("a torch file"),
    FileKind.TFLITE: Reason("a TFLite file"),
    FileKind.ONNX: Reason("an exported network (ONNX)"),
    FileKind.EMBEDDINGS: Reason("a file of embeddings"),
    FileKind.CROPS: Reason("a file of aligned faces"),
    FileKind.SHARDS: Reason("a folder of aligned faces without names"),
    FileKind.PICTURES: Reason("a folder of pictures"),
    FileKind.PICTURE: Reason("a picture"),
    FileKind.TOML: Reason("a TOML file"),
}
_EXPORT = "attendance-train export-pack {path} -o NAME"
_EMBED = "attendance embed {path} -o embeddings.npz"
_WAYS: Mapping[tuple[FileKind, FileKind], str] = {
    **{(FileKind.PACK, kind): _EXPORT for kind in NETWORK_KINDS},
    (FileKind.PACK, FileKind.ONNX): "attendance models import {path}",
    (FileKind.EMBEDDINGS, FileKind.PICTURES): _EMBED,
    (FileKind.EMBEDDINGS, FileKind.PICTURE): _EMBED,
    (FileKind.CROPS, FileKind.PICTURES): f"{_EMBED} --crops crops.npz",
    (FileKind.CROPS, FileKind.PICTURE): f"{_EMBED} --crops crops.npz",
}
"""(needed, given): the command that makes the one of the other."""
_SUFFIXES = {".onnx": FileKind.ONNX, ".toml": FileKind.TOML}
_TORCH_SUFFIXES = frozenset({".pt", ".pth"})
"""Of torch files that are not archives (before 1.6)."""
_MARKS = {
    (0, b"\xff\xd8\xff"): FileKind.PICTURE,
    (0, b"\x89PNG"): FileKind.PICTURE,
    (0, b"BM"): FileKind.PICTURE,
    (8, b"WEBP"): FileKind.PICTURE,
    (4, b"TFL3"): FileKind.TFLITE,
}
"""Bytes of a kind's files, and where they stand."""
_ZIP_MARK = b"PK\x03\x04"
_STATE_MARK = "attendance-"
"""Beginning of the format's name in the header of a training's state."""
_MOST_HEADER_BYTES = 10_000_000
_LOOKED_AT = 1000
"""Entries of a folder, so that one of millions is not walked for a message."""


def other_kind(path: Path, needed: FileKind, *also: FileKind) -> Reason | None:
    """Return why something cannot be taken for what is needed; None when it can be, or is of no known kind.

    Args:
        path: what was given.
        needed: what the message names.
        also: kinds that are taken too.
    """
    found = kind_of(path)
    if found is None or found is needed or found in also:
        return None
    command = _WAYS.get((needed, found))
    if command is None:
        return Reason("it is {found}, and {needed} is needed", found=_WORDS[found], needed=_WORDS[needed])
    return Reason(
        "it is {found}, and {needed} is needed, which '{command}' makes",
        found=_WORDS[found],
        needed=_WORDS[needed],
        command=command.format(path=path),
    )


def is_network(path: Path) -> bool:
    """Tell whether a path holds a network, exported or to train on."""
    return kind_of(path) in (*EXPORTED_KINDS, *NETWORK_KINDS)


def kind_of(path: Path) -> FileKind | None:
    """Return what something is, as far as its names and first bytes tell; None when they do not, or it is absent."""
    try:
        return _folder_kind(path) if path.is_dir() else _file_kind(path)
    except (OSError, ValueError, zipfile.BadZipFile):  # whoever reads it says what is wrong with it
        return None


def _folder_kind(folder: Path) -> FileKind | None:
    if (folder / "state.safetensors").exists() or (folder / "weights.npz").exists():
        return FileKind.RUN
    entries = list(islice(folder.iterdir(), _LOOKED_AT))
    kinds: tuple[tuple[Callable[[Path], bool], FileKind], ...] = (
        (lambda path: path.suffix == ".npz" and path.name.startswith("shard-"), FileKind.SHARDS),
        (lambda path: path.suffix.lower() == ".onnx", FileKind.PACK),
        (_is_picture, FileKind.PICTURES),
        (lambda path: path.is_dir() and any(map(_is_picture, islice(path.iterdir(), _LOOKED_AT))), FileKind.PICTURES),
    )
    return next((kind for is_such, kind in kinds if any(map(is_such, entries))), None)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _file_kind(path: Path) -> FileKind | None:
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        return _safetensors_kind(path)
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(_ZIP_MARK):
        return _archive_kind(path)
    found = next((kind for (place, mark), kind in _MARKS.items() if head.startswith(mark, place)), None)
    return FileKind.TORCH if found is None and suffix in _TORCH_SUFFIXES else found


def _archive_kind(path: Path) -> FileKind | None:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    if any(name.endswith("/data.pkl") for name in names):
        return FileKind.TORCH
    if any(name.lower().endswith(".onnx") for name in names):
        return FileKind.PACK
    if "path.npy" in names:
        return FileKind.EMBEDDINGS if "embedding.npy" in names else FileKind.CROPS if "crop.npy" in names else None
    is_network = any(name.endswith((".weight.npy", ".bias.npy")) for name in names)
    return FileKind.WEIGHTS if is_network else None


def _safetensors_kind(path: Path) -> FileKind | None:
    """Its header is JSON, whose length stands in the first eight bytes."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size)) if size <= _MOST_HEADER_BYTES else {}
    if not header:
        return None
    about = header.get("__metadata__") or {}
    return FileKind.STATE if str(about.get("format")).startswith(_STATE_MARK) else FileKind.WEIGHTS
