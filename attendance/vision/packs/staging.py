"""The hidden folder beside the installed packs in which one is made ready, before one rename puts it in place."""

from __future__ import annotations

import os
import re
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
from attendance.in_use import LONGEST_S, being_made, is_left_behind

_INCOMING = ".incoming-"
_WITH_PROCESS = re.compile(r"\.incoming-(\d+)-.+")


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
        sweep_incoming(models_dir)
        incoming = Path(tempfile.mkdtemp(prefix=f"{_INCOMING}{os.getpid()}-", dir=models_dir))
        with being_made(incoming):
            try:
                staged = incoming / "pack"
                staged.mkdir()
                yield staged
            finally:
                shutil.rmtree(incoming, ignore_errors=True)


def sweep_incoming(models_dir: Path) -> None:
    """Remove what a crash during an earlier import left behind, never what is being imported.

    Args:
        models_dir: of the installed packs; may be absent.
    """
    try:
        found = [Path(entry.path) for entry in os.scandir(models_dir) if entry.name.startswith(_INCOMING)]
    except OSError:
        return
    for folder in found:
        named = _WITH_PROCESS.fullmatch(folder.name)
        # Without a number it is of a version that wrote none: only its age tells.
        is_old = is_left_behind(folder, int(named[1])) if named else _age_s(folder) > LONGEST_S
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def named_after(source: Path, staged: Path, err: ModelError) -> ModelError:
    """Say what the user gave in place of the temporary folder, which is gone when the message is read."""

    def renamed(value: object) -> object:
        return str(value).replace(str(staged), str(source))

    facts: dict[str, Any] = {
        key: value.mapped(renamed) if isinstance(value, Reason) else renamed(value) for key, value in err.facts.items()
    }
    return type(err)(**facts)
