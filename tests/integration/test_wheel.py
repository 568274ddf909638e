"""The wheel holds everything the program needs: built, installed and run outside the checkout.

No downloads: the empty environment borrows the third-party packages of the one that runs the tests.
`make wheel-test` installs everything anew instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("build")
pytest.importorskip("hatchling")

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = "attendance/_resources"


def run(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(project: Path, folder: Path) -> Path:
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(project)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def training_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT / "training", tmp_path_factory.mktemp("training-dist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, training_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scripts folder of an environment that holds both wheels and nothing else of its own."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    site = Path(run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=folder).strip())
    pip = [sys.executable, "-m", "pip", f"--python={python}", "install", "-qq", "--no-deps", "--no-index"]
    run([*pip, str(wheel), str(training_wheel)], cwd=folder)
    # Plain paths only: the .pth files of that folder, which name the checkout, are not followed from here.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return scripts


def environment(data: Path) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "VIRTUAL_ENV"))}
    return {**env, "ATTENDANCE_HOME": str(data), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}


def test_that_the_wheel_holds_code_and_resources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {
        f"{RESOURCES}/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in (ROOT / "resources").rglob("*")
        if path.is_file() and path.parent.name != "dense112_wide"
    }
    assert shipped
    assert shipped <= names
    assert not any("dense112_wide" in name for name in names)  # for research only
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "attendance").rglob("*.py")} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"attendance", "face_attendance"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_that_the_installed_program_uses_its_own_files(installed: Path, tmp_path: Path) -> None:
    code = "import attendance, attendance.resource_files as r; print(attendance.__file__); print(r.resource_path())"
    python = next(installed.glob("python*"))
    package, resources = run([str(python), "-c", code], cwd=tmp_path, env=environment(tmp_path)).splitlines()
    assert installed.parent in Path(package).parents
    assert Path(resources) == Path(package).parent / "_resources"
    assert (Path(resources) / "models" / "bundled" / "manifest.json").is_file()


def test_that_the_installed_program_runs_its_demo_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = next(path for path in installed.iterdir() if path.stem == "attendance")
    env = environment(tmp_path / "data")
    printed = run([str(script), "demo", "--output", str(tmp_path / "demo"), "--no-screenshots"], cwd=tmp_path, env=env)
    assert "FAILED" not in printed
    assert (tmp_path / "demo" / "check-ins.csv").stat().st_size > 0


def test_that_the_training_wheel_holds_one_package_with_its_recipes(training_wheel: Path) -> None:
    with zipfile.ZipFile(training_wheel) as archive:
        names = set(archive.namelist())
    project = ROOT / "training"
    assert {path.relative_to(project).as_posix() for path in (project / "attendance_training").rglob("*.py")} <= names
    assert {f"attendance_training/recipes/{path.name}" for path in (project / "recipes").iterdir()} <= names
    tops = {name.partition("/")[0].partition("-")[0] for name in names}
    assert tops == {"attendance_training", "face_attendance_training"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_that_the_installed_training_command_starts_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = next(path for path in installed.iterdir() if path.stem == "attendance-train")
    assert "finetune" in run([str(script), "--help"], cwd=tmp_path, env=environment(tmp_path / "data"))
