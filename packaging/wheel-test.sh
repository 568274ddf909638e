#!/usr/bin/env bash
# Installs the newest wheel of dist/ into an empty environment, with everything it needs, and runs the demo
# from a folder outside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheel="$(ls -t "$PWD"/dist/face_attendance-*.whl | head -n 1)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

.venv/bin/python -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip --disable-pip-version-check install --quiet "$wheel"
cd "$folder"
export ATTENDANCE_HOME="$folder/data"
[[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] || export QT_QPA_PLATFORM=offscreen
venv/bin/attendance --version
venv/bin/attendance demo --output "$folder/demo-output"
echo "wheel-test: $(basename "$wheel") works from an empty environment"
