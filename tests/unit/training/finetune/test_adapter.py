"""The adapter begins as the identity and may be applied to single raw outputs."""

from __future__ import annotations

import pytest
import torch

from attendance_training.finetune.adapter import ResidualAdapter
from attendance_training.losses.geometry import unit_rows


def trained(size: int = 8, rank: int = 3) -> ResidualAdapter:
    adapter = ResidualAdapter(size, rank)
    with torch.no_grad():
        adapter.up.copy_(torch.randn(size, rank, generator=torch.Generator().manual_seed(3)))
    return adapter


def test_that_an_untrained_adapter_changes_nothing() -> None:
    rows = torch.randn(5, 8, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ResidualAdapter(8, 3)(rows), unit_rows(rows))


def test_that_an_untrained_adapter_can_learn() -> None:
    adapter = ResidualAdapter(8, 3)
    adapter(torch.ones(2, 8) * torch.arange(8)).sum().backward()
    assert adapter.up.grad is not None
    assert adapter.up.grad.abs().max() > 1e-3


def test_that_changing_both_halves_of_a_mirror_pair_is_changing_their_sum() -> None:
    adapter = trained()
    first, second = 3 * torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(2))
    of_sum = adapter(unit_rows(first + second))
    sum_of = unit_rows(adapter.change(first) + adapter.change(second))
    torch.testing.assert_close(of_sum, sum_of, atol=1e-5, rtol=0)
    assert (of_sum - unit_rows(first + second)).abs().max() > 0.1


def test_that_the_seed_decides_the_first_directions() -> None:
    torch.testing.assert_close(ResidualAdapter(8, 3, seed=4).down, ResidualAdapter(8, 3, seed=4).down)
    assert not torch.equal(ResidualAdapter(8, 3, seed=4).down, ResidualAdapter(8, 3, seed=5).down)


@pytest.mark.parametrize("rank", [0, 9])
def test_that_a_rank_outside_of_the_embedding_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match=r"1\.\.8"):
        ResidualAdapter(8, rank)
