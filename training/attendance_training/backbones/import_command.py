"""What ``attendance-train import-weights`` does: a published checkpoint becomes an .npz file of weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attendance_training.backbones import Backbone
from attendance_training.backbones.cost import count_parameters
from attendance_training.backbones.pretrained import load_pretrained, save_arrays


def import_weights(checkpoint: Path, *, backbone: Backbone, output: Path, say: Callable[[str], object]) -> None:
    """Load published weights into a network and write them as this package's own file.

    Args:
        checkpoint: of arcface_torch or facenet-pytorch, or a .tflite file.
        backbone: the network it is for.
        output: the .npz file; an existing one is replaced.
        say: takes one line of text.

    Raises:
        CheckpointUnusable: damaged, with code in it, or of another network.
        StorageError: the file cannot be written.
    """
    model = backbone.build()
    load_pretrained(model, checkpoint)
    save_arrays(output, model)
    say(f"Wrote {output}: {count_parameters(model):,} parameters of {backbone.name}")
