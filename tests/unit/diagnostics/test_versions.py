from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import distributions

import pytest
from packaging.utils import canonicalize_name

from attendance.diagnostics import installed
from attendance.diagnostics.finding import Finding, Level
from attendance.diagnostics.installed import Environment, Package, pip_install, read_environment
from attendance.diagnostics.versions import check_overwriting, check_versions

PROGRAM = Package(
    "face-attendance",
    "0.1.0",
    (
        "pyside6-essentials<6.12,>=6.8",
        "onnxruntime<2,>=1.20",
        "insightface<3,>=2.1",
        "scikit-image<2.2,>=0.24",
        'tzdata>=2024; sys_platform == "win32"',
        'importlib-metadata>=8; python_version < "3.12"',
        'pyserial<4,>=3.5; extra == "relay"',
        'onnxruntime-gpu[cuda]==1.31.*; extra == "gpu"',
        'onnxruntime==1.31.*; extra == "gpu"',
    ),
    (
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Office/Business",
    ),
)
TRAINING = Package("face-attendance-training", "0.1.0", ("face-attendance==0.1.0", "torch<2.14,>=2.13", "onnx>=1.20"))
HEALTHY = (
    PROGRAM,
    Package("PySide6_Essentials", "6.11.3", ("shiboken6==6.11.3",)),
    Package("shiboken6", "6.11.3"),
    Package("onnxruntime", "1.32.0"),
    Package("insightface", "2.1", ("onnxruntime", "scikit-image", 'Cython; extra == "face3d"')),
    Package("scikit-image", "0.26.0"),
    Package("importlib_metadata", "10.2.0"),
)


def environment(
    *changed: Package, without: Iterable[str] = (), python: str = "3.11.7", build: str | None = "onnxruntime"
) -> Environment:
    packages = {package.key: package for package in (*HEALTHY, *changed)}
    return Environment({key: value for key, value in packages.items() if key not in without}, python, build)


def problems(found: Environment) -> list[Finding]:
    *findings, summary = check_versions(found)
    levels = [finding.level for finding in findings]
    worst = next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)
    assert summary.level is worst
    assert found.python in summary.text
    return findings


def test_that_packages_within_the_declared_ranges_are_well() -> None:
    assert problems(environment()) == []
    (summary,) = check_versions(environment())
    assert "PySide6_Essentials 6.11.3" in summary.text


@pytest.mark.parametrize("python", ["3.10.13", "3.11.7"])
def test_that_pyside_6_12_0_is_called_bad_on_the_pythons_that_it_aborts(python: str) -> None:
    findings = problems(environment(Package("PySide6_Essentials", "6.12.0"), python=python))
    (finding,) = [finding for finding in findings if finding.level is Level.ERROR]
    assert finding.text.startswith("PySide6_Essentials 6.12.0 drops a reference to True at every signal")
    assert finding.hint == f'Run: {sys.executable} -m pip install "pyside6-essentials<6.12,>=6.8"'


def test_that_pyside_6_12_0_is_only_out_of_range_on_a_newer_python() -> None:
    (finding,) = problems(environment(Package("PySide6_Essentials", "6.12.0"), python="3.12.1"))
    assert finding.level is Level.ERROR
    assert finding.text == "PySide6_Essentials 6.12.0 is installed; face-attendance needs <6.12,>=6.8."


def test_that_scikit_image_without_the_estimate_of_insightface_is_called_bad() -> None:
    new = Package("scikit-image", "2.2.0")
    (finding,) = problems(environment(new))
    assert "SimilarityTransform.estimate()" in finding.text
    assert '"scikit-image<2.2,>=0.24"' in finding.hint
    (finding,) = problems(environment(new, Package("insightface", "2.2")))
    assert "SimilarityTransform" not in finding.text


def test_that_a_missing_package_is_named_with_the_command_that_brings_it() -> None:
    (finding,) = problems(environment(without=["scikit-image"]))
    assert (finding.level, finding.text) == (Level.ERROR, "scikit-image is missing; face-attendance needs it.")
    assert finding.hint.endswith('-m pip install "scikit-image<2.2,>=0.24"')


def test_that_markers_decide_what_is_needed() -> None:
    assert problems(environment(without=["importlib-metadata"], python="3.12.1")) == []
    (finding,) = problems(environment(without=["importlib-metadata"]))
    assert finding.text.startswith("importlib-metadata is missing")


def test_that_what_the_packages_need_themselves_is_compared_too() -> None:
    (finding,) = problems(environment(Package("shiboken6", "6.10.0")))
    assert finding.text == "shiboken6 6.10.0 is installed; PySide6_Essentials needs ==6.11.3."


def test_that_another_build_of_a_library_does_its_work() -> None:
    only_gpu = environment(Package("onnxruntime-gpu", "1.31.1"), without=["onnxruntime"])
    assert problems(only_gpu) == []


def test_that_extras_count_only_once_they_are_installed() -> None:
    two = (Package("onnxruntime-gpu", "1.31.0"), Package("onnxruntime", "1.31.0"))
    assert problems(environment(Package("onnxruntime", "1.30.0"))) == []
    assert problems(environment(*two)) == []
    (finding,) = problems(environment(Package("pyserial", "4.0")))
    assert finding.level is Level.WARNING
    assert finding.text == "pyserial 4.0 is installed; face-attendance needs <4,>=3.5."


def test_that_training_counts_once_it_is_installed() -> None:
    assert problems(environment(Package("torch", "2.14.0"), Package("onnx", "1.23.2"))) == []
    (finding,) = problems(environment(TRAINING, Package("torch", "2.14.0"), Package("onnx", "1.23.2")))
    assert finding.level is Level.WARNING
    assert finding.text == "torch 2.14.0 is installed; face-attendance-training needs <2.14,>=2.13."
    (finding,) = problems(environment(TRAINING, Package("torch", "2.13.0")))
    assert (finding.level, finding.text) == (Level.WARNING, "onnx is missing; face-attendance-training needs it.")


def test_that_a_version_with_a_local_part_lies_in_the_range() -> None:
    assert problems(environment(TRAINING, Package("torch", "2.13.0+cpu"), Package("onnx", "1.23.2"))) == []


def test_that_a_python_nobody_tested_is_a_warning() -> None:
    (finding,) = problems(environment(without=["importlib-metadata"], python="3.14.0"))
    assert finding.level is Level.WARNING
    assert finding.text == "Python 3.14 was not tested with this version; 3.11, 3.12, 3.13 were."


def test_that_metadata_nobody_can_read_is_no_crash() -> None:
    odd = Package("insightface", "2.1", ("what is >>> this", "onnxruntime"))
    (finding,) = problems(environment(odd, Package("scikit-image", "not-a-version")))
    assert finding.text == "scikit-image not-a-version is installed; face-attendance needs <2.2,>=0.24."


def test_that_a_program_that_is_not_installed_is_a_warning() -> None:
    (finding,) = problems(environment(without=["face-attendance"]))
    assert finding.level is Level.WARNING


def test_that_two_builds_of_one_library_are_called_bad() -> None:
    two = (Package("OpenCV-Python", "5.0.0"), Package("opencv_python_headless", "5.0.0"), Package("opencvision", "1"))
    (finding,) = check_overwriting(environment(*two, Package("onnxruntime-extensions", "1")))
    assert finding.level is Level.ERROR
    assert finding.text.startswith("opencv-python and opencv-python-headless are both installed")
    assert finding.hint.endswith('-m pip install --force-reinstall --no-deps "OpenCV-Python==5.0.0"')


def test_that_the_gpu_build_beside_the_cpu_build_is_well_when_its_files_were_written_last() -> None:
    both = (Package("onnxruntime", "1.31.1"), Package("onnxruntime-gpu", "1.31.1"))
    (finding,) = check_overwriting(environment(*both, build="onnxruntime-gpu"))
    assert finding.level is Level.OK
    (finding,) = check_overwriting(environment(*both, build="onnxruntime"))
    assert finding.level is Level.ERROR
    assert '"onnxruntime-gpu==1.31.1"' in finding.hint


def test_that_the_command_quotes_what_a_shell_would_read_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed.sys, "executable", "/opt/my python/bin/python")
    assert pip_install("--no-deps", "a>=1") == '"/opt/my python/bin/python" -m pip install --no-deps "a>=1"'


def test_that_the_running_environment_is_read() -> None:
    found = read_environment()
    assert found.packages.keys() == {canonicalize_name(item.metadata["Name"]) for item in distributions()}
    assert found.packages["pyside6-essentials"].requires
    assert found.onnxruntime_build in {package.key for package in found.builds("onnxruntime")}
