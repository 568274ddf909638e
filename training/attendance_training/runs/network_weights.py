"""Reads the weights of a recognizer network from any file of this project that has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import safetensors
from numpy.typing import NDArray

from attendance_training.files.checkpoint import load_arrays
from attendance_training.runs.run_state import FORMAT, averaged_model, read_state

_STUDENT, _MAPS = "network.", "maps."
"""Parts of ``attendance_training.distillation.hinted_student``: the network, and what only its training needs."""


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a network by parameter name.

    Args:
        path: .npz or .safetensors of weights, or the state of a distillation (.safetensors), also a compacted one;
            of that the running mean is taken, which is what was exported.

    Raises:
        CheckpointUnusable: missing, damaged, pickled, or without weights.
    """
    if not _is_run(path):
        return load_arrays(path)
    return {
        name.removeprefix(_STUDENT): value.float().numpy()
        for name, value in averaged_model(read_state(path)).items()
        if value.is_floating_point() and not name.startswith(_MAPS)
    }


def _is_run(path: Path) -> bool:
    if path.suffix != ".safetensors":
        return False
    try:
        with safetensors.safe_open(str(path), framework="np") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (safetensors.SafetensorError, OSError):
        return False  # load_arrays says what is wrong with it
