"""Loads a model pack: checksums first, then the sessions, then a probe run of every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attendance.core.packs.format import DETECTOR_ROLES, Manifest
from attendance.core.packs.manifest_file import has_manifest, model_path, read_manifest, verify_files
from attendance.core.types import PackInfo, ProviderReport
from attendance.errors import Reason
from attendance.vision.embedder import OnnxEmbedder
from attendance.vision.mtcnn import MtcnnDetector
from attendance.vision.onnx_session import ModelSession, SessionRuns, open_session
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.landmarks import PackLandmarks
from attendance.vision.scrfd import ScrfdDetector


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPack:
    """A pack that is ready to run; implements ``core.ports.vision.VisionPack``.

    Attributes:
        landmarks: opened when they are asked for, None for a pack without.
        session_runs: time spent inside onnxruntime by detector and recognizer; the rest of what ``detect`` and
            ``embed`` take is ours.
    """

    info: PackInfo
    provider: ProviderReport
    detector: ScrfdDetector | MtcnnDetector
    embedder: OnnxEmbedder
    landmarks: PackLandmarks | None
    session_runs: SessionRuns


def load_pack(
    folder: Path, *, provider: str = "auto", threads: int = 0, is_bundled: bool = False, is_active: bool = False
) -> LoadedPack:
    """Load the pack in a folder.

    A folder without ``manifest.json`` is taken as a pack in InsightFace's layout; it has no checksums to verify.

    Args:
        folder: the pack.
        provider: "auto", "cpu" or "cuda", see ``open_session``.
        threads: onnxruntime's threads; 0 = cores minus one.
        is_bundled: passed on to ``info``.
        is_active: passed on to ``info``.

    Raises:
        ModelMissing: no such folder, or a file of it is absent.
        ModelChecksumMismatch: a file is not the one in the manifest; no model was opened.
        ModelContractBroken: the manifest is wrong, or a model is not what it says.
        CudaMissing: CUDA was asked for and is not to be had.
    """
    manifest = read_manifest(folder) if has_manifest(folder) else infer_manifest(folder)
    verify_files(folder, manifest, manifest.door_files)
    runs = SessionRuns()
    sessions: dict[str, ModelSession] = {}
    reports: dict[str, ProviderReport] = {}
    for name in manifest.model_files:
        path = model_path(folder, name, pack=manifest.pack_id)
        session, report = open_session(path, pack=manifest.pack_id, provider=provider, threads=threads)
        sessions[name] = ModelSession(session, pack=manifest.pack_id, path=path, runs=runs)
        reports[name] = report
    recognizer = manifest.recognizer
    pack = LoadedPack(
        info=manifest.to_info(is_bundled=is_bundled, is_active=is_active),
        provider=_where(reports),
        detector=_detector(manifest, sessions),
        embedder=OnnxEmbedder(
            sessions[recognizer.file],
            model_id=manifest.model_id,
            embedding_size=recognizer.embedding_size,
            mean=recognizer.mean,
            std=recognizer.std,
            flip_average=recognizer.flip_average,
            side_px=recognizer.side_px,
            is_bgr=recognizer.colour == "bgr",
        ),
        landmarks=PackLandmarks(folder, manifest, provider=provider, threads=threads) if manifest.landmarks else None,
        session_runs=runs,
    )
    runs.reset()  # the probe runs do not count
    return pack


def _where(reports: Mapping[str, ProviderReport]) -> ProviderReport:
    """Return where a pack runs, given where each model does; of two places it is told which model is where."""
    first, *others = reports.values()
    if all(report.active == first.active for report in others):
        return first
    left = {name: report for name, report in reports.items() if not report.is_gpu}
    why = next(iter(left.values())).reason
    return ProviderReport(
        ", ".join(dict.fromkeys(report.active for report in reports.values())),
        Reason("Only part of the models run on the GPU; not on it: {names}. {cause}", names=[*left], cause=why),
        is_gpu=False,
    )


def _detector(manifest: Manifest, sessions: Mapping[str, ModelSession]) -> ScrfdDetector | MtcnnDetector:
    spec = manifest.detector
    if spec.kind == "mtcnn":
        return MtcnnDetector(*(sessions[spec.files[role]] for role in DETECTOR_ROLES["mtcnn"]))
    session = sessions[spec.files["detector"]]
    return ScrfdDetector(session, input_size_wh=spec.input_size_wh, mean=spec.mean, std=spec.std)
