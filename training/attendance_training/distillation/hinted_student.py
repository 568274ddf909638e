"""A student with the maps that compare its stages with layers of its teacher; only training needs them."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from attendance.errors import Reason
from attendance_training.backbones.dense_cnn import STAGE_SIDES, DenseNet112
from attendance_training.errors import TrainingDataUnusable


class HintedStudent(nn.Module):
    """A network and one 1x1 convolution from each of its stages to a layer of the teacher.

    Args:
        network: the student; must be a DenseNet112.
        shapes: (C, H, W) of each hint; one per stage, in order.

    Raises:
        TrainingDataUnusable: another network, or hints that are not one per stage of the stage's height and width.
    """

    def __init__(self, network: nn.Module, shapes: Sequence[tuple[int, int, int]]) -> None:
        super().__init__()
        if not isinstance(network, DenseNet112):
            raise TrainingDataUnusable(
                path=Reason("the recipe"), reason=Reason("hints need a network of the DenseNet112 family")
            )
        sides = [(side, side) for side in STAGE_SIDES]
        if [(height, width) for _, height, width in shapes] != sides:
            raise TrainingDataUnusable(
                path=Reason("the teacher"),
                reason=Reason(
                    "its hints have shapes {shapes}, the network's stages need heights and widths {sides}",
                    shapes=str(list(shapes)),
                    sides=str(sides),
                ),
            )
        self.network = network
        self.maps = nn.ModuleList(
            nn.Conv2d(width, channels, 1) for width, (channels, _, _) in zip(network.widths[1:], shapes, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the network's embeddings, (B, D)."""
        out: Tensor = self.network(x)
        return out

    def forward_hints(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return (B, D) embeddings and the student's guess of every hint, (B, C, H, W) each."""
        embedding, stages = self.network.forward_stages(x)
        return embedding, tuple(to_hint(stage) for to_hint, stage in zip(self.maps, stages, strict=True))
