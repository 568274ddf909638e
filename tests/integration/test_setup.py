"""packaging/setup.sh on computers that are made up: everything that it asks or changes is a fake on the PATH.

No network, no root, and nothing of this computer but bash and the core utilities.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(os.name != "posix" or BASH is None, reason="a bash script for Linux")

TOOLS = tuple(shlex.split("awk bash cat cp cut dirname env grep mkdir mktemp paste rm sed sha256sum sort tac"))
NEEDED = {"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1"}
ALWAYS = ("libglib-2.0.so.0", "libgthread-2.0.so.0", "libxkbcommon.so.0", "libfontconfig.so.1", "libdbus-1.so.3")
WINDOWS = tuple(
    shlex.split("""
        libX11-xcb.so.1 libxcb-cursor.so.0 libxcb-icccm.so.4 libxcb-image.so.0 libxcb-keysyms.so.1 libxcb-randr.so.0
        libxcb-render-util.so.0 libxcb-shape.so.0 libxcb-shm.so.0 libxcb-sync.so.1 libxcb-xfixes.so.0 libxcb-xkb.so.1
        libxkbcommon-x11.so.0
    """)
)

LDCONFIG = 'while read -r name; do echo "	$name (libc6,x86-64) => /lib/$name"; done <"$FAKE/libraries"'
# Each call of apt-get is logged; files in $FAKE say what it answers.
APT_GET = """
echo "apt-get $*" >>"$FAKE/log"
case "$*" in
    *update)
        answers="$(cat "$FAKE/update" 2>/dev/null || true)"
        if [[ -n "$answers" ]]; then
            echo "${answers%%$'\\n'*}" >&2
            if [[ "$answers" == *$'\\n'* ]]; then echo "${answers#*$'\\n'}" >"$FAKE/update"; else rm "$FAKE/update"; fi
            exit 100
        fi
        ;;
    *install*)
        if [[ -e "$FAKE/no-install" ]]; then echo "E: Unable to fetch some archives" >&2; exit 100; fi
        if [[ -e "$FAKE/unknown" && "$*" == *"$(cat "$FAKE/unknown")"* ]]; then echo "E: unknown" >&2; exit 100; fi
        cat "$FAKE/all-libraries" >>"$FAKE/libraries"
        rm -f "$FAKE/no-venv"
        ;;
esac
"""
APT_CACHE = '[[ "$2" == *t64 ]] || echo "  Candidate: 1.0"'
# What pip installs is logged with the names in its requirement file.
PYTHON = """
case "$*" in
    *'print("%d.%d"'*) echo {version} ;;
    '-c import ensurepip, venv') [[ ! -e "$FAKE/no-venv" ]] ;;
    --version) echo "Python {version}.9" ;;
    '-m venv --clear '*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    '-m pip --version') ;;
    '-m pip '*)
        line="$*"
        if [[ "$line" == *"--requirement "* ]]; then
            file="${{line#*--requirement }}"
            file="${{file%% *}}"
            line="${{line/"$file"/$(grep -o '^[a-z0-9-]*==' "$file" | paste -sd' ')}}"
        fi
        echo "pip ${{line#*--disable-pip-version-check }}" >>"$FAKE/log"
        ;;
    *'import cv2'*) if [[ -e "$FAKE/no-load" ]]; then echo 'ImportError: libodd.so.1: missing' >&2; exit 1; fi ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""


@dataclass
class Computer:
    """A checkout and a PATH of fakes; files in ``state`` say what the fakes answer."""

    checkout: Path
    state: Path
    environment: dict[str, str] = field(default_factory=dict)

    def fake(self, name: str, script: str) -> None:
        path = self.state / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!{BASH}\nset -euo pipefail\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def set_up(self, mode: str = "base") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(BASH), "packaging/setup.sh", mode],
            cwd=self.checkout,
            env={"PATH": str(self.state / "bin"), "FAKE": str(self.state), **self.environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def log(self, program: str) -> list[str]:
        path = self.state / "log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]

    def lose(self, *libraries: str) -> None:
        path = self.state / "libraries"
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line not in libraries]
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def say(self, name: str, text: str = "") -> None:
        (self.state / name).write_text(text, encoding="utf-8")


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """A Debian with everything installed, and a user who is neither root nor has sudo."""
    made = Computer(tmp_path / "checkout", tmp_path / "state")
    (made.checkout / "packaging" / "locks").mkdir(parents=True)
    (made.state / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "packaging" / "setup.sh", made.checkout / "packaging")
    shutil.copy(ROOT / "pyproject.toml", made.checkout)
    (made.checkout / "training").mkdir()
    shutil.copy(ROOT / "training" / "pyproject.toml", made.checkout / "training")
    for name, packages in {
        "base": ("numpy", "onnxruntime", "hatchling"),
        "gpu": ("numpy", "onnxruntime", "onnxruntime-gpu", "hatchling"),
        "training": ("numpy", "onnxruntime", "kornia", "hatchling"),
        "dev": ("numpy", "onnxruntime", "kornia", "pytest", "hatchling"),
    }.items():
        blocks = "".join(f"{package}==1.0 \\\n    --hash=sha256:00\n    # via nothing\n" for package in packages)
        (made.checkout / "packaging" / "locks" / f"{name}.txt").write_text(blocks, encoding="utf-8")
    for tool in TOOLS:
        (made.state / "bin" / tool).symlink_to(str(shutil.which(tool)))
    libraries = "".join(f"{name}\n" for name in (*NEEDED, *ALWAYS, *WINDOWS))
    made.say("libraries", libraries)
    made.say("all-libraries", libraries)
    made.fake("ldconfig", LDCONFIG)
    made.fake("apt-get", APT_GET)
    made.fake("apt-cache", APT_CACHE)
    made.fake("id", "echo 1000")
    made.fake("sleep", 'echo "sleep $*" >>"$FAKE/log"')
    made.fake("python3.11", PYTHON.format(version="3.11"))
    return made


# --- Python packages ---------------------------------------------------------------------------------

LIST_OPTIONS = "install -qq --no-deps --require-hashes --requirement"
PROJECT = "install -qq --no-deps --no-index --no-build-isolation --editable ."


def test_that_setup_installs_the_list_and_then_the_project(computer: Computer) -> None:
    done = computer.set_up()
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "setup: ready"
    assert computer.log("pip") == [f"{LIST_OPTIONS} numpy== onnxruntime== hatchling==", PROJECT]
    assert computer.log("apt-get") == []


def test_that_setup_with_nothing_to_do_does_nothing_and_says_nothing(computer: Computer) -> None:
    computer.set_up("dev")
    before = computer.log("pip")
    for mode in ("dev", "base", "training"):
        done = computer.set_up(mode)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert computer.log("pip") == before


@pytest.mark.parametrize(
    "changed", ["packaging/locks/base.txt", "packaging/locks/gpu.txt", "pyproject.toml", "training/pyproject.toml"]
)
def test_that_a_changed_list_is_installed(computer: Computer, changed: str) -> None:
    computer.set_up()
    with (computer.checkout / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert computer.set_up().stderr.splitlines()[-1] == "setup: ready"
    assert len(computer.log("pip")) == 4


def test_that_torch_is_named_by_version_after_the_list(computer: Computer) -> None:
    assert computer.set_up("dev").returncode == 0
    lists, torch, project = computer.log("pip")
    assert lists == f"{LIST_OPTIONS} numpy== onnxruntime== kornia== pytest== hatchling=="
    assert torch.startswith("install -qq torch==")
    assert project == f"{PROJECT} --editable training"


def test_that_the_cuda_build_of_onnxruntime_is_written_last(computer: Computer) -> None:
    assert computer.set_up("gpu").returncode == 0
    cuda = f"{LIST_OPTIONS} onnxruntime-gpu== --force-reinstall"
    assert computer.log("pip")[1:] == [f"{LIST_OPTIONS} onnxruntime==", cuda, PROJECT]


@pytest.mark.parametrize("mode", ["base", "dev"])
def test_that_an_environment_with_the_cuda_build_keeps_it(computer: Computer, mode: str) -> None:
    computer.set_up("gpu")
    (computer.checkout / ".venv/lib/python3.11/site-packages/onnxruntime_gpu-1.0.dist-info").mkdir(parents=True)
    (computer.checkout / "packaging/locks/base.txt").write_text("numpy==2.0\n", encoding="utf-8")
    (computer.state / "log").unlink()
    assert computer.set_up(mode).returncode == 0
    assert f"{LIST_OPTIONS} onnxruntime-gpu== --force-reinstall" == computer.log("pip")[-2]
    done = computer.set_up("base")
    assert (done.returncode, done.stderr) == (0, "")


def test_that_packages_that_cannot_be_loaded_are_not_called_ready(computer: Computer) -> None:
    computer.say("no-load")
    for _ in range(2):
        done = computer.set_up()
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            "setup: installed, but it cannot be loaded: ImportError: libodd.so.1: missing"
        )


def test_that_a_failed_change_is_not_forgotten_by_another_flavour(computer: Computer) -> None:
    computer.set_up("dev")
    computer.say("no-load")
    assert computer.set_up("gpu").returncode == 1
    (computer.state / "no-load").unlink()
    done = computer.set_up("dev")
    assert done.stderr.splitlines()[-1] == "setup: ready"
    assert computer.log("pip")[-1] == f"{PROJECT} --editable training"


def test_that_the_newest_packages_go_into_an_environment_of_their_own(computer: Computer) -> None:
    computer.fake("python3.13", PYTHON.format(version="3.13"))
    for _ in range(2):
        done = computer.set_up("newest")
        assert done.returncode == 0
        assert "making .venv-newest with Python 3.13.9" in done.stderr
    assert computer.log("pip") == ["install -qq --editable .[dev] --editable training"] * 2
    assert not (computer.checkout / ".venv").exists()


# --- Python ------------------------------------------------------------------------------------------


def test_that_an_unsupported_python_is_refused_in_one_sentence(computer: Computer) -> None:
    (computer.state / "bin" / "python3.11").unlink()
    computer.fake("python3", PYTHON.format(version="3.14"))
    done = computer.set_up()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: Python 3.11, 3.12 or 3.13 is needed, and python3 is Python 3.14; "
        "please install one of them, or name it: make setup PYTHON=/path/to/python\n"
    )


def test_that_an_environment_of_an_unsupported_python_is_made_anew(computer: Computer) -> None:
    computer.set_up()
    path = computer.checkout / ".venv" / "bin" / "python"
    path.write_text(path.read_text(encoding="utf-8").replace("3.11", "3.14"), encoding="utf-8")
    (computer.checkout / ".venv" / ".setup-base").unlink()
    assert "making .venv with Python 3.11.9" in computer.set_up().stderr


def test_that_an_environment_lives_on_when_its_python_leaves_the_path(computer: Computer) -> None:
    computer.set_up()
    (computer.state / "bin" / "python3.11").unlink()
    done = computer.set_up("dev")
    assert done.returncode == 0, done.stderr
    assert "making" not in done.stderr


def test_that_the_named_python_is_taken(computer: Computer) -> None:
    computer.fake("python3.12", PYTHON.format(version="3.12"))
    computer.environment["PYTHON"] = "python3.12"
    assert "making .venv with Python 3.12.9" in computer.set_up().stderr


def test_that_a_python_without_venv_is_named_in_the_line_to_run(computer: Computer) -> None:
    computer.say("no-venv")
    computer.lose("libGL.so.1")
    done = computer.set_up()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("install --no-install-recommends libgl1 python3.11-venv")


def test_that_a_missing_python_is_named_in_the_line_to_run(computer: Computer) -> None:
    (computer.state / "bin" / "python3.11").unlink()
    done = computer.set_up()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("install --no-install-recommends python3 python3-venv")


# --- system packages ---------------------------------------------------------------------------------


def test_that_without_root_one_line_says_what_to_run(computer: Computer) -> None:
    computer.lose(*NEEDED)
    done = computer.set_up()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: missing on this computer: libGL.so.1, libEGL.so.1; please run once as root:  "
        "apt-get update && apt-get install --no-install-recommends libegl1 libgl1\n"
    )
    assert computer.log("apt-get") == computer.log("pip") == []


def test_that_sudo_with_a_password_is_named_in_the_line_and_not_called(computer: Computer) -> None:
    computer.fake("sudo", 'echo "sudo: a password is required" >&2; exit 1')
    computer.lose(*NEEDED)
    done = computer.set_up()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith(
        "please run once:  sudo apt-get update && sudo apt-get install --no-install-recommends libegl1 libgl1"
    )


def test_that_a_system_that_lists_no_libraries_is_believed_to_have_them(computer: Computer) -> None:
    computer.fake("ldconfig", "true")
    assert computer.set_up().stderr.splitlines()[-1] == "setup: ready"


@pytest.mark.parametrize(("renamed", "now"), [("libglib2.0-0", "libglib2.0-0t64"), ("python3.11-venv", "python3-venv")])
def test_that_a_package_is_named_as_this_system_calls_it(computer: Computer, renamed: str, now: str) -> None:
    computer.fake("apt-cache", f'[[ "$2" == {renamed} || ("$2" == *t64 && "$2" != {now}) ]] || echo "  Candidate: 1.0"')
    computer.say("no-venv")
    computer.lose("libglib-2.0.so.0")
    (line,) = computer.set_up().stderr.splitlines()
    words = line.split()
    assert now in words
    assert renamed not in words


def test_that_libraries_for_windows_alone_do_not_stop_a_computer_without_display(computer: Computer) -> None:
    computer.lose(*WINDOWS)
    done = computer.set_up()
    assert done.returncode == 0
    last = done.stderr.splitlines()[-1]
    assert last.startswith("setup: ready, except for windows on a display: for these please run once as root:  apt-get")
    assert "libxcb-cursor0" in last
    assert computer.set_up().stderr == ""


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_that_libraries_for_windows_are_needed_on_a_display(computer: Computer, variable: str) -> None:
    computer.lose("libxcb-cursor.so.0")
    computer.set_up()
    computer.environment[variable] = ":0"
    done = computer.set_up()
    assert done.returncode == 1
    assert done.stderr.startswith("setup: missing on this computer: libxcb-cursor.so.0; please run once as root:  ")


@pytest.mark.parametrize("user", ["root", "sudo"])
def test_that_root_gets_missing_packages_installed(computer: Computer, user: str) -> None:
    if user == "root":
        computer.fake("id", "echo 0")
    else:
        computer.fake("sudo", '[[ "$1" == -n ]]; shift; [[ "$1" == true ]] || "$@"')
    computer.lose("libGL.so.1", "libxcb-cursor.so.0")
    done = computer.set_up()
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "setup: installing system packages: libgl1 libxcb-cursor0"
    assert done.stderr.splitlines()[-1] == "setup: ready"
    assert computer.log("apt-get") == [
        "-qq -o DPkg::Lock::Timeout=300 update",
        "-qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends libgl1 libxcb-cursor0",
    ]


def test_that_the_lock_of_another_apt_get_is_waited_for(computer: Computer) -> None:
    computer.fake("id", "echo 0")
    computer.say("update", "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)\n" * 2)
    computer.lose("libGL.so.1")
    done = computer.set_up()
    assert done.returncode == 0
    assert "lock" not in done.stderr
    assert len(computer.log("sleep")) == 2
    assert sum(line.endswith("update") for line in computer.log("apt-get")) == 3


def test_that_old_package_lists_are_no_trouble_while_they_do(computer: Computer) -> None:
    computer.fake("id", "echo 0")
    computer.say("update", "E: Failed to fetch the lists")
    computer.lose("libGL.so.1")
    done = computer.set_up()
    assert done.returncode == 0
    assert "Failed" not in done.stderr


def test_that_a_failed_installation_ends_with_the_line_to_run(computer: Computer) -> None:
    computer.fake("id", "echo 0")
    computer.say("update", "E: Failed to fetch the lists")
    computer.say("no-install")
    computer.lose("libGL.so.1")
    done = computer.set_up()
    assert done.returncode == 1
    assert "E: Unable to fetch some archives\nE: Failed to fetch the lists\n" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "setup: missing on this computer: libGL.so.1; "
        "please run once:  apt-get update && apt-get install --no-install-recommends libgl1"
    )
    assert "ready" not in done.stderr
    assert computer.log("pip") == []


def test_that_a_package_for_windows_that_the_system_lacks_keeps_no_other_away(computer: Computer) -> None:
    computer.fake("id", "echo 0")
    computer.say("unknown", "libxcb-cursor0")
    computer.lose("libGL.so.1", "libxcb-cursor.so.0")
    done = computer.set_up()
    assert done.returncode == 0, done.stderr
    assert computer.log("apt-get")[-1].endswith("install -y --no-install-recommends libgl1")


def test_that_apt_get_can_be_forbidden(computer: Computer) -> None:
    computer.fake("id", "echo 0")
    computer.environment["SETUP_NO_APT"] = "1"
    computer.lose("libGL.so.1")
    assert computer.set_up().returncode == 1
    assert computer.log("apt-get") == []


def test_that_another_linux_is_told_the_libraries(computer: Computer) -> None:
    for name in ("apt-get", "apt-cache"):
        (computer.state / "bin" / name).unlink()
    computer.lose("libGL.so.1")
    done = computer.set_up()
    assert done.returncode == 1
    assert done.stderr == (
        "setup: missing on this computer: libGL.so.1; please install what brings them (on Debian and Ubuntu: libgl1)\n"
    )
