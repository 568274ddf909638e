"""The hidden folder beside the installed packs in which one is made ready, before one rename puts it in place."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attendance.errors import Reason
from attendance.errors.models import ModelError
from attendance.file_errors import storage_errors

_INCOMING = ".incoming-"
_INCOMING_MAX_AGE_S = 24 * 3600.0


@contextmanager
def staging(models_dir: Path) -> Iterator[Path]:
    """Give an empty folder beside the installed packs, and remove what is left of it.

    Args:
        models_dir: of the installed packs; made when it is absent.

    Raises:
        StorageError: the folder cannot be made, or what was done in it failed.
    """
    with storage_errors(models_dir):
        models_dir.mkdir(parents=True, exist_ok=True)
        _sweep(models_dir)
        incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=models_dir))
        try:
            staged = incoming / "pack"
            staged.mkdir()
            yield staged
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


def _sweep(models_dir: Path) -> None:
    """Remove what a crash during an earlier import left behind."""
    for entry in os.scandir(models_dir):
        if entry.name.startswith(_INCOMING) and time.time() - entry.stat().st_mtime > _INCOMING_MAX_AGE_S:
            shutil.rmtree(entry.path, ignore_errors=True)


def named_after(source: Path, staged: Path, err: ModelError) -> ModelError:
    """Say what the user gave in place of the temporary folder, which is gone when the message is read."""

    def renamed(value: object) -> object:
        return str(value).replace(str(staged), str(source))

    facts: dict[str, Any] = {
        key: value.mapped(renamed) if isinstance(value, Reason) else renamed(value) for key, value in err.facts.items()
    }
    return type(err)(**facts)
