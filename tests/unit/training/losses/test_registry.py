"""Losses by name."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from attendance_training.losses import LOSSES, build_loss
from attendance_training.losses.arcface import ArcFaceHead
from attendance_training.losses.triplet import TripletLoss

pytestmark = pytest.mark.needs_torch


def test_that_a_head_is_built_by_name_with_its_sizes_and_options() -> None:
    head = build_loss("arcface", embedding_size=6, num_classes=3, scale=16.0, margin_rad=0.2)
    assert isinstance(head, ArcFaceHead)
    assert head.weight.shape == (3, 6)
    assert (head.scale, head.margin_rad) == (16.0, 0.2)


def test_that_a_pair_loss_is_built_by_name_without_parameters() -> None:
    loss = build_loss("triplet", embedding_size=6, num_classes=3, mining="hard")
    assert isinstance(loss, TripletLoss)
    assert loss.mining == "hard"
    assert list(loss.parameters()) == []


def test_that_registry_says_which_options_a_loss_has() -> None:
    assert LOSSES["contrastive"].options == ("margin", "is_normalised")
    assert LOSSES["sub_center_arcface"].options == ("sub_centers", "scale", "margin_rad", "continuation")


def test_that_an_unknown_name_or_option_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown loss 'arc'; known: softmax"):
        build_loss("arc", embedding_size=6, num_classes=3)
    with pytest.raises(ValueError, match=r"unknown option 'm' of arcface; known: scale, margin_rad"):
        build_loss("arcface", embedding_size=6, num_classes=3, m=0.5)
