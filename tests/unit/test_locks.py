"""packaging/locks: which versions `make setup` installs, compared with pyproject.toml. No network."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from attendance.diagnostics.known_faults import KNOWN_FAULTS

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "packaging" / "locks"
EXTRAS: dict[str, tuple[str, ...]] = {"base": (), "gpu": ("gpu",), "training": (), "dev": ("dev",)}
WITH_TRAINING = ("training", "dev")
SYSTEMS = ({"sys_platform": "linux"}, {"sys_platform": "win32"}, {"sys_platform": "darwin"})
# By version, not by hash: its builds differ. See packaging/setup.sh.
OUTSIDE = "torch"
ADVICE = "run `make lock`"
LINE = re.compile(
    r"""  | --only-binary\ :all:
          | [a-z0-9-]+==[^\s@/]+ (\ ;\ [^@/]+)? \ \\
          | \ \ \ \ --hash=sha256:[0-9a-f]{64} (\ \\)?
          | \s*\#(?!.*(://|\s/|\\))[^@]*
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Pin:
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def key(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        assert only.operator == "=="
        return only.version


@cache
def project(folder: Path = ROOT) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def pythons() -> list[str]:
    found = (
        re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", c) for c in project()["project"]["classifiers"]
    )
    return [match[1] for match in found if match]


@cache
def pins(flavour: str) -> tuple[Pin, ...]:
    text = (LOCKS / f"{flavour}.txt").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith(("#", "--only-binary"))]
    split = [re.split(r"\s+--hash=", line) for line in lines]
    return tuple(Pin(Requirement(name), tuple(hashes)) for name, *hashes in split)


def environment(python: str, system: dict[str, str]) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.1", **system}


def installed(flavour: str, python: str, system: dict[str, str]) -> dict[str, str]:
    """Return version by package as pip would install the list there."""
    here = environment(python, system)
    meant = [pin for pin in pins(flavour) if not pin.requirement.marker or pin.requirement.marker.evaluate(here)]
    versions = {pin.key: pin.version for pin in meant}
    assert len(versions) == len(meant), "two versions of one package"
    return versions


def declared(flavour: str) -> list[Requirement]:
    optional = project()["project"]["optional-dependencies"]
    lines = [*project()["project"]["dependencies"], *project()["build-system"]["requires"]]
    for extra in EXTRAS[flavour]:
        lines += optional[extra]
    if flavour in WITH_TRAINING:
        lines += project(ROOT / "training")["project"]["dependencies"]
    return [found for found in map(Requirement, lines) if found.name != project()["project"]["name"]]


@pytest.mark.parametrize("flavour", EXTRAS)
@pytest.mark.parametrize("python", pythons())
def test_that_a_list_satisfies_the_project_on_every_system(flavour: str, python: str) -> None:
    for system in SYSTEMS:
        versions = installed(flavour, python, system)
        here = environment(python, system)
        for requirement in declared(flavour):
            key = canonicalize_name(requirement.name)
            is_meant = requirement.marker is None or requirement.marker.evaluate(here)
            if is_meant and key != OUTSIDE:
                assert key in versions, f"{key} is not in {flavour}.txt: {ADVICE}"
                assert requirement.specifier.contains(versions[key]), f"{key} {versions[key]}: {ADVICE}"


@pytest.mark.parametrize("flavour", EXTRAS)
def test_that_a_list_holds_versions_with_hashes_and_no_address(flavour: str) -> None:
    for line in (LOCKS / f"{flavour}.txt").read_text(encoding="utf-8").splitlines():
        assert LINE.fullmatch(line), line
    assert pins(flavour)
    assert all(pin.hashes for pin in pins(flavour))


@pytest.mark.parametrize("flavour", EXTRAS)
def test_that_torch_and_what_its_cuda_build_brings_stay_outside(flavour: str) -> None:
    keys = {pin.key for pin in pins(flavour)}
    assert OUTSIDE not in keys
    if flavour != "gpu":
        assert not [key for key in keys if key.startswith(("nvidia", "cuda", "triton"))]


def test_that_setup_installs_a_torch_that_the_project_allows() -> None:
    named = re.search(r'TORCH="torch==(\S+)"', (ROOT / "packaging" / "setup.sh").read_text(encoding="utf-8"))
    assert named
    (wanted,) = (line for line in declared("training") if line.name == OUTSIDE)
    assert wanted.specifier.contains(named[1])


@pytest.mark.parametrize("told_in", ["docs/installing.md", ".github/workflows/tests.yml"])
def test_that_the_same_torch_is_named_everywhere(told_in: str) -> None:
    versions = {
        path: set(re.findall(r"\btorch==([\w.]+)", (ROOT / path).read_text(encoding="utf-8")))
        for path in ("packaging/setup.sh", told_in)
    }
    assert len(versions[told_in]) == 1
    assert versions[told_in] == versions["packaging/setup.sh"]


@pytest.mark.parametrize("python", pythons())
def test_that_every_list_holds_the_versions_that_the_tests_run_with(python: str) -> None:
    for system in SYSTEMS:
        tested = installed("dev", python, system).items()
        assert installed("base", python, system).items() <= tested
        assert installed("training", python, system).items() <= tested
        # onnxruntime's CUDA build comes out later, and both builds must be of one version.
        gpu = {key: value for key, value in installed("gpu", python, system).items() if not key.startswith("nvidia-")}
        assert gpu.pop("onnxruntime-gpu") == gpu.pop("onnxruntime")
        assert gpu.items() <= tested


@pytest.mark.parametrize("flavour", EXTRAS)
@pytest.mark.parametrize("python", pythons())
def test_that_no_list_and_no_declared_range_allows_a_version_known_to_fail(flavour: str, python: str) -> None:
    bounds = {canonicalize_name(line.name): line.specifier for line in declared("base")}
    for fault in KNOWN_FAULTS:
        key = canonicalize_name(fault.requirement.name)
        versions = installed(flavour, python, SYSTEMS[0])
        assert not fault.requirement.specifier.contains(versions[key])
        for failing in fault.requirement.specifier:
            assert not bounds[key].contains(failing.version), f"bound {key} in pyproject.toml"


def test_that_the_tool_that_writes_the_lists_is_itself_in_one() -> None:
    (uv,) = pins("uv")
    assert uv.key == "uv"
    assert uv.hashes


def test_that_program_and_training_are_of_one_version() -> None:
    program, training = project()["project"], project(ROOT / "training")["project"]
    assert training["version"] == program["version"]
    assert f"{program['name']}=={program['version']}" in training["dependencies"]
    assert training["requires-python"] == program["requires-python"]
    assert (ROOT / "training" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
