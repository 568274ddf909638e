"""IResNet: ArcFace's improved residual network, in 18, 34, 50 and 100 layers.

Source: Deng et al., "ArcFace", CVPR 2019, arXiv:1801.07698, section 3.1: blocks of BN-Conv-BN-PReLU-Conv-BN with the
stride in the second convolution, a stem that keeps 112x112, and the embedding from BN-Dropout-FC-BN. The attribute
names are the parameter names of InsightFace's arcface_torch checkpoints; renaming one breaks loading them.
"""

from __future__ import annotations

from torch import Tensor, nn

_WIDTHS = (64, 128, 256, 512)
_FINAL_GRID = 7
"""112 pixels after four halvings."""
_INITIAL_DEVIATION = 0.1
"""Of the convolutions' normal distribution, as in arcface_torch."""

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3), 100: (3, 13, 30, 3)}
"""Blocks in each of the four stages, by the network's number."""


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut, normalised before the first and after the last; nothing after the sum.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        stride: 1, or 2 to halve width and height.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.prelu = nn.PReLU(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride) of (B, in_channels, H, W)."""
        inner = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        out: Tensor = inner + self.downsample(x)
        return out


class IResNet(nn.Module):
    """Embeds aligned faces; the output is not normalised.

    ``features.weight`` is fixed at 1 and is not trained, as in arcface_torch.

    Args:
        layers: 18, 34, 50 or 100.
        embedding_size: D.
        dropout: share of the last feature map that is dropped while training; arcface_torch uses 0, or 0.4 for its
            100 layers on small sets.

    Raises:
        ValueError: another number of layers.
    """

    def __init__(self, layers: int, *, embedding_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        if layers not in BLOCKS:
            raise ValueError(f"there is no IResNet of {layers} layers, only of {', '.join(map(str, BLOCKS))}")
        self.conv1 = nn.Conv2d(3, _WIDTHS[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(_WIDTHS[0])
        self.prelu = nn.PReLU(_WIDTHS[0])
        first, second, third, fourth = BLOCKS[layers]
        self.layer1 = _stage(_WIDTHS[0], _WIDTHS[0], first)
        self.layer2 = _stage(_WIDTHS[0], _WIDTHS[1], second)
        self.layer3 = _stage(_WIDTHS[1], _WIDTHS[2], third)
        self.layer4 = _stage(_WIDTHS[2], _WIDTHS[3], fourth)
        self.bn2 = nn.BatchNorm2d(_WIDTHS[3])
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(_WIDTHS[3] * _FINAL_GRID**2, embedding_size)
        self.features = nn.BatchNorm1d(embedding_size)
        self.features.weight.requires_grad = False
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, 0.0, _INITIAL_DEVIATION)

    def forward(self, x: Tensor) -> Tensor:
        """Return one embedding a face.

        Args:
            x: (B, 3, 112, 112) float RGB, (value - 127.5) / 127.5.

        Returns:
            (B, D) float, any length: divide by the norm before comparing.
        """
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        out: Tensor = self.features(self.fc(self.dropout(self.bn2(x).flatten(1))))
        return out


def _stage(in_channels: int, out_channels: int, count: int) -> nn.Sequential:
    """Return the blocks of one stage; the first of them halves width and height."""
    first = Block(in_channels, out_channels, stride=2)
    return nn.Sequential(first, *(Block(out_channels, out_channels, stride=1) for _ in range(count - 1)))
