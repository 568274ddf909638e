"""The loss of a batch of scenes: quality focal loss, GIoU and a smooth L1 of the landmarks.

Scores: Li et al. 2020, "Generalized Focal Loss", arXiv:2006.04388, eq. 2 with beta = 2; the quality is the overlap of
the anchor's own box with the face. Boxes: Rezatofighi et al. 2019, arXiv:1902.09630. Landmarks: Huber's loss of the
errors in sides of the face, linear from ``KNEE`` on, so that the last per cent still pulls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from attendance_training.detector.anchors import SceneLabels, anchor_grid, assign

KNEE = 0.01
"""Landmark error, in sides of the face, from which the loss is linear."""
_LEAST_QUALITY = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class BatchTargets:
    """Targets of B scenes of one size; P positive anchors in all.

    Attributes:
        size_wh: of the scenes, pixels.
        judged: (B, K) bool, False where an answer is neither right nor wrong.
        rows: (P, 2) int64 scene and anchor.
        boxes: (P, 4) float32 pixels.
        landmarks: (P, 10) float32 pixels.
    """

    size_wh: tuple[int, int]
    judged: NDArray[np.bool_]
    rows: NDArray[np.int64]
    boxes: NDArray[np.float32]
    landmarks: NDArray[np.float32]


def collect_targets(labels: list[SceneLabels], size_wh: tuple[int, int]) -> BatchTargets:
    """Return the targets of scenes of one size."""
    faces = np.stack([assign(scene, size_wh).face for scene in labels])
    rows = np.argwhere(faces >= 0)
    boxes = [labels[scene].boxes[faces[scene, anchor]] for scene, anchor in rows]
    landmarks = [labels[scene].landmarks[faces[scene, anchor]].reshape(10) for scene, anchor in rows]
    return BatchTargets(
        size_wh,
        faces != -2,
        rows,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(landmarks, np.float32).reshape(-1, 10),
    )


def detection_loss(answers: tuple[Tensor, Tensor, Tensor], targets: BatchTargets) -> tuple[Tensor, Tensor, Tensor]:
    """Return the losses of scores, boxes and landmarks, each a mean over the positive anchors (at least one).

    Args:
        answers: (B, K, 1) logits, (B, K, 4) and (B, K, 10) in strides, of ``FaceNet``.
        targets: of the same scenes.
    """
    logits = answers[0].squeeze(2)
    scene, anchor = torch.from_numpy(targets.rows).unbind(1)
    grid = anchor_grid(targets.size_wh)
    centres = torch.from_numpy(grid.centres)[anchor]
    strides = torch.from_numpy(grid.strides)[anchor, None]
    boxes, points = torch.from_numpy(targets.boxes), torch.from_numpy(targets.landmarks)
    distances = answers[1][scene, anchor] * strides
    own = torch.cat([centres - distances[:, :2], centres + distances[:, 2:]], dim=1)
    overlap, giou = overlaps(own, boxes)
    quality = torch.zeros_like(logits)
    quality[scene, anchor] = overlap.detach()
    probability = logits.sigmoid()
    focus = (probability - quality).square() * torch.from_numpy(targets.judged)
    entropy = functional.binary_cross_entropy_with_logits(logits, quality, reduction="none")
    score_loss = (focus * entropy).sum() / max(1, len(scene))
    weight = overlap.detach().clamp(min=_LEAST_QUALITY)
    total = weight.sum().clamp(min=1.0)
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).clamp(min=1.0).sqrt()[:, None]
    offsets = answers[2][scene, anchor] * strides + centres.repeat(1, 5)
    errors = (offsets - points) / sides
    huber = functional.huber_loss(errors, torch.zeros_like(errors), reduction="none", delta=KNEE).mean(dim=1) / KNEE
    return score_loss, ((1.0 - giou) * weight).sum() / total, (huber * weight).sum() / total


def overlaps(own: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and GIoU of (P, 4) boxes row by row; a box turned inside out has no area."""
    shared = (torch.minimum(own[:, 2:], wanted[:, 2:]) - torch.maximum(own[:, :2], wanted[:, :2])).clamp(min=0)
    around = (torch.maximum(own[:, 2:], wanted[:, 2:]) - torch.minimum(own[:, :2], wanted[:, :2])).clamp(min=0)
    areas = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(dim=1) for box in (own, wanted)]
    both = shared.prod(dim=1)
    union = (areas[0] + areas[1] - both).clamp(min=1e-6)
    hull = around.prod(dim=1).clamp(min=1e-6)
    overlap = both / union
    return overlap, overlap - (hull - union) / hull
