"""The recipe of a detector's training; read by ``attendance_training.runs.recipe.read_recipe``."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from attendance.errors import Reason
from attendance_training.runs.recipe import WrongValue, in_range, out_of_range


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Everything that decides how a run goes; saved inside its checkpoints.

    Attributes:
        steps: length of the whole schedule; the cosine ends there.
        small_side: width and height in pixels of most scenes; a multiple of 32.
        small_batch: such scenes per step; at least 2, for batch normalisation.
        large_batch: scenes of 640x480, 480x640 or 640x640 per step, for faces that only fit into those.
        large_share: share of the steps with large scenes.
        peak_lr: highest learning rate of AdamW.
        warm_up_steps: steps of linear warm-up.
        weight_decay: AdamW's decoupled decay.
        ema: decay of the running mean of the weights, which is what is evaluated and exported.
        box_weight: weight of the boxes' loss; the scores' is 1.
        landmark_weight: weight of the landmarks' loss.
        empty: share of scenes without a face.
        largest_share: side of the largest face as a share of the scene's shorter side.
        occluded: share of faces with something in front.
        aligned: share of the faces that come from aligned crops.
        single: share of scenes with one large face only.
        large_single: the same of large scenes.
        most_faces: in the other scenes.
        covered: share of such a scene that faces cover at most.
        crop_count: how many aligned crops are used.
        seed: of scenes and initial weights.
        is_bfloat16: run the convolutions in bfloat16 (CPU autocast); the last layers, weights, loss and optimizer
            stay float32.

    Raises:
        WrongValue: a value is out of its range.
    """

    steps: int = field(metadata=in_range(1, 10_000_000))
    small_side: int = field(default=352, metadata=in_range(64, 640))
    small_batch: int = field(default=16, metadata=in_range(2, 1024))
    large_batch: int = field(default=5, metadata=in_range(2, 1024))
    large_share: float = field(default=0.2, metadata=in_range(0.0, 1.0))
    peak_lr: float = field(default=2e-3, metadata=in_range(1e-7, 1.0))
    warm_up_steps: int = field(default=300, metadata=in_range(1, 100_000))
    weight_decay: float = field(default=0.02, metadata=in_range(0.0, 1.0))
    ema: float = field(default=0.998, metadata=in_range(0.0, 0.99999))
    box_weight: float = field(default=2.0, metadata=in_range(0.0, 1000.0))
    landmark_weight: float = field(default=10.0, metadata=in_range(0.0, 1000.0))
    empty: float = field(default=0.15, metadata=in_range(0.0, 0.9))
    largest_share: float = field(default=0.8, metadata=in_range(0.1, 1.0))
    occluded: float = field(default=0.12, metadata=in_range(0.0, 1.0))
    aligned: float = field(default=0.25, metadata=in_range(0.0, 1.0))
    single: float = field(default=0.15, metadata=in_range(0.0, 1.0))
    large_single: float = field(default=0.5, metadata=in_range(0.0, 1.0))
    most_faces: int = field(default=14, metadata=in_range(1, 100))
    covered: float = field(default=0.45, metadata=in_range(0.01, 1.0))
    crop_count: int = field(default=6000, metadata=in_range(0, 10_000_000))
    seed: int = field(default=1, metadata=in_range(0, 2**32 - 1))
    is_bfloat16: bool = False

    def __post_init__(self) -> None:
        for spec in fields(self):
            if problem := out_of_range(spec, getattr(self, spec.name)):
                raise WrongValue(spec.name, problem)
        if self.small_side % 32:
            raise WrongValue("small_side", Reason("must be a multiple of 32"))
