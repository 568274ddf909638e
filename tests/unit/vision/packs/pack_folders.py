"""Packs of tiny models, as folders and archives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from attendance.core.packs.manifest_file import write_manifest
from attendance.vision.packs.insightface import infer_manifest
from tests.onnx_graphs import save_landmarks, save_recognizer, save_scrfd

WITH_LANDMARKS = ["1k3d68.onnx", "2d106det.onnx", "det.onnx", "manifest.json", "rec.onnx"]


def make_pack(folder: Path, *, seed: int = 7, with_manifest: bool = False) -> Path:
    folder.mkdir(parents=True)
    save_scrfd(folder / "det.onnx")
    save_recognizer(folder / "rec.onnx", seed=seed)
    if with_manifest:
        write_manifest(folder, infer_manifest(folder))
    return folder


def zipped(folder: Path, prefix: str = "") -> Path:
    path = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(path, "w") as file:
        for member in sorted(folder.iterdir()):
            file.write(member, prefix + member.name)
    return path


def installed(tmp_path: Path) -> list[str]:
    """Return what lies in the folder of the store, but for what is being downloaded."""
    folder = tmp_path / "models"
    return sorted(path.name for path in folder.iterdir() if path.name != ".downloads") if folder.exists() else []


def add_landmarks(folder: Path) -> Path:
    """Give a pack the landmark models of InsightFace's, with points that are spread over the picture."""
    spread = np.random.default_rng(1).uniform(-0.8, 0.8, 3309)
    save_landmarks(folder / "1k3d68.onnx", spread)
    save_landmarks(folder / "2d106det.onnx", spread[:212])
    return folder
