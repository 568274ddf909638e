"""Gives a file its name only when it is complete, so that a crash never leaves half of a first one."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def make_private_part(path: Path) -> Path:
    """Make an empty file of another name beside ``path``, readable by this user only, and return its path.

    Raises:
        OSError: the folder may not be written or has no space.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
    return part


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
