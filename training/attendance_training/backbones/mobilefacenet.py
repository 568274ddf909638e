"""MobileFaceNet: inverted bottlenecks and a global depthwise convolution, about one million parameters.

Source: Chen et al., "MobileFaceNets", 2018, arXiv:1804.07573, table 1. The attribute names are the parameter names of
InsightFace's arcface_torch checkpoints ("mbf"); renaming one breaks loading them.
"""

from __future__ import annotations

from torch import Tensor, nn

_HEAD_CHANNELS = 512
_FINAL_GRID = 7
"""112 pixels after four halvings."""
_BODY = ((64, 5, 2), (128, 1, 4), (128, 6, 2), (128, 1, 4), (128, 2, 2))
"""Table 1 from its third row on: channels, blocks n, expansion t. The first block of rows 1, 2 and 4 halves."""


class ConvBlock(nn.Module):
    """Convolution, normalisation and, unless it is linear, PReLU.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        kernel: side of the kernel; odd kernels keep width and height at stride 1 unless ``padding`` says otherwise.
        stride: 1, or 2 to halve.
        groups: of the convolution.
        padding: of the convolution; None for half of the kernel.
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
        padding: int | None = None,
        is_linear: bool = False,
    ) -> None:
        super().__init__()
        around = kernel // 2 if padding is None else padding
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, out_channels, kernel, stride, around, groups=groups, bias=False),
            nn.BatchNorm2d(out_channels),
        ]
        self.layers = nn.Sequential(*layers, *(() if is_linear else (nn.PReLU(out_channels),)))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride) of (B, in_channels, H, W)."""
        out: Tensor = self.layers(x)
        return out


class Bottleneck(nn.Module):
    """Widens by a 1x1 convolution, looks around by a depthwise 3x3, and narrows without an activation.

    Args:
        in_channels: channels coming in.
        out_channels: channels going out.
        inner: channels in between.
        stride: 1 or 2. Only a block that is a shortcut's detour keeps its input, see ``is_residual``.
        is_residual: add the input to the output.
    """

    def __init__(self, in_channels: int, out_channels: int, inner: int, *, stride: int, is_residual: bool) -> None:
        super().__init__()
        self._is_residual = is_residual
        self.layers = nn.Sequential(
            ConvBlock(in_channels, inner),
            ConvBlock(inner, inner, kernel=3, stride=stride, groups=inner),
            ConvBlock(inner, out_channels, is_linear=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H / stride, W / stride) of (B, in_channels, H, W)."""
        out: Tensor = self.layers(x)
        return x + out if self._is_residual else out


class _Stage(nn.Module):
    """Residual bottlenecks one after the other; a module of its own for the checkpoint's names."""

    def __init__(self, channels: int, count: int, inner: int) -> None:
        super().__init__()
        blocks = (Bottleneck(channels, channels, inner, stride=1, is_residual=True) for _ in range(count))
        self.layers = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return out


class _Head(nn.Module):
    """Global depthwise convolution (section 3.1 of the paper), then a linear layer and normalisation."""

    def __init__(self, embedding_size: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            ConvBlock(
                _HEAD_CHANNELS,
                _HEAD_CHANNELS,
                kernel=_FINAL_GRID,
                groups=_HEAD_CHANNELS,
                padding=0,
                is_linear=True,
            ),
            nn.Flatten(),
            nn.Linear(_HEAD_CHANNELS, embedding_size, bias=False),
            nn.BatchNorm1d(embedding_size),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return out


class MobileFaceNet(nn.Module):
    """Embeds aligned faces; the output is not normalised.

    The channels between the bottlenecks grow with ``scale``, those inside of them do not, as in arcface_torch.

    Args:
        embedding_size: D. The paper has 128, arcface_torch's "mbf" 512.
        scale: 1 for the paper's network, 2 for arcface_torch's "mbf".

    Raises:
        ValueError: a size below 1.
    """

    def __init__(self, *, embedding_size: int, scale: int = 1) -> None:
        super().__init__()
        if embedding_size < 1 or scale < 1:
            raise ValueError(f"embedding_size {embedding_size} and scale {scale} must be at least 1")
        stem = 64 * scale
        layers: list[nn.Module] = [
            ConvBlock(3, stem, kernel=3, stride=2),
            # 64 groups whatever the scale: at scale 2 each looks at two channels, as in arcface_torch.
            ConvBlock(stem, stem, kernel=3, groups=64),
        ]
        before = 64
        for channels, count, expansion in _BODY:
            inner = before * expansion
            halves = expansion == 4 or len(layers) == 2
            if halves:
                layers.append(Bottleneck(before * scale, channels * scale, inner, stride=2, is_residual=False))
            if count > int(halves):
                layers.append(_Stage(channels * scale, count - int(halves), inner))
            before = channels
        self.layers = nn.ModuleList(layers)
        self.conv_sep = ConvBlock(before * scale, _HEAD_CHANNELS)
        self.features = _Head(embedding_size)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
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
        out: Tensor = self.features(self.conv_sep(x))
        return out
