"""The detector's network: dense 3x3 convolutions, a small feature pyramid, SCRFD's nine outputs.

Dense convolutions are the form that a processor trains and runs fastest for their multiply-accumulates. Most of
the width is spent at strides 16 and 32, where faces of 45 px and more are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from attendance_training.detector.anchors import ANCHORS_PER_CELL, BASE_SIZES_PX, STRIDES

WIDTHS = (16, 24, 40, 72, 128)
"""Channels at strides 2, 4, 8, 16 and 32."""
PYRAMID_WIDTH = 40
HEAD_WIDTHS = ((40,), (56, 56), (64, 64))
"""Channels of the convolutions of each stride's head."""
_RARE = -4.0
"""First bias of the scores, a sigmoid of 0.018: nearly all anchors are background (Lin et al. 2017, RetinaNet)."""
# Landmarks of a face in the middle of its box, in sides of the box: where the answers of a new network begin.
_MEAN_LANDMARKS = (-0.2, -0.15, 0.2, -0.15, 0.0, 0.07, -0.16, 0.27, 0.16, 0.27)


def conv(inputs: int, outputs: int, *, stride: int = 1, dilation: int = 1, kernel: int = 3) -> nn.Sequential:
    """Return convolution, batch normalisation and ReLU."""
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Bottleneck(nn.Module):
    """Two 3x3 convolutions through fewer channels, added to their input."""

    def __init__(self, width: int, middle: int, *, dilation: int = 1) -> None:
        super().__init__()
        self.first = conv(width, middle, dilation=dilation)
        self.second = nn.Sequential(nn.Conv2d(middle, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, values: Tensor) -> Tensor:
        """Return a tensor of the input's shape."""
        return functional.relu(values + self.second(self.first(values)))


class Head(nn.Module):
    """Score, box and landmarks of one stride, in units of each anchor's base size."""

    units: Tensor

    def __init__(self, inputs: int, widths: Sequence[int], stride: int, bases: Sequence[int]) -> None:
        super().__init__()
        self.tower = nn.Sequential(*(conv(a, b) for a, b in pairwise((inputs, *widths))))
        # Landmarks of a large face lie up to eight cells from its middle: they get convolutions of a wider reach.
        self.points_tower = nn.Sequential(
            *(conv(a, b, dilation=reach) for (a, b), reach in zip(pairwise((inputs, *widths)), (1, 2), strict=False))
            if len(widths) > 1
            else ()
        )
        width = widths[-1]
        self.score = nn.Conv2d(width, ANCHORS_PER_CELL, 1)
        self.box = nn.Conv2d(width, ANCHORS_PER_CELL * 4, 1)
        self.points = nn.Conv2d(width, ANCHORS_PER_CELL * 10, 1)
        units = torch.tensor([base / stride for base in bases])
        self.register_buffer("units", units, persistent=False)
        nn.init.normal_(self.score.weight, std=0.01)
        nn.init.constant_(self.score.bias, _RARE)  # type: ignore[arg-type]
        for layer, start in ((self.box, (0.5,) * 4), (self.points, _MEAN_LANDMARKS)):
            nn.init.normal_(layer.weight, std=0.01)
            with torch.no_grad():
                layer.bias.copy_(torch.tensor(start * ANCHORS_PER_CELL))  # type: ignore[union-attr]

    def forward(self, tower: Tensor, level: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, N, 1) score logits, (B, N, 4) and (B, N, 10) distances in strides; anchors of a cell adjoin.

        Args:
            tower: what ``self.tower`` made of the level, float32.
            level: of the pyramid, float32.
        """
        score, box = (self._rows(layer(tower)) for layer in (self.score, self.box))
        # The smallest stride has one tower for everything.
        points = self._rows(self.points(self.points_tower(level) if len(self.points_tower) else tower))
        units = self.units.reshape(-1, 1)
        return score.flatten(1, 2), (box * units).flatten(1, 2), (points * units).flatten(1, 2)

    @staticmethod
    def _rows(answer: Tensor) -> Tensor:
        """Turn (B, A * V, H, W) into (B, H * W, A, V)."""
        batch, channels = answer.shape[:2]
        return answer.permute(0, 2, 3, 1).reshape(batch, -1, ANCHORS_PER_CELL, channels // ANCHORS_PER_CELL)


class FaceNet(nn.Module):
    """Finds faces at strides 8, 16 and 32. Input (B, 3, H, W) RGB, (x - 127.5) / 128, H and W multiples of 32."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.stem = nn.Sequential(conv(3, a, stride=2), conv(a, b, stride=2))
        self.stage8 = nn.Sequential(conv(b, c, stride=2), Bottleneck(c, 24))
        self.stage16 = nn.Sequential(conv(c, d, stride=2), Bottleneck(d, 48), Bottleneck(d, 48))
        # The dilation lets stride 32 see all of a face that fills the picture.
        self.stage32 = nn.Sequential(conv(d, e, stride=2), Bottleneck(e, 64), Bottleneck(e, 64, dilation=2))
        self.lateral = nn.ModuleList([conv(width, PYRAMID_WIDTH, kernel=1) for width in (c, d, e)])
        self.smooth = nn.ModuleList([conv(PYRAMID_WIDTH, PYRAMID_WIDTH) for _ in STRIDES[:2]])
        self.down = nn.ModuleList([conv(PYRAMID_WIDTH, PYRAMID_WIDTH, stride=2) for _ in STRIDES[1:]])
        self.heads = nn.ModuleList(
            [Head(PYRAMID_WIDTH, w, s, b) for w, s, b in zip(HEAD_WIDTHS, STRIDES, BASE_SIZES_PX, strict=True)]
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, K, 1) logits, (B, K, 4) and (B, K, 10) in strides; all strides end to end."""
        return self.predict(self.towers(pictures))

    def towers(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return each head's tower and level of the pyramid; may run in bfloat16."""
        levels = self.pyramid(pictures)
        return [(head.tower(level), level) for head, level in zip(self.heads, levels, strict=True)]  # type: ignore[operator]

    def levels(self, towers: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Return the answers of each stride; in float32, since bfloat16 would round landmarks to half a pixel."""
        return [head(tower.float(), level.float()) for head, (tower, level) in zip(self.heads, towers, strict=True)]

    def predict(self, towers: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
        """Return what ``forward`` returns."""
        score, box, points = (torch.cat(part, dim=1) for part in zip(*self.levels(towers), strict=True))
        return score, box, points

    def pyramid(self, pictures: Tensor) -> list[Tensor]:
        """Return the features of strides 8, 16 and 32, (B, PYRAMID_WIDTH, H / stride, W / stride)."""
        at8 = self.stage8(self.stem(pictures))
        at16 = self.stage16(at8)
        at32 = self.stage32(at16)
        low8, low16, low32 = (layer(level) for layer, level in zip(self.lateral, (at8, at16, at32), strict=True))
        low16 = self.smooth[1](low16 + functional.interpolate(low32, scale_factor=2.0, mode="nearest"))
        low8 = self.smooth[0](low8 + functional.interpolate(low16, scale_factor=2.0, mode="nearest"))
        low16 = low16 + self.down[0](low8)
        return [low8, low16, low32 + self.down[1](low16)]


class ScrfdOutputs(nn.Module):
    """The network as SCRFD's file has it: one picture in; scores, boxes, landmarks of three strides out.

    Args:
        network: a trained ``FaceNet``.
        logit_shift: added to every score before the sigmoid; moves the best threshold to 0.5.
    """

    def __init__(self, network: FaceNet, *, logit_shift: float = 0.0) -> None:
        super().__init__()
        self.network = network
        self.logit_shift = logit_shift

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """Return (N, 1) scores in 0..1, then (N, 4), then (N, 10), each for strides 8, 16, 32; (1, 3, H, W) in."""
        answers = self.network.levels(self.network.towers(picture))
        scores = [torch.sigmoid(score[0] + self.logit_shift) for score, _, _ in answers]
        return (*scores, *(box[0] for _, box, _ in answers), *(points[0] for _, _, points in answers))
