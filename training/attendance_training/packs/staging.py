"""Where a new pack is made before it can be seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors.storage import StorageError
from attendance.file_errors import storage_error
from attendance_training.errors import ExportFailed


def staging_folder(output: Path) -> Path:
    """Return the hidden folder in which this process makes a pack."""
    return output.with_name(f".{output.name}.{os.getpid()}.tmp")


@contextmanager
def made_whole(output: Path) -> Iterator[Path]:
    """Give a hidden folder beside ``output``; at the end of the block it takes its name, or nothing is left.

    Args:
        output: folder of the pack; does not exist.

    Raises:
        ExportFailed: from the block; ``output`` stands for files of the hidden folder, which its user does not know.
        StorageError: likewise, or the disk refuses.
    """
    staging = staging_folder(output)
    try:
        staging.mkdir(parents=True)
        yield staging
        staging.rename(output)
    except OSError as err:
        raise storage_error(err, output) from err
    except (ExportFailed, StorageError) as err:
        if not Path(str(err.facts["path"])).is_relative_to(staging):
            raise
        raise type(err)(**{**err.facts, "path": output}) from err  # type: ignore[arg-type]
    finally:
        shutil.rmtree(staging, ignore_errors=True)
