"""Describes a recognizer from elsewhere, a single ONNX file, as a pack: with the detector of the bundled one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from attendance.bounded_work import run_bounded
from attendance.core.packs.custom_recognizer import CustomRecognizer, mistakes
from attendance.core.packs.format import (
    MAX_EMBEDDING_SIZE,
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    Licence,
    Manifest,
    RecognizerSpec,
)
from attendance.core.packs.json_section import is_file_name
from attendance.core.packs.manifest_file import file_sum, model_path, read_manifest
from attendance.core.plain_words import shorten
from attendance.core.types import LicenceUse
from attendance.errors import Reason, Refusal
from attendance.errors.models import CustomValueWrong, ModelContractBroken
from attendance.vision.onnx_session import ModelSession, Port, describe_model, open_session
from attendance.vision.packs.licences import UNKNOWN_LICENCE

_LEAST_EMBEDDING_SIZE = 16
_LICENCE_CHARS = 120
"""Of the name of a licence; some are given as one long line."""
_LIMIT_S = 120.0
"""For one run of a model whose file does not say how large its answer is; one that loops never ends."""


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
        CustomValueWrong: a name, side or number that cannot be, or a side that the file contradicts.
        ModelContractBroken: not a recognizer.
        ModelError: the default pack is damaged.
        OSError: ``staged`` cannot be written.
    """
    for key, reason in mistakes(given).items():
        raise CustomValueWrong(pack=given.name, key=key, reason=reason)
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
        licence=_licence(given),
        detector=detector.detector,
        recognizer=RecognizerSpec(name, size, given.mean, given.std, side_px=side_px, colour=given.colour, is_own=True),
        files=files,
    )


def _licence(given: CustomRecognizer) -> Licence:
    if not given.licence:
        return UNKNOWN_LICENCE
    use = LicenceUse.ALLOWED if given.may_be_used else LicenceUse.RESEARCH_ONLY
    return Licence(shorten(given.licence.splitlines()[0], _LICENCE_CHARS), given.licence, use)


def _side(source: Path, given: CustomRecognizer, inputs: tuple[Port, ...]) -> int:
    """Return the side of the input, of the file where it says so."""

    def broken(reason: Reason) -> ModelContractBroken:
        return ModelContractBroken(pack=given.name, path=source, reason=reason)

    def wrong_side(reason: Reason) -> CustomValueWrong:
        return CustomValueWrong(pack=given.name, key="side_px", reason=reason)

    if len(inputs) != 1 or not inputs[0].is_float32 or len(inputs[0].shape) != 4 or inputs[0].shape[1] not in (3, None):
        shapes = [port.shape for port in inputs]
        raise broken(Reason("a recognizer has one float32 input (N, 3, side, side); here: {names}", names=shapes))
    sides = {side for side in inputs[0].shape[2:] if side is not None}
    if len(sides) > 1:
        raise broken(Reason("its input is {shape}, which is not square", shape=inputs[0].shape))
    found = next(iter(sides), None)
    if found is not None and given.side_px not in (None, found):
        raise wrong_side(Reason("the file has a side of {found} pixels, not {side}", found=found, side=given.side_px))
    side = found or given.side_px
    if side is None:
        raise wrong_side(Reason("the file does not say how large its input is; the side must be given"))
    if not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
        reason = Reason(
            "its input has a side of {found} pixels; that of a recognizer has {low} to {high}",
            found=side,
            low=MIN_SIDE_PX,
            high=MAX_SIDE_PX,
        )
        raise broken(reason)
    return side


def _embedding_size(source: Path, given: CustomRecognizer, side_px: int, outputs: tuple[Port, ...]) -> int:
    """Return D, from a run where the file does not say."""
    shape: tuple[int | None, ...] = outputs[0].shape if len(outputs) == 1 else ()
    if len(shape) == 2 and shape[1] is None:
        try:
            shape = run_bounded(_tried_shape, source, given.name, side_px, limit_s=_LIMIT_S)
        except Refusal as err:
            reason = Reason("its models cannot be tried: {cause}", cause=err.reason)
            raise ModelContractBroken(pack=given.name, path=source, reason=reason) from err
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


def _tried_shape(source: Path, pack: str, side_px: int) -> tuple[int, ...]:
    """Return the shape of what a model answers; for a process of its own."""
    session, _ = open_session(source, pack=pack, provider="cpu", threads=1)
    probe = np.zeros((1, 3, side_px, side_px), dtype=np.float32)
    return tuple(ModelSession(session, pack=pack, path=source).run(probe)[0].shape)
