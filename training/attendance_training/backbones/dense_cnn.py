"""DenseNet112: a small residual network of dense 3x3 convolutions for 112x112 faces.

Dense (not depthwise) convolutions make it fast on a CPU for its size: a depthwise network of the same cost
spends its time on memory traffic. The body follows He et al., CVPR 2016, arXiv:1512.03385 (two 3x3
convolutions and a shortcut) with PReLU; the head is the global depthwise convolution of MobileFaceNet,
Chen et al., 2018, arXiv:1804.07573, section 3.1, which lets every channel weigh the places of a face.

The attribute names are the parameter names of the published checkpoint; renaming one breaks loading it.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

_FINAL_GRID = 7
"""112 pixels after four halvings."""
_STAGES = 3
STAGE_SIDES = (28, 14, 7)


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut; PReLU after the sum.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        stride: 1, or 2 to halve width and height.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.n1 = nn.BatchNorm2d(out_channels)
        self.a1 = nn.PReLU(out_channels)
        self.c2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.n2 = nn.BatchNorm2d(out_channels)
        self.d: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.d = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )
        self.a2 = nn.PReLU(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output.

        Args:
            x: (B, in_channels, H, W) float.

        Returns:
            (B, out_channels, H / stride, W / stride) float.
        """
        inner = self.n2(self.c2(self.a1(self.n1(self.c1(x)))))
        out: Tensor = self.a2(inner + self.d(x))
        return out


class DenseNet112(nn.Module):
    """Embeds aligned faces; the output is not normalised.

    Args:
        widths: channels of the stem and of the three stages.
        blocks: blocks in each of the three stages; the first block of a stage halves width and height.
        embedding_size: D.

    Raises:
        ValueError: not four widths and three block counts, or a stage without a block.
    """

    def __init__(self, widths: Sequence[int], blocks: Sequence[int], *, embedding_size: int) -> None:
        super().__init__()
        if len(widths) != _STAGES + 1 or len(blocks) != _STAGES or min(blocks) < 1:
            raise ValueError(f"needs {_STAGES + 1} widths and {_STAGES} block counts, not {widths} and {blocks}")
        layers: list[nn.Module] = [
            nn.Conv2d(3, widths[0], 3, 2, 1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.PReLU(widths[0]),
        ]
        channels = widths[0]
        self._stage_ends: list[int] = []
        for width, count in zip(widths[1:], blocks, strict=True):
            for index in range(count):
                layers.append(Block(channels, width, stride=2 if index == 0 else 1))
                channels = width
            self._stage_ends.append(len(layers) - 1)
        self.widths = tuple(widths)
        self.f = nn.Sequential(*layers)
        self.dw = nn.Conv2d(channels, 2 * channels, _FINAL_GRID, groups=channels, bias=False)
        self.bn = nn.BatchNorm2d(2 * channels)
        self.fc = nn.Linear(2 * channels, embedding_size, bias=False)
        self.bn2 = nn.BatchNorm1d(embedding_size)

    def forward(self, x: Tensor) -> Tensor:
        """Return one embedding a face.

        Args:
            x: (B, 3, 112, 112) float RGB, (value - 127.5) / 127.5.

        Returns:
            (B, D) float, any length: divide by the norm before comparing.
        """
        return self._head(self.f(x))

    def forward_stages(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the embeddings, and what each of the three stages gives.

        Args:
            x: (B, 3, 112, 112) float RGB, (value - 127.5) / 127.5.

        Returns:
            (B, D) as ``forward``; and (B, widths[1], 28, 28), (B, widths[2], 14, 14), (B, widths[3], 7, 7).
        """
        outputs: list[Tensor] = []
        for index, layer in enumerate(self.f):
            x = layer(x)
            if index in self._stage_ends:
                outputs.append(x)
        return self._head(x), tuple(outputs)

    def _head(self, x: Tensor) -> Tensor:
        out: Tensor = self.bn2(self.fc(self.bn(self.dw(x)).flatten(1)))
        return out
