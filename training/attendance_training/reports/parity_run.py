"""The parity report: network against file, and the file against smaller ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from attendance_training.data.face_shards import FaceShards
from attendance_training.data.labelled_crops import load_crops
from attendance_training.files.checkpoint import load_arrays, load_weights
from attendance_training.packs.recognizer import open_recognizer
from attendance_training.reports.onnx_variants import write_variants
from attendance_training.reports.parity import (
    Agreement,
    TarChange,
    compare_files,
    compare_tar,
    compare_with_network,
    pick_crops,
)

_SCALE_CROPS = 200
"""Training crops that set the scales of a static int8 variant."""


@dataclass(frozen=True, slots=True)
class ParityReport:
    """Everything measured.

    Attributes:
        agreements: network against the file first, then the file against each other one.
        changes: the file first; empty without labelled crops.
    """

    agreements: list[Agreement]
    changes: list[TarChange]


def measure_parity(
    crops: Path,
    checkpoint: Path,
    model: nn.Module,
    onnx: str,
    *,
    against: Sequence[Path],
    variants: Path | None,
    labelled: Path | None,
    count: int,
    progress: Callable[[str], None],
) -> ParityReport:
    """Read everything first, then compare.

    Args:
        crops: folder of shards; held-back crops are compared, training crops set int8's scales.
        checkpoint: weights of ``model``.
        model: the network, of any weights.
        onnx: pack folder, "FILE.onnx" or "FILE.onnx,flip".
        against: other files with the same preprocessing.
        variants: folder to write float16 and int8 variants to; None makes none.
        labelled: crops of known people, for TAR; None leaves it out.
        count: crops compared.
        progress: takes a few words on what comes next.

    Raises:
        ModelError: a file cannot be used.
    """
    load_weights(model, load_arrays(checkpoint), checkpoint)
    shipped = open_recognizer(onnx)
    people = None if labelled is None else load_crops(labelled)
    shards = FaceShards(crops)
    train, held_back = shards.split()
    picked = pick_crops(shards, held_back, count)
    agreements = [compare_with_network(model, shipped, picked)]
    others = [shipped.with_file(path) for path in against]
    if variants is not None:
        progress(f"writing variants to {variants}")
        others += write_variants(shipped, variants, pick_crops(shards, train, _SCALE_CROPS))
    for other in others:
        progress(f"comparing {other.model_id}")
        agreements.append(compare_files(shipped, other, picked))
    changes = [] if people is None else compare_tar(people, [shipped, *others], progress=progress)
    return ParityReport(agreements, changes)
