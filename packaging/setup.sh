#!/usr/bin/env bash
# Makes .venv ready. Run it as often as you like: with nothing to do it takes a fraction of a second.
#
#   packaging/setup.sh base      what the program needs
#   packaging/setup.sh training  ... and what training needs, torch included
#   packaging/setup.sh dev       ... and the tools of `make test`
#   packaging/setup.sh gpu       what the program needs, with the CUDA build of onnxruntime
#   packaging/setup.sh newest    .venv-newest instead: the newest packages that pyproject.toml allows
#
# All but the last install exactly the versions of packaging/locks, which the tests ran with; packaging/lock.sh writes
# them. On Debian and Ubuntu missing system packages are installed with apt-get when this user may do so (root, or sudo
# without a password); otherwise the one line to run is printed. Environment:
#   PYTHON      the interpreter to use (default: the first supported one that is found)
#   SETUP_NO_APT=1   never call apt-get
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

MODE="${1:-base}"
VENV=.venv
readonly TORCH="torch==2.13.0"
case "$MODE" in
    base | training | dev | gpu) ;;
    newest) VENV=.venv-newest ;;
    *)
        echo "usage: packaging/setup.sh base|training|dev|gpu|newest" >&2
        exit 2
        ;;
esac

# An environment with the CUDA build keeps it, whatever is set up there later.
HAS_GPU=""
if [[ "$MODE" == gpu ]] || compgen -G "$VENV/lib/python*/site-packages/onnxruntime_gpu-*" >/dev/null; then HAS_GPU=1; fi
if [[ "$MODE" == base && -n "$HAS_GPU" ]]; then MODE=gpu; fi
readonly MODE VENV HAS_GPU

say() { printf 'setup: %s\n' "$*" >&2; }

# --- what the system has to bring -------------------------------------------------------------------

# Shared libraries that the wheels of OpenCV and PySide6 load even where nothing is shown, and the package of each.
readonly LIBRARIES=(
    libglib-2.0.so.0:libglib2.0-0
    libgthread-2.0.so.0:libglib2.0-0
    libGL.so.1:libgl1
    libEGL.so.1:libegl1
    libxkbcommon.so.0:libxkbcommon0
    libfontconfig.so.1:libfontconfig1
    libdbus-1.so.3:libdbus-1-3
)
# Those that only a window on a display needs.
readonly WINDOW_LIBRARIES=(
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
)

# missing PAIR... : those whose library the system does not list; none where it lists nothing at all (macOS, musl).
missing() {
    local known pair
    known="$( { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null || true)"
    [[ -n "$known" ]] || return 0
    for pair in "$@"; do
        [[ "$known" == *"${pair%%:*} "* ]] || echo "$pair"
    done
}

# Fills `needed`, without which nothing works, and `optional`.
look_at_libraries() {
    mapfile -t needed < <(missing "${LIBRARIES[@]}")
    mapfile -t optional < <(missing "${WINDOW_LIBRARIES[@]}")
    if [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]]; then
        needed+=("${optional[@]}")
        optional=()
    fi
}

# --- is there anything to do? -----------------------------------------------------------------------

STAMP_VALUE="$(cat pyproject.toml training/pyproject.toml packaging/setup.sh packaging/locks/*.txt | sha256sum | cut -d' ' -f1)"
readonly STAMP_VALUE

is_stamped() {
    [[ -x "$VENV/bin/python" && "$(cat "$VENV/.setup-$1" 2>/dev/null)" == "$STAMP_VALUE" ]]
}

is_done() {
    case "$MODE" in
        # The larger flavours hold everything that the smaller ones need.
        base) is_stamped base || is_stamped training || is_stamped dev ;;
        training) is_stamped training || is_stamped dev ;;
        newest) false ;; # what is newest changes by the day
        *) is_stamped "$MODE" ;;
    esac
}

look_at_libraries
if is_done && [[ ${#needed[@]} == 0 ]]; then exit 0; fi

# --- which Python -----------------------------------------------------------------------------------

mapfile -t SUPPORTED < <(sed -n 's/.*:: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
readonly SUPPORTED
supported_text="Python $(printf '%s, ' "${SUPPORTED[@]:0:${#SUPPORTED[@]}-1}")"
supported_text="${supported_text%, } or ${SUPPORTED[-1]}"

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

# A name on the path can be a shim of a version manager that has no such version: so it is run.
is_supported() {
    local version
    version="$(version_of "$1")" && [[ " ${SUPPORTED[*]} " == *" $version "* ]]
}

can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() {
    local name names=("${SUPPORTED[@]/#/python}" python3)
    # The newest packages are there for the newest Python only.
    if [[ "$MODE" == newest ]]; then mapfile -t names < <(printf '%s\n' "${names[@]}" | tac); fi
    if [[ -n "${PYTHON:-}" ]]; then names=("$PYTHON"); fi
    for name in "${names[@]}"; do
        if is_supported "$name" && can_make_venv "$name"; then command -v "$name" && return; fi
    done
    for name in "${names[@]}"; do
        if is_supported "$name"; then command -v "$name" && return; fi
    done
    return 1
}

needs_venv() {
    [[ "$MODE" == newest ]] || ! is_supported "$VENV/bin/python" || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

look_at_python() {
    python="$(find_python)" || python=""
    needs_venv || return 0
    if [[ -z "$python" && -z "${PYTHON:-}" ]] && ! version_of python3 >/dev/null; then
        needed+=(python3:python3 python3-venv:python3-venv)
    elif [[ -n "$python" ]] && ! can_make_venv "$python"; then
        needed+=("the venv module of $python:python$(version_of "$python")-venv")
    fi
}

# --- system packages --------------------------------------------------------------------------------

has_apt() { command -v apt-get >/dev/null; }
is_root() { [[ "$(id -u)" == 0 ]]; }

may_install() { [[ -z "${SETUP_NO_APT:-}" ]] && has_apt && { is_root || sudo -n true 2>/dev/null; }; }

# apt_get WORD... : waits up to five minutes for another apt-get, as a fresh computer starts one by itself.
apt_get() {
    local as_root=()
    is_root || as_root=(sudo -n)
    "${as_root[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# That time-out does not hold for the lock of the package lists.
update_lists() {
    local said deadline=$((SECONDS + 300))
    until said="$(apt_get update 2>&1)"; do
        if [[ "$said" != *"Could not get lock"* || "$SECONDS" -ge "$deadline" ]]; then
            printf '%s\n' "$said"
            return 1
        fi
        sleep 2
    done
}

# packages PAIR... : the packages of these, under the names that apt knows: Ubuntu 24.04 and Debian 13 renamed a few for
# 64-bit time, and not every system has a package of venv for each Python.
packages() {
    local pair name candidate
    for pair in "$@"; do
        name="${pair##*:}"
        for candidate in "$name" "${name}t64" "${name/#python3.*-venv/python3-venv}"; do
            if apt-cache policy "$candidate" 2>/dev/null | grep -q 'Candidate: [^(]'; then
                name="$candidate"
                break
            fi
        done
        echo "$name"
    done | sort -u | paste -sd' '
}

# install_packages PAIR... : what apt-get says is shown only if it fails.
install_packages() {
    local names said
    names="$(packages "$@")"
    say "installing system packages: $names"
    # shellcheck disable=SC2086  # a list of words
    said="$(apt_get install -y --no-install-recommends $names 2>&1)" || ! printf '%s\n' "$said" >&2
}

line_to_run() {
    local sudo="" who=""
    if ! is_root; then
        if command -v sudo >/dev/null; then sudo="sudo "; else who=" as root"; fi
    fi
    if has_apt; then
        printf 'please run once%s:  %sapt-get update && %sapt-get install --no-install-recommends %s' \
            "$who" "$sudo" "$sudo" "$(packages "$@")"
    else
        printf 'please install what brings them (on Debian and Ubuntu: %s)' "$(packages "$@")"
    fi
}

look_at_python
wanted=("${needed[@]}" "${optional[@]}")
if [[ ${#wanted[@]} != 0 ]] && may_install; then
    # Without new lists the ones that are here may do, so a failure is told only when the installation fails too.
    trouble="$(update_lists)" || true
    if ! install_packages "${wanted[@]}"; then
        [[ -z "$trouble" ]] || printf '%s\n' "$trouble" >&2
        # A package that this system does not have must not keep the others away.
        if [[ ${#needed[@]} != 0 && ${#optional[@]} != 0 ]]; then install_packages "${needed[@]}" || true; fi
    fi
    look_at_libraries
    look_at_python
    wanted=("${needed[@]}" "${optional[@]}")
fi
if [[ ${#needed[@]} != 0 ]]; then
    say "missing on this computer: $(printf '%s\n' "${needed[@]%:*}" | paste -sd, | sed 's/,/, /g');" \
        "$(line_to_run "${wanted[@]}")"
    exit 1
fi
if is_done; then exit 0; fi
if needs_venv && [[ -z "$python" ]]; then
    found="$(version_of "${PYTHON:-python3}")" || found=""
    say "$supported_text is needed${found:+, and ${PYTHON:-python3} is Python $found};" \
        "please install one of them, or name it: make setup PYTHON=/path/to/python"
    exit 1
fi

# --- Python packages --------------------------------------------------------------------------------

if needs_venv; then
    say "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
fi
rm -f "$VENV"/.setup-*

# -qq: errors only.
install() { "$VENV/bin/python" -m pip --disable-pip-version-check install -qq "$@"; }

# install_list FILE OPTION... : nothing but what the list names, and only with the hash that it names.
install_list() { install --no-deps --require-hashes --requirement "$@"; }

# install_one PACKAGE OPTION... : this package as the list of the GPU flavour has it.
install_one() {
    local list
    list="$(mktemp)"
    awk -v start="^$1==" '/^[^ #]/ { inside = $0 ~ start } inside' packaging/locks/gpu.txt >"$list"
    install_list "$list" "${@:2}"
    rm -f "$list"
}

say "installing Python packages ($MODE) into $VENV; the first time takes a few minutes"
if [[ "$MODE" == newest ]]; then
    install --editable ".[dev]" --editable training
else
    install_list "packaging/locks/$MODE.txt"
    if [[ "$MODE" == dev || "$MODE" == training ]]; then
        # Named by version, so that a CPU build lying in a local folder is taken. All but its CUDA libraries is there.
        install "$TORCH"
    fi
    if [[ -n "$HAS_GPU" ]]; then
        # Both builds of onnxruntime own the same files and the one written last wins: the GPU build comes last.
        install_one onnxruntime
        install_one onnxruntime-gpu --force-reinstall
    fi
    # The build backend comes from the list as well, so this needs no index.
    projects=(--editable .)
    if [[ "$MODE" == dev || "$MODE" == training ]]; then projects+=(--editable training); fi
    install --no-deps --no-index --no-build-isolation "${projects[@]}"
fi

# The system's list of libraries is not the last word.
if ! trouble="$(QT_QPA_PLATFORM=offscreen "$VENV/bin/python" -c '
import cv2, onnxruntime
from PySide6.QtWidgets import QApplication
QApplication([])' 2>&1)"; then
    say "installed, but it cannot be loaded: ${trouble##*$'\n'}"
    exit 1
fi
if [[ -n "$HAS_GPU" ]]; then echo "$STAMP_VALUE" >"$VENV/.setup-gpu"; fi
echo "$STAMP_VALUE" >"$VENV/.setup-$MODE"
if [[ ${#optional[@]} != 0 ]]; then
    say "ready, except for windows on a display: for these $(line_to_run "${optional[@]}")"
else
    say "ready"
fi
