"""What the tests of the detector share."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from attendance_training.detector.pictures import is_held_back
from tests.unit.training.detector import made_up


@pytest.fixture(scope="session")
def reference_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up.write_reference(tmp_path_factory.mktemp("reference") / "reference.onnx")


@pytest.fixture(scope="session")
def photos_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people to train on and three held back."""
    folder = tmp_path_factory.mktemp("photos")
    made_up.write_photos(folder, 6, is_wanted=lambda name: not is_held_back(name))
    return made_up.write_photos(folder, 3, is_wanted=is_held_back)
