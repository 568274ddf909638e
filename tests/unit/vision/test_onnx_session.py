from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from attendance.errors.models import CudaMissing, ModelContractBroken, ModelMissing
from attendance.vision import onnx_session
from attendance.vision.onnx_session import CPU, CUDA, SessionRuns, open_session
from tests.onnx_graphs import open_model, save_recognizer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save_recognizer(tmp_path / "rec.onnx")


class FakeOptions:
    def __init__(self) -> None:
        self.intra_op_num_threads = self.inter_op_num_threads = self.log_severity_level = 0
        self.entries: dict[str, str] = {}

    def add_session_config_entry(self, key: str, value: str) -> None:
        self.entries[key] = value


class FakeOrt:
    """A build of onnxruntime that lists CUDA and gets, or does not get, a working GPU."""

    __version__ = "9.9"

    def __init__(self, folder: Path, *, active: str, prints: str = "", lists_cuda: bool = True) -> None:
        self.__file__ = str(folder / "__init__.py")
        self._active, self._prints = active, prints
        self._available = [CUDA, CPU] if lists_cuda else [CPU]
        self.SessionOptions = FakeOptions
        self.asked: list[list[str]] = []
        self.options: list[FakeOptions] = []
        self.preloaded = 0

    def get_available_providers(self) -> list[str]:
        return self._available

    def set_default_logger_severity(self, level: int) -> None:
        pass

    def preload_dlls(self) -> None:
        self.preloaded += 1

    def InferenceSession(self, path: str, options: FakeOptions, providers: list[str]) -> Any:
        self.asked.append(providers)
        self.options.append(options)
        if self._prints and CUDA in providers:
            print(self._prints)  # noqa: T201 - what the real one does
        active = self._active if CUDA in providers else CPU
        return SimpleNamespace(get_providers=lambda: [active], disable_fallback=lambda: None)


def use(monkeypatch: pytest.MonkeyPatch, fake: FakeOrt) -> FakeOrt:
    monkeypatch.setattr(onnx_session, "ort", fake)
    return fake


def test_that_telemetry_is_off_before_onnxruntime_is_imported() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    script = (
        "import builtins, os, sys\n"
        "real = builtins.__import__\n"
        "seen = []\n"
        "def spy(name, *rest, **more):\n"
        "    if name == 'onnxruntime' and not seen: seen.append(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = spy\n"
        "import attendance.vision.onnx_session\n"
        "sys.exit(0 if seen == ['1'] else 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False, timeout=120).returncode == 0


def test_that_cpu_session_reports_the_setting_as_its_reason(model: Path) -> None:
    session, report = open_session(model, pack="p", provider="cpu", threads=1)
    assert session.get_providers()[0] == CPU == report.active
    assert not report.is_gpu
    assert "settings" in str(report.reason)


def test_that_auto_without_cuda_support_says_so_and_asks_for_the_cpu_only(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = use(monkeypatch, FakeOrt(tmp_path, active=CPU, lists_cuda=False))
    _, report = open_session(model, pack="p", provider="auto", threads=3)
    assert fake.asked == [[CPU]]
    assert "no CUDA support" in str(report.reason)


def test_that_a_working_gpu_is_reported_from_the_session_itself(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = use(monkeypatch, FakeOrt(tmp_path, active=CUDA))
    _, report = open_session(model, pack="p", provider="auto", threads=0)
    assert fake.asked == [[CUDA, CPU]]
    assert fake.preloaded == 1
    assert report.is_gpu
    assert report.active == CUDA


def test_that_a_cuda_build_that_falls_back_names_what_onnxruntime_printed(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, FakeOrt(tmp_path, active=CPU, prints="EP Error CUDA driver version is insufficient when using"))
    _, report = open_session(model, pack="p", provider="auto", threads=1)
    assert report.active == CPU
    assert "supports CUDA but could not start it (CUDA driver version is insufficient" in str(report.reason)
    assert capsys.readouterr().out == ""


def test_that_a_cuda_build_that_falls_back_names_the_library_that_cannot_be_loaded(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "capi").mkdir()
    (tmp_path / "capi" / "libonnxruntime_providers_cuda.so").write_bytes(b"no library")
    use(monkeypatch, FakeOrt(tmp_path, active=CPU))
    _, report = open_session(model, pack="p", provider="auto", threads=1)
    assert "could not start it (" in str(report.reason)
    assert "no NVIDIA GPU" not in str(report.reason)


def test_that_asking_for_cuda_without_getting_it_is_an_error(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, FakeOrt(tmp_path, active=CPU, lists_cuda=False))
    with pytest.raises(CudaMissing, match=r"does not run on the GPU.*no CUDA support\.$"):
        open_session(model, pack="p", provider="cuda", threads=1)


def test_that_session_options_keep_threads_from_spinning(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = use(monkeypatch, FakeOrt(tmp_path, active=CPU))
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    open_session(model, pack="p", provider="cpu", threads=0)
    open_session(model, pack="p", provider="cpu", threads=3)
    assert [options.intra_op_num_threads for options in fake.options] == [7, 3]
    assert fake.options[0].inter_op_num_threads == 1
    assert fake.options[0].entries == {"session.intra_op.allow_spinning": "0"}


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (4, 3), (None, 1)])
def test_that_default_threads_leave_one_core_free(
    cores: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert onnx_session.default_threads() == threads


def test_that_a_missing_file_and_an_unknown_provider_are_told_apart(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        open_session(tmp_path / "none.onnx", pack="p")
    with pytest.raises(ValueError, match="provider"):
        open_session(model, pack="p", provider="gpu")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08\x3a\xff"])
def test_that_a_file_that_is_no_model_breaks_the_contract(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelContractBroken, match=r"bad\.onnx of pack p"):
        open_session(path, pack="p", provider="cpu")


def test_that_an_input_of_the_wrong_shape_breaks_the_contract(model: Path) -> None:
    with pytest.raises(ModelContractBroken, match="failed while running"):
        open_model(model).run(np.zeros((1, 3, 5, 5), np.float32))


def test_that_session_runs_add_up_and_start_again(model: Path) -> None:
    runs = SessionRuns()
    session = open_model(model, runs=runs)
    blob = np.zeros((1, 3, 112, 112), np.float32)
    session.run(blob)
    first_ms = runs.total_ms
    session.run(blob)
    assert runs.count == 2
    assert 0 < first_ms < runs.total_ms
    runs.reset()
    assert (runs.count, runs.total_ms) == (0, 0.0)
