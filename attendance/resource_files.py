"""Where the files of ``resources/`` lie: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped resource, e.g. ``resource_path("models", "bundled")``."""
    in_wheel = _PACKAGE / "_resources"
    root = in_wheel if in_wheel.is_dir() else _PACKAGE.parent / "resources"
    return root.joinpath(*parts)
