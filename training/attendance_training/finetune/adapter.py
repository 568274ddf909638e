"""The trained part: a linear residual map on the embedding that begins as the identity."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from attendance_training.losses.geometry import unit_rows


class ResidualAdapter(nn.Module):
    """z' = normalise(z + U·V·z), with U zero at the start, so that z' is z.

    It is linear and has no offset on purpose. The application adds the raw outputs for a crop and its mirror image and
    normalises the sum; a linear map may be applied before the sum or after it, and the length of its input does not
    matter: (I + UV)(r1 + r2) = (I + UV)r1 + (I + UV)r2. What is trained on finished embeddings is therefore exactly
    what the exported network does to raw outputs.

    Source of the zero start: Hu et al., LoRA, arXiv:2106.09685, section 4.1.

    Args:
        embedding_size: D.
        rank: of the change, 1 to D.
        seed: of V.

    Attributes:
        down: (rank, D) parameter V.
        up: (D, rank) parameter U.

    Raises:
        ValueError: the rank is not in 1..D.
    """

    def __init__(self, embedding_size: int, rank: int, *, seed: int = 1) -> None:
        super().__init__()
        if not 1 <= rank <= embedding_size:
            raise ValueError(f"rank must be in 1..{embedding_size}, not {rank}")
        draws = torch.randn(rank, embedding_size, generator=torch.Generator().manual_seed(seed))
        # Rows of about unit length: V·z of a unit vector z is then of the size of z's own parts.
        self.down = nn.Parameter(draws / math.sqrt(embedding_size))
        self.up = nn.Parameter(torch.zeros(embedding_size, rank))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return (B, D) unit rows of (B, D) embeddings of any length."""
        return unit_rows(self.change(embeddings))

    def change(self, embeddings: Tensor) -> Tensor:
        """Return (B, D) changed rows that are not normalised: what the exported network gives."""
        return embeddings + embeddings @ self.down.T @ self.up.T
