#!/usr/bin/env bash
# Makes .venv ready. Run it as often as you like: with nothing to do it takes a fraction of a second.
#
#   packaging/setup.sh base    what the program needs
#   packaging/setup.sh dev     ... and the tools of `make test`, torch included
#   packaging/setup.sh gpu     what the program needs, with the CUDA build of onnxruntime
#
# On Debian and Ubuntu missing system libraries are installed with apt-get when this user may do so (root, or
# sudo without a password); otherwise the one line to run is printed. Environment:
#   PYTHON      the interpreter to use (default: python3.11, 3.12, 3.13 or python3, whichever is found first)
#   SETUP_NO_APT=1   never call apt-get
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

MODE="${1:-base}"
# An environment with the CUDA build keeps it when the project changes: `base` would write the CPU build over it.
if [[ "$MODE" == base && -e .venv/.setup-gpu ]]; then MODE=gpu; fi
readonly MODE
readonly TORCH="torch==2.13.0"
case "$MODE" in
    base) readonly EXTRAS="" ;;
    dev) readonly EXTRAS="[dev,training]" ;;
    gpu) readonly EXTRAS="[gpu]" ;;
    *)
        echo "usage: packaging/setup.sh base|dev|gpu" >&2
        exit 2
        ;;
esac

say() { printf 'setup: %s\n' "$*" >&2; }

# --- is there anything to do? -----------------------------------------------------------------------

checksum() {
    cat pyproject.toml packaging/setup.sh | sha256sum | cut -d' ' -f1
}

STAMP_VALUE="$(checksum)"
readonly STAMP_VALUE

is_done() {
    local mode
    for mode in "$@"; do
        if [[ -x .venv/bin/python && "$(cat ".venv/.setup-$mode" 2>/dev/null)" == "$STAMP_VALUE" ]]; then
            return 0
        fi
    done
    return 1
}

# A `dev` or `gpu` environment holds everything that `base` needs.
case "$MODE" in
    base) is_done base dev gpu && exit 0 ;;
    *) is_done "$MODE" && exit 0 ;;
esac

# --- system packages --------------------------------------------------------------------------------

has_apt() { [[ -z "${SETUP_NO_APT:-}" ]] && command -v apt-get >/dev/null; }

as_root() {
    if [[ "$(id -u)" == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Shared libraries that the wheels of PySide6 and OpenCV load from the system, and the package of each.
readonly LIBRARIES="
libglib-2.0.so.0:libglib2.0-0
libgthread-2.0.so.0:libglib2.0-0
libGL.so.1:libgl1
libEGL.so.1:libegl1
libxkbcommon.so.0:libxkbcommon0
libfontconfig.so.1:libfontconfig1
libdbus-1.so.3:libdbus-1-3
libX11-xcb.so.1:libx11-xcb1
libxcb-cursor.so.0:libxcb-cursor0
libxcb-icccm.so.4:libxcb-icccm4
libxcb-image.so.0:libxcb-image0
libxcb-keysyms.so.1:libxcb-keysyms1
libxcb-randr.so.0:libxcb-randr0
libxcb-render-util.so.0:libxcb-render-util0
libxcb-shape.so.0:libxcb-shape0
libxcb-shm.so.0:libxcb-shm0
libxcb-sync.so.1:libxcb-sync1
libxcb-xfixes.so.0:libxcb-xfixes0
libxcb-xkb.so.1:libxcb-xkb1
libxkbcommon-x11.so.0:libxkbcommon-x11-0
"

missing_packages() {
    local known pair
    known="$( { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null || true)"
    for pair in $LIBRARIES; do
        [[ "$known" == *"${pair%%:*}"* ]] || echo "${pair#*:}"
    done
    # The kiosk also speaks Chinese; any font with Chinese characters will do.
    if ! command -v fc-list >/dev/null; then
        echo "fontconfig fonts-wqy-microhei"
    elif [[ -z "$(fc-list :lang=zh family)" ]]; then
        echo "fonts-wqy-microhei"
    fi
}

# Ubuntu 24.04 and Debian 13 renamed a few packages for 64-bit time; take whichever name apt can install.
apt_name() {
    local name
    for name in "$1" "${1}t64"; do
        if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then
            echo "$name"
            return
        fi
    done
    echo "$1"
}

# install_packages NAME... : true when they are installed afterwards.
install_packages() {
    local names=() name
    as_root apt-get -qq update >/dev/null || say "apt-get update failed; going on with the lists that are here"
    for name in "$@"; do names+=("$(apt_name "$name")"); done
    say "installing system packages: ${names[*]}"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" \
        >/dev/null; then
        say "please run once:  sudo apt-get install ${names[*]}"
        return 1
    fi
}

packages="$(missing_packages | tr ' ' '\n' | sort -u | tr '\n' ' ')"
if [[ -n "${packages// /}" ]]; then
    if has_apt; then
        # Not the end: the command line and the tests may do without some of them.
        # shellcheck disable=SC2086  # a list of words
        install_packages $packages || true
    else
        say "system libraries seem to be missing; on Debian or Ubuntu they are: $packages"
    fi
fi

# --- Python -----------------------------------------------------------------------------------------

is_new_enough() {
    "$1" -c 'import sys; sys.exit(not sys.version_info >= (3, 11))' >/dev/null 2>&1
}

find_python() {
    local name
    for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        # A name on the path can be a shim of a version manager that has no such version: so run it.
        if is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

if ! python="$(find_python)"; then
    if has_apt; then install_packages python3 python3-venv || true; fi
    python="$(find_python)" || {
        say "no Python 3.11 or newer found: install one, or name it with PYTHON=/path/to/python"
        exit 1
    }
fi

if [[ -x .venv/bin/python ]] && ! is_new_enough .venv/bin/python; then
    say "the Python of .venv is gone or too old: making it anew"
    rm -rf .venv
fi
if [[ ! -x .venv/bin/python ]] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! can_make_venv "$python"; then
        version="$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')"
        if has_apt; then install_packages "$version-venv" || install_packages python3-venv || true; fi
        can_make_venv "$python" || {
            say "$python cannot make virtual environments; please run once:  sudo apt-get install $version-venv"
            exit 1
        }
    fi
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

# --- Python packages --------------------------------------------------------------------------------

rm -f .venv/.setup-*
# -qq: errors only.
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }

say "installing Python packages ($MODE); the first time takes a few minutes"
if [[ "$MODE" == dev ]]; then
    # Named exactly and first, so that a CPU build lying in a local folder is taken and kept.
    pip install -qq "$TORCH"
fi
pip install -qq --editable ".$EXTRAS"
if [[ "$MODE" == gpu ]]; then
    # Both builds of onnxruntime own the same files and the one written last wins: write the GPU build last.
    pip install -qq --force-reinstall --no-deps "onnxruntime-gpu==1.31.*"
fi
echo "$STAMP_VALUE" >".venv/.setup-$MODE"
say "ready"
