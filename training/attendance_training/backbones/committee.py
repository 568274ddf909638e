"""A committee: several networks that learned the same teacher answer as one.

Their mistakes are partly their own, and the mean of two answers keeps only the shared part (Hansen and Salamon,
"Neural network ensembles", IEEE PAMI 12(10), 1990). The mean makes sense only in one embedding space: every member
must have learned from the same teacher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

_PREFIX = "members"


class Committee(nn.Module):
    """Adds the unit embeddings of its members.

    Args:
        members: each takes (B, 3, 112, 112) and gives (B, D).
        looks: for each member, which pictures it sees: "plain", "mirrored" or "both".

    Raises:
        ValueError: not one look for each member, or an unknown one.
    """

    def __init__(self, members: Sequence[nn.Module], looks: Sequence[str]) -> None:
        super().__init__()
        if len(members) != len(looks) or set(looks) - {"plain", "mirrored", "both"}:
            raise ValueError(f"{len(members)} members cannot look at {list(looks)}")
        self.members = nn.ModuleList(members)
        self.looks = tuple(looks)

    def forward(self, x: Tensor) -> Tensor:
        """Return one embedding a face.

        Args:
            x: (B, 3, 112, 112) float RGB, (value - 127.5) / 127.5.

        Returns:
            (B, D) float, as long as the members agree: divide by the norm before comparing.
        """
        mirrored = x.flip(3)
        answers = []
        for member, look in zip(self.members, self.looks, strict=True):
            answers += [functional.normalize(member(x))] if look != "mirrored" else []
            answers += [functional.normalize(member(mirrored))] if look != "plain" else []
        total = answers[0]
        for answer in answers[1:]:
            total = total + answer
        return total


def join_weights(members: Sequence[Mapping[str, NDArray[np.float32]]]) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a committee from those of its members, in their order, by parameter name."""
    return {
        f"{_PREFIX}.{index}.{name}": value for index, arrays in enumerate(members) for name, value in arrays.items()
    }
