"""The name of a new pack, and the hidden folder in which it is made."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PACK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
"""As in attendance.vision.packs.format, which this side may not import."""
_MAX_PACK_ID_CHARS = 64


def is_pack_id(text: str) -> bool:
    """Tell whether the application takes a text as the name of a pack."""
    return len(text) <= _MAX_PACK_ID_CHARS and _PACK_ID.fullmatch(text) is not None


def staging_folder(output: Path) -> Path:
    """Return the hidden folder in which this process makes a pack."""
    return output.with_name(f".{output.name}.{os.getpid()}.tmp")
