"""The log of a run: a CSV file that is always whole, and that a resumed run goes on with."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.file_errors import storage_error
from attendance_training.files.atomic_file import replace_file


class CsvLog:
    """Rows of a run, by step; writing them writes the whole, small file anew.

    Args:
        path: the CSV file; rows of an earlier part of the run are kept.
        columns: names of the columns; the first is the step.
        up_to_step: later rows belong to steps that were never saved and are left out.

    Raises:
        StorageError: the file is there and cannot be read.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, up_to_step: int) -> None:
        self._path = path
        self._columns = columns
        self._rows: list[list[str]] = []
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except OSError as err:
            raise storage_error(err, path) from err
        except UnicodeDecodeError as err:
            raise StorageError(path=path, reason=Reason("it is not the log of a run")) from err
        for row in csv.reader(io.StringIO(text)):
            if row and row[0].isdecimal() and int(row[0]) <= up_to_step:
                self._rows.append(row)

    def append(self, step: int, values: Sequence[float]) -> None:
        """Keep one row for the next ``write``; nan becomes an empty field."""
        shown = ("" if isinstance(v, float) and math.isnan(v) else f"{v:.6g}" for v in values)
        self._rows.append([str(step), *shown])

    def first(self, columns: Sequence[str]) -> float | None:
        """Return the sum of some columns in the first row that has them all; None without such a row.

        Args:
            columns: their names.
        """
        places = [self._columns.index(name) for name in columns]
        for row in self._rows:
            try:
                return sum(float(row[place]) for place in places)
            except (ValueError, IndexError):  # empty where nothing was measured; another program's row
                continue
        return None

    def write(self) -> None:
        """Write all rows.

        Raises:
            StorageError: they cannot be written; the file is unchanged and they come with the next ones.
        """
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([self._columns, *self._rows])
        replace_file(self._path, text.getvalue().encode())


def read_columns(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return each column of a log, (N,) in the order of its rows; nan where nothing was measured.

    Args:
        path: a file that ``CsvLog`` wrote; a row of another length is left out.

    Raises:
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    values = [[_number(cell) for cell in row] for row in rows if len(row) == len(header)]
    return dict(zip(header, np.array(values, np.float64).reshape(-1, len(header)).T, strict=True))


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:  # empty where nothing was measured
        return math.nan
