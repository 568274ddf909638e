"""Fixed sets to validate with: the field's pairs by its protocol, a folder, and nothing that is trained on."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from attendance_training.data.folder_faces import FolderFaces
from attendance_training.errors import EvaluationDataUnusable, TrainingDataUnusable
from attendance_training.loop.provenance import fingerprint, refuse_trained_on
from attendance_training.loop.validation import FixedPairs, HeldOutPeople, SeveralSets
from tests.unit.training.data.pictures import Crop, make_crop, png, write_folder
from tests.unit.training.loop.tiny import MadeUpFaces

pytestmark = pytest.mark.needs_torch


class Corner(nn.Module):
    """Embeds a picture by its first and its last pixel of the first row; a mirror image swaps them."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(len(x))
        return torch.stack([x[:, 0, 0, 0], x[:, 0, 0, -1], torch.full((len(x),), 0.5)], dim=1)


def crop(left: int, right: int) -> Crop:
    made = np.zeros((112, 112, 3), np.uint8)
    made[0, 0], made[0, -1] = left, right
    return made


def write_pairs(path: Path, pairs: list[tuple[Crop, Crop, bool]]) -> Path:
    pictures = [png(picture) for first, second, _ in pairs for picture in (first, second)]
    path.write_bytes(pickle.dumps((pictures, [is_same for *_, is_same in pairs]), protocol=2))
    return path


def test_that_pairs_are_judged_over_ten_folds_with_their_mirror_images(tmp_path: Path) -> None:
    bright, dark = crop(250, 240), crop(5, 10)
    same, other = (crop(250, 5), crop(5, 250), True), (bright, dark, False)  # the same only with its mirror image
    wrong = (dark, bright, True)
    pairs = FixedPairs(write_pairs(tmp_path / "lfw.bin", [same, other] * 18 + [same, wrong] * 2))
    assert pairs.told() == ""
    network = Corner()
    assert pairs(network) == pytest.approx(38 / 40), "two pairs of the last fold are taken for two people"
    assert pairs.told() == "lfw: accuracy 0.9500"
    assert sum(network.seen) == 2 * 80, "each picture and its mirror image"


def test_that_a_stop_ends_the_look_and_says_nothing(tmp_path: Path) -> None:
    path = write_pairs(tmp_path / "a.bin", [(crop(9, 9), crop(9, 9), n % 2 == 0) for n in range(10)])
    pairs = FixedPairs(path, should_stop=lambda: True)
    assert math.isnan(pairs(Corner()))
    assert pairs.told() == ""


def test_that_pairs_that_cannot_be_used_are_refused_before_training(tmp_path: Path) -> None:
    pair = (crop(1, 1), crop(2, 2), True)
    with pytest.raises(EvaluationDataUnusable, match="it holds 9 pairs, at least 10 are needed"):
        FixedPairs(write_pairs(tmp_path / "a.bin", [pair] * 9))
    with pytest.raises(TrainingDataUnusable, match=r"a\.bin, picture 1.*96x112 pixels"):
        FixedPairs(write_pairs(tmp_path / "a.bin", [(crop(1, 1)[:, :96], crop(2, 2), True)] * 10))
    damaged = FixedPairs(write_pairs(tmp_path / "a.bin", [pair] * 9 + [(crop(1, 1)[:50], crop(2, 2), True)]))
    with pytest.raises(TrainingDataUnusable, match=r"a\.bin, picture 19"):
        damaged(Corner())


def test_that_several_sets_give_their_mean_and_all_they_say(tmp_path: Path) -> None:
    faces = MadeUpFaces()
    people = HeldOutPeople(faces, faces.rows, name="door")
    bright, dark = crop(250, 240), crop(5, 10)
    pairs = FixedPairs(write_pairs(tmp_path / "cfp_fp.bin", [(bright, bright, True), (bright, dark, False)] * 10))
    both = SeveralSets([pairs, people])
    assert both(Corner()) == pytest.approx((pairs(Corner()) + people(Corner())) / 2)
    assert both.told() == f"cfp_fp: accuracy 1.0000  {people.told()}"
    assert people.told().startswith("door: TAR ")


def test_that_a_picture_that_is_trained_on_is_refused_under_any_name(tmp_path: Path) -> None:
    def found_in(name: str, seeds: list[int]) -> tuple[FolderFaces, object]:
        faces = FolderFaces(write_folder(tmp_path / name, {"Ada": [make_crop(seed) for seed in seeds]}))
        return faces, fingerprint(faces, np.arange(len(seeds)))

    _, trained = found_in("train", [1, 2, 3])
    faces, found = found_in("other", [4, 5])
    refuse_trained_on(faces, found, trained, tmp_path)  # type: ignore[arg-type]
    faces, found = found_in("some", [4, 3, 5, 1])
    with pytest.raises(
        TrainingDataUnusable, match=r"that are trained on as well: 2, the first is Ada/1\.png; take others"
    ):
        refuse_trained_on(faces, found, trained, tmp_path / "some")  # type: ignore[arg-type]
