"""Reads dmlc RecordIO files with their index, without mxnet.

Framing (dmlc-core, ``recordio.h``): every part is ``magic``, ``lrec``, data, and zeros up to four bytes, little-endian.
``lrec`` has in its upper 3 bits a flag (0 the whole record, 1 its first part, 2 one between, 3 its last), in its lower
29 bits the length. A writer cuts a record where its data holds the magic number, which is left out and belongs back.
The index has one line a record: key, tab, position.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from attendance.errors import Reason, Refusal
from attendance.file_errors import reason_of
from attendance_training.errors import TrainingDataUnusable

MAGIC = 0xCED7230A
_MAGIC_BYTES = struct.pack("<I", MAGIC)
_FRAME = struct.Struct("<II")
_LENGTH_BITS = 29
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)


class DamagedRecord(Refusal):
    """A record is cut off, or no record begins at a position."""


class RecordFile:
    """The records of one file by position; safe to read from several threads. Sent to a process, it is opened there.

    Args:
        path: the .rec file; it is mapped into memory, not read.

    Raises:
        TrainingDataUnusable: absent, empty, or not readable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as err:
            raise TrainingDataUnusable(path=path, reason=Reason("there is no such file")) from err
        except OSError as err:
            raise TrainingDataUnusable(
                path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
            ) from err
        except ValueError as err:  # nothing to map
            raise TrainingDataUnusable(path=path, reason=Reason("it is empty")) from err

    def __reduce__(self) -> tuple[type[RecordFile], tuple[Path]]:
        return RecordFile, (self._path,)

    def close(self) -> None:
        """Give the file back."""
        self._bytes.close()

    def read(self, position: int, *, at_most: int | None = None) -> bytes:
        """Return the data of the record that begins at a position.

        Args:
            position: in bytes, from the index.
            at_most: return no more than the first bytes of it; the record must be whole nevertheless.

        Raises:
            DamagedRecord: it is cut off, or no record begins there.
        """
        flag, data, end = self._part(position, at_most)
        if flag == _WHOLE:
            return data
        if flag != _FIRST:
            raise DamagedRecord(Reason("it begins in the middle of a record"))
        parts = [self._part(position, None)[1]]
        while flag != _LAST:
            flag, data, end = self._part(end, None)
            if flag not in {_MIDDLE, _LAST}:
                raise DamagedRecord(Reason("its last part is missing"))
            parts.append(data)
        return _MAGIC_BYTES.join(parts)[:at_most]

    def _part(self, position: int, at_most: int | None) -> tuple[int, bytes, int]:
        """Return flag, data and the position behind one part."""
        start = position + _FRAME.size
        if position < 0 or start > len(self._bytes):
            raise DamagedRecord(Reason("the file ends before it"))
        magic, packed = _FRAME.unpack_from(self._bytes, position)
        if magic != MAGIC:
            raise DamagedRecord(Reason("no record begins where the index says"))
        length = packed & ((1 << _LENGTH_BITS) - 1)
        if start + length > len(self._bytes):
            raise DamagedRecord(Reason("the file ends inside of it"))
        shown = length if at_most is None else min(length, at_most)
        return packed >> _LENGTH_BITS, self._bytes[start : start + shown], start + (length + 3) // 4 * 4


def read_positions(path: Path) -> dict[int, int]:
    """Return the position of every record by its key.

    Args:
        path: the .idx file.

    Raises:
        TrainingDataUnusable: absent, empty, or with a line that is not two numbers.
    """
    try:
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError as err:
        raise TrainingDataUnusable(
            path=path, reason=Reason("there is no such file; the index must lie beside the .rec file")
        ) from err
    except UnicodeDecodeError as err:
        raise TrainingDataUnusable(path=path, reason=Reason("it is not an index: it holds more than text")) from err
    except OSError as err:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
    positions: dict[int, int] = {}
    for number, line in enumerate(lines, 1):
        fields = line.split("\t")
        if len(fields) != 2 or not all(field.strip().isdigit() for field in fields):
            raise TrainingDataUnusable(
                path=path, reason=Reason("line {line} is not a key, a tab and a position", line=number)
            )
        positions[int(fields[0])] = int(fields[1])
    if not positions:
        raise TrainingDataUnusable(path=path, reason=Reason("it is empty"))
    return positions
