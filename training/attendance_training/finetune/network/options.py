"""How the network itself is trained, and what it is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.finetune.fit import FitData
from attendance_training.finetune.network.pack_network import ALL, LAST_STAGE

_METHODS = {LAST_STAGE: "its last stage and head trained", ALL: "all of it trained"}


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How.

    Attributes:
        part: "last-stage" or "all".
        steps: most steps.
        check_every: steps between two validations.
        save_every: steps between two checkpoints, where there is a folder for them.
        batch: photographs of staff a step; as many replay faces go with them.
        learning_rate: of AdamW for the network, falling to 0 along a cosine after ``warm_up`` steps.
        head_rate: the same for the people's centres.
        warm_up: steps.
        scale: of ArcFace, as for the adapter.
        margin_rad: of ArcFace, reached after a fifth of the steps.
        l2_start: alpha of L2-SP: pulls every weight towards where it began.
        l2_new: beta of L2-SP: pulls the people's centres towards zero; their length is in no cosine.
        replay: weight of 1 - cos(new, old) over replay faces.
        dispute: weight of what disputed photographs are above the threshold less ``dispute_margin``.
        dispute_margin: cosine that a disputed photograph should stay below the threshold.
        dispute_batch: disputed photographs a step, at most.
        patience: validations without a better one before the training ends.
        seed: of what is drawn.
    """

    part: str = LAST_STAGE
    steps: int = 120
    check_every: int = 15
    save_every: int = 15
    batch: int = 32
    learning_rate: float = 1e-4
    head_rate: float = 1e-3
    warm_up: int = 10
    scale: float = 16.0
    margin_rad: float = 0.2
    l2_start: float = 0.1
    l2_new: float = 0.01
    replay: float = 4.0
    dispute: float = 2.0
    dispute_margin: float = 0.05
    dispute_batch: int = 8
    patience: int = 4
    seed: int = 1

    @property
    def method(self) -> str:
        """What was done, for the model card."""
        return f"the recognizer with {_METHODS[self.part]}, held near its old weights (L2-SP) and on replay faces"


@dataclass(frozen=True, slots=True, eq=False)
class NetworkData:
    """Crops beside their embeddings; all are (k, 112, 112, 3) uint8 BGR.

    Attributes:
        fit: embeddings of the pack, and labels.
        staff: of ``fit.vectors``.
        general: of ``fit.general``: replay faces.
        disputed: of ``fit.disputed``.
        validation: of ``fit.validation``.
    """

    fit: FitData
    staff: NDArray[np.uint8]
    general: NDArray[np.uint8]
    disputed: NDArray[np.uint8]
    validation: NDArray[np.uint8]
