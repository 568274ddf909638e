"""Who a run on named faces held out for its validation: nobody else may judge what it learned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance_training.data.splits import TRAIN, VALIDATION, split_people
from attendance_training.runs.run_folder import ABOUT_NAME

HELD_OUT = "held_out"
"""Key of ``state.json``: the share of the people."""


def parts_of(people: Sequence[str], held_out: float) -> dict[str, NDArray[np.int64]]:
    """Return the labels of those to train on and of those held out, if any; raises as ``split_people``."""
    shares = {TRAIN: 1.0 - held_out, VALIDATION: held_out}
    return split_people(people, {part: share for part, share in shares.items() if share})


def held_out_people(source: Path, people: Sequence[str]) -> NDArray[np.bool_]:
    """Return (C,) who was held out by a run; everybody where nothing was held out.

    Args:
        source: folder of a run; anything else held out nobody.
        people: C names, as the run saw them.

    Raises:
        TrainingDataUnusable: none of them, or all.
    """
    share = _share(source)
    if not share:
        return np.ones(len(people), np.bool_)
    is_held_out = np.zeros(len(people), np.bool_)
    is_held_out[parts_of(people, share)[VALIDATION]] = True
    return is_held_out


def _share(source: Path) -> float | None:
    about = (source if source.is_dir() else source.parent) / ABOUT_NAME
    try:
        share = json.loads(about.read_text(encoding="utf-8")).get(HELD_OUT)
    except (OSError, ValueError, AttributeError):  # of another kind of run, or of none
        return None
    return share if isinstance(share, float) else None
