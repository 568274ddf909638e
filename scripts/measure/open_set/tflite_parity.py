"""Compares a pack's recognizer with the TensorFlow Lite file it was made of, in TensorFlow Lite's own interpreter.

    pip install ai-edge-litert
    python scripts/measure/open_set/tflite_parity.py CROPS.npz MODEL.tflite --pack FOLDER [--count 1000]

CROPS is what ``attendance embed --crops`` wrote; the crops are drawn with a fixed seed. See docs/results/parity.md.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from open_set_trials import Floats, unit

from attendance_training.data.labelled_crops import load_crops
from attendance_training.packs.recognizer import open_recognizer


def embed_by_lite(model: Path, blob_rgb: Floats) -> Floats:
    """Return (n, D) float32 unit rows of the first output.

    Args:
        model: takes (B, 112, 112, 3) float32 RGB with B fixed; where B is above 1 the same picture fills the batch.
        blob_rgb: (n, 112, 112, 3) float32, normalised.
    """
    interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter(str(model))
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    rows: list[NDArray[np.float32]] = []
    for picture in blob_rgb:
        interpreter.set_tensor(taken["index"], np.repeat(picture[None], taken["shape"][0], axis=0))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(given["index"])[0].copy())
    return unit(np.stack(rows))


def main() -> None:
    """Print the smallest and the mean cosine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    given = parser.parse_args()
    recognizer = open_recognizer(str(given.pack))
    crops = load_crops(given.crops).crops
    chosen = np.sort(np.random.default_rng(1).permutation(len(crops))[: given.count])
    ours = recognizer.embed(crops[chosen])
    theirs = embed_by_lite(given.model, recognizer.blob(crops[chosen]).transpose(0, 2, 3, 1))
    cosines = (ours.astype(np.float64) * theirs).sum(axis=1)
    print(f"{recognizer.model_id}: {len(chosen)} crops, cosine at least {cosines.min():.7f}, mean {cosines.mean():.7f}")


if __name__ == "__main__":
    main()
