"""The network and its SCRFD form: sizes, order, cost."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from attendance_training.backbones.cost import count_parameters
from attendance_training.detector.anchors import STRIDES, anchor_grid
from attendance_training.detector.network import HEAD_WIDTHS, FaceNet, ScrfdOutputs

pytestmark = pytest.mark.needs_torch


@pytest.fixture(scope="module")
def network() -> FaceNet:
    torch.manual_seed(3)
    return FaceNet().eval()


@pytest.mark.parametrize(("width", "height"), [(64, 32), (96, 128)])
def test_that_every_anchor_of_every_stride_has_an_answer(network: FaceNet, width: int, height: int) -> None:
    score, box, points = network(torch.zeros(2, 3, height, width))

    count = len(anchor_grid((width, height)).sizes)
    assert score.shape == (2, count, 1)
    assert box.shape == (2, count, 4)
    assert points.shape == (2, count, 10)


def test_that_a_new_network_says_no_face_and_a_box_of_the_anchor_s_size(network: FaceNet) -> None:
    score, box, _ = (a[0].detach() for a in network(torch.zeros(1, 3, 64, 64)))

    grid = anchor_grid((64, 64))
    sizes = (box[:, :2] + box[:, 2:]).numpy() * grid.strides[:, None]
    assert float(score.sigmoid().max()) < 0.1
    assert sizes == pytest.approx(np.repeat(grid.sizes[:, None], 2, axis=1), rel=0.3)


def test_that_scrfd_s_form_is_scores_then_boxes_then_landmarks_by_stride(network: FaceNet) -> None:
    picture = torch.randn(1, 3, 64, 96)
    score, box, points = (a[0].detach() for a in network(picture))

    outputs = [a.detach() for a in ScrfdOutputs(network, logit_shift=0.5).eval()(picture)]

    counts = [64 * 96 // stride**2 * 2 for stride in STRIDES]
    assert [tuple(a.shape) for a in outputs] == [(n, v) for v in (1, 4, 10) for n in counts]
    assert torch.allclose(torch.cat(outputs[:3]), torch.sigmoid(score + 0.5), atol=1e-6)
    assert torch.allclose(torch.cat(outputs[3:6]), box)
    assert torch.allclose(torch.cat(outputs[6:]), points)


def test_that_the_answers_of_a_cell_adjoin_row_by_row() -> None:
    """Each anchor of each cell is given its own answer: the order is the decoder's."""
    head = FaceNet().heads[0]
    channels = torch.arange(2 * 4, dtype=torch.float32).reshape(1, 8, 1, 1)
    cells = 100.0 * torch.arange(6, dtype=torch.float32).reshape(1, 1, 2, 3)

    rows: Tensor = head._rows(channels + cells)  # type: ignore[operator]

    assert rows.shape == (1, 6, 2, 4)
    assert rows[0, 4].tolist() == [[400, 401, 402, 403], [404, 405, 406, 407]]


def test_that_larger_strides_have_landmark_features_of_their_own() -> None:
    towers = [len(head.points_tower) for head in FaceNet().heads]  # type: ignore[arg-type]

    assert towers == [0, len(HEAD_WIDTHS[1]), len(HEAD_WIDTHS[2])]


def test_that_the_network_stays_small() -> None:
    assert count_parameters(FaceNet()) < 1_000_000
