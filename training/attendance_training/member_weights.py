"""Reads the weights of a recognizer network from any file of this project that has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import safetensors
from numpy.typing import NDArray

from attendance_training.files.checkpoint import load_arrays
from attendance_training.runs.run_state import averaged_model, read_state

_STUDENT, _MAPS = "network.", "maps."
"""In the state of a distillation with hints: the network, and the maps to the teacher's layers."""
_COUNTER = "num_batches_tracked"
_STATE_KEY = "param_groups"
"""Of a run's state, in the header's metadata; a plain file of weights has none."""


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
    model = averaged_model(read_state(path))
    if any(name.startswith(_STUDENT) for name in model):
        model = {name.removeprefix(_STUDENT): value for name, value in model.items() if not name.startswith(_MAPS)}
    return {name: value.float().numpy() for name, value in model.items() if not name.endswith(_COUNTER)}


def _is_run(path: Path) -> bool:
    if path.suffix != ".safetensors":
        return False
    try:
        with safetensors.safe_open(str(path), framework="np") as file:
            return _STATE_KEY in (file.metadata() or {})
    except (safetensors.SafetensorError, OSError):
        return False  # load_arrays says what is wrong with it
