"""Runs the landmark models of a pack through insightface, in sessions of ours.

insightface takes most of a second to import, so it is imported when a model is used for the first time: the kiosk's
door never asks for landmarks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from attendance.core.packs.format import Manifest
from attendance.core.packs.manifest_file import model_path, verify_files
from attendance.core.recognition.landmarks import EyeOpening, HeadPose, eye_opening
from attendance.core.types import Detection, FloatArray, ImageBgr, ProviderReport
from attendance.errors import Reason
from attendance.vision.onnx_session import ModelSession, Port, open_session

_log = logging.getLogger(__name__)

SIDE_PX = 192
_OUTPUT_SIZES = {"mesh_68": 3309, "points_106": 212}
"""1103 points in space, the last 68 of which are those of iBUG; 106 points in the picture. Source: insightface
model_zoo/landmark.py."""
_MESH, _POINTS = _OUTPUT_SIZES
# Points of a face reach over most of its box; below this share of it they are not those of a face.
_LEAST_EXTENT = 0.1
# What insightface raises for a model that it cannot use: onnx.load and protobuf derive from these or from Exception
# itself, which is asked for by name below.
_LOAD_ERRORS = (OSError, ValueError, TypeError, IndexError, AssertionError, RuntimeError)


def landmark_role(inputs: Sequence[Port], outputs: Sequence[Port]) -> str | None:
    """Return which landmark model has these inputs and outputs, of ``LANDMARK_ROLES``; None for any other model."""
    if len(inputs) != 1 or len(outputs) != 1 or not inputs[0].is_float32:
        return None
    if inputs[0].shape not in ((1, 3, SIDE_PX, SIDE_PX), (None, 3, SIDE_PX, SIDE_PX)) or len(outputs[0].shape) != 2:
        return None
    return next((role for role, size in _OUTPUT_SIZES.items() if outputs[0].shape[1] == size), None)


class PackLandmarks:
    """The landmark models of one pack (port ``FaceLandmarks``); safe to call from several threads.

    Args:
        folder: the pack.
        manifest: of the pack; names at least one landmark model.
        provider: "auto", "cpu" or "cuda", see ``open_session``.
        threads: onnxruntime's threads; 0 = cores minus one.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, provider: str, threads: int) -> None:
        self._folder = folder
        self._manifest = manifest
        self._provider, self._threads = provider, threads
        self._lock = threading.Lock()
        self._models: dict[str, _Model] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """Which models there are, of ``LANDMARK_ROLES``."""
        return tuple(self._manifest.landmarks)

    def head_pose(self, image_bgr: ImageBgr, detection: Detection) -> HeadPose | None:
        """Return where a head points; see the port.

        Raises:
            ModelError: the model cannot be loaded or failed.
        """
        return self._model(_MESH).pose(image_bgr, detection) if _MESH in self.roles else None

    def eye_opening(self, image_bgr: ImageBgr, detection: Detection) -> EyeOpening | None:
        """Return how far the eyes of a face are open; see the port.

        Raises:
            ModelError: the model cannot be loaded or failed.
        """
        points = self._model(_POINTS if _POINTS in self.roles else _MESH).points(image_bgr, detection)
        return None if points is None else eye_opening(points)

    def check(self) -> Mapping[str, ProviderReport]:
        """Load every model and run it once.

        Returns:
            Where each of them runs.

        Raises:
            ModelError: a model is damaged or not what its place in the manifest says.
        """
        image = np.full((SIDE_PX, SIDE_PX, 3), 127, np.uint8)
        box = np.array([32, 32, 160, 160], np.float32)
        reports = {}
        for role in self.roles:
            model = self._model(role)
            model.points(image, Detection(box, np.zeros((5, 2), np.float32), 1.0))
            reports[role] = model.report
        return reports

    def _model(self, role: str) -> _Model:
        with self._lock:
            if role not in self._models:
                self._models[role] = self._load(role)
            return self._models[role]

    def _load(self, role: str) -> _Model:
        pack, name = self._manifest.pack_id, self._manifest.landmarks[role]
        verify_files(self._folder, self._manifest, [name])
        path = model_path(self._folder, name, pack=pack)
        raw, report = open_session(path, pack=pack, provider=self._provider, threads=self._threads)
        session = ModelSession(raw, pack=pack, path=path)
        if landmark_role(session.inputs, session.outputs) != role:
            raise session.broken(
                Reason("it is no model of {size} numbers from 192x192 pixels", size=_OUTPUT_SIZES[role])
            )
        _log.info("landmark model %s of pack %s on %s: %s", name, pack, report.active, report.reason)
        return _Model(_insightface(path, _Runner(raw, session, _OUTPUT_SIZES[role])), session, report)


def _insightface(path: Path, runner: _Runner) -> Any:
    """Return insightface's model, which reads the file a second time, for the names of its first nodes."""
    from google.protobuf.message import DecodeError
    from insightface.model_zoo.landmark import Landmark

    try:
        model = Landmark(model_file=str(path), session=runner)
    except (*_LOAD_ERRORS, DecodeError) as err:
        cause = Reason.quoted(str(err) or type(err).__name__)
        raise runner.session.broken(Reason("insightface cannot load it ({cause})", cause=cause)) from err
    if model.require_pose and model.mean_lmk is None:
        raise runner.session.broken(Reason("the installed insightface lacks the mean face that poses are measured by"))
    return model


@dataclass(frozen=True, slots=True)
class _Runner:
    """The part of onnxruntime's session that insightface asks for; failures come as errors of ours.

    Attributes:
        raw: onnxruntime's session.
        session: the same in our words.
        size: how many numbers it must give.
    """

    raw: Any
    session: ModelSession
    size: int

    def get_inputs(self) -> Any:
        return self.raw.get_inputs()

    def get_outputs(self) -> Any:
        return self.raw.get_outputs()

    def run(self, output_names: Sequence[str], feed: Mapping[str, FloatArray]) -> list[FloatArray]:
        (blob,) = feed.values()
        outputs = self.session.run(blob, output_names)
        if outputs[0].shape != (1, self.size) or not np.isfinite(outputs[0]).all():
            raise self.session.broken(Reason("it gave another number of values, or some that are not finite"))
        return outputs


@dataclass(frozen=True, slots=True)
class _Model:
    """One loaded landmark model.

    Attributes:
        insightface: its ``Landmark``.
        session: for error messages.
        report: where it runs.
    """

    insightface: Any
    session: ModelSession
    report: ProviderReport

    def pose(self, image_bgr: ImageBgr, detection: Detection) -> HeadPose | None:
        """Return the turn of the head against InsightFace's mean face, None where nothing can be measured."""
        found = self._run(image_bgr, detection)
        if found is None or not np.isfinite(found["pose"]).all():
            return None
        return HeadPose(*(float(angle) for angle in found["pose"]))

    def points(self, image_bgr: ImageBgr, detection: Detection) -> FloatArray | None:
        """Return (106, 2) or (68, 3) float32 in pixels of the picture, None where nothing can be measured."""
        found = self._run(image_bgr, detection)
        return None if found is None else np.asarray(found[self.insightface.taskname], dtype=np.float32)

    def _run(self, image_bgr: ImageBgr, detection: Detection) -> Any:
        """Return insightface's face, None for a box that is empty, outside or no numbers, and for points in one place.

        insightface asks for none of that: it divides by the size of the box, measures a black crop, and finds the turn
        of points in one place in their last decimals.
        """
        from insightface.app.common import Face

        if not _overlaps(detection.box_xyxy_px, image_bgr.shape[1], image_bgr.shape[0]):
            return None
        face = Face(bbox=detection.box_xyxy_px.astype(np.float64))
        try:
            with np.errstate(all="ignore"):
                self.insightface.get(image_bgr, face)
        except (cv2.error, np.linalg.LinAlgError):
            return None
        extent = float(np.ptp(face[self.insightface.taskname][:, :2], axis=0).max())
        return face if extent > _LEAST_EXTENT * max(detection.size_wh) else None


def _overlaps(box_px: FloatArray, width: int, height: int) -> bool:
    left, top, right, bottom = (float(v) for v in box_px)
    # Not a number makes every comparison false.
    return left < right and top < bottom and max(left, 0.0) < min(right, width) and max(top, 0.0) < min(bottom, height)
