"""The made-up faces and their teacher, made once for all tests of distillation."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of so small networks only wait for each other, for long on a busy machine."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def teacher_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from tests.unit.training.distillation import tiny_run

    return tiny_run.write_teacher(tmp_path_factory.mktemp("teacher") / "teacher.onnx")


@pytest.fixture(scope="session")
def crops_folder(teacher_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.unit.training.distillation import tiny_run

    return tiny_run.write_crops(tmp_path_factory.mktemp("faces") / "crops", teacher_file)
