"""A disk of a few megabytes of its own, for one program: a tmpfs in a mount namespace that ends with the program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_INSIDE = ("unshare", "--user", "--map-root-user", "--mount")


def is_possible() -> bool:
    """Tell whether this computer lets a program have such a disk."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as name:
        command = [*_INSIDE, "mount", "-t", "tmpfs", "-o", "size=1m", "none", name]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


def run_on_small_disk(module: str, *arguments: str, size_mb: int) -> str:
    """Run ``python -m module DISK arguments...`` with an empty disk of its own, and return what it printed.

    Args:
        module: to run.
        *arguments: after the folder of the disk.
        size_mb: of the disk.

    Raises:
        CalledProcessError: it failed; its complaint is printed.
    """
    with tempfile.TemporaryDirectory(prefix="attendance-disk-") as name:
        script = 'mount -t tmpfs -o size="$1"m none "$2" && shift 2 && exec "$@"'
        program = [sys.executable, "-m", module, name, *arguments]
        inside = ["sh", "-c", script, "sh", str(size_mb), name, *program]
        done = subprocess.run([*_INSIDE, *inside], cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
