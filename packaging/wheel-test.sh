#!/usr/bin/env bash
# Installs the wheel of this version from dist/ into an empty environment, with the packages of packaging/locks/base.txt
# and nothing else, compares these with what the wheel declares, and runs the demo from a folder outside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)"
wheel="$PWD/dist/face_attendance-$version-py3-none-any.whl"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

.venv/bin/python -m venv "$folder/venv"
pip() { "$folder/venv/bin/python" -m pip --disable-pip-version-check "$@"; }
pip install --quiet --no-deps --require-hashes --requirement packaging/locks/base.txt
pip install --quiet --no-deps --no-index "$wheel"
pip check
cd "$folder"
export ATTENDANCE_HOME="$folder/data"
[[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] || export QT_QPA_PLATFORM=offscreen
venv/bin/attendance --version
venv/bin/attendance demo --output "$folder/demo-output"
echo "wheel-test: $(basename "$wheel") works from an empty environment"
