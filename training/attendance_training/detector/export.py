"""Writes the trained detector as an ONNX file in SCRFD's layout and proves that it computes the same."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from attendance.errors import Reason, Refusal
from attendance_training.detector.anchors import STRIDES
from attendance_training.detector.network import FaceNet, ScrfdOutputs
from attendance_training.errors import CheckpointUnusable, ExportFailed
from attendance_training.packs.export import write_float16_weights, write_onnx
from attendance_training.runs.run_state import averaged_model, read_state

INPUT_NAME = "input.1"
"""SCRFD's name, though loaders ask the file for it."""
OUTPUT_NAMES = tuple(f"{kind}_{stride}" for kind in ("score", "bbox", "kps") for stride in STRIDES)
CHECKED_SIZES_WH = ((320, 320), (640, 480), (640, 640), (64, 96))
MAX_DIFFERENCE = 1e-3
"""Largest accepted difference of any output; boxes and landmarks are in strides, so 0.03 px."""
MAX_HALF_DIFFERENCE = 0.1
"""The same with weights in float16: some thousandths of a score, and under 1 px at the finest stride."""
_LARGEST_CELLS = 128


@dataclass(frozen=True, slots=True)
class DetectorParity:
    """How far the ONNX file is from the network.

    Attributes:
        max_score_difference: of the scores, 0..1.
        max_offset_difference: of boxes and landmarks, in strides.
    """

    max_score_difference: float
    max_offset_difference: float


def load_network(path: Path) -> FaceNet:
    """Return the running mean of a run's state.

    Args:
        path: ``state.safetensors`` of a run, compacted or not.

    Raises:
        CheckpointUnusable: absent, damaged, or of another network.
    """
    network = FaceNet()
    try:
        network.load_state_dict(averaged_model(read_state(path)))
    except RuntimeError as err:
        raise CheckpointUnusable(path=path, reason=Reason("it is the state of another network")) from err
    return network.eval()


def export_detector(network: FaceNet, path: Path, *, logit_shift: float = 0.0, half: bool = False) -> DetectorParity:
    """Write the network with one picture a run, free height and width (multiples of 32), and SCRFD's nine outputs.

    Batch normalisation is folded into the convolutions.

    Args:
        network: trained.
        path: the file to write.
        logit_shift: added to every score before the sigmoid, see ``ScrfdOutputs``.
        half: store the weights as float16.

    Returns:
        The measured agreement.

    Raises:
        ExportFailed: the file is not valid, or an output differs by more than
            MAX_DIFFERENCE, with ``half`` MAX_HALF_DIFFERENCE. The old file stays.
    """
    original = ScrfdOutputs(network.cpu().eval(), logit_shift=logit_shift).eval()
    folded = ScrfdOutputs(fold_normalisation(network), logit_shift=logit_shift).eval()

    def check(file: Path) -> DetectorParity:
        if half:
            write_float16_weights(file, file)
        parity = compare(original, file)
        # numpy's, here and in ``compare``: Python's max passes over a NaN that does not stand first.
        worst = float(np.maximum(parity.max_score_difference, parity.max_offset_difference))
        if not worst <= (MAX_HALF_DIFFERENCE if half else MAX_DIFFERENCE):
            raise ExportFailed(path=path, reason=Reason("an output changed by {change}", change=f"{worst:.1e}"))
        return parity

    return write_onnx(
        folded,
        path,
        example=torch.randn(1, 3, 320, 352),
        input_name=INPUT_NAME,
        output_names=OUTPUT_NAMES,
        free_sizes={
            axis: STRIDES[-1] * torch.export.Dim(name, min=2, max=_LARGEST_CELLS)
            for axis, name in ((2, "rows"), (3, "columns"))
        },
        check=check,
    )


def fold_normalisation(network: FaceNet) -> FaceNet:
    """Return a copy whose convolutions do the work of the batch normalisation behind them."""
    folded = copy.deepcopy(network).cpu().eval()
    for part in folded.modules():
        if isinstance(part, nn.Sequential) and len(part) > 1 and isinstance(part[1], nn.BatchNorm2d):
            part[0] = fuse_conv_bn_eval(part[0], part[1])  # type: ignore[type-var]
            part[1] = nn.Identity()
    return folded


def compare(model: ScrfdOutputs, path: Path) -> DetectorParity:
    """Run the network and the ONNX file on noise of several sizes.

    Args:
        model: in evaluation mode, on the CPU.
        path: the ONNX file.

    Raises:
        ValueError: the file has not nine outputs, or one is of another shape than the network's.
    """
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    scores, offsets = [0.0], [0.0]
    rng = np.random.default_rng(20260101)
    for width, height in CHECKED_SIZES_WH:
        picture = rng.uniform(-1.0, 1.0, (1, 3, height, width)).astype(np.float32)
        theirs: list[NDArray[np.float32]] = [np.asarray(a) for a in session.run(None, {INPUT_NAME: picture})]
        with torch.inference_mode():
            ours = [answer.numpy() for answer in model(torch.from_numpy(picture))]
        if [a.shape for a in theirs] != [a.shape for a in ours]:
            raise Refusal(
                Reason(
                    "outputs {shapes} at {width}x{height} are not SCRFD's",
                    shapes=str([a.shape for a in theirs]),
                    width=width,
                    height=height,
                )
            )
        differences = [float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True)]
        scores += differences[: len(STRIDES)]
        offsets += differences[len(STRIDES) :]
    return DetectorParity(float(np.max(scores)), float(np.max(offsets)))
