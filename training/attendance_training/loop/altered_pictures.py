"""Which altered copies a validation looks at beside the clean pictures, by their columns of the log."""

from __future__ import annotations

from collections.abc import Mapping

from attendance_training.reports.alterations import ALTERATIONS, Alteration

_NAMES = {"validation_mask": "mask", "validation_28_px": "face 28 px wide"}
"""Rows of the robustness report. Its masks are not those that ``data.occluders`` draws for training."""
ALTERED_COLUMNS = tuple(_NAMES)


def altered_pictures() -> Mapping[str, Alteration]:
    """Return the alteration of each column."""
    by_name = {alteration.name: alteration for alteration in ALTERATIONS}
    return {column: by_name[name] for column, name in _NAMES.items()}
