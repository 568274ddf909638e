"""Inception-ResNet-v1: the network of the public FaceNet models.

Source: Szegedy et al., 2016, arXiv:1602.07261, figures 10 to 15, with the sizes and residual scales of David Sandberg's
FaceNet. The attribute names are the parameter names of facenet-pytorch's checkpoints: renaming one breaks loading.

Those models were trained on 160x160 pictures. The last average goes over whatever grid is left, so 112x112 fits too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_EPSILON = 1e-3
"""Of every normalisation, from the TensorFlow original; torch's own default is 1e-5."""
_STEM_OUT, _MIDDLE, _LAST = 256, 896, 1792
"""Channels of the three grids."""
_SCALE_35, _SCALE_17, _SCALE_8 = 0.17, 0.10, 0.20
"""What a block's detour is multiplied by before it is added."""


class _Conv(nn.Module):
    """Convolution, normalisation, ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(out_channels, eps=_EPSILON)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.bn(self.conv(x)))
        return out


class _Residual(nn.Module):
    """Branches side by side, joined by a 1x1 convolution, scaled and added to the input."""

    def __init__(self, channels: int, joined: int, scale: float, *, has_relu: bool = True) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(joined, channels, 1)
        self.scale = scale
        self.relu: nn.Module = nn.ReLU() if has_relu else nn.Identity()

    def _branches(self) -> list[nn.Module]:
        return [module for name, module in self.named_children() if name.startswith("branch")]

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([branch(x) for branch in self._branches()], dim=1)
        out: Tensor = self.relu(x + self.scale * self.conv2d(joined))
        return out


class _Block35(_Residual):
    """Inception-ResNet-A."""

    def __init__(self) -> None:
        super().__init__(_STEM_OUT, 96, _SCALE_35)
        self.branch0 = _Conv(_STEM_OUT, 32, 1)
        self.branch1 = nn.Sequential(_Conv(_STEM_OUT, 32, 1), _Conv(32, 32, 3, padding=1))
        self.branch2 = nn.Sequential(_Conv(_STEM_OUT, 32, 1), _Conv(32, 32, 3, padding=1), _Conv(32, 32, 3, padding=1))


class _Block17(_Residual):
    """Inception-ResNet-B."""

    def __init__(self) -> None:
        super().__init__(_MIDDLE, 256, _SCALE_17)
        self.branch0 = _Conv(_MIDDLE, 128, 1)
        self.branch1 = nn.Sequential(
            _Conv(_MIDDLE, 128, 1), _Conv(128, 128, (1, 7), padding=(0, 3)), _Conv(128, 128, (7, 1), padding=(3, 0))
        )


class _Block8(_Residual):
    """Inception-ResNet-C."""

    def __init__(self, scale: float, *, has_relu: bool = True) -> None:
        super().__init__(_LAST, 384, scale, has_relu=has_relu)
        self.branch0 = _Conv(_LAST, 192, 1)
        self.branch1 = nn.Sequential(
            _Conv(_LAST, 192, 1), _Conv(192, 192, (1, 3), padding=(0, 1)), _Conv(192, 192, (3, 1), padding=(1, 0))
        )


class _Reduction(nn.Module):
    """Branches that halve the grid, side by side."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.children()], dim=1)


class _Mixed6a(_Reduction):
    """Reduction-A."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = _Conv(_STEM_OUT, 384, 3, stride=2)
        self.branch1 = nn.Sequential(
            _Conv(_STEM_OUT, 192, 1), _Conv(192, 192, 3, padding=1), _Conv(192, _STEM_OUT, 3, stride=2)
        )
        self.branch2 = nn.MaxPool2d(3, stride=2)


class _Mixed7a(_Reduction):
    """Reduction-B."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = nn.Sequential(_Conv(_MIDDLE, 256, 1), _Conv(256, 384, 3, stride=2))
        self.branch1 = nn.Sequential(_Conv(_MIDDLE, 256, 1), _Conv(256, 256, 3, stride=2))
        self.branch2 = nn.Sequential(
            _Conv(_MIDDLE, 256, 1), _Conv(256, 256, 3, padding=1), _Conv(256, 256, 3, stride=2)
        )
        self.branch3 = nn.MaxPool2d(3, stride=2)


class InceptionResnetV1(nn.Module):
    """Embeds faces; the output is not normalised (facenet-pytorch divides by the norm at this place).

    Args:
        embedding_size: D. The public checkpoints have 512.
        dropout: share of the 1792 averages that is dropped while training; facenet-pytorch uses 0.6.
    """

    def __init__(self, *, embedding_size: int, dropout: float = 0.6) -> None:
        super().__init__()
        self.conv2d_1a = _Conv(3, 32, 3, stride=2)
        self.conv2d_2a = _Conv(32, 32, 3)
        self.conv2d_2b = _Conv(32, 64, 3, padding=1)
        self.maxpool_3a = nn.MaxPool2d(3, stride=2)
        self.conv2d_3b = _Conv(64, 80, 1)
        self.conv2d_4a = _Conv(80, 192, 3)
        self.conv2d_4b = _Conv(192, _STEM_OUT, 3, stride=2)
        self.repeat_1 = nn.Sequential(*(_Block35() for _ in range(5)))
        self.mixed_6a = _Mixed6a()
        self.repeat_2 = nn.Sequential(*(_Block17() for _ in range(10)))
        self.mixed_7a = _Mixed7a()
        self.repeat_3 = nn.Sequential(*(_Block8(_SCALE_8) for _ in range(5)))
        self.block8 = _Block8(1.0, has_relu=False)
        self.avgpool_1a = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.last_linear = nn.Linear(_LAST, embedding_size, bias=False)
        self.last_bn = nn.BatchNorm1d(embedding_size, eps=_EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """Return one embedding a face.

        Args:
            x: (B, 3, S, S) float RGB, S at least 75. (value - 127.5) / 127.5; facenet-pytorch divides by 128.

        Returns:
            (B, D) float, any length: divide by the norm before comparing.
        """
        x = self.maxpool_3a(self.conv2d_2b(self.conv2d_2a(self.conv2d_1a(x))))
        x = self.conv2d_4b(self.conv2d_4a(self.conv2d_3b(x)))
        x = self.repeat_2(self.mixed_6a(self.repeat_1(x)))
        x = self.block8(self.repeat_3(self.mixed_7a(x)))
        out: Tensor = self.last_bn(self.last_linear(self.dropout(self.avgpool_1a(x).flatten(1))))
        return out
