"""Reads the names of a model file's first nodes, without loading its weights.

onnxruntime does not tell node names, and the onnx package is not a dependency of the application, so the few
fields needed are walked in the file itself (protobuf wire format: https://protobuf.dev/programming-guides/encoding/;
field numbers from onnx.proto).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from attendance.errors import Reason, Refusal

_MODEL_GRAPH, _GRAPH_NODE, _NODE_NAME = 7, 1, 3
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


def first_node_names(path: Path, count: int) -> list[str]:
    """Return the names of the first nodes of the graph.

    Args:
        path: an .onnx file.
        count: how many at most.

    Raises:
        Refusal: not an ONNX file.
    """
    names: list[str] = []
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise Refusal(Reason("the file is empty"))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for start, end in _parts(data, 0, len(data), _MODEL_GRAPH):
                for node_start, node_end in _parts(data, start, end, _GRAPH_NODE):
                    if len(names) == count:
                        return names
                    texts = [data[a:b] for a, b in _parts(data, node_start, node_end, _NODE_NAME)]
                    names.append(texts[-1].decode("utf-8", "replace") if texts else "")
    return names


def _parts(data: mmap.mmap, start: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each length-delimited field with this number in one message."""
    at = start
    while at < end:
        key, at = _varint(data, at, end)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            _, at = _varint(data, at, end)
            continue
        if kind == _BYTES:
            size, at = _varint(data, at, end)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise Refusal(Reason("field type {kind} at byte {position}", kind=kind, position=at))
        if at + size > end:
            raise Refusal(
                Reason("field {number} at byte {position} is longer than its message", number=number, position=at)
            )
        if kind == _BYTES and number == wanted:
            yield at, at + size
        at += size


def _varint(data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if at >= end:
            raise Refusal(Reason("the file ends inside a number"))
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at
    raise Refusal(Reason("a number is too long"))
