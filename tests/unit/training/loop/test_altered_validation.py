"""Validation on masked and small faces: which pairs count, what a recipe switches on, and where it is seen."""

from __future__ import annotations

import csv
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from attendance_training.loop.altered_pictures import ALTERED_COLUMNS, altered_pictures
from attendance_training.loop.session import StepReport, train
from attendance_training.loop.validation import FixedPairs, HeldOutPeople, SeveralSets
from attendance_training.reports.alterations import Alteration
from tests.unit.training.data.pictures import Crop, png
from tests.unit.training.loop.tiny import MadeUpFaces, make_config

pytestmark = pytest.mark.needs_torch

NOBODY = 100
"""From here on a first pixel is a number of its own, which no other picture has."""


class Told(nn.Module):
    """Embeds a picture as the person whose number is in its first pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        first = torch.maximum(x[:, 0, 0, 0], x[:, 0, 0, -1])  # the last one of a mirror image
        return torch.eye(256)[torch.round(first * 127.5 + 127.5).long()]


def told(number: int) -> Crop:
    made = np.zeros((112, 112, 3), np.uint8)
    made[0, 0] = number
    return made


def people_told(people: int = 8, photos: int = 4) -> MadeUpFaces:
    faces = MadeUpFaces(people, photos)
    faces.crops = [told(int(label)) for label in faces.labels]
    return faces


def every_second_is_nobody(crop: Crop, number: int) -> Crop:
    return told(NOBODY + number) if number % 2 else crop


def each_is_itself_alone(_crop: Crop, number: int) -> Crop:
    return told(NOBODY + number)


ALTERED = {
    "half": Alteration("every second", every_second_is_nobody),
    "none": Alteration("each", each_is_itself_alone),
}


def test_that_an_altered_picture_is_compared_with_the_clean_ones_of_its_person() -> None:
    faces = people_told()
    look = HeldOutPeople(faces, faces.rows, alterations=ALTERED)
    assert look.altered() == {}
    assert look(Told()) == 1.0, "the clean pictures are measured as without alterations"
    assert look.altered() == {"half": 0.5, "none": 0.0}
    assert look.told() == "TAR 1.0000 at FAR 0.1  EER 0.0000  every second 0.5000  each 0.0000"


def test_that_no_picture_is_compared_with_its_own_copy() -> None:
    faces = people_told()
    faces.crops = [told(NOBODY + row) for row in range(len(faces.crops))]
    look = HeldOutPeople(faces, faces.rows, alterations={"same": Alteration("same", lambda crop, _number: crop)})
    look(Told())
    assert look.altered() == {"same": 0.0}


def test_that_the_second_picture_of_a_pair_is_altered(tmp_path: Path) -> None:
    pictures = [png(told(10 + side * (pair % 2))) for pair in range(40) for side in (0, 1)]
    path = tmp_path / "lfw.bin"
    path.write_bytes(pickle.dumps((pictures, [pair % 2 == 0 for pair in range(40)]), protocol=2))
    look = FixedPairs(path, alterations=ALTERED)
    assert look(Told()) == 1.0
    # Pairs of even number are those of one person, and every second picture of all pairs is left as it is.
    assert look.altered() == {"half": 1.0, "none": 0.5}
    assert look.told() == "lfw: accuracy 1.0000  every second 1.0000  each 0.5000"


def test_that_several_sets_give_the_means_of_their_altered_copies() -> None:
    faces, others = people_told(), people_told()
    others.crops = [told(NOBODY + row) for row in range(len(others.crops))]
    looks = [HeldOutPeople(one, one.rows, alterations={"half": ALTERED["half"]}) for one in (faces, others)]
    both = SeveralSets(looks)
    assert both.altered() == {}
    both(Told())
    assert both.altered() == {"half": 0.25}


def test_that_a_stop_between_the_copies_leaves_nothing_half_measured() -> None:
    faces = people_told()
    asked: list[int] = []

    def should_stop() -> bool:
        asked.append(1)
        return len(asked) > 1  # the clean pictures are one batch

    look = HeldOutPeople(faces, faces.rows, should_stop=should_stop, alterations=ALTERED)
    assert math.isnan(look(Told()))
    assert (look.altered(), look.told()) == ({}, "")


def test_that_the_named_alterations_cover_and_blur() -> None:
    crop = np.random.default_rng(1).integers(0, 256, (112, 112, 3)).astype(np.uint8)
    masked, small = (altered_pictures()[column].apply(crop, 0) for column in ALTERED_COLUMNS)
    assert np.array_equal(masked[:50], crop[:50]), "eyes and forehead are free"
    assert not np.array_equal(masked[80:], crop[80:])
    assert float(small.std()) < 0.5 * float(crop.std())


def test_that_the_recipe_switches_columns_and_curves_on(tmp_path: Path) -> None:
    faces = MadeUpFaces(people=8)
    look = HeldOutPeople(faces, faces.rows, alterations=altered_pictures())
    seen: list[StepReport] = []
    config = make_config(epochs=2, validate_altered=True)
    train(
        faces,
        faces.rows,
        config,
        out=tmp_path,
        validate=look,
        validate_every=2,
        altered=look.altered,
        report=seen.append,
    )
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["validation"]]
    measured = [done for done in seen if done.validation is not None]
    assert [int(row["step"]) for row in rows] == [done.step for done in measured]
    for row, done in zip(rows, measured, strict=True):
        assert [*done.altered] == [*ALTERED_COLUMNS]
        assert [float(row[name]) for name in ALTERED_COLUMNS] == pytest.approx([*done.altered.values()], rel=1e-5)
    assert all(not done.altered for done in seen if done.validation is None)
    page = (tmp_path / "curves.html").read_text(encoding="utf-8")
    assert all(f"<td>{name}</td>" in page for name in ALTERED_COLUMNS)


def test_that_without_the_switch_the_log_is_as_before(tmp_path: Path) -> None:
    faces = MadeUpFaces(people=8)
    train(faces, faces.rows, make_config(epochs=1), out=tmp_path, validate=HeldOutPeople(faces, faces.rows))
    assert (tmp_path / "log.csv").read_text().splitlines()[0] == "step,epoch,loss,lr,validation,photos_per_s,skipped"
