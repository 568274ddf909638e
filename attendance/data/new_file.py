"""Gives a file its name only when it is complete, so that a crash never leaves half of a first one."""

from __future__ import annotations

import os
from pathlib import Path


def publish(part: Path, path: Path) -> None:
    """Give a finished file its name unless the name is taken: the first of two programs wins.

    Args:
        part: the finished file; the caller removes it if it is still there afterwards.
        path: the name to give it.

    Raises:
        OSError: the file system refuses.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        return
    except OSError:
        # No hard links here (FAT, some network shares): only the rename is left, and it is atomic as well.
        if not path.exists():
            part.replace(path)
