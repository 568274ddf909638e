"""Reads .npz files of plain arrays; a pickle is never opened.

A pickle runs code while it is read, so a downloaded .pt or .pkl file is as dangerous as a downloaded program;
an array file holds numbers and text only.
"""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance_training.errors import TrainingSideError


def read_npz(path: Path, error: type[TrainingSideError]) -> dict[str, NDArray[Any]]:
    """Return every array of an .npz file by name.

    Args:
        path: the file.
        error: class to raise when it cannot be used; its text needs ``path`` and ``reason`` only.

    Raises:
        TrainingSideError: of the class ``error``: absent, damaged, pickled, or not an .npz file.
    """
    try:
        # numpy leaves the file open when it cannot make sense of it, so it is opened here.
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise error(path=path, reason=Reason("it holds one array, not arrays by name"))
            with archive:
                arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError as err:
        raise error(path=path, reason=Reason("there is no such file")) from err
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, tokenize.TokenError) as err:
        # zipfile and numpy's header parser answer a damaged file with the last two as well.
        raise error(path=path, reason=Reason("it is not a whole .npz file")) from err
    except ValueError as err:
        # numpy answers so for object arrays inside an .npz and for anything that is neither .npy nor .npz.
        raise error(path=path, reason=Reason("it is pickled or not an .npz file, and was not opened")) from err
    except OSError as err:
        raise error(path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))) from err
    if any(not isinstance(value, np.ndarray) for value in arrays.values()):
        # Any other file in the archive comes as bytes: a torch file is such an archive, with a pickle in it.
        raise error(path=path, reason=Reason("it is another kind of archive, perhaps a torch file, and was not opened"))
    return arrays
