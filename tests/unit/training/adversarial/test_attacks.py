"""FGSM and PGD against a slow formula on a linear embedding, and on a small network."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402

from attendance_training.adversarial.attacks import (  # noqa: E402
    GREY_LEVEL,
    fgsm,
    pgd,
    random_signs,
    to_pixels,
    usual_step,
)
from attendance_training.backbones.dense_cnn import DenseNet112  # noqa: E402

SIDE = 4
VALUES = 3 * SIDE * SIDE
EPSILON = 4 * GREY_LEVEL


class Linear(nn.Module):
    """Multiplies the values of a picture by one matrix."""

    def __init__(self, size: int = 5, seed: int = 3) -> None:
        super().__init__()
        weight = torch.randn(size, VALUES, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.weight.T.to(x.dtype)


def pictures(count: int, side: int = SIDE, dtype: torch.dtype = torch.float64) -> Tensor:
    """Whole grey levels, from black to white."""
    levels = torch.randint(0, 256, (count, 3, side, side), generator=torch.Generator().manual_seed(7))
    return ((levels - 127.5) / 127.5).to(dtype)


def unit_rows(count: int, size: int = 5, dtype: torch.dtype = torch.float64) -> Tensor:
    rows = torch.randn(count, size, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    return nn.functional.normalize(rows).to(dtype)


def cosines(embed: Callable[[Tensor], Tensor], images: Tensor, targets: Tensor) -> Tensor:
    with torch.no_grad():
        return (nn.functional.normalize(embed(images)) * targets).sum(1)


def small_network(seed: int = 1) -> DenseNet112:
    torch.manual_seed(seed)
    network = DenseNet112((16, 16, 16, 16), (1, 1, 1), embedding_size=12)
    with torch.no_grad():
        network(torch.rand(8, 3, 112, 112) * 2 - 1)  # running statistics of something
    return network.eval()


def slow_gradient(matrix: list[list[float]], picture: list[float], target: list[float]) -> list[float]:
    """d cos / d x = W^T (t - cos e / |e|) / |e| with e = W x, written out value by value."""
    e = [sum(w * x for w, x in zip(row, picture, strict=True)) for row in matrix]
    length = math.sqrt(sum(v * v for v in e))
    cosine = sum(v * t for v, t in zip(e, target, strict=True)) / length
    outer = [(t - cosine * v / length) / length for v, t in zip(e, target, strict=True)]
    return [sum(matrix[k][i] * outer[k] for k in range(len(matrix))) for i in range(len(picture))]


@pytest.mark.parametrize("away", [True, False])
def test_that_fgsm_agrees_with_the_formula_on_a_linear_embedding(away: bool) -> None:
    embed, images, targets = Linear(), pictures(3), unit_rows(3)
    result = fgsm(embed, images, targets, epsilon=EPSILON, away=away)
    for picture, target, got in zip(images, targets, result, strict=True):
        slopes = slow_gradient(embed.weight.tolist(), picture.flatten().tolist(), target.tolist())
        direction = -1 if away else 1
        wanted = [
            min(1.0, max(-1.0, x + direction * math.copysign(EPSILON, slope)))
            for x, slope in zip(picture.flatten().tolist(), slopes, strict=True)
        ]
        assert got.flatten().tolist() == pytest.approx(wanted, abs=1e-12)


def test_that_one_step_of_pgd_from_the_start_it_draws_agrees_with_the_formula() -> None:
    embed, images, targets = Linear(), pictures(1) * 0.5, unit_rows(1)
    start = torch.rand(images.shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64) * 2 - 1
    begun = (images + start * EPSILON).flatten().tolist()
    result = pgd(
        embed,
        images,
        targets,
        epsilon=EPSILON,
        steps=1,
        step_size=EPSILON / 2,
        generator=torch.Generator().manual_seed(5),
    )
    slopes = slow_gradient(embed.weight.tolist(), begun, targets[0].tolist())
    wanted = [
        min(x + EPSILON, max(x - EPSILON, b - math.copysign(EPSILON / 2, slope)))
        for x, b, slope in zip(images.flatten().tolist(), begun, slopes, strict=True)
    ]
    assert result.flatten().tolist() == pytest.approx(wanted, abs=1e-12)


def test_that_dodging_lowers_and_impersonation_raises_the_cosine_on_a_network() -> None:
    network, images = small_network(), pictures(6, 112, torch.float32)
    targets = unit_rows(6, 12, torch.float32)
    before = cosines(network, images, targets)
    assert (cosines(network, fgsm(network, images, targets, epsilon=EPSILON), targets) < before).all()
    nearer = fgsm(network, images, targets, epsilon=EPSILON, away=False)
    assert (cosines(network, nearer, targets) > before).all()


@pytest.mark.parametrize("away", [True, False])
def test_that_pgd_is_at_least_as_strong_as_fgsm_and_that_stronger_than_noise(away: bool) -> None:
    network, images = small_network(), pictures(6, 112, torch.float32)
    targets = unit_rows(6, 12, torch.float32)
    generator = torch.Generator().manual_seed(1)
    several = pgd(
        network,
        images,
        targets,
        epsilon=EPSILON,
        steps=8,
        step_size=usual_step(EPSILON, 8),
        generator=generator,
        away=away,
    )
    one = fgsm(network, images, targets, epsilon=EPSILON, away=away)
    noisy = random_signs(images, epsilon=EPSILON, generator=generator)
    sign = -1 if away else 1
    by_pgd, by_fgsm, by_noise = (sign * cosines(network, x, targets).mean() for x in (several, one, noisy))
    assert by_pgd > by_fgsm > by_noise


def test_that_no_value_leaves_the_ball_or_the_range_of_a_picture() -> None:
    network, images = small_network(), pictures(4, 112, torch.float32)
    targets = unit_rows(4, 12, torch.float32)
    generator = torch.Generator().manual_seed(1)
    # Steps far larger than the ball: only the projection holds them.
    for result in (
        pgd(network, images, targets, epsilon=EPSILON, steps=3, step_size=1.0, generator=generator),
        fgsm(network, images, targets, epsilon=EPSILON),
        random_signs(images, epsilon=EPSILON, generator=generator),
    ):
        assert result.abs().max() <= 1.0
        assert (result - images).abs().max() <= EPSILON + 1e-6
        before, after = to_pixels(images).int(), to_pixels(result).int()
        assert (after - before).abs().max() == 4
        assert before.min() == 0
        assert before.max() == 255


def test_that_rounding_to_pixels_gives_back_the_levels_and_turns_the_colours() -> None:
    images = pictures(2, 8, torch.float32)
    pixels = to_pixels(images)
    assert pixels.shape == (2, 8, 8, 3)
    red, blue = ((images[:, channel] + 1) * 127.5 for channel in (0, 2))
    torch.testing.assert_close(pixels[..., 2].float(), red)
    torch.testing.assert_close(pixels[..., 0].float(), blue)


def test_that_epsilon_zero_gives_the_same_picture() -> None:
    epsilon = 0.0
    embed, images, targets = Linear(), pictures(2), unit_rows(2)
    assert torch.equal(fgsm(embed, images, targets, epsilon=epsilon), images)
    same = pgd(embed, images, targets, epsilon=epsilon, steps=2, step_size=0.0, generator=None)
    assert torch.equal(same, images)
    assert torch.equal(random_signs(images, epsilon=epsilon, generator=None), images)


def test_that_at_the_top_of_the_cosine_only_the_random_start_finds_a_way_down() -> None:
    # Two values and D = 2: the embedding is the picture itself, and its cosine to itself has no slope.
    images = torch.tensor([[[[0.5]], [[0.0]], [[0.0]]]], dtype=torch.float64)
    targets = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)

    def embed(x: Tensor) -> Tensor:
        return x.flatten(1)

    assert torch.equal(fgsm(embed, images, targets, epsilon=0.1), images)
    generator = torch.Generator().manual_seed(1)
    moved = pgd(embed, images, targets, epsilon=0.1, steps=3, step_size=0.05, generator=generator)
    assert cosines(embed, moved, targets).item() < 0.99


def test_that_an_embedding_of_zeros_or_of_no_numbers_gives_a_picture_nevertheless() -> None:
    images, targets = pictures(2), unit_rows(2, VALUES)
    for embed in (lambda x: x.flatten(1) * 0, lambda x: x.flatten(1) / 0):
        assert torch.equal(fgsm(embed, images, targets, epsilon=0.1), images)


def test_that_weights_modes_statistics_and_gradients_stay_as_they_were() -> None:
    network = small_network().train()
    network.bn.eval()  # one part frozen by whoever trains
    images, targets = pictures(4, 112, torch.float32), unit_rows(4, 12, torch.float32)
    network(images).sum().backward()
    state = {name: value.clone() for name, value in network.state_dict().items()}
    gradients = {name: p.grad.clone() for name, p in network.named_parameters()}
    modes = [module.training for module in network.modules()]
    result = pgd(network, images, targets, epsilon=EPSILON, steps=2, step_size=EPSILON, generator=None)
    fgsm(network, images, targets, epsilon=EPSILON)
    assert not result.requires_grad
    assert [module.training for module in network.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    assert all(torch.equal(p.grad, gradients[name]) for name, p in network.named_parameters())


def test_that_the_gradient_does_not_depend_on_the_mode_or_the_rest_of_the_batch() -> None:
    network, images = small_network(), pictures(4, 112, torch.float32)
    targets = unit_rows(4, 12, torch.float32)
    alone = fgsm(network, images[:1], targets[:1], epsilon=EPSILON)
    together = fgsm(network.train(), images, targets, epsilon=EPSILON)
    # Sums in another order turn the sign of a few slopes that are nearly 0.
    assert (alone[0] == together[0]).float().mean() > 0.999


def test_that_a_failing_network_goes_back_into_its_mode() -> None:
    network = small_network().train()
    with pytest.raises(RuntimeError):
        fgsm(network, pictures(1, 64, torch.float32), unit_rows(1, 12, torch.float32), epsilon=EPSILON)
    assert all(module.training for module in network.modules())


def test_that_the_same_generator_gives_the_same_picture_and_another_one_another() -> None:
    embed, images, targets = Linear(), pictures(2), unit_rows(2)

    def attack(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return pgd(embed, images, targets, epsilon=0.1, steps=1, step_size=0.01, generator=generator)

    assert torch.equal(attack(1), attack(1))
    assert not torch.equal(attack(1), attack(2))


def test_that_it_works_under_bfloat16_and_the_training_step_after_it_too() -> None:
    network, images = small_network().train(), pictures(4, 112, torch.float32)
    targets = unit_rows(4, 12, torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        attacked = pgd(
            network, images, targets, epsilon=EPSILON, steps=3, step_size=usual_step(EPSILON, 3), generator=None
        )
        loss = (network(attacked).float() ** 2).mean()
    loss.backward()
    assert attacked.dtype == torch.float32
    assert (cosines(network.eval(), attacked, targets) < cosines(network, images, targets)).all()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.fc.parameters())


def test_that_it_works_where_gradients_are_switched_off() -> None:
    embed, images, targets = Linear(), pictures(2), unit_rows(2)
    wanted = fgsm(embed, images, targets, epsilon=0.1)
    with torch.no_grad():
        assert torch.equal(fgsm(embed, images, targets, epsilon=0.1), wanted)
    with torch.inference_mode():
        assert torch.equal(fgsm(embed, pictures(2), unit_rows(2), epsilon=0.1), wanted)


@pytest.mark.parametrize("epsilon", [-0.1, math.nan, math.inf])
def test_that_a_ball_without_a_size_is_refused(epsilon: float) -> None:
    with pytest.raises(ValueError, match="epsilon"):
        fgsm(Linear(), pictures(1), unit_rows(1), epsilon=epsilon)


@pytest.mark.parametrize(("steps", "step_size"), [(0, 0.1), (3, 0.0), (3, -1.0), (3, math.nan)])
def test_that_an_attack_without_steps_is_refused(steps: int, step_size: float) -> None:
    with pytest.raises(ValueError, match="steps"):
        pgd(Linear(), pictures(1), unit_rows(1), epsilon=0.1, steps=steps, step_size=step_size, generator=None)


def test_that_pictures_in_half_precision_are_refused() -> None:
    with pytest.raises(ValueError, match="bfloat16"):
        fgsm(Linear(), pictures(1).bfloat16(), unit_rows(1), epsilon=0.1)
