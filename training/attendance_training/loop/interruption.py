"""Ends a step between two layers and undoes what it changed: a large network's step takes longer than anybody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from attendance_training.loop.learner import Learner


class Interrupted(Exception):
    """Somebody wants an end; the step was undone."""


class StepGuard:
    """Watches a learner's steps; ``close`` it at the end.

    The weights change at the end of a step only, so nothing but buffers, as the statistics of batch normalisation,
    has to be put back.

    Args:
        learner: whose steps.
        should_stop: asked at every layer, forward and backward.
    """

    def __init__(self, learner: Learner, should_stop: Callable[[], bool]) -> None:
        self._learner, self._should_stop = learner, should_stop
        self._is_inside = False
        leaves = [part for part in learner.network.modules() if not list(part.children())]
        self._handles = [leaf.register_forward_hook(self._after_layer) for leaf in leaves]

    def close(self) -> None:
        """Take the watch off the network."""
        for handle in self._handles:
            handle.remove()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Wrap one step.

        Raises:
            Interrupted: the learner is as it was before the step.
        """
        buffers = [*self._learner.network.buffers(), *self._learner.head.buffers()]
        before = [buffer.clone() for buffer in buffers]
        self._is_inside = True
        try:
            yield
        except Interrupted:
            with torch.no_grad():
                for buffer, value in zip(buffers, before, strict=True):
                    buffer.copy_(value)
            self._learner.optimizer.zero_grad(set_to_none=True)
            raise
        finally:
            self._is_inside = False

    def _after_layer(self, _layer: nn.Module, _given: Any, output: Any) -> None:
        self._check()
        if isinstance(output, Tensor) and output.requires_grad:
            output.register_hook(self._check)  # type: ignore[no-untyped-call]

    def _check(self, _gradient: Tensor | None = None) -> None:
        if self._is_inside and self._should_stop():
            raise Interrupted
