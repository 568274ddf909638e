"""Describes a recognizer from elsewhere, a single ONNX file, as a pack: with the detector of the bundled one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attendance.core.packs.format import (
    COLOURS,
    MAX_EMBEDDING_SIZE,
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    Licence,
    Manifest,
    RecognizerSpec,
    is_pack_id,
)
from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import file_sum, model_path, read_manifest
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken, ModelError
from attendance.vision.onnx_session import ModelSession, Port, describe_model, open_session

_LEAST_EMBEDDING_SIZE = 16
_UNKNOWN_LICENCE_NAME = "licence not stated"


@dataclass(frozen=True, slots=True)
class CustomRecognizer:
    """What an ONNX file does not say about itself.

    Attributes:
        name: of the new pack.
        mean: subtracted from each pixel value 0..255.
        std: divisor after that.
        side_px: of the input; None = what the file says.
        colour: order of the channels, "rgb" or "bgr".
        licence: who made it and under which terms; "" when nobody knows.
        may_be_used: the terms allow a company to use it.
    """

    name: str
    mean: float = 127.5
    std: float = 127.5
    side_px: int | None = None
    colour: str = "rgb"
    licence: str = ""
    may_be_used: bool = False


def stage_custom(source: Path, given: CustomRecognizer, default: Path, staged: Path) -> Manifest:
    """Copy a recognizer and the default pack's detector into a folder, and describe both.

    Args:
        source: an .onnx file.
        given: what the file does not say.
        default: folder of the pack whose detector is taken.
        staged: an existing empty folder.

    Returns:
        The manifest; it is not written, and its models were not run as a pack.

    Raises:
        ModelContractBroken: not a recognizer, or one of another side.
        ModelError: a name, side or number that cannot be; the default pack is damaged.
        OSError: ``staged`` cannot be written.
    """
    _check(given)
    inputs, outputs = describe_model(source, pack=given.name)
    side_px = _side(source, given, inputs)
    size = _embedding_size(source, given, side_px, outputs)
    detector = read_manifest(default)
    files = {}
    for name in detector.detector.files.values():
        shutil.copyfile(model_path(default, name, pack=detector.pack_id), staged / name)
        files[name] = detector.files[name]
    name = source.name if is_file_name(source.name) and source.name not in files else "recognizer.onnx"
    shutil.copyfile(source, staged / name)
    files[name] = file_sum(staged / name)
    return Manifest(
        pack_id=given.name,
        title=given.name,
        licence=Licence(
            name=given.licence.splitlines()[0] if given.licence else _UNKNOWN_LICENCE_NAME,
            text=given.licence or "Whoever imported the pack did not say who made it and under which terms.",
            use=LicenceUse.ALLOWED if given.licence and given.may_be_used else LicenceUse.RESEARCH_ONLY,
        ),
        detector=detector.detector,
        recognizer=RecognizerSpec(name, size, given.mean, given.std, side_px=side_px, colour=given.colour),
        files=files,
    )


def _check(given: CustomRecognizer) -> None:
    """Refuse what no recognizer can have."""
    if not is_pack_id(given.name):
        raise ModelError(
            pack=given.name, reason=Reason("the name of a pack may hold letters, digits, '.', '-' and '_' only")
        )
    if not 0.0 <= given.mean <= 255.0:
        raise ModelError(pack=given.name, reason=Reason("mean is a pixel value, 0 to 255"))
    if not 1e-3 <= given.std <= 1e3:
        raise ModelError(pack=given.name, reason=Reason("std is a number above 0, at most 1000"))
    if given.colour not in COLOURS:
        raise ModelError(pack=given.name, reason=Reason("the colour order is one of {names}", names=[*COLOURS]))
    if given.side_px is not None and not MIN_SIDE_PX <= given.side_px <= MAX_SIDE_PX:
        raise ModelError(
            pack=given.name, reason=Reason("the side is from {low} to {high} pixels", low=MIN_SIDE_PX, high=MAX_SIDE_PX)
        )


def _side(source: Path, given: CustomRecognizer, inputs: tuple[Port, ...]) -> int:
    """Return the side of the input, of the file where it says so."""

    def broken(reason: Reason) -> ModelContractBroken:
        return ModelContractBroken(pack=given.name, path=source, reason=reason)

    if len(inputs) != 1 or not inputs[0].is_float32 or len(inputs[0].shape) != 4 or inputs[0].shape[1] not in (3, None):
        shapes = [port.shape for port in inputs]
        raise broken(Reason("a recognizer has one float32 input (N, 3, side, side); here: {names}", names=shapes))
    sides = {side for side in inputs[0].shape[2:] if side is not None}
    if len(sides) > 1:
        raise broken(Reason("its input is {shape}, which is not square", shape=inputs[0].shape))
    found = next(iter(sides), None)
    if found is not None and given.side_px not in (None, found):
        raise broken(Reason("its input has a side of {found} pixels, not {side}", found=found, side=given.side_px))
    side = found or given.side_px
    if side is None:
        raise broken(Reason("it does not say how large its input is; the side must be given"))
    if not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
        raise broken(Reason("the side is from {low} to {high} pixels", low=MIN_SIDE_PX, high=MAX_SIDE_PX))
    return side


def _embedding_size(source: Path, given: CustomRecognizer, side_px: int, outputs: tuple[Port, ...]) -> int:
    """Return D, from a run where the file does not say."""
    shape: tuple[int | None, ...] = outputs[0].shape if len(outputs) == 1 else ()
    if len(shape) == 2 and shape[1] is None:
        session, _ = open_session(source, pack=given.name, provider="cpu", threads=1)
        probe = np.zeros((1, 3, side_px, side_px), dtype=np.float32)
        shape = ModelSession(session, pack=given.name, path=source).run(probe)[0].shape
    size = shape[1] or 0 if len(shape) == 2 else 0
    if not _LEAST_EMBEDDING_SIZE <= size <= MAX_EMBEDDING_SIZE:
        reason = Reason(
            "a recognizer has one output (N, D) with D from {low} to {high}; here: {names}",
            low=_LEAST_EMBEDDING_SIZE,
            high=MAX_EMBEDDING_SIZE,
            names=[port.shape for port in outputs],
        )
        raise ModelContractBroken(pack=given.name, path=source, reason=reason)
    return size
