"""Reads the field's verification sets (``lfw.bin``, ``cfp_fp.bin``, ``agedb_30.bin``), pickles, without running them.

The file is ``(pictures, is_same)``: 2n picture files, two of each pair after each other, and n truth values (load_bin
in https://github.com/deepinsight/insightface, recognition/arcface_torch/eval/verification.py). A pickle names functions
for its reader to call. Here names lead to nothing but the stand-ins below, which take numbers and bytes apart, so no
code of the file's choice runs, not even numpy's.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason, Refusal
from attendance.file_errors import reason_of
from attendance_training.errors import EvaluationDataUnusable

_WIDTH = {"b1": 1, "?": 1, "u1": 1, "i1": 1, "u2": 2, "i2": 2, "u4": 4, "i4": 4, "u8": 8, "i8": 8}
"""Bytes of the types that pictures and truth values come in."""
_ARRAY_STATE = 5
"""Version, shape, type, order and bytes."""
_DAMAGE = (
    pickle.UnpicklingError,
    EOFError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    MemoryError,
    OverflowError,
    RecursionError,
    ImportError,
    struct.error,
)
"""What ``pickle`` raises on damaged files; it documents that there may be others than the first."""


_OTHER_ARRAY = Reason("it holds an array of another type than whole numbers, and was not read")
_OTHER_MAKE = Reason("it is not a list of pictures and a list of truth values")


class _Forbidden(Refusal):
    """The pickle asks for something else than numbers and bytes."""


def read_pair_pickle(path: Path) -> tuple[list[bytes], NDArray[np.bool_]]:
    """Return the 2n picture files and the (n,) truth values.

    Args:
        path: pickle of any protocol, of Python 2 or 3.

    Raises:
        EvaluationDataUnusable: absent, damaged, of another make, or with anything but bytes, lists, truth values and
            arrays of whole numbers in it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as err:
        raise EvaluationDataUnusable(path=path, reason=Reason("there is no such file")) from err
    except OSError as err:
        raise EvaluationDataUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
    try:
        _refuse_bombs(data)
        found = _Reader(io.BytesIO(data), encoding="bytes").load()
        return _pairs(found)
    except _Forbidden as err:
        raise EvaluationDataUnusable(path=path, reason=err.reason) from err
    except _DAMAGE as err:
        raise EvaluationDataUnusable(
            path=path, reason=Reason("it is not a whole file of picture pairs ({error})", error=type(err).__name__)
        ) from err


def _refuse_bombs(data: bytes) -> None:
    """Raise where a few bytes would have the reader take all memory; the lengths of strings are checked on the way."""
    operations = list(pickletools.genops(data))
    for operation, argument, _position in operations:
        # The reader makes a table as long as the highest number; a writer counts them up.
        if "PUT" in operation.name and isinstance(argument, int) and argument > len(operations):
            raise _Forbidden(_OTHER_MAKE)


class _Kind:
    """Stands for ``numpy.dtype``: the code of a type of whole numbers."""

    def __init__(self, code: object = "", *_flags: object) -> None:
        text = code.decode("ascii") if isinstance(code, bytes) else code
        if not isinstance(text, str) or text not in _WIDTH:
            raise _Forbidden(_OTHER_ARRAY)
        self.code, self.width = text, _WIDTH[text]

    def __setstate__(self, state: object) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else "|"
        self.is_big = order in {">", b">"}

    def values(self, raw: object) -> NDArray[Any]:
        """Return what some bytes are, as one row."""
        if not isinstance(raw, bytes | bytearray):
            raise _Forbidden(_OTHER_ARRAY)
        plain = np.frombuffer(bytes(raw), np.dtype(self.code))
        return plain.byteswap() if getattr(self, "is_big", False) and self.width > 1 else plain


class _Array:
    """Stands for ``numpy.ndarray`` and the function that makes an empty one."""

    def __init__(self, *_ignored: object) -> None:
        self.row: NDArray[Any] = np.empty(0, np.uint8)

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != _ARRAY_STATE:
            raise _Forbidden(_OTHER_ARRAY)
        self.row = _values(state[2], state[4])


class _Buffer(_Array):
    """Stands for the function that makes an array from a buffer, in pickles of protocol 5."""

    def __init__(self, raw: object, kind: object, *_shape: object) -> None:
        super().__init__()
        self.row = _values(kind, raw)


class _Scalar(_Array):
    """Stands for the function that makes one number of numpy's."""

    def __init__(self, kind: object, raw: object) -> None:
        super().__init__()
        self.row = _values(kind, raw)


class _Bytes:
    """Stands for the two calls by which Python 3 writes bytes into old protocols."""

    def __new__(cls, text: object = "", encoding: object = "latin1") -> bytes:  # type: ignore[misc]
        if not isinstance(text, str) or encoding not in {"latin1", b"latin1"}:
            raise _Forbidden(Reason("it holds more than pictures and truth values, and was not read"))
        return text.encode("latin1")


_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_STAND_INS: dict[tuple[str, str], type] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    **{(module, "_reconstruct"): _Array for module in _MULTIARRAY},
    **{(module, "scalar"): _Scalar for module in _MULTIARRAY},
    **{(module, "_frombuffer"): _Buffer for module in _NUMERIC},
    ("_codecs", "encode"): _Bytes,
    ("builtins", "bytes"): _Bytes,
    ("__builtin__", "bytes"): _Bytes,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        try:
            return _STAND_INS[module, name]
        except KeyError as err:
            raise _Forbidden(Reason("it asks for {name}, which was not run", name=f"{module}.{name}")) from err


def _values(kind: object, raw: object) -> NDArray[Any]:
    if not isinstance(kind, _Kind):
        raise _Forbidden(_OTHER_ARRAY)
    return kind.values(raw)


def _pairs(found: object) -> tuple[list[bytes], NDArray[np.bool_]]:
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise _Forbidden(_OTHER_MAKE)
    pictures, truths = found
    if not isinstance(pictures, tuple | list) or not isinstance(truths, tuple | list | _Array):
        raise _Forbidden(_OTHER_MAKE)
    files = [_file(picture) for picture in pictures]
    given = truths.row.tolist() if isinstance(truths, _Array) else [_truth(value) for value in truths]
    if len(files) != 2 * len(given) or not given:
        raise _Forbidden(
            Reason(
                "it holds {pictures} pictures and {pairs} truth values; two pictures belong to each",
                pictures=len(files),
                pairs=len(given),
            )
        )
    return files, np.array(given).astype(np.bool_)


def _file(picture: object) -> bytes:
    if isinstance(picture, _Array) and picture.row.dtype == np.uint8:
        return picture.row.tobytes()
    if not isinstance(picture, bytes | bytearray):
        raise _Forbidden(Reason("a picture in it is neither bytes nor an array of bytes"))
    return bytes(picture)


def _truth(value: object) -> bool:
    if isinstance(value, _Array) and len(value.row) == 1:
        value = value.row[0].item()
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise _Forbidden(Reason("a truth value in it is neither true nor false"))
