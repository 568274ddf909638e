"""Unit rows, angles and the cosine that never rises, at their edges."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")

import torch

from attendance_training.losses.geometry import angles_between, falling_cosine, unit_rows
from tests.unit.training.losses.slow_formulas import angle, batch

pytestmark = pytest.mark.needs_torch


def test_that_angles_are_those_of_the_arc_cosine() -> None:
    first, _ = batch(seed=1)
    second, _ = batch(seed=2)
    expected = [angle(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    torch.testing.assert_close(angles_between(unit_rows(first), unit_rows(second)), torch.tensor(expected).double())


@pytest.mark.parametrize("theta", [1e-6, 1e-4, 1e-3, math.pi - 1e-3, math.pi - 1e-4])
def test_that_angle_keeps_its_digits_where_the_arc_cosine_loses_them(theta: float) -> None:
    first = torch.tensor([1.0, 0.0])
    second = torch.tensor([math.cos(theta), math.sin(theta)])
    assert angles_between(first, second).item() == pytest.approx(theta, rel=0.0, abs=3e-7)


def test_that_angle_has_a_gradient_true_in_float32_close_to_a_class_centre() -> None:
    centre = torch.randn(1, 64, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    aside = torch.randn(1, 64, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    gradients = []
    for dtype in (torch.float64, torch.float32):
        rows = (centre + 1e-3 * aside).to(dtype).requires_grad_()
        angles_between(unit_rows(rows), unit_rows(centre.to(dtype))).sum().backward()
        assert rows.grad is not None
        gradients.append(rows.grad.double())
    assert torch.linalg.vector_norm(gradients[1] - gradients[0]) < 1e-3 * torch.linalg.vector_norm(gradients[0])


@pytest.mark.parametrize("factor", [1.0, -1.0])
def test_that_angle_at_its_kink_has_a_gradient_of_zero(factor: float) -> None:
    rows = torch.tensor([[0.6, 0.8]], requires_grad=True)
    theta = angles_between(rows, factor * rows.detach())
    theta.sum().backward()
    assert theta.item() == pytest.approx(0.0 if factor > 0 else math.pi)
    assert rows.grad is not None
    assert torch.linalg.vector_norm(rows.grad - (rows.grad @ rows.T) * rows) < 1e-6  # nothing along the sphere


def test_that_a_row_without_direction_stands_square_to_every_other() -> None:
    assert angles_between(torch.zeros(1, 2), torch.tensor([[0.6, 0.8]])).item() == pytest.approx(math.pi / 2)


def test_that_unit_rows_are_of_length_one_unless_they_have_no_direction() -> None:
    rows = torch.tensor([[3.0, 4.0], [0.0, 0.0], [1e-7, 0.0], [1e-5, 0.0]])
    expected = torch.tensor([[0.6, 0.8], [0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    torch.testing.assert_close(unit_rows(rows), expected)


def test_that_falling_cosine_is_the_cosine_up_to_pi_and_falls_beyond() -> None:
    angles = torch.linspace(0.0, 5 * math.pi, 4001, dtype=torch.float64)
    values = falling_cosine(angles)
    first_half_turn = angles <= math.pi
    torch.testing.assert_close(values[first_half_turn], torch.cos(angles[first_half_turn]))
    assert (values.diff() < 0).all()
    assert values.diff().abs().max() < 1.01 * angles.diff().max()  # no step
    assert values[-1].item() == pytest.approx(1.0 - 2.0 * 5)


def test_that_falling_cosine_has_the_gradient_of_its_value() -> None:
    angles = torch.tensor([0.0, 1.0, 3.0, 3.5, 6.0, 6.5, 9.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(falling_cosine, angles)
