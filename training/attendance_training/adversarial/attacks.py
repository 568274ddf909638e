"""Pictures changed by a few grey levels so that a network gives another embedding: FGSM and PGD.

Both move every pixel by at most epsilon (the L-infinity ball) along the sign of the gradient of the cosine to a
target: away from it (dodging: the person's own template) or towards it (impersonation: somebody else's template).

Sources: FGSM, Goodfellow, Shlens, Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015,
arXiv:1412.6572, section 4: x + epsilon * sign(gradient). PGD, Madry et al., "Towards deep learning models resistant to
adversarial attacks", ICLR 2018, arXiv:1706.06083, section 2.1: steps of it from a random start, each projected back
onto the ball.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

GREY_LEVEL = 2 / 255
"""One of the 256 levels of a pixel, in units of the network's input, (value - 127.5) / 127.5."""
_HALF_RANGE = 127.5
Embed = Callable[[Tensor], Tensor]
"""(B, 3, 112, 112) in [-1, 1] to (B, D) of any length. A ``nn.Module`` is put into evaluation mode for the attack; a
plain function must not change running statistics itself (see ``evaluation_mode``)."""


def fgsm(embed: Embed, images: Tensor, targets: Tensor, *, epsilon: float, away: bool = True) -> Tensor:
    """Make one step of epsilon along the gradient's sign.

    A pixel without a gradient stays as it is. So does the whole picture when its embedding *is* the target, where the
    cosine has its top and no slope: dodging from one's own embedding needs the random start of ``pgd``.

    Args:
        embed: see ``Embed``. Its weights get no gradient.
        images: (B, 3, 112, 112) float32 or float64 in [-1, 1].
        targets: (B, D) unit rows, the templates.
        epsilon: most change of a value, in units of the input; ``GREY_LEVEL`` is one grey level.
        away: push the embedding away from ``targets`` (dodging); False: towards them (impersonation).

    Returns:
        Changed copy of ``images``, clipped to [-1, 1]; without a gradient.

    Raises:
        ValueError: epsilon is negative or not finite, or the images are of another type.
    """
    _check(images, epsilon)
    with _ready(embed):
        step = _uphill(embed, images.detach(), targets) * (-epsilon if away else epsilon)
        return _project(images + step, images, epsilon)


def pgd(
    embed: Embed,
    images: Tensor,
    targets: Tensor,
    *,
    epsilon: float,
    steps: int,
    step_size: float,
    generator: torch.Generator | None,
    away: bool = True,
) -> Tensor:
    """Start anywhere in the ball and make several steps, each projected back onto it.

    Args:
        embed: see ``Embed``. Its weights get no gradient.
        images: (B, 3, 112, 112) float32 or float64 in [-1, 1].
        targets: (B, D) unit rows, the templates.
        epsilon: radius of the ball, in units of the input.
        steps: at least 1.
        step_size: change of a value in one step; see ``usual_step``.
        generator: of the random start; None: torch's global one.
        away: push the embedding away from ``targets`` (dodging); False: towards them (impersonation).

    Returns:
        Changed copy of ``images``, clipped to [-1, 1]; without a gradient.

    Raises:
        ValueError: epsilon is negative or not finite, no steps, a step that is not positive, or images of another type.
    """
    _check(images, epsilon)
    if steps < 1 or not (step_size > 0 or epsilon == 0):
        raise ValueError(f"{steps} steps of {step_size} make no attack")
    with _ready(embed):
        device = images.device if generator is None else generator.device
        start = torch.rand(images.shape, generator=generator, device=device, dtype=images.dtype).to(images.device)
        changed = _project(images + (2 * start - 1) * epsilon, images, epsilon)
        for _ in range(steps):
            step = _uphill(embed, changed, targets) * (-step_size if away else step_size)
            changed = _project(changed + step, images, epsilon)
        return changed


def random_signs(images: Tensor, *, epsilon: float, generator: torch.Generator | None) -> Tensor:
    """Move every value up or down by epsilon at random: as large a change as ``fgsm``'s, without its knowledge.

    Args:
        images: (B, 3, 112, 112) float32 or float64 in [-1, 1].
        epsilon: change of a value, in units of the input.
        generator: of the signs; None: torch's global one.

    Returns:
        Changed copy of ``images``, clipped to [-1, 1].

    Raises:
        ValueError: as ``fgsm``.
    """
    _check(images, epsilon)
    device = images.device if generator is None else generator.device
    signs = 2 * torch.randint(0, 2, images.shape, generator=generator, device=device).to(images) - 1
    return _project(images + signs * epsilon, images, epsilon)


def usual_step(epsilon: float, steps: int) -> float:
    """Return 2.5 * epsilon / steps (Madry et al., section 5): every point of the ball is within reach."""
    return 2.5 * epsilon / steps


def to_pixels(images: Tensor) -> Tensor:
    """Round to whole grey levels, which is all that a picture file or a camera gives.

    A picture that began at whole levels and was moved by at most n of them, n whole, is not further away afterwards.

    Args:
        images: (B, 3, H, W) float in [-1, 1], RGB.

    Returns:
        (B, H, W, 3) uint8 BGR.
    """
    levels = torch.round((images + 1) * _HALF_RANGE).clamp(0, 255).to(torch.uint8)
    return levels.flip(1).permute(0, 2, 3, 1).contiguous()


@contextmanager
def evaluation_mode(network: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode and every part of it back into its own afterwards.

    In training mode the forward passes of an attack would move BatchNorm's running statistics towards attacked
    pictures, and every picture's gradient would depend on the others of its batch.
    """
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, was_training in modes:
            module.training = was_training


@contextmanager
def _ready(embed: Embed) -> Iterator[None]:
    """Leave ``inference_mode`` and, for a network, training mode."""
    with torch.inference_mode(False), torch.no_grad():
        if isinstance(embed, nn.Module):
            with evaluation_mode(embed):
                yield
        else:
            yield


def _uphill(embed: Embed, images: Tensor, targets: Tensor) -> Tensor:
    """Return the sign (-1, 0 or 1) of the gradient of each picture's cosine; 0 where it is not a number."""
    with torch.enable_grad():
        # A clone: a tensor made in inference_mode cannot take part in a gradient.
        leaf = images.detach().clone().requires_grad_()
        unit = functional.normalize(embed(leaf).to(images.dtype))
        cosines = (unit * targets.detach().clone().to(images.dtype)).sum()
        (gradient,) = torch.autograd.grad(cosines, leaf)  # of the pictures only: weights keep theirs
    return torch.nan_to_num(gradient, nan=0.0).sign()


def _project(changed: Tensor, images: Tensor, epsilon: float) -> Tensor:
    """Return the nearest point of the ball around ``images`` that is a picture."""
    inside = torch.maximum(torch.minimum(changed, images + epsilon), images - epsilon)
    return inside.clamp(-1.0, 1.0).detach()


def _check(images: Tensor, epsilon: float) -> None:
    if not math.isfinite(epsilon) or epsilon < 0:
        raise ValueError(f"epsilon must be 0 or more, not {epsilon}")
    if images.dtype not in {torch.float32, torch.float64}:
        # bfloat16 has 8 bits: near 1 its steps are a whole grey level wide.
        raise ValueError(f"the images must be float32 or float64, not {images.dtype}; autocast may wrap the call")
