"""Where a new pack is made before it can be seen."""

from __future__ import annotations

import os
from pathlib import Path


def staging_folder(output: Path) -> Path:
    """Return the hidden folder in which this process makes a pack."""
    return output.with_name(f".{output.name}.{os.getpid()}.tmp")
