"""What a distillation prints of a checkpoint."""

from __future__ import annotations

import math

from attendance_training.distillation.log import LogRow


def row(step: int, **changes: float) -> LogRow:
    values = {"minutes": 1.5, "loss": 0.25, "lr": 9e-4, "cosine": 0.9, "crops_per_s": 40.0, **changes}
    return LogRow(step=step, **values)


def test_that_the_line_for_people_leaves_out_what_was_not_measured() -> None:
    assert row(150).as_line() == "step 150  1.5 min  loss 0.2500  lr 9.00e-04  cosine 0.9000  40 crops/s"
    assert row(0, loss=math.nan, crops_per_s=math.nan).as_line() == "step 0  1.5 min  lr 9.00e-04  cosine 0.9000"
