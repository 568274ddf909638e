"""The packages that the training side needs."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import typer

from attendance.terminal import say_lines

_PACKAGES = ("torch", "onnx", "onnxscript", "safetensors")
_EXIT_NO_EXTRA = 2


def require_extra(packages: Sequence[str] = _PACKAGES) -> None:
    """End the command with one sentence when what the training side needs is not installed.

    Args:
        packages: those that the command needs.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        say_lines(f"Not installed: {', '.join(missing)}. Run: python -m pip install ./training", err=True)
        raise typer.Exit(_EXIT_NO_EXTRA)
