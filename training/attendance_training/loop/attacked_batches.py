"""Adversarial training: pictures that were changed, too little to see, so that the network takes them for others."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from attendance_training.adversarial.attacks import evaluation_mode, pgd, usual_step
from attendance_training.loop.config import TrainConfig

_FAST_STEP = 1.25
"""The one step of ``fgsm`` in epsilons, after a random start: Wong, Rice and Kolter, "Fast is better than free", ICLR
2020, arXiv:2001.03994, section 5."""


def attack_some(network: nn.Module, images: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Return the batch with every second picture attacked, away from the network's own embedding of it.

    The batch holds each person's pictures side by side, so each person has clean and attacked ones. The network
    answers as it does at the door (evaluation mode). At the clean picture itself the cosine is at its highest and has
    no slope, so both attacks begin at a random place within epsilon.

    Args:
        network: in any mode; its mode is kept.
        images: (B, 3, 112, 112) float32 in -1..1; not changed.
        config: kind and strength.
        generator: of the random starts.
    """
    chosen = images[1::2]
    epsilon, steps = config.adversarial_epsilon, config.adversarial_steps
    with evaluation_mode(network), torch.no_grad():
        targets = functional.normalize(network(chosen).float())
    is_fast = config.adversarial == "fgsm"
    both = images.clone()
    both[1::2] = pgd(
        network,
        chosen,
        targets,
        epsilon=epsilon,
        steps=1 if is_fast else steps,
        step_size=_FAST_STEP * epsilon if is_fast else usual_step(epsilon, steps),
        generator=generator,
    )
    return both
